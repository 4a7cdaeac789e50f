//! What a quiet cluster costs: calls of the API in an hour, in virtual time.

use std::collections::BTreeMap;

use ecs_spot_operator::api::{HumanDuration, ScenarioSignal, ScenarioSpec};
use ecs_spot_operator::trial::Trial;

use crate::table::{Table, count};
use crate::world::clusters;

/// Measures it.
pub fn measure(table: &mut Table) {
    for instances in [10, 100, 5_000] {
        let told = clusters(1, instances, 60);
        let untold = ScenarioSpec { signals: vec![ScenarioSignal::Interruption], ..told.clone() };
        one(table, &format!("{instances} instances, all events"), &told);
        one(table, &format!("{instances} instances, notices only"), &untold);
    }
}

/// An hour without what a start costs: two hours less one.
fn one(table: &mut Table, name: &str, scenario: &ScenarioSpec) {
    let (one, two) = (calls(scenario, 1), calls(scenario, 2));
    let mut by_service: BTreeMap<&str, u64> = BTreeMap::new();
    for (action, number) in &two {
        let service = action.split('.').next().unwrap_or_default();
        *by_service.entry(service).or_default() += number - one.get(action).copied().unwrap_or_default();
    }
    for (service, number) in by_service {
        table.note(format!("{name}: {service}, an hour"), count(usize::try_from(number).unwrap_or_default()), "");
    }
}

fn calls(scenario: &ScenarioSpec, hours: u32) -> BTreeMap<String, u64> {
    let scenario = ScenarioSpec { duration: HumanDuration::from_secs(3_600 * hours), ..scenario.clone() };
    Trial { scenario, seed: 1, meddler: None }.play(|_| {}).expect("it can be played").calls
}

//! How much faster than real time the simulated AWS moves, with the real operator and the real SDK on it: a cluster of 1,000
//! instances and 10,000 tasks over a day with 200 interruptions, and drawn scenarios one by one. One thread.
//!

use ecs_spot_operator::api::{
    HumanDuration, ScenarioCluster, ScenarioGroup, ScenarioService, ScenarioSignal, ScenarioSpec, ScenarioTask,
};
use ecs_spot_operator::clock::Clock;
use ecs_spot_operator::trial::fuzz::fuzz;
use ecs_spot_operator::trial::{Summary, Trial};
use serde_json::json;

use crate::table::{Asked, Table, count};
use crate::world::read;

const DAY_SECS: f64 = 86_400.0;
/// Seeds whose times are compared.
const SEEDS: u64 = 200;

/// Measures the day and the seeds.
pub fn measure(table: &mut Table) {
    let clock = Clock::system();
    let begun = clock.elapsed();
    let summary = day();
    let took = (clock.elapsed() - begun).as_secs_f64();
    let calls: u64 = summary.calls.values().sum();
    table.figure("a day: times as fast as real time", DAY_SECS / took, "", Asked::AtLeast(2_000.0));
    table.note("a day: seconds", took, "s");
    table.note("a day: interruptions", count(summary.interruptions), "");
    table.note("a day: replaced in time", count(summary.replaced_in_time), "");
    table.note("a day: calls", count(usize::try_from(calls).unwrap_or_default()), "");
    let mut times: Vec<f64> = (1..=SEEDS).map(|seed| seconds(&clock, seed)).collect();
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    table.figure(format!("{SEEDS} drawn scenarios: median"), at(50), "s", Asked::AtMost(0.1));
    table.note(format!("{SEEDS} drawn scenarios: 90 of 100 within"), at(90), "s");
}

fn seconds(clock: &Clock, seed: u64) -> f64 {
    let begun = clock.elapsed();
    let verdict = fuzz(seed, None).expect("a drawn scenario can be played");
    assert!(verdict.violations.is_empty(), "seed {seed}: {:?}", verdict.violations);
    (clock.elapsed() - begun).as_secs_f64()
}

/// Every 1,728 s four instances are taken: 200 in a day. Events tell what happens between resyncs.
fn day() -> Summary {
    let cluster = ScenarioCluster {
        name: "web".to_owned(),
        groups: vec![ScenarioGroup::plain("web-spot", 1_000)],
        services: (0..10).map(service).collect(),
        standalone: Vec::new(),
    };
    let interruption = json!({"after": "10m", "capacityProvider": "web-spot", "count": 4, "every": "1728s"});
    let scenario = ScenarioSpec {
        duration: HumanDuration::from_secs(86_400),
        interruptions: vec![read(interruption)],
        clusters: vec![cluster],
        signals: ScenarioSignal::ALL.to_vec(),
        ..read(json!({"clusters": []}))
    };
    let trial = Trial { scenario, seed: 1, meddler: None };
    trial.play(|_| {}).expect("the day can be played")
}

fn service(number: u32) -> ScenarioService {
    let task = ScenarioTask { cpu: 128, memory: 512, ..ScenarioTask::default() };
    ScenarioService {
        task,
        ..read(json!({
            "name": format!("service-{number}"),
            "desired": 1_000,
            "minimumHealthyPercent": 90,
            "capacityProviders": ["web-spot"],
        }))
    }
}

//! Draws a scenario from a seed: every size and every rate is itself drawn, and many are zero, so that many seeds explore
//! corners that no one would write down.
//!
//! Things go wrong in the first part of a run only; interruptions go on for a while after that, and what follows is time to
//! converge.

mod course;
mod faults;
mod lots;
mod policy;
mod world;

use lots::Lots;

use crate::api::{
    ApiBudget, HumanDuration, ScenarioAssumptions, ScenarioCluster, ScenarioGroup, ScenarioOperator, ScenarioSignal,
    ScenarioSpec,
};

/// Faults end here.
pub const FAULTS_END_SECS: u32 = 300;
/// The last interruption comes before.
pub const EVENTFUL_SECS: u32 = 420;
/// How long a run lasts: an instance that is not taken has returned five minutes after its deadline.
pub const END_SECS: u32 = EVENTFUL_SECS + 480;

/// The cluster of every drawn scenario.
const CLUSTER: &str = "web";

/// The scenario of a seed.
#[must_use]
pub fn scenario(seed: u64) -> ScenarioSpec {
    let mut lots = Lots::of(seed);
    let groups: Vec<ScenarioGroup> = (0..lots.between(1, 3)).map(|number| world::group(&mut lots, number)).collect();
    let services = (0..lots.below(4)).map(|number| world::service(&mut lots, &groups, number)).collect();
    let standalone = (0..lots.below(3)).map(|_| world::task(&mut lots)).collect();
    let cluster = ScenarioCluster { name: CLUSTER.to_owned(), groups, services, standalone };
    let mut spec = ScenarioSpec {
        description: format!("drawn from the seed {seed}"),
        duration: HumanDuration::from_secs(END_SECS),
        pools: world::pools(&mut lots, &cluster.groups),
        interruptions: course::interruptions(&mut lots, &cluster.groups),
        happenings: course::happenings(&mut lots, &cluster),
        weather: course::weather(&mut lots),
        signals: signals(&mut lots),
        faults: faults::faults(&mut lots),
        assumptions: assumptions(&mut lots),
        operators: operators(&mut lots),
        api: ApiBudget::default(),
        spot_clusters: policy::policy(&mut lots, &cluster.groups).into_iter().collect(),
        clusters: vec![cluster],
    };
    policy::let_fallbacks_matter(&mut lots, &mut spec);
    policy::let_targets_drain(&mut lots, &mut spec);
    spec
}

/// Notices always reach the queue; the rest sometimes.
fn signals(lots: &mut Lots) -> Vec<ScenarioSignal> {
    let percent = lots.one_of(&[0, 30, 100], 0);
    let chosen = |signal: &ScenarioSignal| *signal == ScenarioSignal::Interruption || lots.chance(percent);
    ScenarioSignal::ALL.into_iter().filter(chosen).collect()
}

fn assumptions(lots: &mut Lots) -> ScenarioAssumptions {
    ScenarioAssumptions {
        launches_while_waiting: lots.chance(70),
        draining_twice_fails: lots.chance(30),
        stop_task_skips_deregistration: lots.chance(70),
        protection_holds_drains: lots.chance(70),
        placement_hold: lots.secs(60, 900),
    }
}

/// One operator from start to end, or several that come, go and crash; the last one stays.
fn operators(lots: &mut Lots) -> Vec<ScenarioOperator> {
    let leavers = lots.below(3);
    let skewed = lots.chance(20);
    let mut operators: Vec<ScenarioOperator> = (0..leavers).map(|_| leaver(lots)).collect();
    let starts_after = if lots.chance(60) { HumanDuration::from_secs(0) } else { lots.secs(0, 100) };
    operators.push(ScenarioOperator { starts_after, ..ScenarioOperator::default() });
    for operator in operators.iter_mut().filter(|_| skewed) {
        operator.clock_ahead_millis = i32::try_from(lots.below(4_001)).unwrap_or(0) - 2_000;
    }
    operators
}

fn leaver(lots: &mut Lots) -> ScenarioOperator {
    let starts_after = lots.secs(0, 200);
    let leaves_after = Some(lots.secs(200, 400));
    let crashes = lots.chance(50);
    ScenarioOperator {
        starts_after,
        stops_after: leaves_after.filter(|_| !crashes),
        crashes_after: leaves_after.filter(|_| crashes),
        clock_ahead_millis: 0,
        reloads: 0,
    }
}

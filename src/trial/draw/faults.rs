//! What goes wrong in a drawn account, until faults end.

use super::FAULTS_END_SECS;
use super::lots::Lots;
use crate::api::{
    HumanDuration, ScenarioCallFaults, ScenarioCategory, ScenarioEventFaults, ScenarioFaults, ScenarioNeighbour,
    ScenarioQueueFaults, ScenarioThrottling,
};

/// In four of ten runs nothing goes wrong at all.
pub fn faults(lots: &mut Lots) -> ScenarioFaults {
    let limited = lots.chance(30);
    let throttling = limited.then(|| throttling(lots));
    if lots.chance(40) {
        return ScenarioFaults { throttling: throttling.filter(|given| given.neighbours.is_empty()), ..until() };
    }
    ScenarioFaults {
        calls: vec![calls(lots)],
        events: ScenarioEventFaults {
            loss: lots.rate(20),
            duplicate: lots.rate(50),
            delayed: lots.rate(50),
            delay_max: lots.secs(1, 90),
        },
        queues: ScenarioQueueFaults {
            redelivery: lots.rate(30),
            shuffle: lots.rate(100),
            entry_failure: lots.rate(30),
        },
        throttling,
        ..until()
    }
}

fn until() -> ScenarioFaults {
    ScenarioFaults { until: Some(HumanDuration::from_secs(FAULTS_END_SECS)), ..ScenarioFaults::default() }
}

/// Everything at once, or nothing but drains that fail one by one.
fn calls(lots: &mut Lots) -> ScenarioCallFaults {
    if lots.chance(25) {
        let entry_failure = f64::from(lots.between(10, 30)) / 100.0;
        return ScenarioCallFaults { entry_failure, ..ScenarioCallFaults::default() };
    }
    ScenarioCallFaults {
        actions: Vec::new(),
        server_error: lots.rate(30),
        access_denied: lots.rate(10),
        time_out_before: lots.rate(10),
        time_out_after: lots.rate(10),
        reset_before: lots.rate(20),
        reset_after: lots.rate(20),
        stale: lots.rate(50),
        stale_for: lots.secs(1, 30),
        entry_failure: lots.rate(30),
        latency_factor: lots.one_of(&[1, 1, 1, 5, 20], 1),
    }
}

fn throttling(lots: &mut Lots) -> ScenarioThrottling {
    let categories =
        [ScenarioCategory::ClusterResourceModify, ScenarioCategory::ClusterResourceRead, ScenarioCategory::AutoScaling];
    let neighbours = categories.into_iter().filter(|_| lots.chance(40)).collect::<Vec<_>>();
    ScenarioThrottling {
        auto_scaling_burst: lots.between(2, 100),
        auto_scaling_per_second: lots.between(1, 20),
        documented_name: lots.chance(30),
        neighbours: neighbours
            .into_iter()
            .map(|category| ScenarioNeighbour { category, calls_per_second: lots.between(1, 60) })
            .collect(),
    }
}

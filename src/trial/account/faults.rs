//! What goes wrong in the account.

use crate::api::{ScenarioCallFaults, ScenarioCategory, ScenarioFaults, ScenarioThrottling};
use crate::sim;

pub fn faults(faults: &ScenarioFaults) -> sim::Faults {
    let window = sim::Window {
        from_seconds: faults.from.unsigned().as_secs(),
        until_seconds: faults.until.map(|until| until.unsigned().as_secs()),
    };
    let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    sim::Faults {
        calls: faults.calls.iter().map(|calls| self::calls(calls, window)).collect(),
        events: sim::EventFaults {
            window,
            loss: faults.events.loss,
            duplicate: faults.events.duplicate,
            delayed: faults.events.delayed,
            delay_min_millis: 0,
            delay_max_millis: millis(faults.events.delay_max.unsigned()),
        },
        queues: sim::QueueFaults {
            window,
            redelivery: faults.queues.redelivery,
            shuffle: faults.queues.shuffle,
            entry_failure: faults.queues.entry_failure,
        },
        throttling: faults.throttling.as_ref().map(|given| throttling(given, window)).unwrap_or_default(),
        imds: sim::ImdsFaults::default(),
    }
}

fn calls(calls: &ScenarioCallFaults, window: sim::Window) -> sim::CallFaults {
    sim::CallFaults {
        window,
        actions: calls.actions.clone(),
        server_error: calls.server_error,
        access_denied: calls.access_denied,
        time_out_before: calls.time_out_before,
        time_out_after: calls.time_out_after,
        reset_before: calls.reset_before,
        reset_after: calls.reset_after,
        stale: calls.stale,
        stale_seconds: calls.stale_for.unsigned().as_secs(),
        entry_failure: calls.entry_failure,
        latency_factor: calls.latency_factor,
    }
}

/// The limits hold to the end; neighbours are a fault, and go.
fn throttling(given: &ScenarioThrottling, window: sim::Window) -> sim::Throttling {
    let usual = sim::BucketSize::default();
    let or = |given: u32, usual: u32| if given == 0 { usual } else { given };
    let neighbours = given.neighbours.iter().map(|neighbour| sim::Neighbour {
        window,
        category: match neighbour.category {
            ScenarioCategory::ClusterResourceModify => sim::Category::ClusterResourceModify,
            ScenarioCategory::ClusterResourceRead => sim::Category::ClusterResourceRead,
            ScenarioCategory::AutoScaling => sim::Category::AutoScaling,
        },
        tokens_per_second: neighbour.calls_per_second,
    });
    sim::Throttling {
        enabled: true,
        auto_scaling: sim::BucketSize {
            burst: or(given.auto_scaling_burst, usual.burst),
            per_second: or(given.auto_scaling_per_second, usual.per_second),
        },
        documented_name: given.documented_name,
        neighbours: neighbours.collect(),
    }
}

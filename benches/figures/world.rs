//! Simulated accounts of many instances, as scenarios.

use ecs_spot_operator::api::{
    ApiBudget, HumanDuration, Percent, ScenarioCluster, ScenarioGroup, ScenarioService, ScenarioSignal, ScenarioSpec,
    ScenarioTask,
};
use serde_json::{Value, json};

/// Tasks on each instance.
const TASKS_EACH: u32 = 4;

/// Clusters of `each` instances with four tasks on each, for as long as `minutes`, and nothing that happens. Everything that AWS
/// tells is told, and the operator may use all of the API.
pub fn clusters(count: u32, each: u32, minutes: u32) -> ScenarioSpec {
    ScenarioSpec {
        duration: HumanDuration::from_secs(minutes * 60),
        clusters: (0..count).map(|number| cluster(number, each)).collect(),
        signals: ScenarioSignal::ALL.to_vec(),
        api: ApiBudget { share: Percent::new(100), ..ApiBudget::default() },
        ..read(json!({"clusters": []}))
    }
}

/// A group of a cluster has a thousand instances at most, and a service as many tasks.
fn cluster(number: u32, instances: u32) -> ScenarioCluster {
    let parts = instances.div_ceil(1_000);
    let provider = |part: u32| format!("spot-{number}-{part}");
    let providers: Vec<String> = (0..parts).map(provider).collect();
    let share = |of: u32, part: u32| of / parts + u32::from(part < of % parts);
    let groups = (0..parts).map(|part| ScenarioGroup::plain(&provider(part), share(instances, part)));
    let tasks = instances * TASKS_EACH;
    let services = tasks.div_ceil(1_000);
    let desired = |part: u32| tasks / services + u32::from(part < tasks % services);
    let service = |part: u32| ScenarioService {
        task: ScenarioTask { cpu: 512, memory: 1_024, ..ScenarioTask::default() },
        ..read(json!({
            "name": format!("service-{part}"),
            "desired": desired(part),
            "minimumHealthyPercent": 50,
            "capacityProviders": providers,
        }))
    };
    ScenarioCluster {
        name: format!("cluster-{number}"),
        groups: groups.collect(),
        services: (0..services).map(service).collect(),
        standalone: Vec::new(),
    }
}

/// A part of a scenario.
pub fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("a part of a scenario")
}

//! From a `Scenario` to an account for the simulated AWS (what there is in `inventory`, what happens in `course`, what goes
//! wrong in `faults`), and to the manifests of the operators in it.

mod course;
mod faults;
mod inventory;

use serde_json::json;

use crate::api::{
    API_VERSION, Manifests, Metadata, OperatorSpec, Resource, ScenarioAssumptions, ScenarioSpec, SpotClusterSpec,
};
use crate::sim;

/// The queue that notices arrive in.
pub const QUEUE: &str = "spot-events";
/// Where what nobody could handle ends.
pub const DEAD_LETTERS: &str = "spot-events-dead";

/// A notice may be received so often before it is a dead letter: once by each operator that takes it over, and some.
const RECEIVES_MAX: u32 = 20;

/// The account.
#[must_use]
pub fn account(spec: &ScenarioSpec) -> sim::Scenario {
    sim::Scenario {
        params: params(&spec.assumptions),
        clusters: spec.clusters.iter().map(inventory::cluster).collect(),
        groups: inventory::groups(spec),
        pools: spec.pools.iter().map(inventory::pool).collect(),
        queues: queues(),
        topics: inventory::topics(),
        rules: rules(spec),
        interruptions: course::interruptions(spec),
        plan: course::plan(spec),
        weather: spec.weather.as_ref().map(course::weather),
        faults: faults::faults(&spec.faults),
        ..sim::Scenario::default()
    }
}

fn queues() -> Vec<sim::QueueSpec> {
    let redrive = Some(sim::Redrive { queue: DEAD_LETTERS.to_owned(), max_receive_count: RECEIVES_MAX });
    vec![
        sim::QueueSpec { name: DEAD_LETTERS.to_owned(), ..sim::QueueSpec::default() },
        sim::QueueSpec { name: QUEUE.to_owned(), redrive, ..sim::QueueSpec::default() },
    ]
}

fn rules(spec: &ScenarioSpec) -> Vec<sim::RuleSpec> {
    let kinds = spec.signals.iter().flat_map(|signal| signal.detail_types());
    kinds.map(|kind| sim::RuleSpec::of(kind, QUEUE)).collect()
}

fn params(assumptions: &ScenarioAssumptions) -> sim::Params {
    sim::Params {
        launches_while_waiting: assumptions.launches_while_waiting,
        draining_twice_fails: assumptions.draining_twice_fails,
        stop_task_skips_deregistration: assumptions.stop_task_skips_deregistration,
        protection_holds_drains: assumptions.protection_holds_drains,
        placement_hold: assumptions.placement_hold.unsigned(),
        ..sim::Params::default()
    }
}

/// The name of the group behind a capacity provider.
pub fn group_name(capacity_provider: &str) -> String {
    format!("{capacity_provider}-asg")
}

/// What the operators are told: the queue, and of each cluster what the scenario says, or nothing but its name.
///
/// # Errors
/// When the defaults of the kinds have become something else than what this room knows.
pub fn manifests(spec: &ScenarioSpec) -> Result<Manifests, serde_json::Error> {
    let url = format!("https://sqs.us-east-1.amazonaws.com/123456789012/{QUEUE}");
    let operator: OperatorSpec = serde_json::from_value(json!({"queues": [{"url": url}], "api": spec.api}))?;
    let clusters = spec.clusters.iter().map(|cluster| {
        let told = spec.spot_clusters.iter().find(|told| told.cluster_name() == cluster.name);
        let untold = || serde_json::from_value(json!({"cluster": cluster.name}));
        let spec: SpotClusterSpec = told.cloned().map_or_else(untold, Ok)?;
        Ok(resource("SpotCluster", &cluster.name, spec))
    });
    Ok(Manifests {
        operator: resource("Operator", "operator", operator),
        clusters: clusters.collect::<Result<_, _>>()?,
    })
}

fn resource<S>(kind: &str, name: &str, spec: S) -> Resource<S> {
    let metadata = Metadata { name: name.to_owned(), labels: Default::default(), annotations: Default::default() };
    Resource { api_version: API_VERSION.to_owned(), kind: kind.to_owned(), metadata, spec }
}

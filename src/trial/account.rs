//! From a `Scenario` to an account for the simulated AWS, and to the manifests of the operators in it.

use serde_json::json;

use crate::api::{
    API_VERSION, Manifests, Metadata, OperatorSpec, Resource, ScenarioAction, ScenarioCluster, ScenarioGroup,
    ScenarioInterruption, ScenarioService, ScenarioSpec, ScenarioTask, SpotClusterSpec,
};
use crate::sim;

/// The queue that notices arrive in.
pub const QUEUE: &str = "spot-events";
/// Where what nobody could handle ends.
pub const DEAD_LETTERS: &str = "spot-events-dead";

/// A notice may be received so often before it is a dead letter: once by each operator that takes it over, and some.
const RECEIVES_MAX: u32 = 20;

/// Interruptions that a plan with `every` may give.
const REPEATS_MAX: usize = 100_000;

/// The account.
pub fn account(spec: &ScenarioSpec) -> sim::Scenario {
    let redrive = Some(sim::Redrive { queue: DEAD_LETTERS.to_owned(), max_receive_count: RECEIVES_MAX });
    let groups =
        spec.clusters.iter().flat_map(|cluster| cluster.groups.iter().map(|group| self::group(cluster, group)));
    sim::Scenario {
        clusters: spec.clusters.iter().map(cluster).collect(),
        groups: groups.collect(),
        queues: vec![
            sim::QueueSpec { name: DEAD_LETTERS.to_owned(), ..sim::QueueSpec::default() },
            sim::QueueSpec { name: QUEUE.to_owned(), redrive, ..sim::QueueSpec::default() },
        ],
        rules: vec![sim::RuleSpec::interruptions(QUEUE)],
        interruptions: spec.interruptions.iter().flat_map(|plan| interruptions(spec, plan)).collect(),
        ..sim::Scenario::default()
    }
}

fn cluster(cluster: &ScenarioCluster) -> sim::ClusterSpec {
    sim::ClusterSpec {
        name: cluster.name.clone(),
        services: cluster.services.iter().map(service).collect(),
        standalone: cluster.standalone.iter().map(|own| task("standalone", own)).collect(),
    }
}

fn service(service: &ScenarioService) -> sim::ServiceSpec {
    let launch = match service.capacity_providers.as_slice() {
        [] => sim::Launch::Type,
        providers => sim::Launch::CapacityProviders(providers.to_vec()),
    };
    sim::ServiceSpec {
        name: service.name.clone(),
        strategy: sim::Strategy::Replica,
        protected_for: None,
        desired: service.desired as usize,
        min_healthy_percent: service.minimum_healthy_percent as usize,
        max_percent: service.maximum_percent as usize,
        deregistration_delay: service.deregistration_delay.map(|delay| delay.unsigned()),
        launch,
        task: task(&service.name, &service.task),
    }
}

fn task(family: &str, task: &ScenarioTask) -> sim::TaskSpec {
    sim::TaskSpec {
        family: family.to_owned(),
        cpu: task.cpu,
        memory: task.memory,
        stop_timeout: task.stop_timeout.unsigned(),
        containers: vec![family.to_owned()],
        ..sim::TaskSpec::default()
    }
}

fn group(cluster: &ScenarioCluster, group: &ScenarioGroup) -> sim::GroupSpec {
    sim::GroupSpec {
        name: group_name(&group.capacity_provider),
        cluster: Some(cluster.name.clone()),
        capacity_provider: Some(group.capacity_provider.clone()),
        min: group.min,
        max: group.max.unwrap_or_else(|| group.desired.saturating_mul(2)),
        desired: group.desired,
        zones: group.zones.clone(),
        instance_types: group.instance_types.clone(),
        capacity_rebalance: group.capacity_rebalance,
        suspended: if group.launch_suspended { vec![sim::Process::Launch] } else { Vec::new() },
        ..sim::GroupSpec::default()
    }
}

/// The name of the group behind a capacity provider.
pub fn group_name(capacity_provider: &str) -> String {
    format!("{capacity_provider}-asg")
}

fn interruptions(spec: &ScenarioSpec, plan: &ScenarioInterruption) -> Vec<sim::InterruptionPlan> {
    let end = spec.duration.unsigned();
    let times = std::iter::successors(Some(plan.after.unsigned()), |last| Some(*last + plan.every?.unsigned()));
    let times = times.take_while(|time| *time < end).take(REPEATS_MAX);
    let one = |after| sim::InterruptionPlan {
        after,
        group: group_name(&plan.capacity_provider),
        count: plan.count as usize,
        action: match plan.action {
            ScenarioAction::Terminate => sim::Action::Terminate,
            ScenarioAction::Stop => sim::Action::Stop,
            ScenarioAction::Hibernate => sim::Action::Hibernate,
        },
        any: false,
        silent: false,
        recommended: None,
        lead: Some(plan.notice.unsigned()),
        cancelled_after: plan.cancelled_after.map(|after| after.unsigned()),
    };
    times.map(one).collect()
}

/// What the operators are told: the queue, and of each cluster what the scenario says, or nothing but its name.
///
/// # Errors
/// When the defaults of the kinds have become something else than what this room knows.
pub fn manifests(spec: &ScenarioSpec) -> Result<Manifests, serde_json::Error> {
    let url = format!("https://sqs.us-east-1.amazonaws.com/123456789012/{QUEUE}");
    let operator: OperatorSpec = serde_json::from_value(json!({"queues": [{"url": url}]}))?;
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

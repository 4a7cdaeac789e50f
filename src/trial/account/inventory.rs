//! What there is in the account.

use super::{QUEUE, group_name};
use crate::api::{
    ScenarioCluster, ScenarioGroup, ScenarioHook, ScenarioHookTarget, ScenarioLaunch, ScenarioPool, ScenarioProcess,
    ScenarioService, ScenarioSpec, ScenarioTask,
};
use crate::sim;

const WRAPPED: &str = "lifecycle";
const RAW: &str = "lifecycle-raw";

pub fn topics() -> Vec<sim::TopicSpec> {
    let topic = |name: &str, raw| sim::TopicSpec { name: name.to_owned(), queue: QUEUE.to_owned(), raw };
    vec![topic(WRAPPED, false), topic(RAW, true)]
}

pub fn pool(pool: &ScenarioPool) -> sim::PoolSpec {
    let ScenarioPool { instance_type, zone, capacity } = pool.clone();
    sim::PoolSpec { instance_type, zone, capacity }
}

pub fn cluster(cluster: &ScenarioCluster) -> sim::ClusterSpec {
    sim::ClusterSpec {
        name: cluster.name.clone(),
        services: cluster.services.iter().map(service).collect(),
        standalone: cluster.standalone.iter().map(|own| task("standalone", own)).collect(),
    }
}

fn service(service: &ScenarioService) -> sim::ServiceSpec {
    let launch = match (service.capacity_providers.as_slice(), service.launch) {
        ([], ScenarioLaunch::Ec2) => sim::Launch::Type,
        ([], ScenarioLaunch::Fargate) => sim::Launch::Fargate,
        ([], ScenarioLaunch::FargateSpot) => sim::Launch::FargateSpot,
        (providers, _) => sim::Launch::CapacityProviders(providers.to_vec()),
    };
    sim::ServiceSpec {
        name: service.name.clone(),
        strategy: if service.daemon { sim::Strategy::Daemon } else { sim::Strategy::Replica },
        desired: service.desired as usize,
        min_healthy_percent: service.minimum_healthy_percent as usize,
        max_percent: service.maximum_percent as usize,
        deregistration_delay: service.deregistration_delay.map(|delay| delay.unsigned()),
        launch,
        protected_for: service.protected_for.map(|time| time.unsigned()),
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

pub fn groups(spec: &ScenarioSpec) -> Vec<sim::GroupSpec> {
    let groups = spec.clusters.iter().flat_map(|cluster| cluster.groups.iter().map(move |own| group(cluster, own)));
    groups.collect()
}

fn group(cluster: &ScenarioCluster, group: &ScenarioGroup) -> sim::GroupSpec {
    let scaling = group.managed_scaling.map(|scaling| sim::ManagedScaling {
        target: scaling.target,
        warmup: scaling.warmup.unsigned(),
        ..sim::ManagedScaling::default()
    });
    sim::GroupSpec {
        name: group_name(&group.capacity_provider),
        cluster: Some(cluster.name.clone()),
        capacity_provider: Some(group.capacity_provider.clone()),
        min: group.min,
        max: group.max.unwrap_or_else(|| group.desired.saturating_mul(2)),
        desired: group.desired,
        zones: group.zones.clone(),
        instance_types: group.instance_types.clone(),
        market: sim::Market {
            on_demand_base: group.on_demand_base,
            on_demand_percent_above: group.on_demand_percent_above,
        },
        launch_template: !group.launch_configuration,
        warm_pool: group.warm_pool,
        capacity_rebalance: group.capacity_rebalance,
        suspended: group.suspended.iter().map(|process| self::process(*process)).collect(),
        protect_new: group.managed_termination_protection,
        hooks: group.hooks.iter().map(hook).collect(),
        standby: group.standby,
        refreshing: group.refreshing,
        managed_scaling: scaling,
        managed_draining: group.managed_draining,
        managed_termination_protection: group.managed_termination_protection,
        agent_draining: group.agent_draining,
    }
}

const fn process(process: ScenarioProcess) -> sim::Process {
    match process {
        ScenarioProcess::Launch => sim::Process::Launch,
        ScenarioProcess::Terminate => sim::Process::Terminate,
        ScenarioProcess::AlarmNotification => sim::Process::AlarmNotification,
        ScenarioProcess::HealthCheck => sim::Process::HealthCheck,
        ScenarioProcess::ReplaceUnhealthy => sim::Process::ReplaceUnhealthy,
    }
}

fn hook(hook: &ScenarioHook) -> sim::HookSpec {
    sim::HookSpec {
        name: hook.name.clone(),
        launching: hook.launching,
        heartbeat: hook.heartbeat.unsigned(),
        continues: hook.continues,
        target: match hook.target {
            ScenarioHookTarget::EventBridge => sim::HookTarget::EventBridge,
            ScenarioHookTarget::Queue => sim::HookTarget::Queue(QUEUE.to_owned()),
            ScenarioHookTarget::Topic => sim::HookTarget::Topic(WRAPPED.to_owned()),
            ScenarioHookTarget::RawTopic => sim::HookTarget::Topic(RAW.to_owned()),
        },
        metadata: None,
    }
}

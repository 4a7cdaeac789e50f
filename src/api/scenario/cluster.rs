//! What there is in the account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::HumanDuration;

/// An ECS cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioCluster {
    /// Its name.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// The groups behind its capacity providers.
    #[schemars(length(min = 1, max = 20))]
    pub groups: Vec<ScenarioGroup>,
    /// Its services.
    #[serde(default)]
    pub services: Vec<ScenarioService>,
    /// Tasks that belong to no service.
    #[serde(default)]
    pub standalone: Vec<ScenarioTask>,
}

/// An Auto Scaling group, and the capacity provider made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioGroup {
    /// The name of the capacity provider; the group's is that with `-asg` behind it.
    #[schemars(length(min = 1, max = 200))]
    pub capacity_provider: String,
    /// How many instances it has at the start, and wants.
    #[schemars(range(max = 5000))]
    pub desired: u32,
    /// MinSize.
    #[serde(default)]
    pub min: u32,
    /// MaxSize; null: twice what is desired.
    #[serde(default)]
    pub max: Option<u32>,
    /// The zones that it spreads over.
    #[serde(default = "default_zones")]
    pub zones: Vec<String>,
    /// The types that it launches, in turn.
    #[serde(default = "default_types")]
    pub instance_types: Vec<String>,
    /// OnDemandBaseCapacity.
    #[serde(default)]
    pub on_demand_base: u32,
    /// OnDemandPercentageAboveBaseCapacity.
    #[serde(default)]
    #[schemars(range(max = 100))]
    pub on_demand_percent_above: u32,
    /// How many stopped instances its warm pool keeps; null: it has none.
    #[serde(default)]
    pub warm_pool: Option<u32>,
    /// Capacity Rebalancing.
    #[serde(default)]
    pub capacity_rebalance: bool,
    /// Processes that are suspended.
    #[serde(default)]
    pub suspended: Vec<ScenarioProcess>,
    /// Its lifecycle hooks, but for the one of managed draining.
    #[serde(default)]
    pub hooks: Vec<ScenarioHook>,
    /// So many of its instances are in Standby at the start.
    #[serde(default)]
    pub standby: u32,
    /// An instance refresh is under way at the start.
    #[serde(default)]
    pub refreshing: bool,
    /// Managed scaling of the capacity provider; null: none.
    #[serde(default)]
    pub managed_scaling: Option<ScenarioScaling>,
    /// Managed draining of the capacity provider.
    #[serde(default)]
    pub managed_draining: bool,
    /// Managed termination protection of the capacity provider.
    #[serde(default)]
    pub managed_termination_protection: bool,
    /// The ECS agents drain their instances at a notice: `ECS_ENABLE_SPOT_INSTANCE_DRAINING`.
    #[serde(default)]
    pub agent_draining: bool,
    /// It has a launch configuration, and no launch template: it launches none on request.
    #[serde(default)]
    pub launch_configuration: bool,
}

impl ScenarioGroup {
    /// A group of `desired` instances, and nothing special about it.
    #[must_use]
    pub fn plain(capacity_provider: &str, desired: u32) -> Self {
        Self {
            capacity_provider: capacity_provider.to_owned(),
            desired,
            min: 0,
            max: None,
            zones: default_zones(),
            instance_types: default_types(),
            on_demand_base: 0,
            on_demand_percent_above: 0,
            warm_pool: None,
            capacity_rebalance: false,
            suspended: Vec::new(),
            hooks: Vec::new(),
            standby: 0,
            refreshing: false,
            managed_scaling: None,
            managed_draining: false,
            managed_termination_protection: false,
            agent_draining: false,
            launch_configuration: false,
        }
    }
}

/// A process of a group that can be suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "the names are Auto Scaling's own")]
pub enum ScenarioProcess {
    Launch,
    Terminate,
    AlarmNotification,
    HealthCheck,
    ReplaceUnhealthy,
}

/// A lifecycle hook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioHook {
    /// Its name.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// It holds what is launched, and not what is terminated.
    #[serde(default)]
    pub launching: bool,
    /// HeartbeatTimeout: 30 s to 2 h.
    #[serde(default = "default_heartbeat")]
    pub heartbeat: HumanDuration,
    /// An instance goes on when nobody has answered in time: DefaultResult CONTINUE, and not ABANDON.
    #[serde(default)]
    pub continues: bool,
    /// Where it notifies.
    #[serde(default)]
    pub target: ScenarioHookTarget,
}

/// Where a lifecycle hook notifies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ScenarioHookTarget {
    /// The event bus only.
    #[default]
    EventBridge,
    /// The operators' queue, straight.
    Queue,
    /// The operators' queue, through an SNS topic that wraps the message.
    Topic,
    /// The operators' queue, through an SNS topic with raw message delivery.
    RawTopic,
}

/// Managed scaling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScenarioScaling {
    /// targetCapacity.
    #[schemars(range(min = 1, max = 100))]
    pub target: u32,
    /// instanceWarmupPeriod.
    pub warmup: HumanDuration,
}

impl Default for ScenarioScaling {
    fn default() -> Self {
        Self { target: 100, warmup: HumanDuration::from_secs(300) }
    }
}

/// A pool of Spot capacity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioPool {
    /// The instance type.
    pub instance_type: String,
    /// The zone.
    pub zone: String,
    /// How many instances it can hold.
    pub capacity: u32,
}

/// An ECS service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioService {
    /// Its name.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// Its desired count; of no meaning for a daemon service.
    #[serde(default = "one")]
    #[schemars(range(max = 5000))]
    pub desired: u32,
    /// One task on each container instance.
    #[serde(default)]
    pub daemon: bool,
    /// minimumHealthyPercent.
    #[serde(default = "hundred")]
    #[schemars(range(max = 100))]
    pub minimum_healthy_percent: u32,
    /// maximumPercent.
    #[serde(default = "two_hundred")]
    #[schemars(range(max = 1000))]
    pub maximum_percent: u32,
    /// The deregistration delay of its target group; null: no load balancer.
    #[serde(default)]
    pub deregistration_delay: Option<HumanDuration>,
    /// Where it runs, unless it has capacity providers.
    #[serde(default)]
    pub launch: ScenarioLaunch,
    /// The capacity providers of its strategy; none: as `launch` says.
    #[serde(default)]
    pub capacity_providers: Vec<String>,
    /// Its tasks protect themselves from scale-in for so long after they start; null: they do not.
    #[serde(default)]
    pub protected_for: Option<HumanDuration>,
    /// Its tasks.
    #[serde(default)]
    pub task: ScenarioTask,
}

/// Where a service without capacity providers runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ScenarioLaunch {
    /// Launch type EC2.
    #[default]
    Ec2,
    /// On Fargate.
    Fargate,
    /// On Fargate Spot.
    FargateSpot,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScenarioTask {
    /// In CPU units, 1,024 a vCPU.
    pub cpu: u32,
    /// In MiB.
    pub memory: u32,
    /// From SIGTERM to SIGKILL.
    pub stop_timeout: HumanDuration,
}

impl Default for ScenarioTask {
    fn default() -> Self {
        Self { cpu: 256, memory: 512, stop_timeout: HumanDuration::from_secs(30) }
    }
}

fn default_zones() -> Vec<String> {
    ["us-east-1a", "us-east-1b", "us-east-1c"].map(str::to_owned).to_vec()
}

fn default_types() -> Vec<String> {
    vec!["m5.large".to_owned()]
}

const fn default_heartbeat() -> HumanDuration {
    HumanDuration::from_secs(300)
}

const fn one() -> u32 {
    1
}

const fn hundred() -> u32 {
    100
}

const fn two_hundred() -> u32 {
    200
}

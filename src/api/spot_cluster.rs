//! The kind `SpotCluster`: one ECS cluster, and what may be done in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Amount, HumanDuration, Percent};

/// One ECS cluster, and what may be done in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpotClusterSpec {
    /// The ECS cluster, by name or ARN.
    #[schemars(length(min = 1, max = 512))]
    pub cluster: String,
    /// The cluster's Region; null: the one of the process.
    #[serde(default)]
    pub region: Option<String>,
    /// The role to take on for a cluster in another account. Not supported yet.
    #[serde(default)]
    pub assume_role: Option<AssumeRole>,
    /// Whether to act, to say what would be done, or to do nothing.
    #[serde(default)]
    pub mode: Mode,
    /// How long a replacement that was asked for may go unseen before that is reported.
    #[serde(default = "default_confirm_within")]
    pub confirm_within: HumanDuration,
    /// How replacement capacity is had.
    #[serde(default)]
    pub replacement: Replacement,
    /// How the tasks of a doomed instance are dealt with.
    #[serde(default)]
    pub tasks: TaskRules,
    /// Which signals count.
    #[serde(default)]
    pub signals: Signals,
    /// Per capacity provider: the same keys, overriding, and `managed: false` to leave one alone.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub capacity_providers: Vec<CapacityProviderPolicy>,
    /// Capacity kept ready before it is needed. Not supported yet.
    #[serde(default)]
    pub headroom: Headroom,
}

impl SpotClusterSpec {
    /// The cluster's name in ECS, without the rest of its ARN.
    #[must_use]
    pub fn cluster_name(&self) -> &str {
        self.cluster.rsplit('/').next().unwrap_or(&self.cluster)
    }

    /// The Region that the manifest names, by itself or in the cluster's ARN.
    #[must_use]
    pub fn named_region(&self) -> Option<&str> {
        self.region.as_deref().or_else(|| region_of(&self.cluster))
    }

    /// Whether both name the same cluster, as far as the manifests tell.
    #[must_use]
    pub fn is_same_cluster(&self, other: &Self) -> bool {
        self.cluster_name() == other.cluster_name() && self.named_region() == other.named_region()
    }
}

/// The Region in an ARN, `arn:aws:ecs:<region>:<account>:cluster/<name>`.
pub(super) fn region_of(cluster: &str) -> Option<&str> {
    cluster.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty())
}

/// Another account's role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssumeRole {
    /// The role's ARN.
    pub role_arn: String,
    /// The external id that the role's trust policy asks for.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// Whether to act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// Act.
    #[default]
    Enforce,
    /// Log what would be done and change nothing in ECS and Auto Scaling.
    DryRun,
    /// Do nothing but log that it was skipped.
    Paused,
}

/// How replacement capacity is had.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Replacement {
    /// Which call asks for it.
    #[schemars(extend("x-source" = "EC2 Auto Scaling API reference, DetachInstances, TerminateInstanceInAutoScalingGroup and LaunchInstances"))]
    pub method: Method,
    /// Where else capacity may come from while the pool has none: another capacity provider, or the On-Demand base of the
    /// pool's own group. Off by default.
    ///
    /// It is asked only after a launch of the pool itself has failed; another capacity provider also where the pool's Launch
    /// process is suspended. It is given back when the pool is whole again and has not failed for `signals.rebalance.cooldown`.
    pub fallback: Option<Fallback>,
}

/// Which call asks the Auto Scaling group for a replacement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Method {
    /// Chosen by what is observed of the group.
    #[default]
    Auto,
    /// `DetachInstances` without decrement.
    Detach,
    /// `TerminateInstanceInAutoScalingGroup` without decrement.
    Terminate,
    /// `LaunchInstances` first, away from the zones that have just lost capacity, then `DetachInstances` with decrement. Where
    /// the group cannot launch on request, as `detach`.
    Launch,
    /// Ask for none.
    None,
}

/// A second source of capacity: either `capacityProvider` or `onDemandBaseCapacity`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fallback {
    /// The capacity provider to launch in, by `LaunchInstances`: another one of the cluster, such as one of On-Demand Instances.
    #[serde(default)]
    pub capacity_provider: Option<String>,
    /// True: raise OnDemandBaseCapacity of the pool's own group, so that it launches On-Demand what it lacks.
    ///
    /// Lowering it again makes the group replace healthy instances. So it is raised only in groups that have a termination hook
    /// of managed draining or of `signals.lifecycleHooks`, its original value stays in a tag of the group meanwhile, and it is
    /// lowered within `signals.rebalance.budget`, with a pause of `signals.rebalance.cooldown`. While it is raised, `LaunchInstances`
    /// does not serve the group: planned hand-overs do without a replacement before.
    #[serde(default)]
    #[schemars(extend("x-source" = "EC2 Auto Scaling API reference, InstancesDistribution"))]
    pub on_demand_base_capacity: bool,
    /// So many at a time at most, or a share of what the pool itself wants.
    pub max: Amount,
}

/// How the tasks of a doomed instance are dealt with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TaskRules {
    /// When tasks that belong to no service are stopped.
    #[schemars(extend("x-source" = "Amazon ECS API reference, StopTask and ContainerDefinition (stopTimeout)"))]
    pub standalone: StandaloneTasks,
    /// Kept free between a task's end and the deadline.
    pub margin: HumanDuration,
    /// Whether the targets of tasks that the operator stops itself are deregistered before, through the load balancer's API: as
    /// long before as their group lets them drain, and at most 30 s. Tasks that ECS stops in time are deregistered by ECS.
    #[schemars(extend("x-source" = "Elastic Load Balancing API reference, DeregisterTargets"))]
    pub deregister_targets: bool,
}

impl Default for TaskRules {
    fn default() -> Self {
        Self { standalone: StandaloneTasks::Latest, margin: HumanDuration::from_secs(5), deregister_targets: false }
    }
}

/// When tasks that belong to no service are stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum StandaloneTasks {
    /// As late as their stopTimeout allows.
    #[default]
    Latest,
    /// At once.
    Now,
    /// Never by the operator.
    Leave,
}

/// Which signals count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Signals {
    /// The two-minute Spot interruption notice.
    #[schemars(extend("x-source" = "EC2 User Guide, \"Spot Instance interruption notices\""))]
    pub interruption: Interruption,
    /// The rebalance recommendation.
    #[schemars(extend("x-source" = "EC2 User Guide, \"EC2 instance rebalance recommendations\""))]
    pub rebalance: Rebalance,
    /// Scheduled maintenance told by AWS Health.
    #[schemars(extend("x-source" = "EC2 User Guide, \"Scheduled events for your instances\""))]
    pub maintenance: Maintenance,
    /// The termination lifecycle hooks that the operator completes.
    #[schemars(extend("x-source" = "EC2 Auto Scaling User Guide, \"Amazon EC2 Auto Scaling lifecycle hooks\""))]
    pub lifecycle_hooks: Vec<String>,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            interruption: Interruption::default(),
            rebalance: Rebalance::default(),
            maintenance: Maintenance::default(),
            lifecycle_hooks: vec!["ecs-spot-operator-drain".to_owned()],
        }
    }
}

/// The two-minute Spot interruption notice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "InterruptionSignal")]
pub struct Interruption {
    /// False: notices for this cluster are acknowledged and nothing is done.
    pub enabled: bool,
}

impl Default for Interruption {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// The rebalance recommendation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Rebalance {
    /// Whether to act on it.
    pub enabled: bool,
    /// How much of a pool may be handed over at a time.
    pub budget: Amount,
    /// The pause between two hand-overs of a pool.
    pub cooldown: HumanDuration,
}

impl Default for Rebalance {
    fn default() -> Self {
        Self { enabled: false, budget: Amount::Percent(Percent::new(10)), cooldown: HumanDuration::from_secs(600) }
    }
}

/// Scheduled maintenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Maintenance {
    /// Whether to act on it.
    pub enabled: bool,
    /// How much of a pool may be handed over at a time.
    pub budget: Amount,
}

impl Default for Maintenance {
    fn default() -> Self {
        Self { enabled: true, budget: Amount::Percent(Percent::new(10)) }
    }
}

/// One capacity provider's own rules. A key that is given replaces the cluster's as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CapacityProviderPolicy {
    /// The capacity provider's name.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// False: its instances are left alone.
    #[serde(default = "default_managed")]
    pub managed: bool,
    /// As in the cluster.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// As in the cluster.
    #[serde(default)]
    pub confirm_within: Option<HumanDuration>,
    /// As in the cluster.
    #[serde(default)]
    pub replacement: Option<Replacement>,
    /// As in the cluster.
    #[serde(default)]
    pub tasks: Option<TaskRules>,
    /// As in the cluster.
    #[serde(default)]
    pub signals: Option<Signals>,
    /// As in the cluster.
    #[serde(default)]
    pub headroom: Option<Headroom>,
}

/// Capacity kept ready before it is needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Headroom {
    /// Whether to keep any.
    pub mode: HeadroomMode,
    /// How much at most.
    pub max: Amount,
    /// The share of interruptions that it should cover.
    pub target: Percent,
}

impl Default for Headroom {
    fn default() -> Self {
        Self { mode: HeadroomMode::Off, max: Amount::Percent(Percent::new(10)), target: Percent::new(99) }
    }
}

/// Whether headroom is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum HeadroomMode {
    /// None is kept.
    #[default]
    Off,
    /// `max` is kept. Not supported yet.
    Fixed,
    /// As much as the pool's own history asks for. Not supported yet.
    Auto,
}

fn default_confirm_within() -> HumanDuration {
    HumanDuration::from_secs(15)
}

fn default_managed() -> bool {
    true
}

//! The kind `Scenario`: a simulated AWS account, what happens to it, and which operators work in it.
//!
//! What there is stands in `cluster`, what happens in `happening`, what Spot does by itself in `weather`, what goes wrong in
//! `fault`; `check` says what a scenario has to be beyond its types.

pub(super) mod check;
mod cluster;
mod fault;
mod happening;
mod weather;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use cluster::{
    ScenarioCluster, ScenarioGroup, ScenarioHook, ScenarioHookTarget, ScenarioLaunch, ScenarioPool, ScenarioProcess,
    ScenarioScaling, ScenarioService, ScenarioTask,
};
pub use fault::{
    ScenarioCallFaults, ScenarioCategory, ScenarioEventFaults, ScenarioFaults, ScenarioNeighbour, ScenarioQueueFaults,
    ScenarioThrottling,
};
pub use happening::{
    ScenarioAction, ScenarioCapacity, ScenarioDeed, ScenarioHappening, ScenarioInterruption, ScenarioMessage,
    ScenarioSome,
};
pub use weather::ScenarioWeather;

use super::{ApiBudget, HumanDuration, SpotClusterSpec};

/// A simulated AWS account, what happens to it, and which operators work in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioSpec {
    /// What the scenario shows, for its readers.
    #[serde(default)]
    pub description: String,
    /// How long it goes on, in simulated time.
    #[serde(default = "default_duration")]
    pub duration: HumanDuration,
    /// The ECS clusters, with the Auto Scaling groups behind their capacity providers.
    #[schemars(length(min = 1, max = 100))]
    pub clusters: Vec<ScenarioCluster>,
    /// Pools of Spot capacity that hold so many instances; one that is not named holds as many as anybody wants.
    #[serde(default)]
    pub pools: Vec<ScenarioPool>,
    /// What EC2 Spot takes back, and when.
    #[serde(default)]
    pub interruptions: Vec<ScenarioInterruption>,
    /// What happens otherwise, and when.
    #[serde(default)]
    pub happenings: Vec<ScenarioHappening>,
    /// What EC2 Spot does by itself; null: nothing.
    #[serde(default)]
    pub weather: Option<ScenarioWeather>,
    /// Which signals reach the operators' queue.
    #[serde(default = "default_signals")]
    pub signals: Vec<ScenarioSignal>,
    /// What goes wrong.
    #[serde(default)]
    pub faults: ScenarioFaults,
    /// Switches of the simulated AWS for what AWS does not document.
    #[serde(default)]
    pub assumptions: ScenarioAssumptions,
    /// The operators, and when each comes and goes; by default one from start to end.
    #[serde(default = "default_operators")]
    #[schemars(length(max = 10))]
    pub operators: Vec<ScenarioOperator>,
    /// How much of the API's limits the operators may use.
    #[serde(default)]
    pub api: ApiBudget,
    /// What the operators are told of the clusters; of one that is not named here, nothing but its name.
    #[serde(default)]
    pub spot_clusters: Vec<SpotClusterSpec>,
}

/// A kind of event that a rule can send to the operators' queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ScenarioSignal {
    /// EC2 Spot Instance Interruption Warning.
    Interruption,
    /// EC2 Instance Rebalance Recommendation.
    Rebalance,
    /// EC2 Instance State-change Notification.
    StateChange,
    /// AWS Health Event.
    Maintenance,
    /// EC2 Instance-terminate Lifecycle Action, EC2 Instance-launch Lifecycle Action.
    Lifecycle,
    /// EC2 Instance Launch Successful and Unsuccessful, EC2 Instance Terminate Successful.
    Scaling,
    /// ECS Container Instance State Change.
    ContainerInstance,
    /// ECS Task State Change, those of Fargate Spot included.
    Task,
    /// ECS Service Action.
    Service,
}

impl ScenarioSignal {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Interruption,
        Self::Rebalance,
        Self::StateChange,
        Self::Maintenance,
        Self::Lifecycle,
        Self::Scaling,
        Self::ContainerInstance,
        Self::Task,
        Self::Service,
    ];

    /// The values of `detail-type` that it stands for.
    #[must_use]
    pub const fn detail_types(self) -> &'static [&'static str] {
        match self {
            Self::Interruption => &["EC2 Spot Instance Interruption Warning"],
            Self::Rebalance => &["EC2 Instance Rebalance Recommendation"],
            Self::StateChange => &["EC2 Instance State-change Notification"],
            Self::Maintenance => &["AWS Health Event"],
            Self::Lifecycle => &["EC2 Instance-terminate Lifecycle Action", "EC2 Instance-launch Lifecycle Action"],
            Self::Scaling => &[
                "EC2 Instance Launch Successful",
                "EC2 Instance Launch Unsuccessful",
                "EC2 Instance Terminate Successful",
            ],
            Self::ContainerInstance => &["ECS Container Instance State Change"],
            Self::Task => &["ECS Task State Change"],
            Self::Service => &["ECS Service Action"],
        }
    }
}

/// Switches of the simulated AWS for what AWS does not document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScenarioAssumptions {
    /// A group launches a replacement while the old instance waits in Terminating:Wait.
    pub launches_while_waiting: bool,
    /// ECS refuses to drain what is draining.
    pub draining_twice_fails: bool,
    /// StopTask sends SIGTERM at once to a task that waits for its deregistration delay.
    pub stop_task_skips_deregistration: bool,
    /// Task protection keeps the scheduler from stopping tasks on a draining instance.
    pub protection_holds_drains: bool,
    /// How long the scheduler holds a service back after three failed placements.
    pub placement_hold: HumanDuration,
}

impl Default for ScenarioAssumptions {
    fn default() -> Self {
        Self {
            launches_while_waiting: true,
            draining_twice_fails: false,
            stop_task_skips_deregistration: true,
            protection_holds_drains: true,
            placement_hold: HumanDuration::from_secs(300),
        }
    }
}

/// An operator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioOperator {
    /// When it starts.
    #[serde(default = "at_once")]
    pub starts_after: HumanDuration,
    /// When it is asked to stop; null: never.
    #[serde(default)]
    pub stops_after: Option<HumanDuration>,
    /// When it crashes; null: never.
    #[serde(default)]
    pub crashes_after: Option<HumanDuration>,
    /// By how many milliseconds its clock is ahead of AWS's, or behind.
    #[serde(default)]
    #[schemars(range(min = -60_000, max = 60_000))]
    pub clock_ahead_millis: i32,
    /// How often its manifests change while the trial lasts, every other time to bad ones.
    #[serde(default)]
    #[schemars(range(max = 10_000))]
    pub reloads: u32,
}

fn default_duration() -> HumanDuration {
    HumanDuration::from_secs(900)
}

fn default_operators() -> Vec<ScenarioOperator> {
    vec![ScenarioOperator::default()]
}

fn default_signals() -> Vec<ScenarioSignal> {
    vec![ScenarioSignal::Interruption]
}

const fn at_once() -> HumanDuration {
    HumanDuration::from_secs(0)
}

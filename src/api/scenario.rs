//! The kind `Scenario`: a simulated AWS account, what happens to it, and which operators work in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HumanDuration, SpotClusterSpec};

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
    /// What EC2 Spot takes back, and when.
    #[serde(default)]
    pub interruptions: Vec<ScenarioInterruption>,
    /// The operators, and when each comes and goes; by default one from start to end.
    #[serde(default = "default_operators")]
    #[schemars(length(max = 10))]
    pub operators: Vec<ScenarioOperator>,
    /// What the operators are told of the clusters; of one that is not named here, nothing but its name.
    #[serde(default)]
    pub spot_clusters: Vec<SpotClusterSpec>,
}

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

/// An Auto Scaling group of Spot instances, and the capacity provider made of it.
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
    /// Capacity Rebalancing.
    #[serde(default)]
    pub capacity_rebalance: bool,
    /// Whether its Launch process is suspended.
    #[serde(default)]
    pub launch_suspended: bool,
}

/// An ECS service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioService {
    /// Its name.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// Its desired count.
    #[schemars(range(max = 5000))]
    pub desired: u32,
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
    /// The capacity providers of its strategy; none: launch type EC2.
    #[serde(default)]
    pub capacity_providers: Vec<String>,
    /// Its tasks.
    #[serde(default)]
    pub task: ScenarioTask,
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

/// Instances that EC2 Spot takes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioInterruption {
    /// When the notice is given, from the start.
    pub after: HumanDuration,
    /// The capacity provider whose instances they are; which ones is drawn.
    pub capacity_provider: String,
    /// How many.
    #[serde(default = "one")]
    #[schemars(range(max = 5000))]
    pub count: u32,
    /// What EC2 does with them.
    #[serde(default)]
    pub action: ScenarioAction,
    /// From the notice to the interruption.
    #[serde(default = "default_notice")]
    pub notice: HumanDuration,
    /// EC2 changes its mind so long after the notice; null: it does not.
    #[serde(default)]
    pub cancelled_after: Option<HumanDuration>,
    /// Give it again and again at this interval; null: once.
    #[serde(default)]
    pub every: Option<HumanDuration>,
}

/// What EC2 Spot does with an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ScenarioAction {
    /// It is terminated.
    #[default]
    Terminate,
    /// It is stopped.
    Stop,
    /// It is hibernated.
    Hibernate,
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
}

fn default_duration() -> HumanDuration {
    HumanDuration::from_secs(900)
}

fn default_operators() -> Vec<ScenarioOperator> {
    vec![ScenarioOperator::default()]
}

fn default_zones() -> Vec<String> {
    ["us-east-1a", "us-east-1b", "us-east-1c"].map(str::to_owned).to_vec()
}

fn default_types() -> Vec<String> {
    vec!["m5.large".to_owned()]
}

fn default_notice() -> HumanDuration {
    HumanDuration::from_secs(120)
}

fn at_once() -> HumanDuration {
    HumanDuration::from_secs(0)
}

fn one() -> u32 {
    1
}

fn hundred() -> u32 {
    100
}

fn two_hundred() -> u32 {
    200
}

//! What happens in the account at a stated time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::HumanDuration;

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
    /// Any members of the group, and not only those that are in service and in their cluster.
    #[serde(default)]
    pub any: bool,
    /// What EC2 does with them.
    #[serde(default)]
    pub action: ScenarioAction,
    /// From the notice to the interruption.
    #[serde(default = "default_notice")]
    pub notice: HumanDuration,
    /// No notice is given at all.
    #[serde(default)]
    pub silent: bool,
    /// EC2 recommends to rebalance so long before the notice; null: it does not.
    #[serde(default)]
    pub recommended_before: Option<HumanDuration>,
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

/// Something that happens otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioHappening {
    /// When, from the start.
    pub after: HumanDuration,
    /// What.
    pub what: ScenarioDeed,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum ScenarioDeed {
    /// EC2 recommends to rebalance, and nothing comes of it.
    Recommend(ScenarioSome),
    /// AWS announces the retirement of instances, `later` from then.
    Maintain(ScenarioSome),
    /// The Spot capacity of pools changes; Spot takes back what is too much.
    Capacity(ScenarioCapacity),
    /// Fargate Spot takes so many tasks of a cluster back; `capacityProvider` names the cluster.
    InterruptFargate(ScenarioSome),
    /// A person drains instances, and sets them back `later`.
    Drain(ScenarioSome),
    /// A person detaches instances and leaves them in the cluster.
    Detach(ScenarioSome),
    /// A person terminates instances, which are replaced.
    Terminate(ScenarioSome),
    /// A person sets the desired capacity to `count`.
    Resize(ScenarioSome),
    /// A person starts an instance refresh.
    Refresh(ScenarioSome),
    /// Somebody puts a message into the operators' queue.
    Send(ScenarioMessage),
}

/// Some instances of a group; which ones is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioSome {
    /// The capacity provider.
    pub capacity_provider: String,
    /// How many.
    #[serde(default = "one")]
    #[schemars(range(max = 5000))]
    pub count: u32,
    /// What is done later, where something is; null: nothing, or at once.
    #[serde(default)]
    pub later: Option<HumanDuration>,
}

/// Another Spot capacity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioCapacity {
    /// The instance type; null: every one.
    #[serde(default)]
    pub instance_type: Option<String>,
    /// The zone; null: every one.
    #[serde(default)]
    pub zone: Option<String>,
    /// How many instances each of these pools can hold; null: as many as anybody wants.
    #[serde(default)]
    pub capacity: Option<u32>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioMessage {
    /// All of it.
    pub body: String,
}

const fn default_notice() -> HumanDuration {
    HumanDuration::from_secs(120)
}

const fn one() -> u32 {
    1
}

//! What goes wrong. Probabilities are 0 to 1; 0, the default, is never.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::HumanDuration;

/// What goes wrong in the account, and when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScenarioFaults {
    /// From when on.
    pub from: HumanDuration,
    /// Until when; null: to the end.
    pub until: Option<HumanDuration>,
    /// Calls of the API.
    pub calls: Vec<ScenarioCallFaults>,
    /// Events.
    pub events: ScenarioEventFaults,
    /// Queues.
    pub queues: ScenarioQueueFaults,
    /// The API's limits; null: there are none.
    pub throttling: Option<ScenarioThrottling>,
}

impl ScenarioFaults {
    /// Whether nothing goes wrong.
    #[must_use]
    pub fn are_none(&self) -> bool {
        self.calls.is_empty()
            && self.events == ScenarioEventFaults::default()
            && self.queues == ScenarioQueueFaults::default()
            && self.throttling.is_none()
    }
}

/// Faults of calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScenarioCallFaults {
    /// Which, as `ecs:DescribeTasks` or `sqs:*`; none stands for all.
    pub actions: Vec<String>,
    /// A 5xx; nothing is done.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub server_error: f64,
    /// The caller may not; nothing is done.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub access_denied: f64,
    /// No answer comes, and nothing is done.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub time_out_before: f64,
    /// No answer comes, but what was asked for is done.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub time_out_after: f64,
    /// The connection is reset, and nothing is done.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub reset_before: f64,
    /// The connection is reset, but what was asked for is done.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub reset_after: f64,
    /// Describe and List show a past state.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub stale: f64,
    /// How old that may be.
    pub stale_for: HumanDuration,
    /// An entry of UpdateContainerInstancesState fails, in `failures[]`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub entry_failure: f64,
    /// Answers take so many times as long; 0 stands for 1.
    #[schemars(range(max = 1000))]
    pub latency_factor: u32,
}

/// Faults of events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScenarioEventFaults {
    /// An event of EC2, Auto Scaling or Health is not delivered.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub loss: f64,
    /// It is delivered twice.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub duplicate: f64,
    /// It is delivered late.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub delayed: f64,
    /// How late at most.
    pub delay_max: HumanDuration,
}

/// Faults of queues.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScenarioQueueFaults {
    /// A message is received again although it is hidden.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub redelivery: f64,
    /// Messages are received in another order.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub shuffle: f64,
    /// An entry of a batch fails.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub entry_failure: f64,
}

/// The API's limits, and who else draws on them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScenarioThrottling {
    /// Tokens in Auto Scaling's full bucket; 0 stands for 50. Not published.
    pub auto_scaling_burst: u32,
    /// Tokens that it gains a second; 0 stands for 10. Not published.
    pub auto_scaling_per_second: u32,
    /// Auto Scaling says `RateExceeded`, as its API reference has it, and not `Throttling`.
    pub documented_name: bool,
    /// Others who make calls in the same account.
    pub neighbours: Vec<ScenarioNeighbour>,
}

/// Somebody else who makes calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScenarioNeighbour {
    /// Of which kind.
    pub category: ScenarioCategory,
    /// How many a second.
    pub calls_per_second: u32,
}

/// Calls that share a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ScenarioCategory {
    /// `UpdateContainerInstancesState`, `StopTask` and the like.
    ClusterResourceModify,
    /// `DescribeContainerInstances`, `ListTasks` and the like.
    ClusterResourceRead,
    /// Every action of Auto Scaling.
    AutoScaling,
}

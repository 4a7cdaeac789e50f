//! The kind `Interruption`: the operator's dealing with one doomed instance, as it is read and never written.
//!
//! Plain texts and numbers, so that whoever reads it needs to know nothing of planning. The names in the status are those of
//! the case's log lines, and a contract as they are. Reading is lenient here: an operator may be newer than its reader.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, ResourceEvent};

/// The operator's dealing with one doomed instance. It is read, never written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Interruption {
    /// Always `ecs-spot-operator/v1`.
    pub api_version: String,
    /// Always `Interruption`.
    pub kind: String,
    /// Its name.
    pub metadata: InterruptionMetadata,
    /// What was said to happen.
    pub spec: InterruptionSpec,
    /// What is done about it, and what came of that.
    pub status: InterruptionStatus,
}

/// The name of an interruption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InterruptionMetadata {
    /// The name of the case: the instance, `@`, and when the signal was given. It never changes.
    pub name: String,
}

/// What was said to happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InterruptionSpec {
    /// The doomed instance.
    pub instance_id: String,
    /// The ECS cluster, once it is known whose instance it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The `SpotCluster` that it is managed as, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot_cluster: Option<String>,
    /// The signal that opened the case, such as `interruption_notice`.
    pub signal: String,
    /// When the signal was given.
    #[schemars(extend("format" = "date-time"))]
    pub said_at: String,
    /// When the instance is taken.
    #[schemars(extend("format" = "date-time"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
}

/// What is done about it, and what came of that: the fields of the case's log lines, and what it waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InterruptionStatus {
    /// The case.
    pub case: String,
    /// The doomed instance.
    pub instance_id: String,
    /// The same in ECS, once it has registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_instance_arn: Option<String>,
    /// The ECS cluster, once it is known whose instance it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The capacity provider, if the instance counts to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_provider: Option<String>,
    /// The Auto Scaling group, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_scaling_group: Option<String>,
    /// The instance's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// The instance's type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// The signal that opened the case.
    pub signal: String,
    /// When the instance is taken.
    #[schemars(extend("format" = "date-time"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
    /// From the moment of asking to the deadline, in seconds; negative after it. Of a case that has ended: from its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<f64>,
    /// How the case ended, such as `handed_over`; missing while it is open, and where nothing was to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why something is not done, or what is at risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When each phase was reached.
    #[serde(default)]
    pub phases: BTreeMap<String, String>,
    /// The instance that took over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
    /// How its tasks ended.
    pub tasks: InterruptionTasks,
    /// When each of them came to its end, the earliest first, as far as that is known; 200 at most.
    #[serde(default, rename = "taskEnds", skip_serializing_if = "Vec::is_empty")]
    pub task_ends: Vec<InterruptionTaskEnd>,
    /// AWS's names for the requests that did it.
    #[serde(default)]
    pub aws_request_ids: BTreeMap<String, String>,
    /// Whether the case is open: something is still to be done, or waited for.
    pub open: bool,
    /// Of an open case, what may go wrong as things stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<InterruptionReason>,
    /// What an open case waits for.
    #[serde(default, rename = "waitingFor")]
    pub waiting_for: Vec<InterruptionReason>,
    /// The same for people, in a sentence.
    #[serde(default)]
    pub message: String,
    /// What holds of it: `Replaced`, `Draining`, `TasksStopped`, `Closed`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// What happened, in order. Only told of one interruption at a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<ResourceEvent>,
    /// The replica that deals with it, where that is not the one that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica: Option<String>,
}

/// How the tasks of a doomed instance ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct InterruptionTasks {
    /// Stopped while their instance was there.
    pub graceful: u64,
    /// Ended by the end of their instance.
    pub killed: u64,
    /// Not ended yet.
    pub running: u64,
}

/// The end of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InterruptionTaskEnd {
    /// When.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// `graceful`, or `killed` where its instance took it along.
    pub end: String,
}

/// Why something is not done yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InterruptionReason {
    /// Its name, such as `TasksRunning`.
    pub reason: String,
    /// The same for people.
    pub message: String,
}

/// Some of the interruptions: the open ones, by deadline, then those that ended lately, the latest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InterruptionList {
    /// As many as were asked for.
    pub items: Vec<Interruption>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub remaining_item_count: usize,
}

/// The signature is serde's.
fn is_zero(count: &usize) -> bool {
    *count == 0
}

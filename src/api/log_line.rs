//! A line of the log as readers may rely on it. The names of events and fields are a contract; a reader leaves others alone.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::InterruptionTasks;

/// A line of the log: one JSON object on standard output. Which fields it has besides the first four goes by its event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogLine {
    /// When, in UTC, to the millisecond.
    #[schemars(extend("format" = "date-time"))]
    pub timestamp: String,
    /// How bad it is.
    pub level: LogLevel,
    /// What happened. Lines of libraries have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<LogEvent>,
    /// The same for people.
    #[serde(default)]
    pub message: String,

    /// Cases: the case, as `i-0abc@2026-01-02T03:02:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The EC2 instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// The same in ECS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_instance_arn: Option<String>,
    /// The cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The capacity provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_provider: Option<String>,
    /// The Auto Scaling group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_scaling_group: Option<String>,
    /// The zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// The instance type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// The signal that opened the case, as `interruption_notice`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<String>,
    /// When EC2 takes the instance.
    #[schemars(extend("format" = "date-time"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
    /// From this line to the deadline, in seconds; negative after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<f64>,
    /// How the case ended: `handed_over`, `late`, `lossy`, `not_replaced`, `returned` or `unannounced`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why, in one word or in a few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When each phase was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phases: Option<BTreeMap<String, String>>,
    /// The instance that took over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
    /// How its tasks ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<InterruptionTasks>,
    /// AWS's names for the requests that did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_request_ids: Option<BTreeMap<String, String>>,

    /// Calls: the action, as `ecs:UpdateContainerInstancesState`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Where it was called: a cluster or a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What it was called for, separated by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objects: Option<String>,
    /// `ok` or `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// AWS's name for the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,

    /// Failures and problems: what AWS said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What mends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// What the problem is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,

    /// Conditions: which one, as `Replaceable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Whether it holds: `True` or `False`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,

    /// Configuration: how often it has changed since the start, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// How many: changes, things that are wrong, or notifications.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Notifications: who was not told, `event_bus`, `webhook` or `traces`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<String>,
    /// The changes, separated by semicolons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<String>,

    /// The start: the operator's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How many clusters it manages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    /// How many queues it receives from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queues: Option<u64>,
    /// Its HTTP server's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
    /// Its own Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,

    /// Messages: SQS's name for the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Its kind, as its sender calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_kind: Option<String>,
    /// The beginning of one that could not be understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// SQS's name for what went wrong with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,

    /// Groups of tasks, or Auto Scaling groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// A task's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,

    /// Metrics in the line: what CloudWatch asks to know of them.
    #[serde(rename = "_aws", default, skip_serializing_if = "Option::is_none")]
    pub embedded: Option<Value>,
    /// How many cases ended: one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases: Option<f64>,
    /// Tasks that stopped while their instance was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks_graceful: Option<f64>,
    /// Tasks that ended with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks_killed: Option<f64>,
    /// How many cases are at risk: one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases_at_risk: Option<f64>,
    /// From the notice to that phase, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_to_noticed: Option<f64>,
    /// From the notice to that phase, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_to_replacement_requested: Option<f64>,
    /// From the notice to that phase, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_to_draining: Option<f64>,
    /// From the notice to that phase, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_to_replacement_registered: Option<f64>,
    /// From the notice to that phase, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_to_tasks_stopped: Option<f64>,
    /// Of `cases`, those whose replacement was late or never came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases_late: Option<f64>,
    /// Of `cases`, those that nobody had announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub losses_unannounced: Option<f64>,
    /// Cases that are open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases_open: Option<f64>,
    /// Messages held until their case is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages_held: Option<f64>,
    /// Container instances in the index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances_indexed: Option<f64>,
    /// 1 once the index is filled and every queue has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<f64>,
    /// Problems that stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problems: Option<f64>,
    /// 1 while the manifests that were read last are in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_accepted: Option<f64>,
    /// Answers of AWS that said that it was too much, since the line before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttled: Option<f64>,
    /// How long the oldest message that came since the line before was in its queue, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_age: Option<f64>,
    /// Capacity providers whose group has wanted more instances than it has in service for five minutes, without another one coming.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pools_short: Option<f64>,
    /// Instances that a group wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_desired: Option<f64>,
    /// Instances that it has in service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_in_service: Option<f64>,
    /// Instances that it wants and does not have in service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_missing: Option<f64>,
}

/// How bad a line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum LogLevel {
    /// Something was lost, or does not work.
    Error,
    /// Something may be lost, or somebody has to do something.
    Warn,
    /// What an operator on call wants to read.
    #[default]
    Info,
    /// What helps to understand a case.
    Debug,
    /// What helps to understand the program.
    Trace,
}

/// What a line tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LogEvent {
    /// The operator has started.
    #[serde(rename = "operator.started")]
    OperatorStarted,
    /// How the operator stands, once a minute, where lines carry metrics.
    #[serde(rename = "operator.metrics")]
    OperatorMetrics,
    /// What the group behind a capacity provider wants and has, once a minute, where lines carry metrics.
    #[serde(rename = "operator.pool")]
    OperatorPool,
    /// It has been asked to stop.
    #[serde(rename = "operator.stopping")]
    OperatorStopping,
    /// It has stopped.
    #[serde(rename = "operator.stopped")]
    OperatorStopped,
    /// Manifests were taken over.
    #[serde(rename = "config.accepted")]
    ConfigAccepted,
    /// Manifests were refused; those before stay in force.
    #[serde(rename = "config.refused")]
    ConfigRefused,
    /// A condition of a cluster has changed.
    #[serde(rename = "cluster.condition")]
    ClusterCondition,
    /// Something stands in the way.
    #[serde(rename = "problem.found")]
    ProblemFound,
    /// It does not any more.
    #[serde(rename = "problem.mended")]
    ProblemMended,
    /// A call changed something in AWS, or failed to.
    #[serde(rename = "aws.call")]
    AwsCall,
    /// A doomed instance is one of a managed cluster.
    #[serde(rename = "case.noticed")]
    CaseNoticed,
    /// Its replacement has been asked for.
    #[serde(rename = "case.replacement_requested")]
    CaseReplacementRequested,
    /// No replacement is asked for, and why.
    #[serde(rename = "case.replacement_skipped")]
    CaseReplacementSkipped,
    /// Its replacement has registered.
    #[serde(rename = "case.replacement_registered")]
    CaseReplacementRegistered,
    /// It is draining.
    #[serde(rename = "case.draining")]
    CaseDraining,
    /// Its tasks have stopped.
    #[serde(rename = "case.tasks_stopped")]
    CaseTasksStopped,
    /// The case may end badly.
    #[serde(rename = "case.at_risk")]
    CaseAtRisk,
    /// What the case waits for.
    #[serde(rename = "case.waiting")]
    CaseWaiting,
    /// What would have been done, in dry run.
    #[serde(rename = "case.rehearsed")]
    CaseRehearsed,
    /// The case has ended.
    #[serde(rename = "case.closed")]
    CaseClosed,
    /// Nothing is done about a signal, and why.
    #[serde(rename = "signal.dismissed")]
    SignalDismissed,
    /// A message was deleted that nothing is to be done about, and what it was. At DEBUG only.
    #[serde(rename = "message.acknowledged")]
    MessageAcknowledged,
    /// The same of one of a kind that the operator does not know. At DEBUG only.
    #[serde(rename = "message.unknown_kind")]
    MessageUnknownKind,
    /// A message cannot be understood.
    #[serde(rename = "message.unparsable")]
    MessageUnparsable,
    /// A message could not be deleted.
    #[serde(rename = "message.not_deleted")]
    MessageNotDeleted,
    /// A message could not be kept invisible.
    #[serde(rename = "message.not_renewed")]
    MessageNotRenewed,
    /// A group's On-Demand base stays raised, and why.
    #[serde(rename = "pool.base_kept")]
    PoolBaseKept,
    /// Somebody else drains an instance.
    #[serde(rename = "instance.drained_by_others")]
    InstanceDrainedByOthers,
    /// Others could not be told of cases.
    #[serde(rename = "notification.failed")]
    NotificationFailed,
    /// Fargate Spot takes a task back.
    #[serde(rename = "fargate.interrupted")]
    FargateInterrupted,
}

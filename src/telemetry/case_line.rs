//! The log line of a case: the same fields in every phase, as far as they are known by then.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, Unit};
use serde::{Serialize, Serializer};

use crate::ids::{CapacityProviderName, ClusterKey, ContainerInstanceArn, InstanceId};
use crate::plan::{Case, CaseId, Outcome, Phase, Tally, TaskEnd};

/// One line about a case. The field names are a contract.
#[derive(Clone, Debug, Serialize)]
pub struct CaseLine {
    /// What happened, as `case.draining`.
    pub event: &'static str,
    /// The case.
    pub case: CaseId,
    /// The doomed instance.
    pub instance_id: InstanceId,
    /// The same in ECS, once it has registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_instance_arn: Option<ContainerInstanceArn>,
    /// The ECS cluster.
    pub cluster: String,
    /// The `SpotCluster` that it is, for those who keep lines by it.
    #[serde(skip)]
    pub managed_as: Option<ClusterKey>,
    /// The capacity provider, if the instance counts to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity_provider: Option<CapacityProviderName>,
    /// The Auto Scaling group, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scaling_group: Option<String>,
    /// The instance's zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// The instance's type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// The signal that opened the case.
    pub signal: &'static str,
    /// When EC2 takes the instance.
    #[serde(serialize_with = "milliseconds", skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// From now to the deadline, in seconds; negative after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<f64>,
    /// How the case ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Why something is not done, or what is at risk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When each phase was reached.
    #[serde(serialize_with = "phases")]
    pub phases: BTreeMap<Phase, Timestamp>,
    /// The instance that took over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replacement: Option<InstanceId>,
    /// How its tasks ended.
    pub tasks: TaskCounts,
    /// When each of them did, for those who keep lines.
    #[serde(skip)]
    pub task_ends: Vec<TaskEnd>,
    /// AWS's names for the requests that did it.
    pub aws_request_ids: BTreeMap<&'static str, String>,
    /// The same for people.
    pub message: String,
}

/// How the tasks of a case ended.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TaskCounts {
    /// Stopped while their instance was there.
    pub graceful: usize,
    /// Ended by the end of their instance.
    pub killed: usize,
    /// Not ended yet. Zero once the case is closed: what still ran then was killed.
    pub running: usize,
}

impl From<Tally> for TaskCounts {
    fn from(tally: Tally) -> Self {
        Self { graceful: tally.graceful, killed: tally.killed, running: tally.running }
    }
}

impl CaseLine {
    /// A line about `case` as it is at `now`; the caller adds what is special about the event.
    #[must_use]
    pub fn new(event: &'static str, case: &Case, tally: Tally, now: Timestamp) -> Self {
        let place = case.place.as_ref();
        let request_ids = case.attempts().filter_map(|(deed, attempt)| Some((deed.name()?, attempt.request_id()?)));
        Self {
            event,
            case: case.id.clone(),
            instance_id: case.instance.clone(),
            container_instance_arn: place.and_then(|place| place.arn.clone()),
            cluster: place.map(|place| place.cluster_name.to_string()).unwrap_or_default(),
            managed_as: place.map(|place| place.cluster.clone()),
            capacity_provider: place.and_then(|place| place.provider.clone()),
            auto_scaling_group: place.and_then(|place| place.group.as_ref()).map(ToString::to_string),
            availability_zone: place.and_then(|place| place.availability_zone.as_deref()).map(str::to_owned),
            instance_type: place.and_then(|place| place.instance_type.as_deref()).map(str::to_owned),
            signal: case.kind.name(),
            deadline: case.deadline,
            seconds_left: case.deadline.map(|deadline| tenths(deadline.duration_since(now))),
            outcome: None,
            reason: None,
            phases: case.phases.clone(),
            replacement: case.replacement.clone(),
            tasks: tally.into(),
            task_ends: Vec::new(),
            aws_request_ids: request_ids.collect(),
            message: String::new(),
        }
    }

    /// How long there is, for people.
    #[must_use]
    pub fn left(&self) -> String {
        match self.seconds_left {
            Some(left) if left >= 0.0 => format!("{left:.0} s left"),
            Some(left) => format!("{:.0} s past the deadline", -left),
            None => "without a deadline".to_owned(),
        }
    }

    /// Whether somebody should look at it.
    #[must_use]
    pub fn warns(&self) -> bool {
        let bad = self.outcome.is_some_and(|outcome| outcome != Outcome::HandedOver);
        bad || self.event == "case.at_risk"
    }
}

/// Seconds to one decimal.
fn tenths(duration: SignedDuration) -> f64 {
    (duration.as_secs_f64() * 10.0).round() / 10.0
}

/// A time as it stands in log lines: UTC, to the millisecond.
#[must_use]
pub fn to_milliseconds(time: Timestamp) -> String {
    let rounded = time.round(Unit::Millisecond).unwrap_or(time);
    format!("{rounded:.3}")
}

fn milliseconds<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(to_milliseconds).serialize(serializer)
}

fn phases<S: Serializer>(phases: &BTreeMap<Phase, Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(phases.iter().map(|(phase, time)| (phase.name(), to_milliseconds(*time))))
}

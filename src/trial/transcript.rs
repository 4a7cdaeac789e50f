//! The transcript of a trial: one line an event, of AWS and of the operators alike, in simulated time.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::sim::Happening;
use crate::telemetry::CaseLine;

/// Every trial begins at this moment, from which lines count.
pub const BEGINNING: &str = "2026-01-01T00:00:00Z";

/// Who tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The simulated AWS: what really happened.
    Aws,
    /// An operator: what it knows.
    Operator,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// From the start of the trial, in seconds.
    pub t: f64,
    /// Who tells.
    pub source: Source,
    /// What happened.
    pub event: String,
    /// What it happened to.
    pub object: String,
    /// Who did it: the access key of a caller, `aws`, or `operator` where it tells of itself.
    pub by: String,
    /// The rest; in words, where AWS tells.
    pub detail: Value,
    /// What AWS tells, field by field.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub data: Value,
    /// Whether it is a call that people do not see unless they ask.
    #[serde(skip)]
    pub minor: bool,
}

/// The caller of everything that a scenario has a person do.
const PERSON: &str = "person";

/// The access key of the operators in a trial.
const OPERATOR: &str = crate::aws::SIMULATED;

/// Calls that people want to see among what happened.
const MAJOR_CALLS: [&str; 2] = ["autoscaling.DetachInstances", "ecs.UpdateContainerInstancesState"];

impl Line {
    /// What AWS saw happen.
    #[must_use]
    pub fn of_aws(began_at: Timestamp, happening: &Happening) -> Self {
        Self {
            t: seconds(began_at, happening.at),
            source: Source::Aws,
            event: happening.event.clone(),
            object: happening.object.clone(),
            by: happening.by.clone(),
            detail: json!(happening.detail),
            data: happening.data.clone(),
            minor: happening.call && !MAJOR_CALLS.contains(&happening.event.as_str()),
        }
    }

    /// What an operator told of a case.
    #[must_use]
    pub fn of_operator(began_at: Timestamp, now: Timestamp, line: &CaseLine) -> Self {
        Self {
            t: seconds(began_at, now),
            source: Source::Operator,
            event: line.event.to_owned(),
            object: line.instance_id.to_string(),
            by: "operator".to_owned(),
            detail: serde_json::to_value(line).unwrap_or_default(),
            data: Value::Null,
            minor: false,
        }
    }

    /// A field of what AWS tells.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.data.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether AWS tells this event.
    #[must_use]
    pub fn tells(&self, event: &str) -> bool {
        self.source == Source::Aws && self.event == event
    }

    /// Whether it was an operator's doing.
    #[must_use]
    pub fn by_operator(&self) -> bool {
        self.source == Source::Aws && self.by == OPERATOR
    }

    /// Whether it was a person's doing.
    #[must_use]
    pub fn by_a_person(&self) -> bool {
        self.source == Source::Aws && self.by == PERSON
    }

    /// The line for people: columns that stand under each other.
    #[must_use]
    pub fn aligned(&self) -> String {
        let source = match self.source {
            Source::Aws => "aws",
            Source::Operator => "op ",
        };
        let detail = match &self.detail {
            Value::String(text) => text.as_str(),
            record => record.get("message").and_then(Value::as_str).unwrap_or_default(),
        };
        format!("{:>10.3}  {source}  {:<30}  {:<19}  {detail}", self.t, self.event, self.object).trim_end().to_owned()
    }
}

/// Seconds to the millisecond.
fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    (to.duration_since(from).as_secs_f64() * 1000.0).round() / 1000.0
}

//! Queues, topics and rules, as they are given.

use std::time::Duration;

use serde_json::{Value, json};

/// How long a received message is hidden when nobody says otherwise (SQS API reference, `CreateQueue`).
pub const VISIBILITY_DEFAULT: Duration = Duration::from_secs(30);

/// An SQS queue.
#[derive(Clone, Debug)]
pub struct QueueSpec {
    /// Its name.
    pub name: String,
    /// VisibilityTimeout.
    pub visibility_timeout: Duration,
    /// Its redrive policy.
    pub redrive: Option<Redrive>,
}

impl Default for QueueSpec {
    fn default() -> Self {
        Self { name: String::new(), visibility_timeout: VISIBILITY_DEFAULT, redrive: None }
    }
}

/// A redrive policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrive {
    /// The name of the dead-letter queue.
    pub queue: String,
    /// How often a message may be received.
    pub max_receive_count: u32,
}

/// An SNS topic with a queue subscribed to it.
#[derive(Clone, Debug)]
pub struct TopicSpec {
    /// Its name.
    pub name: String,
    /// The name of the queue.
    pub queue: String,
    /// Raw message delivery: the message alone, and not wrapped.
    pub raw: bool,
}

/// An EventBridge rule on the default bus, with queues as its targets.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSpec {
    /// Its name.
    pub name: String,
    /// Its event pattern (EventBridge User Guide, "Amazon EventBridge event patterns").
    pub pattern: Value,
    /// The names of the queues.
    pub queues: Vec<String>,
}

impl RuleSpec {
    /// A rule for events by their `detail-type`.
    #[must_use]
    pub fn of(detail_type: &str, queue: &str) -> Self {
        let name = detail_type.to_lowercase().replace(' ', "-");
        Self { name, pattern: json!({"detail-type": [detail_type]}), queues: vec![queue.to_owned()] }
    }

    /// A rule for Spot interruption notices.
    #[must_use]
    pub fn interruptions(queue: &str) -> Self {
        Self::of("EC2 Spot Instance Interruption Warning", queue)
    }
}

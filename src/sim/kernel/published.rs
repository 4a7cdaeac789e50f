//! Events on their way from a service to the event bus.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// An event, but for what the bus adds to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Published {
    /// Such as `aws.ec2`.
    pub source: String,
    /// The `detail-type`.
    pub kind: String,
    pub resources: Vec<String>,
    pub detail: Value,
    /// The id and the time that it was given; the bus gives them where it was not.
    pub id: Option<String>,
    pub time: Option<Timestamp>,
    /// Whether it can get lost: EC2, Auto Scaling and Health deliver at best effort, ECS at least once (EventBridge User
    /// Guide, "Events from AWS services").
    pub best_effort: bool,
}

/// Which events anybody listens to; the others need not even be written.
#[derive(Clone, Debug, Default)]
pub struct Audience {
    /// By `detail-type`.
    pub kinds: BTreeSet<String>,
    /// Some rule takes any kind.
    pub everything: bool,
}

impl Audience {
    pub fn wants(&self, kind: &str) -> bool {
        self.everything || self.kinds.contains(kind)
    }
}

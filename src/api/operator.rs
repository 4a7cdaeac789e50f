//! The kind `Operator`: what one running operator listens to and may use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HumanDuration, Notifications, Percent};

/// What one running operator listens to and may use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperatorSpec {
    /// The SQS queues that the signals arrive in.
    #[schemars(length(min = 1, max = 64))]
    pub queues: Vec<Queue>,
    /// True: receive nothing. Cases that are open run on to their end.
    #[serde(default)]
    pub paused: bool,
    /// The operator's own HTTP server.
    #[serde(default)]
    pub http: Http,
    /// How much of the account's API quota the operator may use.
    #[serde(default)]
    pub api: ApiBudget,
    /// How often everything is described anew, to find what no event told.
    #[serde(default = "default_resync")]
    pub resync: HumanDuration,
    /// What is logged.
    #[serde(default)]
    pub logs: Logs,
    /// Sharing of duties between several replicas. Not supported yet: leave it out.
    #[serde(default)]
    pub lease: Option<Reserved>,
    /// Messages about cases to people and programs.
    #[serde(default)]
    pub notifications: Option<Notifications>,
}

/// A place kept for settings of a later version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reserved {}

/// One SQS queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Queue {
    /// The queue's URL. Its Region is read from the host name where that is one of AWS's.
    #[schemars(regex(pattern = "^https?://"))]
    pub url: String,
    /// ARNs of the roles that may send to it besides EventBridge, such as instance roles of relays. `setup` writes them into the
    /// queue's policy.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub senders: Vec<String>,
}

/// The operator's own HTTP server: `/healthz`, `/readyz`, `/metrics`, `/api/v1/…`, and a page at `/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Http {
    /// The address to listen on. Port 0 takes a free one and logs it.
    pub listen: String,
    /// Where all replicas are found that share the queues, this one included: http://HOST:PORT, with a name that resolves to the
    /// addresses of all, such as that of a service in AWS Cloud Map. Each shows the others' interruptions beside its own.
    #[schemars(regex(pattern = "^http://[^/?#]+/?$"))]
    pub replicas: Option<String>,
}

impl Default for Http {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8080".to_owned(), replicas: None }
    }
}

/// What is logged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Logs {
    /// The least that is told of the operator itself; libraries tell what is wrong. `RUST_LOG`, where it is set, decides alone.
    pub level: LogThreshold,
    /// Whether lines carry metrics for CloudWatch, and one a minute tells how the operator stands. It takes log lines as JSON in
    /// CloudWatch Logs, and CloudWatch charges for the metrics.
    #[schemars(extend("x-source" = "CloudWatch User Guide, \"Embedded metric format specification\""))]
    pub embedded_metrics: bool,
}

/// The least that is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LogThreshold {
    /// What somebody has to mend.
    Error,
    /// And what goes wrong, or may.
    Warn,
    /// And every phase of every case, every call that changes something.
    #[default]
    Info,
    /// And what is only of use for finding a mistake in the operator.
    Debug,
}

impl LogThreshold {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// How much of the account's API quota the operator may use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ApiBudget {
    /// The share of each documented token bucket; the rest is left to the ECS scheduler, the agents and people.
    #[schemars(extend("x-source" = "Amazon ECS API reference, \"Request throttling for the Amazon ECS API\""))]
    pub share: Percent,
    /// How many operators use that share together, each an equal part of it.
    #[schemars(range(min = 1, max = 100))]
    pub replicas: u32,
}

impl Default for ApiBudget {
    fn default() -> Self {
        Self { share: Percent::new(80), replicas: 1 }
    }
}

fn default_resync() -> HumanDuration {
    HumanDuration::from_secs(600)
}

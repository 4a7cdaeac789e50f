//! What the outside learns: one log line for each phase of a case, metrics, and the board of cases that people can read.
//!
//! It tells what happened and changes nothing. Names of events, fields and metrics are contracts with their readers.

mod board;
mod budget;
pub mod case_line;
pub mod cluster_view;
mod human;
mod json;
pub mod logging;
pub mod metrics;
mod registry;
mod shown;

use std::sync::Arc;

use jiff::Timestamp;

pub use board::Board;
pub use case_line::CaseLine;
pub use logging::{LogFormat, init_logging};
pub use metrics::Metrics;
pub use registry::Registry;

/// Somebody who wants to hear of every case line, beside the log.
pub type Listener = Arc<dyn Fn(&CaseLine) + Send + Sync>;

/// Where the operator reports to.
#[derive(Clone)]
pub struct Telemetry {
    /// Counters and gauges.
    pub metrics: Arc<Metrics>,
    /// The cases as people can read them.
    pub board: Arc<Board>,
    /// The clusters, and what happened lately.
    pub registry: Arc<Registry>,
    listener: Option<Listener>,
}

impl Telemetry {
    /// Reports to the log and to `metrics`, and to `listener` where there is one.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>, listener: Option<Listener>) -> Self {
        Self { metrics, board: Arc::default(), registry: Arc::default(), listener }
    }

    /// Reports one phase of a case, at `now`.
    pub fn case(&self, line: &CaseLine, now: Timestamp) {
        self.registry.note(line, now);
        match serde_json::to_string(line) {
            Ok(record) if line.warns() => tracing::warn!(record, "{}", line.message),
            Ok(record) => tracing::info!(record, "{}", line.message),
            Err(error) => tracing::error!(%error, "a case line could not be written"),
        }
        self.listener.iter().for_each(|listener| listener(line));
    }
}

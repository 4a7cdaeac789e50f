//! What the outside learns: one log line for each phase of a case, metrics, and the board of cases that people can read.
//!
//! It tells what happened and changes nothing. Names of events, fields and metrics are contracts with their readers.

mod board;
mod budget;
pub mod case_line;
mod human;
mod json;
pub mod logging;
pub mod metrics;
mod shown;

use std::sync::Arc;

pub use board::Board;
pub use case_line::CaseLine;
pub use logging::{LogFormat, init_logging};
pub use metrics::Metrics;

/// Somebody who wants to hear of every case line, beside the log.
pub type Listener = Arc<dyn Fn(&CaseLine) + Send + Sync>;

/// Where the operator reports to.
#[derive(Clone)]
pub struct Telemetry {
    /// Counters and gauges.
    pub metrics: Arc<Metrics>,
    /// The cases as people can read them.
    pub board: Arc<Board>,
    listener: Option<Listener>,
}

impl Telemetry {
    /// Reports to the log and to `metrics`, and to `listener` where there is one.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>, listener: Option<Listener>) -> Self {
        Self { metrics, board: Arc::default(), listener }
    }

    /// Reports one phase of a case.
    pub fn case(&self, line: &CaseLine) {
        match serde_json::to_string(line) {
            Ok(record) if line.warns() => tracing::warn!(record, "{}", line.message),
            Ok(record) => tracing::info!(record, "{}", line.message),
            Err(error) => tracing::error!(%error, "a case line could not be written"),
        }
        self.listener.iter().for_each(|listener| listener(line));
    }
}

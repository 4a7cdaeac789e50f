//! What the outside learns: one log line for each phase of a case, metrics, and the board of cases that people can read.
//!
//! It tells what happened and changes nothing. Names of events, fields and metrics are contracts with their readers.

mod board;
mod budget;
pub mod case_line;
pub mod cluster_view;
mod embedded;
mod human;
mod json;
pub mod logging;
mod measures;
pub mod metrics;
mod registry;
mod shown;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde_json::Value;

pub use board::Board;
pub use case_line::CaseLine;
pub use logging::{LogFormat, LogLevel, init_logging};
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
    /// Whether lines carry metrics for CloudWatch.
    embeds: Arc<AtomicBool>,
}

impl Telemetry {
    /// Reports to the log and to `metrics`, and to `listener` where there is one.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>, listener: Option<Listener>) -> Self {
        Self { metrics, board: Arc::default(), registry: Arc::default(), listener, embeds: Arc::default() }
    }

    /// Reports one phase of a case, at `now`.
    pub fn case(&self, line: &CaseLine, now: Timestamp) {
        self.registry.note(line, now);
        self.metrics.measures.hear(line);
        match self.record(line, now) {
            Ok(record) if line.warns() => tracing::warn!(record, "{}", line.message),
            Ok(record) => tracing::info!(record, "{}", line.message),
            Err(error) => tracing::error!(%error, "a case line could not be written"),
        }
        self.listener.iter().for_each(|listener| listener(line));
    }

    /// Whether lines carry metrics for CloudWatch from now on.
    pub fn embed(&self, on: bool) {
        self.embeds.store(on, Ordering::Relaxed);
    }

    /// Tells how the operator stands as a whole, at `now`, where lines carry metrics.
    pub fn pulse(&self, now: Timestamp) {
        if self.embeds.load(Ordering::Relaxed) {
            let record = Value::Object(embedded::of_operator(&self.metrics, now)).to_string();
            tracing::info!(event = "operator.metrics", record, "how the operator stands");
        }
    }

    fn record(&self, line: &CaseLine, now: Timestamp) -> serde_json::Result<String> {
        if !self.embeds.load(Ordering::Relaxed) {
            return serde_json::to_string(line);
        }
        let mut record = serde_json::to_value(line)?;
        if let (Some(fields), Some(embedded)) = (record.as_object_mut(), embedded::of_case(line, now)) {
            fields.extend(embedded);
        }
        Ok(record.to_string())
    }
}

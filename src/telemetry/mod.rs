//! What the outside learns: one log line for each phase of a case, metrics, and the board of cases that people can read.
//!
//! It tells what happened and changes nothing. Names of events, fields and metrics are contracts with their readers.

mod age;
mod board;
mod bounded;
mod budget;
mod capacity;
pub mod case_line;
pub mod cluster_view;
mod embedded;
mod history;
mod human;
mod json;
pub mod logging;
mod measures;
pub mod metrics;
mod pulse;
mod registry;
mod shown;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

pub use board::{Board, Census};
pub use case_line::CaseLine;
pub use logging::{LogFormat, LogLevel, init_logging};
pub use metrics::Metrics;
pub use registry::Registry;

use crate::api::CapacityProviderStatus;
use cluster_view::ClusterView;
use pulse::Since;

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
    since: Arc<Since>,
}

impl Telemetry {
    /// Reports to the log and to `metrics`, and to `listener` where there is one.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>, listener: Option<Listener>) -> Self {
        let (board, registry) = (Arc::default(), Arc::default());
        Self { metrics, board, registry, listener, embeds: Arc::default(), since: Arc::default() }
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
            let clusters = self.registry.clusters();
            let record = embedded::of_operator(&self.since.beat(&self.metrics, &clusters, now), now).to_string();
            tracing::info!(event = "operator.metrics", record, "how the operator stands");
            for (_, view) in &clusters {
                capacity::managed(view).for_each(|pool| tell_pool(view, pool, now));
            }
        }
    }

    /// How a cluster stands from now on, by the name of its `SpotCluster`.
    pub fn cluster(&self, name: &str, view: ClusterView) {
        self.metrics.capacity.show(&view, self.registry.cluster(name).as_deref());
        self.registry.publish(name, view);
    }

    /// A cluster is managed no more.
    pub fn forget_cluster(&self, name: &str) {
        if let Some(view) = self.registry.remove(name) {
            self.metrics.capacity.forget(&view);
            self.metrics.measures.forget(&view.cluster, view.pools.iter().map(|pool| pool.name.as_str()));
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

fn tell_pool(view: &ClusterView, pool: &CapacityProviderStatus, now: Timestamp) {
    let record = embedded::of_pool(&pulse::of_pool(pool), now).to_string();
    let (cluster, capacity_provider) = (view.cluster.as_str(), pool.name.as_str());
    let auto_scaling_group = pool.auto_scaling_group.as_deref();
    tracing::info!(
        event = "operator.pool",
        cluster,
        capacity_provider,
        auto_scaling_group,
        record,
        "{cluster} {capacity_provider}: {} of {} in service",
        pool.in_service,
        pool.desired
    );
}

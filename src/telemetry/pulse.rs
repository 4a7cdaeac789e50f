//! How the operator stands, told in the log once a minute where lines carry metrics. Reads what others count.

use std::sync::atomic::{AtomicU64, Ordering};

use super::capacity::{managed, missing};
use super::cluster_view::ClusterView;
use super::metrics::Metrics;
use crate::api::CapacityProviderStatus;

/// What has happened since the last time.
#[derive(Debug, Default)]
pub struct Since {
    throttled: AtomicU64,
}

/// A metric: its name, its unit, its value.
pub type Metric = (&'static str, &'static str, f64);

impl Since {
    /// How the operator stands, and what has happened since it was asked last.
    pub fn beat(&self, metrics: &Metrics, views: &[(String, std::sync::Arc<ClusterView>)]) -> Vec<Metric> {
        let throttled = metrics.throttled();
        let before = self.throttled.swap(throttled, Ordering::Relaxed);
        let short = views.iter().flat_map(|(_, view)| managed(view)).filter(|pool| missing(pool) > 0).count();
        let count = |name: &'static str, value: i64| (name, "Count", whole(value));
        vec![
            count("cases_open", metrics.open_cases.get()),
            count("messages_held", metrics.held_messages.get()),
            count("instances_indexed", metrics.indexed_instances.get()),
            count("ready", metrics.ready.get()),
            count("problems", metrics.problems.get()),
            count("config_accepted", metrics.config_accepted.get()),
            count("throttled", i64::try_from(throttled.saturating_sub(before)).unwrap_or(i64::MAX)),
            ("message_age", "Seconds", metrics.ages.oldest_since()),
            count("pools_short", i64::try_from(short).unwrap_or(i64::MAX)),
        ]
    }
}

/// What a pool wants and has.
pub fn of_pool(pool: &CapacityProviderStatus) -> Vec<Metric> {
    let whole = |value: u64| whole(i64::try_from(value).unwrap_or(i64::MAX));
    vec![
        ("capacity_desired", "Count", whole(pool.desired.into())),
        ("capacity_in_service", "Count", whole(pool.in_service)),
        ("capacity_missing", "Count", whole(missing(pool))),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
const fn whole(value: i64) -> f64 {
    value as f64
}

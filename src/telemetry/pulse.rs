//! How the operator stands, told in the log once a minute where lines carry metrics. Reads what others count.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::capacity::{managed, missing};
use super::cluster_view::ClusterView;
use super::metrics::Metrics;
use crate::api::CapacityProviderStatus;

/// Whoever wants more for longer than this, without another instance coming meanwhile, lacks capacity: a launch takes a minute or two.
const SHORT_FOR: SignedDuration = SignedDuration::from_mins(5);

/// What has happened since the last time.
#[derive(Debug, Default)]
pub struct Since {
    throttled: AtomicU64,
    short: Mutex<BTreeMap<Pool, Short>>,
}

/// A `SpotCluster` and a capacity provider of it.
type Pool = (String, String);

/// A pool that wants more than it has.
#[derive(Clone, Copy, Debug)]
struct Short {
    since: Timestamp,
    in_service: u64,
}

/// A metric: its name, its unit, its value.
pub type Metric = (&'static str, &'static str, f64);

impl Since {
    /// How the operator stands, and what has happened since it was asked last.
    pub fn beat(&self, metrics: &Metrics, views: &[(String, Arc<ClusterView>)], now: Timestamp) -> Vec<Metric> {
        let throttled = metrics.throttled();
        let before = self.throttled.swap(throttled, Ordering::Relaxed);
        let short = self.short_for_long(views, now);
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

impl Since {
    /// How many pools have been short for long.
    fn short_for_long(&self, views: &[(String, Arc<ClusterView>)], now: Timestamp) -> usize {
        let mut known = self.short.lock().unwrap_or_else(PoisonError::into_inner);
        let mut short = BTreeMap::new();
        for (name, view) in views {
            for pool in managed(view).filter(|pool| missing(pool) > 0) {
                let key = (name.clone(), pool.name.clone());
                let before = known.get(&key).filter(|before| pool.in_service <= before.in_service);
                let since = before.map_or(now, |before| before.since);
                short.insert(key, Short { since, in_service: pool.in_service });
            }
        }
        *known = short;
        known.values().filter(|pool| now.duration_since(pool.since) >= SHORT_FOR).count()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn view(in_service: u64) -> Vec<(String, Arc<ClusterView>)> {
        let pool = CapacityProviderStatus {
            name: "p".to_owned(),
            auto_scaling_group: Some("g".to_owned()),
            managed: true,
            desired: 5,
            in_service,
            ..CapacityProviderStatus::default()
        };
        let (cluster, region) = ("web".to_owned(), "us-east-1".to_owned());
        let (pools, judgements) = (vec![pool], BTreeMap::new());
        let view = ClusterView { cluster, region, instances: 0, draining: 0, observed_at: None, pools, judgements };
        vec![("web".to_owned(), Arc::new(view))]
    }

    #[test]
    fn a_pool_is_short_when_it_has_been_so_for_long_and_nothing_has_come() {
        let since = Since::default();
        let short = |minute: i64, in_service: u64| {
            since.short_for_long(&view(in_service), Timestamp::from_second(minute * 60).unwrap())
        };
        assert_eq!([(0, 3), (4, 3), (5, 2), (6, 2)].map(|(minute, has)| short(minute, has)), [0, 0, 1, 1]);
        assert_eq!(
            [(7, 3), (11, 3), (12, 3)].map(|(minute, has)| short(minute, has)),
            [0, 0, 1],
            "another one has come"
        );
        assert_eq!([(13, 5), (14, 4), (18, 4), (19, 4)].map(|(minute, has)| short(minute, has)), [0, 0, 0, 1]);
    }
}

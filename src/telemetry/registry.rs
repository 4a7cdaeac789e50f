//! What people may read of the clusters: how each stands, and what happened there lately. The loop writes, HTTP reads.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::case_line::{CaseLine, to_milliseconds};
use super::cluster_view::ClusterView;
use super::history::History;
use crate::api::ResourceEvent;

/// So many events of a cluster are kept.
const OF_CLUSTER_MAX: usize = 100;

/// So many events of a case.
const OF_CASE_MAX: usize = 32;

/// The events of so many cases.
const CASES_MAX: usize = 2_000;

/// What people may read of the clusters.
#[derive(Debug, Default)]
pub struct Registry {
    kept: Mutex<Kept>,
    revision: AtomicU64,
}

#[derive(Debug, Default)]
struct Kept {
    /// By the name of the `SpotCluster`.
    clusters: BTreeMap<String, Arc<ClusterView>>,
    /// By the same, and capacity provider.
    histories: BTreeMap<(String, String), History>,
    /// By the name of the `SpotCluster`.
    of_clusters: BTreeMap<String, VecDeque<ResourceEvent>>,
    /// By case.
    of_cases: BTreeMap<String, Vec<ResourceEvent>>,
    /// Those cases, the oldest first.
    cases: VecDeque<String>,
}

impl Registry {
    /// How a cluster stands now.
    pub fn publish(&self, name: &str, view: ClusterView) {
        let mut kept = self.lock();
        let is_new = kept.clusters.get(name).is_none_or(|known| **known != view);
        kept.clusters.insert(name.to_owned(), Arc::new(view));
        drop(kept);
        if is_new {
            self.revision.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A cluster is managed no more; how it stood.
    pub fn remove(&self, name: &str) -> Option<Arc<ClusterView>> {
        let mut kept = self.lock();
        kept.histories.retain(|(cluster, _), _| cluster != name);
        kept.of_clusters.remove(name);
        let gone = kept.clusters.remove(name);
        drop(kept);
        self.revision.fetch_add(1, Ordering::Relaxed);
        gone
    }

    /// Counts the changes of what can be read.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Relaxed)
    }

    /// How all clusters stand, by name.
    #[must_use]
    pub fn clusters(&self) -> Vec<(String, Arc<ClusterView>)> {
        self.lock().clusters.iter().map(|(name, view)| (name.clone(), Arc::clone(view))).collect()
    }

    /// What a pool of the `SpotCluster` of this name has been through lately.
    #[must_use]
    pub fn history(&self, cluster: &str, provider: &str) -> History {
        self.lock().histories.get(&(cluster.to_owned(), provider.to_owned())).cloned().unwrap_or_default()
    }

    /// How a cluster stands, as far as it is known.
    #[must_use]
    pub fn cluster(&self, name: &str) -> Option<Arc<ClusterView>> {
        self.lock().clusters.get(name).cloned()
    }

    /// Notes what a line tells.
    pub fn note(&self, line: &CaseLine, now: Timestamp) {
        let event =
            ResourceEvent { time: to_milliseconds(now), event: line.event.to_owned(), message: line.message.clone() };
        let mut kept = self.lock();
        kept.note_of_pool(line);
        kept.note_of_case(line.case.to_string(), &event);
        if let Some(cluster) = &line.managed_as {
            let events = kept.of_clusters.entry(cluster.to_string()).or_default();
            events.push_back(event);
            if events.len() > OF_CLUSTER_MAX {
                events.pop_front();
            }
        }
        drop(kept);
        self.revision.fetch_add(1, Ordering::Relaxed);
    }

    /// What happened lately in the `SpotCluster` of this name.
    #[must_use]
    pub fn events_of_cluster(&self, name: &str) -> Vec<ResourceEvent> {
        self.lock().of_clusters.get(name).map(|events| events.iter().cloned().collect()).unwrap_or_default()
    }

    /// What happened in a case.
    #[must_use]
    pub fn events_of_case(&self, case: &str) -> Vec<ResourceEvent> {
        self.lock().of_cases.get(case).cloned().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn note_of_pool(&mut self, line: &CaseLine) {
        if let (Some(cluster), Some(provider)) = (&line.managed_as, &line.capacity_provider) {
            self.histories.entry((cluster.to_string(), provider.to_string())).or_default().note(line);
        }
    }

    fn note_of_case(&mut self, case: String, event: &ResourceEvent) {
        if !self.of_cases.contains_key(&case) {
            self.cases.push_back(case.clone());
            if self.cases.len() > CASES_MAX
                && let Some(oldest) = self.cases.pop_front()
            {
                self.of_cases.remove(&oldest);
            }
        }
        let events = self.of_cases.entry(case).or_default();
        if events.len() < OF_CASE_MAX {
            events.push(event.clone());
        }
    }
}

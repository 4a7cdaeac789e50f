//! What waits to share a request: calls of one kind to one place, the most urgent first. It holds them and sends nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::aws::gate::{Category, WAIT_MAX};
use crate::aws::{Errand, Lane};
use crate::ids::{ClusterKey, GroupKey};
use crate::plan::{Call, Way};

/// What can share a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    /// Instances of a group that it replaces.
    Replace(GroupKey, Way, Lane),
    /// Container instances of a cluster that drain.
    Drain(ClusterKey, Lane),
    /// Container instances of a cluster that are marked.
    Mark(ClusterKey, Lane),
}

impl Route {
    /// The route of a call that can share a request with others like it.
    #[must_use]
    pub fn of(call: &Call, lane: Lane) -> Option<Self> {
        match call {
            Call::Replace { way, group, .. } => Some(Self::Replace(group.clone(), *way, lane)),
            Call::Drain { cluster, .. } => Some(Self::Drain(cluster.clone(), lane)),
            Call::Mark { cluster, .. } => Some(Self::Mark(cluster.clone(), lane)),
            _ => None,
        }
    }

    /// The bucket that its requests draw on.
    #[must_use]
    pub const fn category(&self) -> Category {
        match self {
            Self::Replace(..) => Category::AutoScaling,
            Self::Drain(..) | Self::Mark(..) => Category::ClusterResourceModify,
        }
    }
}

/// A call that waits, and since when.
struct Waiting {
    call: Call,
    errand: Errand,
    since: Timestamp,
}

/// What has waited long enough.
#[derive(Default)]
pub struct Taken {
    /// These share a request.
    pub batch: Vec<(Call, Errand)>,
    /// These are of no use any more.
    pub late: Vec<Call>,
    /// These have waited as long as anything does.
    pub stale: Vec<Call>,
}

/// What waits on a route, and how many requests of it are under way.
#[derive(Default)]
pub struct Gathering {
    waiting: BTreeMap<(Timestamp, u64), Waiting>,
    count: u64,
    under_way: usize,
    is_served: bool,
    changed: Arc<Notify>,
}

impl Gathering {
    /// Adds a call. Whether somebody is at work already to send off what waits here; otherwise the caller is, from now on.
    pub fn add(&mut self, call: Call, errand: Errand, since: Timestamp) -> bool {
        self.count += 1;
        self.waiting.insert((errand.time(), self.count), Waiting { call, errand, since });
        self.changed.notify_one();
        std::mem::replace(&mut self.is_served, true)
    }

    /// What goes first, and how many can share its request; if nothing waits, nobody is at work here any more.
    pub fn next(&mut self) -> Option<(Errand, usize)> {
        let first = self.waiting.values().next().map(|first| (first.errand.clone(), first.call.batch_max()));
        self.is_served = first.is_some();
        first
    }

    /// Whether a request is under way and the next one has fewer than `most`.
    #[must_use]
    pub fn is_filling(&self, most: usize) -> bool {
        self.under_way > 0 && self.waiting.len() < most
    }

    /// Tells of calls that come and of requests that end.
    #[must_use]
    pub fn changed(&self) -> Arc<Notify> {
        Arc::clone(&self.changed)
    }

    /// Takes the first `most` out that are still of use at `now`, and all that are not.
    pub fn take(&mut self, most: usize, now: Timestamp) -> Taken {
        let late = self.taken_out(|waiting| waiting.errand.has_passed(now));
        let stale = self.taken_out(|waiting| now.duration_since(waiting.since).unsigned_abs() > WAIT_MAX);
        let mut batch = Vec::new();
        while batch.len() < most
            && let Some((_, first)) = self.waiting.pop_first()
        {
            batch.push((first.call, first.errand));
        }
        Taken { batch, late, stale }
    }

    fn taken_out(&mut self, which: impl Fn(&Waiting) -> bool) -> Vec<Call> {
        self.waiting.extract_if(.., |_, waiting| which(waiting)).map(|(_, waiting)| waiting.call).collect()
    }

    /// A request has left.
    pub fn begin(&mut self) {
        self.under_way += 1;
    }

    /// A request has been answered.
    pub fn end(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
        self.changed.notify_one();
    }

    /// Nothing waits, nothing is under way, and nobody is at work.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.under_way == 0 && !self.is_served
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::CaseId;
    use jiff::SignedDuration;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    fn group() -> GroupKey {
        GroupKey { region: "us-east-1".into(), name: "web-spot-asg".into() }
    }

    fn replace(instance: &str) -> Call {
        let case = CaseId { instance: instance.into(), said_at: at(0) };
        Call::Replace { way: Way::Detach, group: group(), instances: vec![(case, instance.into())] }
    }

    fn urgent(by: i64) -> Errand {
        Errand::new(Lane::Urgent(crate::aws::Rank::First)).by(Some(at(by))).until(Some(at(by)))
    }

    fn instances(taken: &Taken) -> Vec<String> {
        let of = |call: &Call| call.deeds().first().map(|(case, _)| case.instance.to_string());
        taken.batch.iter().filter_map(|(call, _)| of(call)).collect()
    }

    #[test]
    fn the_earliest_share_a_request_and_what_is_late_is_left_out() {
        let mut gathering = Gathering::default();
        let added = [("i-3", 30), ("i-1", 10), ("i-2", 20), ("i-late", 4)]
            .map(|(id, by)| gathering.add(replace(id), urgent(by), at(0)));
        assert_eq!(added, [false, true, true, true], "the first one looks after all of them");
        let taken = gathering.take(2, at(5));
        assert_eq!((instances(&taken), taken.late.len()), (vec!["i-1".to_owned(), "i-2".to_owned()], 1));
        assert_eq!(instances(&gathering.take(20, at(5))), ["i-3"]);
        assert!(gathering.next().is_none());
        assert!(gathering.is_idle());
    }

    #[test]
    fn what_does_not_fill_a_request_waits_only_for_one_under_way() {
        let mut gathering = Gathering::default();
        gathering.add(replace("i-1"), urgent(10), at(0));
        assert!(!gathering.is_filling(2), "a lone notice never waits");
        gathering.begin();
        assert!(gathering.is_filling(2));
        gathering.add(replace("i-2"), urgent(10), at(0));
        assert!(!gathering.is_filling(2), "a full one does not");
        gathering.end();
        assert!(!gathering.is_filling(3));
    }

    #[test]
    fn nothing_waits_longer_than_anything_does() {
        let mut gathering = Gathering::default();
        gathering.add(replace("i-1"), Errand::new(Lane::Soon), at(0));
        gathering.add(replace("i-2"), Errand::new(Lane::Soon), at(30));
        let taken = gathering.take(20, at(61));
        assert_eq!((instances(&taken), taken.stale.len(), taken.late.len()), (vec!["i-2".to_owned()], 1, 0));
    }

    #[test]
    fn different_groups_ways_and_lanes_do_not_share() {
        let soon = Route::of(&replace("i-1"), Lane::Soon);
        assert_eq!(soon, Some(Route::Replace(group(), Way::Detach, Lane::Soon)));
        assert_ne!(soon, Route::of(&replace("i-1"), Lane::Background));
        assert_eq!(Route::of(&Call::ForgetBase { group: group() }, Lane::Soon), None);
    }
}

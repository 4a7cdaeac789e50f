//! What people may read of the cases: the open ones as they were after the last thought, and those that ended lately.
//!
//! The loop writes, and whoever is asked over HTTP reads; neither waits long for the other. What a reader sees is put into
//! words when it is asked for, so that a thought costs no more than noting what it changed. Decides nothing, asks nobody.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::case_line::CaseLine;
use super::shown;
use crate::api::{Interruption, InterruptionList};
use crate::ids::InstanceId;
use crate::observe::Snapshot;
use crate::plan::{Case, CaseId, Cases, Reason, Report, Tally, TaskEnd, tally, task_ends};

/// So many cases that have ended are kept.
const ENDED_MAX: usize = 1_000;

/// A case that has ended is kept for so long.
const ENDED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// What people may read of the cases.
#[derive(Debug, Default)]
pub struct Board {
    cases: Mutex<Kept>,
    revision: AtomicU64,
}

/// What is open in a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Open cases.
    pub open: usize,
    /// Of these, those with an instance of another pool in the place of theirs, by capacity provider.
    pub stand_ins: BTreeMap<String, usize>,
}

#[derive(Debug, Default)]
struct Kept {
    open: BTreeMap<InstanceId, Arc<Open>>,
    /// The latest is at the back.
    ended: VecDeque<Arc<Ended>>,
}

/// An open case as it was after the thought that changed it last.
#[derive(Debug)]
struct Open {
    case: Case,
    tally: Tally,
    task_ends: Vec<TaskEnd>,
    waiting_for: Vec<Reason>,
}

/// A case that has ended.
#[derive(Debug)]
struct Ended {
    at: Timestamp,
    line: CaseLine,
}

impl Board {
    /// Notes how the open cases stand after a thought. Only those that it changed cost more than a look at them.
    pub fn publish(&self, cases: &Cases, report: &Report, snapshot: &Snapshot) {
        let mut kept = self.lock();
        let changed = kept.changed(cases, report, snapshot);
        let has_changed = !changed.is_empty() || kept.open.len() > cases.len();
        kept.open.extend(changed);
        if kept.open.len() > cases.len() {
            kept.open.retain(|instance, _| cases.of(instance).is_some());
        }
        drop(kept);
        if has_changed {
            self.revision.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts the changes. It may go up when nothing has changed that can be read, and never stays when something has.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Relaxed)
    }

    /// Notes that a case has ended, with the last line about it.
    pub fn end(&self, line: CaseLine, now: Timestamp) {
        let mut kept = self.lock();
        if kept.open.get(&line.instance_id).is_some_and(|open| open.case.id == line.case) {
            kept.open.remove(&line.instance_id);
        }
        kept.ended.retain(|ended| ended.is_fresh(now) && ended.line.case != line.case);
        kept.ended.push_back(Arc::new(Ended { at: now, line }));
        if kept.ended.len() > ENDED_MAX {
            kept.ended.pop_front();
        }
        drop(kept);
        self.revision.fetch_add(1, Ordering::Relaxed);
    }

    /// The open cases, by deadline, then those that ended lately, the latest first: `limit` of them at most.
    #[must_use]
    pub fn list(&self, limit: usize, now: Timestamp) -> InterruptionList {
        let (mut open, ended) = self.copied(now);
        open.sort_by(|a, b| {
            (a.case.deadline.is_none(), a.case.deadline, &a.case.instance).cmp(&(
                b.case.deadline.is_none(),
                b.case.deadline,
                &b.case.instance,
            ))
        });
        let all = open.len() + ended.len();
        let shown = open.iter().map(|open| open.shown(now)).chain(ended.iter().map(|ended| ended.shown()));
        let items: Vec<Interruption> = shown.take(limit).collect();
        InterruptionList { remaining_item_count: all - items.len(), items }
    }

    /// How many are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.lock().open.len()
    }

    /// How many open cases each `SpotCluster` has, by its name, and how many of them in each pool have an instance of another stand in.
    #[must_use]
    pub fn census(&self) -> BTreeMap<String, Census> {
        let mut all: BTreeMap<String, Census> = BTreeMap::new();
        let kept = self.lock();
        let placed = kept.open.values().filter_map(|open| Some((&open.case, open.case.place.as_ref()?)));
        for (case, place) in placed {
            let of_cluster = match all.get_mut(place.cluster.as_str()) {
                Some(known) => known,
                None => all.entry(place.cluster.to_string()).or_default(),
            };
            of_cluster.open += 1;
            if let (Some(_), Some(provider)) = (&case.stand_in, &place.provider) {
                *of_cluster.stand_ins.entry(provider.to_string()).or_default() += 1;
            }
        }
        all
    }

    /// The case with this name, or the latest of the instance with this id.
    #[must_use]
    pub fn find(&self, id: &str, now: Timestamp) -> Option<Interruption> {
        let kept = self.lock();
        let instance = InstanceId::from(id.split('@').next().unwrap_or_default());
        if let Some(open) = kept.open.get(&instance).filter(|open| is_named(&open.case.id, id)).cloned() {
            drop(kept);
            return Some(open.shown(now));
        }
        let ended =
            kept.ended.iter().rev().find(|ended| ended.is_fresh(now) && is_named(&ended.line.case, id)).cloned();
        drop(kept);
        ended.map(|ended| ended.shown())
    }

    /// What is kept, to be put into words while the loop goes on.
    fn copied(&self, now: Timestamp) -> (Vec<Arc<Open>>, Vec<Arc<Ended>>) {
        let kept = self.lock();
        let is_open = |id: &CaseId| kept.open.get(&id.instance).is_some_and(|open| open.case.id == *id);
        let ended = kept.ended.iter().rev().filter(|ended| ended.is_fresh(now) && !is_open(&ended.line.case));
        (kept.open.values().cloned().collect(), ended.cloned().collect())
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.cases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// The open cases that are not kept as they are. Cases, reasons and what is kept are all in the order of instances, so
    /// one walk along them finds what belongs together: thousands of look-ups cost more than thinking does.
    fn changed(&self, cases: &Cases, report: &Report, snapshot: &Snapshot) -> Vec<(InstanceId, Arc<Open>)> {
        let (mut kept, mut reasons) = (self.open.values().peekable(), report.iter().peekable());
        let mut changed = Vec::new();
        for case in cases.iter() {
            while kept.next_if(|open| open.case.instance < case.instance).is_some() {}
            while reasons.next_if(|(id, _)| **id < case.id).is_some() {}
            let waiting_for = reasons.peek().filter(|(id, _)| **id == case.id).map_or(&[][..], |(_, reasons)| reasons);
            let tally = tally(snapshot, case);
            if !kept.peek().is_some_and(|open| open.stands(case, tally, waiting_for)) {
                let task_ends = task_ends(snapshot, case);
                let open = Open { case: case.clone(), tally, task_ends, waiting_for: waiting_for.to_vec() };
                changed.push((case.instance.clone(), Arc::new(open)));
            }
        }
        changed
    }
}

impl Open {
    /// Whether the case is just as it is kept.
    fn stands(&self, case: &Case, tally: Tally, waiting_for: &[Reason]) -> bool {
        self.tally == tally && self.waiting_for == waiting_for && self.case == *case
    }

    fn shown(&self, now: Timestamp) -> Interruption {
        shown::open(&self.case, (self.tally, &self.task_ends), &self.waiting_for, now)
    }
}

impl Ended {
    fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) <= ENDED_FOR
    }

    fn shown(&self) -> Interruption {
        shown::as_told(&self.line)
    }
}

/// Whether `id` is the case's name or its instance's.
fn is_named(case: &CaseId, id: &str) -> bool {
    id == case.instance.as_str() || id == case.to_string()
}

#[cfg(test)]
mod tests;

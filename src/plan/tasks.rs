//! The tasks of a doomed instance: whether they have come to their end, and how.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::case::Case;
use super::draft::Draft;
use super::pace::later;
use super::phase::Phase;
use super::policy::Rules;
use super::reason::Reason;
use super::scene::Scene;
use super::step::Step;
use super::stopping::need;
use crate::ids::TaskArn;
use crate::observe::Snapshot;
use crate::observe::task::{Owner, Task};

/// How the tasks that ran when the signal came have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Stopped while their instance was there.
    pub graceful: usize,
    /// Ended by the end of their instance.
    pub killed: usize,
    /// Not ended.
    pub running: usize,
}

/// Counts how the tasks of a case have ended so far.
#[must_use]
pub fn tally(snapshot: &Snapshot, case: &Case) -> Tally {
    let mut tally = Tally::default();
    for (_, task) in concerned(snapshot, case) {
        match (task.stopped, task.died_with_host) {
            (true, true) => tally.killed += 1,
            (true, false) => tally.graceful += 1,
            (false, _) => tally.running += 1,
        }
    }
    tally
}

/// The end of a task of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskEnd {
    /// When, by AWS's clock.
    pub at: Timestamp,
    /// Whether its instance took it along.
    pub killed: bool,
}

/// When the tasks of a case came to their end, the earliest first.
#[must_use]
pub fn task_ends(snapshot: &Snapshot, case: &Case) -> Vec<TaskEnd> {
    let ended = concerned(snapshot, case).filter(|(_, task)| task.stopped);
    let mut ends: Vec<TaskEnd> =
        ended.filter_map(|(_, task)| Some(TaskEnd { at: task.stopped_at?, killed: task.died_with_host })).collect();
    ends.sort_unstable();
    ends
}

/// The tasks that had not ended when the signal was given.
fn concerned<'a>(snapshot: &'a Snapshot, case: &'a Case) -> impl Iterator<Item = (&'a TaskArn, &'a Task)> {
    let tasks = snapshot.tasks.get(&case.instance).into_iter().flat_map(|of| of.tasks.iter());
    tasks.filter(|(_, task)| task.stopped_at.is_none_or(|at| at >= case.id.said_at))
}

/// The tasks of a case that have not come to their end.
pub fn running<'a>(snapshot: &'a Snapshot, case: &'a Case) -> impl Iterator<Item = (&'a TaskArn, &'a Task)> {
    concerned(snapshot, case).filter(|(_, task)| !task.stopped)
}

/// Whether the tasks have been listed since the instance stopped taking new ones.
pub fn listed(snapshot: &Snapshot, case: &Case) -> bool {
    let listed_at = snapshot.tasks.get(&case.instance).and_then(|of| of.listed_at);
    let draining_since = case.phases.get(&Phase::Draining);
    listed_at.zip(draining_since).is_some_and(|(listed, draining)| listed >= *draining)
}

/// A list that was taken sooner after the drain may not have a task that was placed right before it: ECS is eventually
/// consistent (ECS API reference, `DescribeContainerInstances`), for how long it does not say.
const SETTLES_WITHIN: SignedDuration = SignedDuration::from_secs(10);

/// When a list of the tasks is to be believed if it shows none.
pub fn settled_at(case: &Case) -> Option<Timestamp> {
    case.phases.get(&Phase::Draining).map(|at| later(*at, SETTLES_WITHIN))
}

/// Whether every task has come to its end, also by a list that was taken when all that were placed had to be in it.
pub fn all_stopped_for_sure(snapshot: &Snapshot, case: &Case) -> bool {
    let listed_at = snapshot.tasks.get(&case.instance).and_then(|of| of.listed_at);
    all_stopped(snapshot, case) && listed_at >= settled_at(case)
}

/// Whether every task has come to its end, and no other can have been started since.
pub fn all_stopped(snapshot: &Snapshot, case: &Case) -> bool {
    listed(snapshot, case) && running(snapshot, case).next().is_none()
}

/// Reports the tasks that still run, and reaches the phase when none does.
pub fn follow(scene: Scene<'_>, case: &Case, rules: &Rules, draft: &mut Draft) {
    let running = running(scene.snapshot, case).count();
    if running > 0 {
        draft.report.add(&case.id, Reason::TasksRunning(running));
        too_long(scene, case, rules).into_iter().for_each(|reason| draft.report.add(&case.id, reason));
    } else if all_stopped(scene.snapshot, case) && !case.has(Phase::TasksStopped) {
        draft.step(Step::Reach { case: case.id.clone(), phase: Phase::TasksStopped, replacement: None });
    }
}

/// Per service, the tasks that need longer than there was from the first word to the deadline.
fn too_long(scene: Scene<'_>, case: &Case, rules: &Rules) -> Vec<Reason> {
    let Some(deadline) = case.deadline else { return Vec::new() };
    let window = deadline.duration_since(case.received_at);
    let mut longest: BTreeMap<&Owner, SignedDuration> = BTreeMap::new();
    for (_, task) in running(scene.snapshot, case) {
        let need = need(scene.snapshot, task).saturating_add(rules.margin);
        let known = longest.entry(&task.owner).or_default();
        *known = need.max(*known);
    }
    let missed = longest.into_iter().filter(|(_, need)| *need > window);
    missed.map(|(owner, need)| Reason::NeedExceedsNotice { owner: owner.clone(), need, window }).collect()
}

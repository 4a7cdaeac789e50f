//! When the tasks of a doomed instance are told to stop by us.
//!
//! Tasks of services are left to the scheduler for as long as they can be: it deregisters their targets first. At the latest
//! moment at which a task still has its whole stopTimeout before the deadline, `StopTask` gives it SIGTERM, whatever the
//! scheduler waits for. No task is stopped earlier, unless the calls for all of them would not go out in time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::call::{Call, Stopped};
use super::case::{Case, Place};
use super::deed::Deed;
use super::draft::Draft;
use super::hook;
use super::pace::retry_now;
use super::policy::Rules;
use super::scene::Scene;
use super::{targets, tasks};
use crate::api::StandaloneTasks;
use crate::ids::{ClusterKey, Region, TaskArn};
use crate::observe::Snapshot;
use crate::observe::snapshot::InstanceStatus;
use crate::observe::target::Target;
use crate::observe::task::{DEFAULT_STOP_TIMEOUT, Owner, Task};

/// A task to be stopped.
struct Wish<'a> {
    latest: Timestamp,
    case: &'a Case,
    targets: Vec<Target>,
    is_daemon: bool,
    cluster: ClusterKey,
    stopped: Stopped,
}

impl Wish<'_> {
    /// Daemon tasks serve the others on their instance, so they are the last of those that have the same time.
    fn rank(&self) -> impl Ord {
        (self.latest, self.is_daemon, &self.stopped.task)
    }
}

/// Stops the tasks of all cases whose time has come.
pub fn stop(scene: Scene<'_>, draft: &mut Draft) {
    let mut wishes: BTreeMap<&Region, Vec<Wish<'_>>> = BTreeMap::new();
    for case in scene.cases.iter().filter(|case| scene.now < case.history_from && !waits(scene, case)) {
        let Some(place) = case.place.clone().or_else(|| draft.placed(&case.id)) else { continue };
        let Some(cluster) = scene.snapshot.clusters.get(&place.cluster) else { continue };
        wishes.entry(&cluster.region).or_default().extend(wishes_of(scene, case, &place, draft));
    }
    for wishes in wishes.into_values() {
        call(scene, wishes, draft);
    }
}

/// Whether it is a planned hand-over that has not come to its drain: its tasks would be started again where they were.
fn waits(scene: Scene<'_>, case: &Case) -> bool {
    let instance = scene.snapshot.instances.get(&case.instance);
    let drains = instance.is_some_and(|instance| instance.status == InstanceStatus::Draining);
    case.is_planned() && !drains && !case.has_begun_to_drain()
}

/// Every call costs a token of one bucket, so the last moments are spread: none later than its own, nor later than the
/// bucket can bear before the next.
fn call(scene: Scene<'_>, mut wishes: Vec<Wish<'_>>, draft: &mut Draft) {
    wishes.sort_by(|a, b| a.rank().cmp(&b.rank()));
    let mut next = Timestamp::MAX;
    let mut due = Vec::new();
    for mut wish in wishes.into_iter().rev() {
        let at = wish.latest.min(next.saturating_sub(scene.policies.stop_pace).unwrap_or(next));
        next = at;
        let targets = (std::mem::take(&mut wish.targets), at);
        targets::deregister(scene, wish.case, &wish.cluster, targets, draft);
        if at <= scene.now {
            due.push(wish);
        } else {
            draft.wake_at(at);
        }
    }
    for Wish { cluster, stopped, .. } in due.into_iter().rev() {
        draft.batches.call(Call::Stop { cluster, stopped });
    }
}

fn wishes_of<'a>(scene: Scene<'_>, case: &'a Case, place: &Place, draft: &mut Draft) -> Vec<Wish<'a>> {
    let rules = scene.policies.rules(&place.cluster, place.provider.as_ref());
    let mut wishes = Vec::new();
    for (arn, task) in untold(scene.snapshot, case) {
        let attempt = case.attempt(&Deed::Stop(arn.clone()));
        if is_left(task, &rules) || attempt.is_in_flight() || attempt.is_accepted() || !retry_now(scene, attempt, draft)
        {
            continue;
        }
        let Some(latest) = latest(scene, case, task, &rules) else { continue };
        let is_daemon = is_daemon(scene.snapshot, place, task);
        let targets = targets::of_task(scene.snapshot, &place.cluster, &case.instance, task, &rules);
        let latest = targets::stop_by(scene, case, &targets).map_or(latest, |by| latest.min(by));
        let stopped = Stopped { case: case.id.clone(), task: arn.clone(), by: latest };
        wishes.push(Wish { latest, case, targets, is_daemon, cluster: place.cluster.clone(), stopped });
    }
    wishes
}

/// The tasks that have not got SIGTERM.
fn untold<'a>(snapshot: &'a Snapshot, case: &'a Case) -> impl Iterator<Item = (&'a TaskArn, &'a Task)> {
    tasks::running(snapshot, case).filter(|(_, task)| !task.told_to_stop)
}

fn is_daemon(snapshot: &Snapshot, place: &Place, task: &Task) -> bool {
    let service = task.service().and_then(|name| snapshot.service(&place.cluster, name));
    service.is_some_and(|service| service.is_daemon)
}

/// Whether the policy leaves the task alone.
fn is_left(task: &Task, rules: &Rules) -> bool {
    task.owner == Owner::Nobody && rules.standalone == StandaloneTasks::Leave
}

/// The last moment at which the task can be told to stop and still have all the time that it may take; `None`: nobody said
/// when its instance goes.
fn latest(scene: Scene<'_>, case: &Case, task: &Task, rules: &Rules) -> Option<Timestamp> {
    if task.owner == Owner::Nobody && rules.standalone == StandaloneTasks::Now {
        return Some(case.received_at);
    }
    let deadline = case.deadline.or_else(|| hook::gives_up_at(scene, case, rules))?;
    let need = need(scene.snapshot, task).saturating_add(rules.margin);
    Some(deadline.saturating_sub(need).unwrap_or(Timestamp::MIN))
}

/// How long the task may take to stop.
pub fn need(snapshot: &Snapshot, task: &Task) -> SignedDuration {
    snapshot.definitions.get(&task.definition).map_or(DEFAULT_STOP_TIMEOUT, |definition| definition.stops_within())
}

/// The first moment at which a task that has not got SIGTERM should have got it.
pub fn overdue_from(scene: Scene<'_>, case: &Case, rules: &Rules) -> Option<Timestamp> {
    // Of one that only waits none is overdue before its last moment.
    let late = Rules { standalone: StandaloneTasks::Latest, ..rules.clone() };
    let rules = if waits(scene, case) { &late } else { rules };
    untold(scene.snapshot, case).filter_map(|(_, task)| latest(scene, case, task, rules)).min()
}

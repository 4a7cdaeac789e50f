//! What to look at again while something is under way.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;

use super::attempt::Attempt;
use super::case::{Case, Place};
use super::draft::Draft;
use super::pace::{Due, SOON, due, in_a_crowd, later, when, when_not_told};
use super::phase::Phase;
use super::scene::Scene;
use super::{debt, fallback, hook, replacement, targets, tasks};
use crate::ids::{ClusterKey, GroupKey};
use crate::observe::Subject;
use crate::observe::snapshot::ClusterState;

/// The pace of a case that takes its course: a case has to close within 10 s of the instance being gone.
const PACE: SignedDuration = SignedDuration::from_secs(3);

/// The pace at which a group is looked at of whose members events tell: one may get lost.
const TOLD_PACE: SignedDuration = SignedDuration::from_secs(15);

/// The pace at which tasks are looked at.
const TASK_PACE: SignedDuration = SignedDuration::from_secs(5);

/// So many tasks an instance has, where only the number of instances counts.
const TASKS_EACH: usize = 4;

/// An instance that EC2 takes away is out of its cluster soon after.
const ENDS_WITHIN: SignedDuration = SignedDuration::from_secs(10);

/// The pace for a cluster that does not exist: somebody may be about to make it.
const MISSING_PACE: SignedDuration = SignedDuration::from_secs(30);

/// Reads clusters that have not been read, or not for as long as the policy's resync.
pub fn clusters(scene: Scene<'_>, draft: &mut Draft) {
    for (key, cluster) in &scene.snapshot.clusters {
        let every = match cluster.state {
            ClusterState::Unread => SOON,
            ClusterState::Missing { .. } => MISSING_PACE,
            ClusterState::Read { .. } => scene.policies.resync,
        };
        if due(scene, &Subject::Cluster(key.clone()), every, draft) {
            draft.batches.cluster(key);
        }
    }
}

/// Looks at the hooks of all groups as often as at their clusters.
pub fn hooks(scene: Scene<'_>, draft: &mut Draft) {
    for group in scene.snapshot.groups.keys() {
        if due(scene, &Subject::Hooks(group.clone()), scene.policies.resync, draft) {
            draft.batches.hooks(group);
        }
    }
}

/// Asks about the instances that a list left out.
pub fn unlisted(scene: Scene<'_>, draft: &mut Draft) {
    for id in &scene.snapshot.unlisted {
        let Some(instance) = scene.snapshot.instances.get(id) else { continue };
        if due(scene, &Subject::Instance(id.clone()), PACE, draft) {
            draft.batches.instance(&instance.cluster, id, &instance.arn);
        }
    }
}

/// Asks for the container instances that only events have told of.
pub fn heard_of(scene: Scene<'_>, draft: &mut Draft) {
    for (id, cluster) in &scene.snapshot.heard_of {
        if due(scene, &Subject::Instance(id.clone()), PACE, draft) {
            draft.batches.find(cluster, id);
        }
    }
}

/// Looks at what a case waits for.
pub fn case(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    instance(scene, case, place, draft);
    let registered = scene.snapshot.instances.contains_key(&case.instance);
    let owes = debt::owes(scene, case);
    if !case.has(Phase::ReplacementRegistered) || !registered || owes || !case.hooks.is_empty() {
        place.group.iter().for_each(|group| self::group(scene, case, group, draft));
    }
    self::tasks(scene, case, place, draft);
}

/// Looks for what was launched in another pool for the case.
pub fn elsewhere(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    let Some(launched) = fallback::launched_for(case) else { return };
    if !replacement::serves_already(scene, launched) && due(scene, &Subject::Instance(launched.clone()), PACE, draft) {
        draft.batches.find(&place.cluster, launched);
    }
}

/// Looks for an instance that pays the debt of a case whose own is gone.
pub fn payers(scene: Scene<'_>, place: &Place, draft: &mut Draft) {
    let Some(key) = &place.group else { return };
    if due(scene, &Subject::Group(key.clone()), PACE, draft) {
        draft.batches.group(key);
    }
    let members = scene.snapshot.groups.get(key).into_iter().flat_map(|group| group.members.keys());
    for id in members.filter(|id| !scene.snapshot.instances.contains_key(*id)) {
        if due(scene, &Subject::Instance(id.clone()), PACE, draft) {
            draft.batches.find(&place.cluster, id);
        }
    }
}

/// Looks at the instance of a case that nothing else is looked at for, until its mark is known.
pub fn read_once(scene: Scene<'_>, case: &Case, draft: &mut Draft) {
    let Some(instance) = scene.snapshot.instances.get(&case.instance) else { return };
    let unread = instance.looked_at < case.received_at;
    if unread && due(scene, &Subject::Instance(case.instance.clone()), SOON, draft) {
        draft.batches.instance(&instance.cluster, &case.instance, &instance.arn);
    }
}

/// Looks at what a case still waits for once its instance is gone.
pub fn last_tasks(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    if is_any_running(scene, case) && due(scene, &Subject::Tasks(case.instance.clone()), SOON, draft) {
        look_at_tasks(scene, case, place, draft);
    }
}

fn instance(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    let subject = Subject::Instance(case.instance.clone());
    let known = scene.snapshot.instances.get(&case.instance);
    // Whether somebody else has it in hand its mark says, of which no event tells.
    let read = known.is_none_or(|instance| instance.looked_at >= case.received_at);
    let ending = scene.snapshot.ending.get(&case.instance);
    let ends = ending.is_some_and(|ending| scene.now < later(ending.noted_at, ENDS_WITHIN));
    let every = in_a_crowd(scene, if read && !ends { PACE } else { SOON }, scene.cases.len());
    let due = if read { when_not_told(scene, &subject, every, draft) } else { when(scene, &subject, every, draft) };
    match (due, known) {
        (Due::Now, Some(instance)) => draft.batches.instance(&instance.cluster, &case.instance, &instance.arn),
        (Due::Soon, Some(instance)) => draft.batches.instance_too(&instance.cluster, &case.instance, &instance.arn),
        (Due::Now, None) => draft.batches.find(&place.cluster, &case.instance),
        (Due::Soon, None) | (Due::Later, _) => {}
    }
}

fn group(scene: Scene<'_>, case: &Case, group: &GroupKey, draft: &mut Draft) {
    let seen = scene.snapshot.groups.get(group).map(|group| group.observed_at);
    let asks = case.skipped.is_none() && !case.has(Phase::ReplacementRequested);
    let undecided = asks || debt::owes(scene, case) || !case.hooks.is_empty();
    let refused_at = if let Attempt::Failed { at, .. } = case.replacing() { *at } else { case.received_at };
    let moved_at = scene.snapshot.moved.get(group).filter(|_| !case.has(Phase::ReplacementRegistered));
    let stale = undecided && seen.is_none_or(|at| at < refused_at) || moved_at > seen.as_ref();
    let registered = scene.snapshot.instances.contains_key(&case.instance);
    let subject = Subject::Group(group.clone());
    let asked_at = scene.snapshot.asked.get(&subject).map(|asked| asked.at);
    let every = match () {
        // The answer came too late: we have made instances leave since it was asked for.
        () if stale && scene.snapshot.left_at.get(group) >= asked_at.as_ref() => SignedDuration::ZERO,
        () if stale => SOON,
        // What is waited for is a newcomer, and events tell of those.
        () if !undecided && registered && scene.snapshot.moved.contains_key(group) => TOLD_PACE,
        () => PACE,
    };
    if due(scene, &subject, every, draft) {
        draft.batches.group(group);
    }
}

fn tasks(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    let Some(instance) = scene.snapshot.instances.get(&case.instance) else { return };
    definitions(scene, case, place, draft);
    services(scene, case, place, draft);
    target_groups(scene, case, place, draft);
    let known = scene.snapshot.tasks.get(&case.instance).is_some_and(|of| of.listed_at.is_some());
    let drains = case.has(Phase::Draining) || draft.reaches(&case.id, Phase::Draining);
    let is_listed = scene.snapshot.is_asked(&Subject::List(case.instance.clone()));
    let up_to_date = known && (tasks::listed(scene.snapshot, case) || !drains);
    let again = up_to_date && is_to_be_listed_again(scene, case, place, draft);
    if is_listed || up_to_date && !again {
        let subject = Subject::Tasks(case.instance.clone());
        let every = in_a_crowd(scene, TASK_PACE, scene.cases.len() * TASKS_EACH);
        if is_any_running(scene, case) {
            match when_not_told(scene, &subject, every, draft) {
                Due::Now => look_at_tasks(scene, case, place, draft),
                Due::Soon => {
                    let tasks = tasks::running(scene.snapshot, case).map(|(task, _)| task.clone());
                    draft.batches.tasks_too(&place.cluster, &case.instance, tasks.collect());
                }
                Due::Later => {}
            }
        }
        return;
    }
    if due(scene, &Subject::Tasks(case.instance.clone()), SOON, draft) {
        draft.batches.tasks_of(&instance.cluster, &case.instance, &instance.arn);
    }
}

/// Whether a hook waits for the word that there are no tasks, and the last list was too soon to tell.
fn is_to_be_listed_again(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) -> bool {
    let rules = scene.policies.rules(&place.cluster, place.provider.as_ref());
    let Some(at) = tasks::settled_at(case).filter(|_| hook::is_waiting(scene, case, place, &rules)) else {
        return false;
    };
    if scene.now < at {
        draft.wake_at(at);
    }
    scene.now >= at && scene.snapshot.tasks.get(&case.instance).and_then(|of| of.listed_at) < Some(at)
}

/// Looks at the services of tasks: what is known of one serves for all instances for as long as a resync.
fn services(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    for name in tasks::running(scene.snapshot, case).filter_map(|(_, task)| task.service()) {
        let subject = Subject::Service(place.cluster.clone(), Arc::clone(name));
        if due(scene, &subject, scene.policies.resync, draft) {
            draft.batches.service(&place.cluster, name);
        }
    }
}

/// Reads how long the targets of tasks drain that we may have to take out.
fn target_groups(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    let rules = scene.policies.rules(&place.cluster, place.provider.as_ref());
    for (_, task) in tasks::running(scene.snapshot, case) {
        for target in targets::of_task(scene.snapshot, &place.cluster, &case.instance, task, &rules) {
            targets::look(scene, &place.cluster, &target.group, draft);
        }
    }
}

/// Reads the definitions of tasks that are to be stopped in time.
fn definitions(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    for (_, task) in tasks::running(scene.snapshot, case).filter(|(_, task)| !task.told_to_stop) {
        let unknown = !task.definition.is_empty() && !scene.snapshot.definitions.contains_key(&task.definition);
        if unknown && due(scene, &Subject::Definition(Arc::clone(&task.definition)), SOON, draft) {
            draft.batches.definition(&place.cluster, &task.definition);
        }
    }
}

fn is_any_running(scene: Scene<'_>, case: &Case) -> bool {
    tasks::running(scene.snapshot, case).next().is_some()
}

fn look_at_tasks(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    for (task, _) in tasks::running(scene.snapshot, case) {
        draft.batches.task(&place.cluster, &case.instance, task);
    }
}

/// Asks whether the new members of groups that owe a replacement have registered. Whoever joined after the first of a group's cases
/// asked may be one; a group is gone through once, however many cases wait for it.
pub fn newcomers(scene: Scene<'_>, draft: &mut Draft) {
    let mut owing: BTreeMap<(&ClusterKey, &GroupKey), &Case> = BTreeMap::new();
    let waiting = scene.cases.iter().filter(|case| replacement::is_awaited(case));
    for (case, place, group) in waiting.filter_map(|case| {
        let place = case.place.as_ref()?;
        Some((case, place, place.group.as_ref()?))
    }) {
        let first = owing.entry((&place.cluster, group)).or_insert(case);
        // One that we have not asked for counts from the beginning.
        if case.asked_at < first.asked_at {
            *first = case;
        }
    }
    for ((cluster, group), first) in owing {
        let members = scene.snapshot.groups.get(group).into_iter().flat_map(|group| first.joined(group));
        for id in members.filter(|id| !scene.snapshot.instances.contains_key(*id)) {
            let every = in_a_crowd(scene, PACE, scene.cases.len());
            if due(scene, &Subject::Instance(id.clone()), every, draft) {
                draft.batches.find(cluster, id);
            }
        }
    }
}

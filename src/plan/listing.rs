//! How the tasks of doomed instances are listed: one instance after the other, or all of their cluster at once.
//!
//! An instance's tasks cost two lists and a describe. Those of a whole cluster come a hundred at a time, so that where many
//! instances are doomed it is cheaper to read what runs on the others as well. Lists draw on a bucket that everything else
//! draws on that looks at instances and tasks.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::draft::Draft;
use super::pace::later;
use super::scene::Scene;
use crate::ids::{ClusterKey, ContainerInstanceArn, InstanceId};
use crate::observe::snapshot::ClusterState;
use crate::observe::{Look, Subject};

/// Calls for the tasks of one instance: those that run, those that stop, and how they are.
const CALLS_EACH: usize = 3;

/// A list of all that takes more calls than this is not worth it: its bucket bears 20 a second (ECS API reference).
const CALLS_MAX: usize = 800;

/// So many instances of a cluster are listed one by one at a time, and few enough not to wait for others.
const SINGLES_MAX: usize = 32;

/// Nobody else may have become doomed for so long before all are listed together: notices of a storm do not all come at once.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_secs(1);

/// But no instance waits longer for that.
const SETTLED_WITHIN: SignedDuration = SignedDuration::from_secs(3);

/// The instances of a cluster whose tasks are to be listed.
pub type Wishes = BTreeMap<InstanceId, ContainerInstanceArn>;

/// Decides how the tasks are listed that are to be.
pub fn settle(scene: Scene<'_>, draft: &mut Draft) {
    for (cluster, wishes) in draft.batches.take_listings() {
        if wishes.len() <= SINGLES_MAX || !pays_together(scene, &cluster, wishes.len()) {
            one_by_one(scene, &cluster, wishes, draft);
        } else if has_settled(scene, &cluster, &wishes, draft) {
            draft.batches.list_together(&cluster, wishes);
        }
    }
}

/// Whether it is cheaper to list all, as far as that is known and has not failed.
fn pays_together(scene: Scene<'_>, cluster: &ClusterKey, wishes: usize) -> bool {
    let all = scene.snapshot.clusters.get(cluster);
    let read = all.is_some_and(|cluster| matches!(cluster.state, ClusterState::Read { .. }));
    let failed = scene.snapshot.asked.get(&Subject::TasksIn(cluster.clone())).is_some_and(|asked| asked.failures > 0);
    let calls = calls_for_all(scene, cluster);
    read && !failed && calls <= CALLS_MAX && calls < wishes * CALLS_EACH
}

fn calls_for_all(scene: Scene<'_>, cluster: &ClusterKey) -> usize {
    let instances = scene.snapshot.instances.values().filter(|instance| instance.cluster == *cluster);
    let tasks: usize = instances.map(|instance| instance.tasks as usize).sum();
    2 * tasks.div_ceil(Look::TASKS_MAX) + 1
}

fn one_by_one(scene: Scene<'_>, cluster: &ClusterKey, wishes: Wishes, draft: &mut Draft) {
    // Who is listed alone is asked about in both ways at once.
    let alone = |id: &InstanceId| {
        let asked = |subject: &Subject| scene.snapshot.asked.get(subject).filter(|asked| asked.in_flight);
        let listed = asked(&Subject::List(id.clone()));
        listed.is_some_and(|list| asked(&Subject::Tasks(id.clone())).is_some_and(|tasks| tasks.at == list.at))
    };
    let here = scene.cases.iter().filter(|case| case.place.as_ref().is_some_and(|place| place.cluster == *cluster));
    let room = SINGLES_MAX.saturating_sub(here.filter(|case| alone(&case.instance)).count());
    let mut wishes: Vec<_> = wishes.into_iter().collect();
    wishes.sort_by_key(|(id, _)| scene.cases.of(id).and_then(|case| case.deadline).unwrap_or(Timestamp::MAX));
    // Whoever has to wait is thought of again when one of those answers.
    wishes.into_iter().take(room).for_each(|(id, arn)| draft.batches.tasks_of(cluster, &id, &arn));
}

/// Whether it is time to list all. One list at a time: it is too long to be made twice.
fn has_settled(scene: Scene<'_>, cluster: &ClusterKey, wishes: &Wishes, draft: &mut Draft) -> bool {
    if scene.snapshot.is_asked(&Subject::TasksIn(cluster.clone())) {
        return false;
    }
    let received = wishes.keys().filter_map(|id| scene.cases.of(id)).map(|case| case.received_at);
    let (first, last) =
        received.fold((Timestamp::MAX, Timestamp::MIN), |(first, last), at| (first.min(at), last.max(at)));
    let at = later(last, SETTLED_AFTER).min(later(first, SETTLED_WITHIN));
    if scene.now < at {
        draft.wake_at(at);
    }
    scene.now >= at
}

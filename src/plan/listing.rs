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
use crate::observe::{Look, Subject};

/// Calls for the tasks of one instance: those that run, those that stop, and how they are.
const CALLS_EACH: usize = 3;

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
        if wishes.len() <= SINGLES_MAX || wishes.len() * CALLS_EACH <= calls_for_all(scene, &cluster) {
            one_by_one(scene, &cluster, wishes, draft);
        } else if has_settled(scene, &cluster, &wishes, draft) {
            draft.batches.list_together(&cluster, wishes);
        }
    }
}

fn calls_for_all(scene: Scene<'_>, cluster: &ClusterKey) -> usize {
    let instances = scene.snapshot.instances.values().filter(|instance| instance.cluster == *cluster);
    let tasks: usize = instances.map(|instance| instance.tasks as usize).sum();
    2 * tasks.div_ceil(Look::TASKS_MAX) + 1
}

fn one_by_one(scene: Scene<'_>, cluster: &ClusterKey, wishes: Wishes, draft: &mut Draft) {
    let in_flight =
        |id: &InstanceId| scene.snapshot.asked.get(&Subject::Tasks(id.clone())).is_some_and(|asked| asked.in_flight);
    let here = scene.cases.iter().filter(|case| case.place.as_ref().is_some_and(|place| place.cluster == *cluster));
    let room = SINGLES_MAX.saturating_sub(here.filter(|case| in_flight(&case.instance)).count());
    // Whoever has to wait is thought of again when one of those answers.
    wishes.into_iter().take(room).for_each(|(id, arn)| draft.batches.tasks_of(cluster, &id, &arn));
}

/// Whether it is time to list all. One list at a time: it is too long to be made twice.
fn has_settled(scene: Scene<'_>, cluster: &ClusterKey, wishes: &Wishes, draft: &mut Draft) -> bool {
    if scene.snapshot.asked.get(&Subject::TasksIn(cluster.clone())).is_some_and(|asked| asked.in_flight) {
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

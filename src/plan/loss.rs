//! Losses that nobody announced: an instance ends while it takes tasks and its group counts on it.
//!
//! Nothing can be done about one any more but to say so, once. Whatever a group gives up by itself it shows as leaving by then,
//! and whoever drained an instance knew of its end.

use jiff::{SignedDuration, Timestamp};

use super::case::Place;
use super::draft::Draft;
use super::locate;
use super::pace::{SOON, due, later};
use super::scene::Scene;
use super::step::Step;
use crate::api::Mode;
use crate::ids::{GroupKey, InstanceId};
use crate::observe::Subject;
use crate::observe::snapshot::{ContainerInstance, Ending};
use crate::signal::{Signal, SignalKind};

/// A group that has not been seen within this time after the end tells nothing of it.
const LOOKED_INTO_FOR: SignedDuration = SignedDuration::from_mins(5);

/// An instance that had a case within this time was announced.
const ANNOUNCED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Word of an end may overtake the word that announced it: an instance that is hibernated gets both at once, and a notice that
/// was held by an operator which has crashed comes again after 30 s.
const OVERTAKEN_WITHIN: SignedDuration = SignedDuration::from_secs(40);

/// Tells every loss, once all is known of it that can be. What there is to see is looked at before it is gone.
pub fn tell(scene: Scene<'_>, draft: &mut Draft) {
    for (id, ending) in &scene.snapshot.ending {
        if let Some((instance, place, group)) = suspect(scene, id, *ending)
            && is_counted_on(scene, *ending, &group, draft)
            && is_seen(scene, id, instance, ending.noted_at, draft)
            && are_tasks_known(scene, id, instance, ending.noted_at, draft)
        {
            let tells_at = later(ending.noted_at, OVERTAKEN_WITHIN);
            if scene.now >= tells_at {
                draft.step(Step::Lost { signal: signal(id, *ending), place });
            } else {
                draft.wake_at(tells_at);
            }
        }
    }
}

/// An instance of ours whose end may have come unannounced, and its group.
fn suspect<'a>(scene: Scene<'a>, id: &InstanceId, ending: Ending) -> Option<(&'a ContainerInstance, Place, GroupKey)> {
    let fresh = ending.was_active && scene.now < later(ending.noted_at, LOOKED_INTO_FOR);
    let since = ending.noted_at.saturating_sub(ANNOUNCED_FOR).unwrap_or(Timestamp::MIN);
    if !fresh || !scene.cases.is_unheard_of(id, since) {
        return None;
    }
    // One that carries our mark is in somebody's hands, or was.
    let instance = scene.snapshot.instances.get(id).filter(|it| !it.ignored && it.mark.is_none())?;
    let place = locate::place(scene, id, &instance.cluster, instance.provider.as_ref(), None)?;
    let rules = scene.policies.rules(&place.cluster, place.provider.as_ref());
    let group = place.group.clone()?;
    // Where nobody listens to notices nothing is announced.
    (rules.managed && rules.mode != Mode::Paused && rules.interruption_enabled).then_some((instance, place, group))
}

/// Whether the group had it in service: it did not choose to end it.
fn is_counted_on(scene: Scene<'_>, ending: Ending, key: &GroupKey, draft: &mut Draft) -> bool {
    let looked_at = scene.snapshot.groups.get(key).map(|group| group.observed_at);
    if ending.in_service.is_none() && looked_at.is_some_and(|at| at < ending.noted_at) {
        if due(scene, &Subject::Group(key.clone()), SOON, draft) {
            draft.batches.group(key);
        }
        return false;
    }
    ending.in_service == Some(true)
}

/// What is known of it may be as old as the last resync, and somebody may have drained it since.
fn is_seen(
    scene: Scene<'_>,
    id: &InstanceId,
    instance: &ContainerInstance,
    since: Timestamp,
    draft: &mut Draft,
) -> bool {
    if instance.gone_at.is_some() || instance.observed_at >= since {
        return true;
    }
    if due(scene, &Subject::Instance(id.clone()), SOON, draft) {
        draft.batches.instance(&instance.cluster, id, &instance.arn);
    }
    false
}

/// Whether the tasks that it took along have been listed, or cannot be.
fn are_tasks_known(
    scene: Scene<'_>,
    id: &InstanceId,
    instance: &ContainerInstance,
    since: Timestamp,
    draft: &mut Draft,
) -> bool {
    let subject = Subject::Tasks(id.clone());
    let listed_at = scene.snapshot.tasks.get(id).and_then(|of| of.listed_at);
    let asked = scene.snapshot.asked.get(&subject).filter(|asked| asked.at >= since && !asked.in_flight);
    if listed_at.is_some_and(|at| at >= since) || asked.is_some_and(|asked| asked.failures > 0) {
        return true;
    }
    if due(scene, &subject, SOON, draft) {
        draft.batches.tasks_of(&instance.cluster, id, &instance.arn);
    }
    false
}

fn signal(id: &InstanceId, ending: Ending) -> Signal {
    Signal { history_from: ending.since, ..Signal::found(id, SignalKind::StateChange, ending.since) }
}

//! What is found without anybody having told of it: events get lost, and we may have been restarted.

use jiff::{SignedDuration, Timestamp};

use super::draft::Draft;
use super::hook::is_held;
use super::pace::{due, later};
use super::scene::Scene;
use crate::ids::InstanceId;
use crate::observe::Subject;
use crate::observe::mark::Mark;
use crate::observe::snapshot::{ContainerInstance, InstanceStatus, Lifecycle};
use crate::signal::{Hook, Signal, SignalKind};

/// Whoever has an interrupted instance in hand has set it back by then, if it lives on: five minutes past its deadline
/// (`closing`), and two for doing it.
const SET_BACK_WITHIN: SignedDuration = SignedDuration::from_mins(7);

/// The pace at which an instance is asked about that seems to be in nobody's hands.
const PACE: SignedDuration = SignedDuration::from_secs(30);

/// What makes an instance drain is known by then: a notice to it, a mark on it, or that its group gives it up.
const EXPLAINED_WITHIN: SignedDuration = SignedDuration::from_mins(2);

/// One that we have let go on may wait for a hook of somebody else's, which its group does not show.
const LET_GO_FOR: SignedDuration = SignedDuration::from_mins(2);

/// Opens a case for every instance that waits for a hook of ours.
pub fn held_instances(scene: Scene<'_>, draft: &mut Draft) {
    for (key, group) in &scene.snapshot.groups {
        let Some(hooks) = scene.snapshot.hooks.get(key) else { continue };
        let Some((cluster, provider)) = scene.snapshot.clusters_of(key).next() else { continue };
        let rules = scene.policies.rules(cluster, Some(provider));
        let Some(hook) = hooks.terminating.iter().find(|hook| rules.is_our_hook(&hook.name)) else { continue };
        let held = group.members.iter().filter(|(_, member)| is_held(&member.lifecycle));
        let since = group.observed_at.saturating_sub(LET_GO_FOR).unwrap_or(Timestamp::MIN);
        for (instance, _) in held.filter(|(instance, _)| scene.cases.is_unheard_of(instance, since)) {
            let hook = Some(Hook { group: key.name.clone(), name: hook.name.clone(), token: None });
            let held = Signal::found(instance, SignalKind::TerminateHook, group.observed_at);
            draft.open(scene, Signal { hook, ..held });
        }
    }
}

/// Opens a case for every instance that carries our mark: whoever was here before us did not come to its end.
pub fn marked_instances(scene: Scene<'_>, draft: &mut Draft) {
    for (id, instance) in &scene.snapshot.instances {
        let open = |mark: &&Mark| instance.gone_at.is_none() && !mark.paid;
        let Some(mark) = instance.mark.as_ref().filter(open) else { continue };
        let Some(signal) = signal_of(id, mark) else { continue };
        let left_at = left_alone_from(mark, &signal);
        if scene.now < left_at || !scene.cases.is_unheard_of(id, mark.said_at) {
            continue;
        }
        // What is known of it may be older than that: it is looked at again before anybody meddles.
        if instance.looked_at < left_at {
            if due(scene, &Subject::Instance(id.clone()), PACE, draft) {
                draft.batches.instance(&instance.cluster, id, &instance.arn);
            }
        } else if lives_on(instance) || !signal.kind.is_notice() {
            draft.open(scene, signal);
        }
    }
}

/// Names the instances that drain, though nobody gave notice, no mark of ours says why, and their group has not given them up: a
/// person does that, or an update. Nothing is done about them. A notice may only be about to come, and events show no mark, so it
/// is told only of what was looked at again some time after.
pub fn drained_by_others(scene: Scene<'_>, draft: &mut Draft) {
    for (id, instance) in &scene.snapshot.instances {
        let Some(since) = instance.draining_since.filter(|since| instance.looked_at >= later(*since, EXPLAINED_WITHIN))
        else {
            continue;
        };
        let unexplained = instance.gone_at.is_none() && instance.mark.is_none() && !instance.ignored;
        let leaves =
            scene.snapshot.member(id).is_some_and(|(_, _, member)| matches!(member.lifecycle, Lifecycle::Leaving(_)));
        let rules = scene.policies.rules(&instance.cluster, instance.provider.as_ref());
        let heard_since = since.saturating_sub(EXPLAINED_WITHIN).unwrap_or(Timestamp::MIN);
        if unexplained && !leaves && rules.managed && scene.cases.is_unheard_of(id, heard_since) {
            draft.report.drained_by_others(id);
        }
    }
}

/// From when on a marked instance is in nobody's hands. Who holds one renews the mark. The message of an interruption notice brings
/// its case back by itself; only of an instance that lives on long after nobody speaks.
fn left_alone_from(mark: &Mark, signal: &Signal) -> Timestamp {
    let held_until = mark.held_until.unwrap_or(Timestamp::MIN);
    let over = signal.deadline.map_or(Timestamp::MAX, |deadline| later(deadline, SET_BACK_WITHIN));
    if signal.kind.is_notice() { held_until.max(over) } else { held_until }
}

fn lives_on(instance: &ContainerInstance) -> bool {
    instance.status == InstanceStatus::Draining && instance.disconnected_since.is_none()
}

fn signal_of(instance: &InstanceId, mark: &Mark) -> Option<Signal> {
    let kind = SignalKind::named(&mark.kind)?;
    let found = Signal::found(instance, kind, mark.said_at);
    let history_from = if kind.is_notice() { mark.said_at } else { found.history_from };
    Some(Signal { deadline: mark.deadline, history_from, ..found })
}

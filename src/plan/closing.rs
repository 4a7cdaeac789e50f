//! The end of a case: when the instance is gone, and how the hand-over went.

use jiff::{SignedDuration, Timestamp};

use super::case::{Case, Place};
use super::deed::Deed;
use super::draft::Draft;
use super::pace::later;
use super::phase::Phase;
use super::policy::Rules;
use super::reason::Reason;
use super::replacement;
use super::scene::Scene;
use super::tasks;
use super::{debt, hook};
use crate::api::Outcome;
use crate::observe::snapshot::ContainerInstance;

/// An agent that is silent for so long past the deadline speaks no more.
const SILENT_FOR: SignedDuration = SignedDuration::from_secs(60);

/// An instance that is there so long past the deadline was not taken. AWS names no time after which an interruption is off.
const RETURNED_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// An instance that was seen within this time is there.
const SEEN_WITHIN: SignedDuration = SignedDuration::from_secs(30);

/// A case whose instance AWS says nothing of is closed this long after it should have returned.
const UNSEEN_FOR: SignedDuration = SignedDuration::from_mins(10);

/// How long the last look at the tasks of an instance that is gone may take.
const COUNT_WITHIN: SignedDuration = SignedDuration::from_secs(5);

/// How a case stands.
pub enum Standing {
    /// The instance is there.
    Open,
    /// It is gone, and its tasks are counted for the last time.
    Counting,
    /// It is gone before its time, since we made its group terminate it, and its replacement is still to come.
    Awaiting,
    /// All is known.
    Ended(Outcome),
}

/// Judges how the case stands.
pub fn judge(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, draft: &mut Draft) -> Standing {
    if hook::is_waiting(scene, case, place, rules) {
        return Standing::Open;
    }
    let Some(gone_at) = gone_at(scene, case, place, draft) else { return still_there(scene, case, draft) };
    let count_by = later(gone_at, COUNT_WITHIN);
    let uncounted = tasks::running(scene.snapshot, case).any(|(_, task)| task.observed_at < gone_at);
    let unanswered = case.replacing().is_in_flight();
    if (uncounted || unanswered) && scene.now < count_by {
        draft.wake_at(count_by);
        draft.report.add(&case.id, Reason::CountingTasks);
        return Standing::Counting;
    }
    if let Some(deadline) = awaits_until(scene, case) {
        draft.wake_at(deadline);
        return Standing::Awaiting;
    }
    Standing::Ended(outcome(scene, case))
}

/// Whether a replacement is late is known at the deadline, which an instance that we had terminated does not live to see.
fn awaits_until(scene: Scene<'_>, case: &Case) -> Option<Timestamp> {
    let ended_early = case.attempt(&Deed::Terminate).is_accepted();
    let owed = replacement::expected(case) && !case.has(Phase::ReplacementRegistered);
    case.deadline.filter(|deadline| ended_early && owed && scene.now < *deadline)
}

fn still_there(scene: Scene<'_>, case: &Case, draft: &mut Draft) -> Standing {
    let returned_at = match case.deadline {
        Some(deadline) => later(deadline.max(case.received_at), RETURNED_AFTER),
        None => case.history_from,
    };
    if debt::is_wanted_again(scene, case) {
        return Standing::Ended(Outcome::Returned);
    }
    draft.report.add(&case.id, Reason::InstanceThere);
    if debt::can_pay(scene, case) || debt::is_needed(scene, case) {
        return Standing::Open;
    }
    if scene.now < returned_at {
        draft.wake_at(returned_at);
        return Standing::Open;
    }
    let seen_at = scene.snapshot.instances.get(&case.instance).map(|instance| instance.observed_at);
    match seen_at {
        Some(at) if later(at, SEEN_WITHIN) >= scene.now => Standing::Ended(Outcome::Returned),
        // Nobody has seen it since: AWS did not say. One day it has to end.
        _ if scene.now >= later(returned_at, UNSEEN_FOR) => Standing::Ended(outcome(scene, case)),
        _ => Standing::Open,
    }
}

/// When the instance went, as far as that is known.
fn gone_at(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) -> Option<Timestamp> {
    match scene.snapshot.instances.get(&case.instance) {
        Some(instance) => instance.gone_at.or_else(|| silent(scene, case, instance, draft)),
        None => never_registered(scene, case, place, draft),
    }
}

fn silent(scene: Scene<'_>, case: &Case, instance: &ContainerInstance, draft: &mut Draft) -> Option<Timestamp> {
    let silent_at = later(instance.disconnected_since?.max(case.deadline?), SILENT_FOR);
    if scene.now >= silent_at {
        return Some(silent_at);
    }
    draft.wake_at(silent_at);
    None
}

/// It was doomed before it registered: its group tells, or the time.
fn never_registered(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) -> Option<Timestamp> {
    let group = place.group.as_ref().and_then(|group| scene.snapshot.groups.get(group));
    let left_at = |since: Timestamp| {
        let left = group.is_some_and(|group| group.observed_at >= since && !group.members.contains_key(&case.instance));
        (left && scene.now >= since).then_some(since)
    };
    // Nobody said when it goes: its group tells when it is gone.
    let Some(deadline) = case.deadline else { return left_at(case.received_at) };
    let silent_at = later(deadline, SILENT_FOR);
    if scene.now >= silent_at {
        return Some(silent_at);
    }
    draft.wake_at(silent_at);
    left_at(deadline)
}

fn outcome(scene: Scene<'_>, case: &Case) -> Outcome {
    let tally = tasks::tally(scene.snapshot, case);
    if tally.killed + tally.running > 0 {
        return Outcome::Lossy;
    }
    match registered_at(scene, case) {
        Some(at) if case.deadline.is_none_or(|deadline| at <= deadline) => Outcome::HandedOver,
        Some(_) => Outcome::Late,
        // It was one too many: nothing was to come in its place.
        None if debt::was_one_too_many(case) => Outcome::HandedOver,
        None if replacement::expected(case) || case.unsure => Outcome::Late,
        None => Outcome::NotReplaced,
    }
}

/// When the replacement registered: by AWS's word, since it may have been seen later than it came.
fn registered_at(scene: Scene<'_>, case: &Case) -> Option<Timestamp> {
    let seen_at = *case.phases.get(&Phase::ReplacementRegistered)?;
    let replacement = case.replacement.as_ref().and_then(|id| scene.snapshot.instances.get(id));
    Some(replacement.map_or(seen_at, |instance| instance.registered_at.min(seen_at)))
}

//! Marks on container instances: who drains them, and because of what, for whoever comes after us.
//!
//! A signal that comes long before its deadline is marked at once, since its message is not held that long. An interruption
//! notice is in its message; its mark says that it was us who drained, and goes out after the drain.

use jiff::{SignedDuration, Timestamp};

use super::attempt::Attempt;
use super::call::Drained;
use super::case::Case;
use super::debt;
use super::deed::Deed;
use super::draft::Draft;
use super::pace::{later, retry_now};
use super::reason::Reason;
use super::scene::Scene;
use crate::ids::InstanceId;
use crate::observe::mark::Mark;
use crate::observe::snapshot::ContainerInstance;
use crate::signal::SignalKind;

/// Who has left a mark has its instance in hand for so long, and renews it when half of that is over.
const HELD_FOR: SignedDuration = SignedDuration::from_mins(5);

/// After so many failures a mark stays as it is.
const FAILURES_MAX: u32 = 5;

/// The mark of a case.
fn of(scene: Scene<'_>, case: &Case, instance: &ContainerInstance) -> Mark {
    let seconds = |time: Timestamp| Timestamp::from_second(time.as_second()).unwrap_or(time);
    let settled = case.passed_on || debt::is_wanted_again(scene, case);
    let paid = settled || is_being_given_back(scene, case) || is_paid_by_others(scene, case);
    Mark {
        kind: case.kind.name().into(),
        said_at: seconds(case.id.said_at),
        deadline: case.deadline.map(seconds),
        launched: launched_for(scene, case).filter(|_| !paid).cloned(),
        paid,
        held_until: (!case.kind.is_notice()).then(|| seconds(held_until(scene, instance))),
    }
}

/// Who comes after us must not take back what we have: it is said before anybody can know whether it was done.
fn is_being_given_back(scene: Scene<'_>, case: &Case) -> bool {
    let attempt = case.attempt(&Deed::GiveBack);
    attempt.is_in_flight() || attempt.is_accepted() || debt::may_be_paid(scene, case)
}

/// Whether somebody else who had the instance in hand has given back what was too many, or is at it.
pub fn is_paid_by_others(scene: Scene<'_>, case: &Case) -> bool {
    let mark = scene.snapshot.instances.get(&case.instance).and_then(|instance| instance.mark.as_ref());
    let ours = case.wrote.iter().chain(&case.writing).chain(&case.unconfirmed).any(|mark| mark.paid);
    !ours && mark.is_some_and(|mark| mark.paid)
}

fn held_until(scene: Scene<'_>, instance: &ContainerInstance) -> Timestamp {
    let known = instance.mark.as_ref().and_then(|mark| mark.held_until);
    known.filter(|until| *until >= later(scene.now, HELD_FOR / 2)).unwrap_or_else(|| later(scene.now, HELD_FOR))
}

/// Whether the instance carries a mark of this very case.
pub fn is_ours(case: &Case, instance: &ContainerInstance) -> bool {
    let same = |mark: &Mark| mark.said_at.as_second() == case.id.said_at.as_second() && *mark.kind == *case.kind.name();
    instance.mark.as_ref().is_some_and(same)
}

/// Whether somebody else has the instance in hand since EC2 Spot gave notice, as their mark says. They know of what was launched
/// for it, and give that back.
pub fn is_taken_over(scene: Scene<'_>, case: &Case) -> bool {
    let mark = scene.snapshot.instances.get(&case.instance).and_then(|instance| instance.mark.as_ref());
    let noticed = |mark: &Mark| SignalKind::named(&mark.kind).is_some_and(SignalKind::is_notice);
    case.is_planned() && mark.is_some_and(noticed)
}

/// The instance that was launched in the place of this one, on top of what the group wanted: by us, or, as the mark says, by
/// whoever had it in hand before.
pub fn launched_for<'a>(scene: Scene<'a>, case: &'a Case) -> Option<&'a InstanceId> {
    let own = case.replacement.as_ref().filter(|_| case.attempt(&Deed::Launch).is_accepted());
    let mark = scene.snapshot.instances.get(&case.instance).and_then(|instance| instance.mark.as_ref());
    own.or_else(|| mark.and_then(|mark| mark.launched.as_ref()))
}

/// Says on an instance that was one too many, and is not any more, that nothing is owed for it. True while that is under way.
pub fn is_being_settled(scene: Scene<'_>, case: &Case, draft: &mut Draft) -> bool {
    let mark = scene.snapshot.instances.get(&case.instance).and_then(|instance| instance.mark.as_ref());
    let said = mark.is_none_or(|mark| mark.paid) || case.attempt(&Deed::Mark).failures() >= FAILURES_MAX;
    if said || !debt::is_wanted_again(scene, case) {
        return false;
    }
    request(scene, case, draft);
    true
}

/// Whether the mark of another case stays: somebody else has the instance in hand because of something that matters more, or
/// because of something that matters as much and was there first.
fn is_outranked(scene: Scene<'_>, case: &Case, instance: &ContainerInstance) -> bool {
    let Some(mark) = instance.mark.as_ref().filter(|_| !is_ours(case, instance)) else { return false };
    let held = mark.held_until.is_some_and(|until| scene.now < until);
    let theirs = SignalKind::named(&mark.kind).map_or(0, weight);
    theirs > weight(case.kind) || theirs == weight(case.kind) && held
}

/// How much a word about an instance weighs where two operators have it in hand because of different ones.
const fn weight(kind: SignalKind) -> u8 {
    match kind {
        SignalKind::InterruptionNotice(_) => 3,
        SignalKind::RebalanceRecommendation
        | SignalKind::Maintenance
        | SignalKind::ManualDrain
        | SignalKind::Surplus
        | SignalKind::Fallback
        | SignalKind::StateChange => 2,
        SignalKind::TerminateHook => 1,
    }
}

/// Whether the case began with a word whose message is not held.
fn is_written_down(case: &Case) -> bool {
    !case.kind.is_notice() && case.kind != SignalKind::TerminateHook
}

/// What is to stand on the instance. In the mark of somebody else who has more say stands only that we have paid what they owe.
fn wanted(scene: Scene<'_>, case: &Case, instance: &ContainerInstance) -> Option<Mark> {
    if !is_outranked(scene, case, instance) {
        return Some(of(scene, case, instance));
    }
    let theirs = instance.mark.as_ref().filter(|mark| mark.launched.is_some() && !mark.paid)?;
    // It is theirs to pay again where this was refused, so it is not said before.
    let paid = case.attempt(&Deed::GiveBack).is_accepted() || case.passed_on;
    paid.then(|| Mark { launched: None, paid: true, ..theirs.clone() })
}

/// Marks the instance of the case, if it is there and not marked so.
pub fn request(scene: Scene<'_>, case: &Case, draft: &mut Draft) {
    let Some(instance) = scene.snapshot.instances.get(&case.instance).filter(|instance| instance.gone_at.is_none())
    else {
        return;
    };
    let drained_by_us = case.has_drained() || *case.attempt(&Deed::Launch) != Attempt::None;
    let Some(mark) = wanted(scene, case, instance) else { return };
    // What it says has to stay true; and where somebody else has left theirs, they learn by ours that it is in other hands.
    let marked = instance.mark.is_some();
    if instance.mark.as_ref() == Some(&mark) || !(is_written_down(case) || drained_by_us || marked) {
        return;
    }
    // What stands there may be somebody else's: it is read before it is written over.
    if instance.looked_at < case.received_at {
        return;
    }
    let attempt = case.attempt(&Deed::Mark);
    match attempt {
        Attempt::InFlight { .. } => {}
        Attempt::Failed { why, .. } if !retry_now(scene, attempt, draft) => {
            draft.report.add(&case.id, Reason::MarkFailed(why.clone()));
        }
        // Where it was accepted, what was to be said has changed since.
        Attempt::None | Attempt::Accepted { .. } | Attempt::Failed { .. } => {
            let marked = Drained { case: case.id.clone(), instance: case.instance.clone(), arn: instance.arn.clone() };
            draft.batches.mark(&instance.cluster, marked, mark);
        }
    }
}

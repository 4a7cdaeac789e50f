//! Debts: capacity that the operator itself added to a group, and has to take back.
//!
//! Whoever launched one more owes one instance. The old one pays where the group still has it in service; where it left some
//! other way, the group has replaced it as well, and the debt passes to another: the launched one, or else the emptiest of the
//! newest.

use std::cmp::Reverse;

use super::attempt::Attempt;
use super::call::{Call, Way};
use super::case::{Case, Place};
use super::deed::Deed;
use super::draft::Draft;
use super::pace::{SOON, due, later, retry_now};
use super::reason::Reason;
use super::scene::Scene;
use super::step::Step;
use super::{fallback, mark, watch};
use crate::ids::{GroupKey, InstanceId};
use crate::observe::Subject;
use crate::observe::snapshot::{Group, InstanceStatus, Lifecycle};
use crate::signal::{Signal, SignalKind};

/// Whether the group of the case has one more than it wanted because of it, and the instance is to pay for that.
pub fn owes(scene: Scene<'_>, case: &Case) -> bool {
    let too_many = case.kinds.contains(&SignalKind::Surplus) || is_not_needed(scene, case);
    let one_more = mark::launched_for(scene, case).is_some() || too_many;
    let paid = case.attempt(&Deed::GiveBack).is_accepted() || mark::is_paid_by_others(scene, case);
    one_more && !paid && !case.passed_on && !is_void(scene, case)
}

/// Whether somebody else has taken the instance of a planned hand-over out of its group, which has replaced it or is about to:
/// it can pay no more, however long it lives. Its mark is read before, since whoever took it may have paid.
pub fn is_stranded(scene: Scene<'_>, case: &Case) -> bool {
    let launched_at = case.attempt(&Deed::Launch).accepted_at().unwrap_or(case.received_at);
    let group = group_of(case).and_then(|key| scene.snapshot.groups.get(key));
    let left = |group: &Group| group.observed_at > launched_at && !group.members.contains_key(&case.instance);
    let looked_at = scene.snapshot.instances.get(&case.instance).map(|instance| instance.looked_at);
    let out = group.is_some_and(|group| left(group) && looked_at > Some(group.observed_at));
    out && case.is_planned() && !is_one_too_many(case) && owes(scene, case)
}

/// Passes the debt of a case on whose instance lives and cannot pay.
pub fn hand_on(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    match pass_on(scene, case, draft) {
        Passing::Passed => draft.step(Step::PassDebt { case: case.id.clone() }),
        // Our mark must not say that it is paid: whoever owes it reads that.
        Passing::Nothing => {}
        Passing::NotYet => watch::payers(scene, place, draft),
    }
}

/// Whether it stands in for another pool's that are not all there, and would still be to pay.
pub fn is_needed(scene: Scene<'_>, case: &Case) -> bool {
    let paid = case.attempt(&Deed::GiveBack).is_accepted() || case.passed_on;
    fallback::is_stand_in(case) && !is_not_needed(scene, case) && !paid
}

/// Whether it stands in for another pool's that are all there.
fn is_not_needed(scene: Scene<'_>, case: &Case) -> bool {
    fallback::is_stand_in(case) && case.place.as_ref().is_some_and(|place| fallback::is_over(scene, place))
}

/// Whether somebody has set the group since to want no more than it has to: nothing of it is too many then.
fn is_void(scene: Scene<'_>, case: &Case) -> bool {
    let launched_at = case.attempt(&Deed::Launch).accepted_at().unwrap_or(case.received_at);
    let group = group_of(case).and_then(|key| scene.snapshot.groups.get(key));
    group.is_some_and(|group| group.observed_at > launched_at && group.desired <= group.min)
}

/// Whether the instance was one too many, and is not any more.
pub fn is_wanted_again(scene: Scene<'_>, case: &Case) -> bool {
    is_one_too_many(case) && !case.attempt(&Deed::GiveBack).is_accepted() && is_void(scene, case)
}

/// Whether the instance was one too many, and has been given back: nothing was to come in its place.
pub fn was_one_too_many(case: &Case) -> bool {
    is_one_too_many(case) && case.attempt(&Deed::GiveBack).is_accepted()
}

fn is_one_too_many(case: &Case) -> bool {
    case.kinds.iter().all(|kind| matches!(kind, SignalKind::Surplus | SignalKind::Fallback))
}

/// Whether the instance can pay: its group has it in service.
pub fn can_pay(scene: Scene<'_>, case: &Case) -> bool {
    owes(scene, case) && group_of(case).is_some_and(|key| is_in_service(scene, case, key))
}

/// Pays the debt: the group loses the instance and wants one less.
///
/// A call that decrements is not repeated before it has been read back whether it was done.
pub fn give_back(scene: Scene<'_>, case: &Case, key: &GroupKey, way: Way, draft: &mut Draft) {
    let attempt = case.attempt(&Deed::GiveBack);
    if attempt.is_in_flight() || attempt.is_accepted() {
        return;
    }
    let seen_since = match attempt {
        Attempt::Failed { at, .. } => scene.snapshot.groups.get(key).is_some_and(|group| group.observed_at > *at),
        _ => true,
    };
    if !seen_since && due(scene, &Subject::Group(key.clone()), SOON, draft) {
        draft.batches.group(key);
    }
    if !seen_since || !retry_now(scene, attempt, draft) {
        return draft.report.add(&case.id, Reason::DebtOpen);
    }
    if is_in_service(scene, case, key) {
        let (group, case, instance) = (key.clone(), case.id.clone(), case.instance.clone());
        draft.batches.call(Call::GiveBack { way, group, case, instance });
    }
}

/// Whether a call whose answer was lost may have paid: the group has not been seen since to have the instance in service.
pub fn may_be_paid(scene: Scene<'_>, case: &Case) -> bool {
    let Attempt::Failed { at, lost: true, .. } = case.attempt(&Deed::GiveBack) else { return false };
    let group = group_of(case).and_then(|key| scene.snapshot.groups.get_key_value(key));
    !group.is_some_and(|(key, group)| group.observed_at > *at && is_in_service(scene, case, key))
}

/// What becomes of the debt of a case whose instance cannot pay any more.
pub enum Passing {
    /// Another instance pays it from here on.
    Passed,
    /// There is none, or it is for somebody else to pass it on.
    Nothing,
    /// None can be chosen yet.
    NotYet,
}

/// Passes the debt of a case that ends to another instance of the group.
pub fn pass_on(scene: Scene<'_>, case: &Case, draft: &mut Draft) -> Passing {
    let Some((key, group)) = group_of(case).and_then(|key| scene.snapshot.groups.get_key_value(key)) else {
        return Passing::Nothing;
    };
    if [Deed::Launch, Deed::GiveBack].iter().any(|deed| case.attempt(deed).is_in_flight()) {
        return not_yet(scene, case, draft);
    }
    if case.passed_on {
        return Passing::Nothing;
    }
    let stands_in =
        fallback::is_stand_in(case) && !case.attempt(&Deed::GiveBack).is_accepted() && !is_void(scene, case);
    if !(owes(scene, case) || stands_in) {
        return Passing::Nothing;
    }
    if matches!(case.attempt(&Deed::GiveBack), Attempt::Failed { at, .. } if group.observed_at <= *at) {
        return not_yet(scene, case, draft);
    }
    if may_be_paid(scene, case) {
        return Passing::Nothing;
    }
    if can_pay(scene, case) {
        give_back(scene, case, key, Way::Detach, draft);
        return not_yet(scene, case, draft);
    }
    if !is_ours_to_pass_on(scene, case) && launched(scene, case, group, draft).is_none() {
        return Passing::Nothing;
    }
    match payer(scene, case, key, group, draft) {
        Some(payer) => {
            let kind = if stands_in { SignalKind::Fallback } else { SignalKind::Surplus };
            draft.open(scene, Signal::found(payer, kind, scene.now));
            Passing::Passed
        }
        None => not_yet(scene, case, draft),
    }
}

fn not_yet(scene: Scene<'_>, case: &Case, draft: &mut Draft) -> Passing {
    draft.report.add(&case.id, Reason::DebtOpen);
    draft.wake_at(later(scene.now, SOON));
    Passing::NotYet
}

/// Whether it is for this process to choose a third instance. Several operators may know of one debt, and each would choose its
/// own: the one that launched, that found one too many, or that took over what the mark says does it. Of an instance that others
/// found to be too many and that is gone nobody knows whether it paid: one too few is worse than one too many.
fn is_ours_to_pass_on(scene: Scene<'_>, case: &Case) -> bool {
    let ended = matches!(case.kind, SignalKind::Surplus | SignalKind::Fallback);
    let found = ended && case.id.said_at == case.received_at;
    let instance = scene.snapshot.instances.get(&case.instance);
    let taken_over = instance.is_some_and(|it| mark::is_ours(case, it)) && mark::launched_for(scene, case).is_some();
    let unpaid = case.attempt(&Deed::GiveBack).failures() == 0;
    found || taken_over && unpaid || case.attempt(&Deed::Launch).is_accepted()
}

/// The instance that was launched for the case, where the group has it, it is alive and nobody deals with it.
fn launched<'a>(scene: Scene<'a>, case: &'a Case, group: &Group, draft: &Draft) -> Option<&'a InstanceId> {
    let launched = mark::launched_for(scene, case);
    // A group without health checks keeps members that are gone.
    let is_gone = |id: &InstanceId| match scene.snapshot.instances.get(id) {
        Some(instance) => instance.gone_at.is_some(),
        None => scene.snapshot.strangers.contains(id),
    };
    launched.filter(|id| group.members.contains_key(*id) && !is_gone(id) && is_at_rest(scene, id, case, draft))
}

/// The instance that was launched for the case as soon as it can, else the newest of the emptiest.
fn payer<'a>(
    scene: Scene<'a>,
    case: &'a Case,
    key: &GroupKey,
    group: &'a Group,
    draft: &Draft,
) -> Option<&'a InstanceId> {
    if let Some(launched) = launched(scene, case, group, draft) {
        return Some(launched).filter(|id| serves(scene, id, key));
    }
    let able = group.members.keys().filter(|id| serves(scene, id, key) && is_at_rest(scene, id, case, draft));
    let rank = |id: &&InstanceId| {
        let instance = scene.snapshot.instances.get(*id);
        (instance.map(|it| it.tasks), Reverse(instance.map(|it| it.registered_at)), (*id).clone())
    };
    able.min_by_key(rank)
}

/// Whether nobody deals with it, nor has since the case began.
fn is_at_rest(scene: Scene<'_>, id: &InstanceId, case: &Case, draft: &Draft) -> bool {
    *id != case.instance && scene.cases.is_unheard_of(id, case.received_at) && !draft.opens(id)
}

/// Whether it is in service and takes tasks, and neither a person nor another operator has a say in it.
fn serves(scene: Scene<'_>, id: &InstanceId, key: &GroupKey) -> bool {
    let member = scene.snapshot.groups.get(key).and_then(|group| group.members.get(id));
    let in_service = member.is_some_and(|member| member.lifecycle == Lifecycle::InService);
    let instance = scene.snapshot.instances.get(id);
    let takes_tasks = instance.is_some_and(|it| it.gone_at.is_none() && it.status == InstanceStatus::Active);
    in_service && takes_tasks && instance.is_some_and(|it| !it.ignored && it.mark.is_none())
}

fn group_of(case: &Case) -> Option<&GroupKey> {
    case.place.as_ref()?.group.as_ref()
}

/// Whether the group has the instance of the case in service.
pub fn is_in_service(scene: Scene<'_>, case: &Case, key: &GroupKey) -> bool {
    let group = scene.snapshot.groups.get(key);
    matches!(group.and_then(|group| lifecycle(case, group)), Some(Lifecycle::InService))
}

fn lifecycle<'a>(case: &Case, group: &'a Group) -> Option<&'a Lifecycle> {
    group.members.get(&case.instance).map(|member| &member.lifecycle)
}

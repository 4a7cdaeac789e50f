//! The planned hand-over: a rebalance recommendation, maintenance, or somebody's wish. Nothing is in a hurry, so the
//! replacement registers first, then the instance drains, and when its tasks are stopped its group terminates it.
//!
//! The replacement is launched on top of what the group wants, which is a debt: it is given back by ending the old instance with
//! decrement. Where the group cannot be asked for one more, the instance is drained and then replaced.

use jiff::SignedDuration;

use super::attempt::Attempt;
use super::call::Way;
use super::case::{Case, Place};
use super::deed::Deed;
use super::draft::Draft;
use super::pace::retry_now;
use super::phase::Phase;
use super::policy::Rules;
use super::reason::Reason;
use super::scene::Scene;
use super::step::{Dismissal, Step};
use super::{budget, debt, drain, fallback, launch, locate, mark, replacement, stopping, tasks, watch};
use crate::api::{Method, Mode};
use crate::ids::InstanceId;
use crate::observe::snapshot::{Group, InstanceStatus, Lifecycle};
use crate::signal::{NOTICE_LEAD, SignalKind};

/// The next thought comes within a minute, whatever happens.
const THINKS_WITHIN: SignedDuration = SignedDuration::from_secs(60);

/// Takes the hand-over a step further.
pub fn proceed(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, draft: &mut Draft) {
    mark::request(scene, case, draft);
    if !may_drain(scene, case) && replace(scene, case, place, rules, draft) == Then::Wait {
        return;
    }
    match obstacle_to_draining(scene, case, place, rules, draft) {
        Some(reason) => return draft.report.add(&case.id, reason),
        None => drain::request(scene, case, place, draft),
    }
    if has_no_tasks(scene, case) || case.deadline.is_some_and(|deadline| scene.now >= deadline) {
        end(scene, case, place, rules, draft);
    }
}

/// Leaves an instance that stands in for another pool's where it is, as long as it is needed. True while it is.
pub fn stays(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, draft: &mut Draft) -> bool {
    let nothing_else = fallback::is_stand_in(case) && case.kinds.len() == 1;
    if !nothing_else || case.is_moving_tasks() || case.has(Phase::TasksStopped) {
        return false;
    }
    let reason = if fallback::is_over(scene, place) {
        place.group.as_ref().and_then(|key| budget::refusal(scene, case, key, rules, draft))
    } else {
        Some(Reason::StandsIn)
    };
    let Some(reason) = reason else { return false };
    draft.report.add(&case.id, reason);
    mark::request(scene, case, draft);
    watch::read_once(scene, case, draft);
    fallback::look_home(scene, place, draft);
    true
}

/// What follows from asking for a replacement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It is waited for, or for what hinders it.
    Wait,
    /// There will be none before: the instance drains.
    Drain,
}

/// Why a hand-over that nothing presses does not drain yet.
fn obstacle_to_draining(
    scene: Scene<'_>,
    case: &Case,
    place: &Place,
    rules: &Rules,
    draft: &mut Draft,
) -> Option<Reason> {
    if case.has(Phase::Draining) || is_pressing(scene, case) {
        return None;
    }
    let key = place.group.as_ref().filter(|_| is_to_wait_its_turn(scene, case));
    if let Some(reason) = key.and_then(|key| budget::refusal(scene, case, key, rules, draft)) {
        return Some(reason);
    }
    let listed = scene.snapshot.tasks.get(&case.instance).is_some_and(|of| of.listed_at.is_some());
    if !listed && scene.snapshot.instances.contains_key(&case.instance) {
        return Some(Reason::TasksUnlisted);
    }
    budget::busy_service(scene, case, place, draft).map(Reason::ServiceMoves)
}

/// Whether it had not begun when its cluster was paused, or set to dry run. What has begun is finished.
pub fn is_held(scene: Scene<'_>, case: &Case, rules: &Rules) -> bool {
    rules.mode != Mode::Enforce && waits_its_turn(scene, case)
}

/// Whether it is a hand-over that takes its turn, and nothing of it has been begun here. One that waits at a hook is on its way out.
pub fn waits_its_turn(scene: Scene<'_>, case: &Case) -> bool {
    let takes_turns = !case.kinds.contains(&SignalKind::Surplus) && !fallback::is_stand_in(case);
    let leaves = case.kinds.contains(&SignalKind::TerminateHook);
    case.is_planned() && takes_turns && !leaves && !has_begun_here(scene, case)
}

/// Whether one more was launched for it, or it was asked to drain or to go. That somebody else drains it is none of our doing.
fn has_begun_here(scene: Scene<'_>, case: &Case) -> bool {
    let asked = [Deed::Launch, Deed::Drain, Deed::Terminate, Deed::Detach];
    mark::launched_for(scene, case).is_some() || asked.iter().any(|deed| *case.attempt(deed) != Attempt::None)
}

/// Whether it is within the budget has not been asked before: where one more was launched its turn came with that.
fn is_to_wait_its_turn(scene: Scene<'_>, case: &Case) -> bool {
    let too_many = case.kinds.contains(&SignalKind::Surplus) || fallback::is_stand_in(case);
    !too_many && !budget::has_begun(scene, case)
}

/// The replacement is there, or there will be none before, or the deadline leaves no time to wait.
fn may_drain(scene: Scene<'_>, case: &Case) -> bool {
    if case.kinds.contains(&SignalKind::Surplus) || fallback::is_stand_in(case) {
        return true;
    }
    let stands = mark::launched_for(scene, case).is_some_and(|promised| is_made_up_for(scene, case, promised));
    stands || case.has(Phase::ReplacementRegistered) || case.skipped.is_some() || is_pressing(scene, case)
}

/// Whether the launched one takes tasks, or has left again and the group is whole without it.
fn is_made_up_for(scene: Scene<'_>, case: &Case, promised: &InstanceId) -> bool {
    let group = case.place.as_ref().and_then(|place| scene.snapshot.groups.get(place.group.as_ref()?));
    let launched_at = case.attempt(&Deed::Launch).accepted_at().unwrap_or(case.received_at);
    let left = |group: &Group| group.observed_at > launched_at && !group.members.contains_key(promised);
    replacement::serves_already(scene, promised) || group.is_some_and(|group| left(group) && group.is_whole())
}

/// With no more than an interruption notice's time left it is as urgent as one, and earlier where its tasks take longer to stop.
fn is_pressing(scene: Scene<'_>, case: &Case) -> bool {
    let Some(deadline) = case.deadline else { return false };
    let margin = case.place.as_ref().map(|place| scene.policies.rules(&place.cluster, place.provider.as_ref()).margin);
    let longest = tasks::running(scene.snapshot, case).map(|(_, task)| stopping::need(scene.snapshot, task)).max();
    let need = longest.unwrap_or_default() + margin.unwrap_or_default() + THINKS_WITHIN;
    deadline.duration_since(scene.now) <= NOTICE_LEAD.max(need)
}

fn has_no_tasks(scene: Scene<'_>, case: &Case) -> bool {
    let instance = scene.snapshot.instances.get(&case.instance);
    let drains = instance.is_some_and(|instance| instance.status == InstanceStatus::Draining);
    instance.is_none() || drains && tasks::all_stopped(scene.snapshot, case)
}

/// Asks for one more instance before anything is taken away.
fn replace(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, draft: &mut Draft) -> Then {
    let reason = match case.attempt(&Deed::Launch) {
        Attempt::InFlight { .. } => Reason::Replacing,
        _ if mark::launched_for(scene, case).is_some() || case.attempt(&Deed::Launch).is_accepted() => {
            replacement::reached(case, draft);
            return Then::Wait;
        }
        attempt @ Attempt::Failed { why, .. } if launch::is_refused(attempt) => {
            return do_without(case, Reason::LaunchRefused(why.clone()), draft);
        }
        attempt @ Attempt::Failed { why, .. } if !retry_now(scene, attempt, draft) => {
            Reason::ReplacingFailed(why.clone())
        }
        _ => return ask(scene, case, place, rules, draft),
    };
    draft.report.add(&case.id, reason);
    Then::Wait
}

fn ask(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, draft: &mut Draft) -> Then {
    let Some(key) = &place.group else { return do_without(case, locate::without_group(scene, place), draft) };
    let Some(group) = scene.snapshot.groups.get(key).filter(|group| group.observed_at >= case.received_at) else {
        draft.report.add(&case.id, Reason::GroupStale);
        return Then::Wait;
    };
    if let Some(reason) = obstacle(case, group, rules) {
        return do_without(case, reason, draft);
    }
    match budget::refusal(scene, case, key, rules, draft) {
        Some(reason) => draft.report.add(&case.id, reason),
        None => launch::request(scene, case, place, (key, group), Deed::Launch, draft),
    }
    Then::Wait
}

/// Why the group cannot be asked for one more.
fn obstacle(case: &Case, group: &Group, rules: &Rules) -> Option<Reason> {
    let lifecycle = group.members.get(&case.instance).map(|member| &member.lifecycle);
    match () {
        () if lifecycle.is_none() => Some(Reason::LeftGroup),
        () if rules.method == Method::None => Some(Reason::MethodNone),
        () if group.capacity_rebalance && case.kinds.contains(&SignalKind::RebalanceRecommendation) => {
            Some(Reason::CapacityRebalancing)
        }
        () if group.launch_suspended => Some(Reason::LaunchSuspended),
        () if lifecycle != Some(&Lifecycle::InService) => Some(Reason::Standby),
        // It may be the one that was asked for that leaves no room for another.
        () if case.attempt(&Deed::Launch).is_lost() => None,
        () => launch::refusal(group),
    }
}

/// A recommendation that costs capacity is not followed: most lead to nothing. What somebody wants, or EC2 is going to do
/// anyway, is done without a replacement beforehand.
fn do_without(case: &Case, reason: Reason, draft: &mut Draft) -> Then {
    let forced = case.kinds.iter().any(|kind| *kind != SignalKind::RebalanceRecommendation);
    if forced {
        draft.step(Step::SkipReplacement { case: case.id.clone(), reason });
        return Then::Drain;
    }
    draft.report.add(&case.id, reason);
    draft.step(Step::Dismiss { case: case.id.clone(), why: Dismissal::CannotReplace });
    Then::Wait
}

/// Its tasks are stopped: the group terminates the instance. Where one more was launched for it, the group wants one less
/// then; else it launches another one.
fn end(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, draft: &mut Draft) {
    let Some(key) = place.group.as_ref().filter(|_| !case.attempt(&Deed::GiveBack).is_accepted()) else { return };
    if debt::owes(scene, case) {
        return debt::give_back(scene, case, key, Way::Terminate, draft);
    }
    let asks = rules.method != Method::None && case.skipped != Some(Reason::LeftGroup);
    let attempt = case.attempt(&Deed::Terminate);
    let idle = !attempt.is_in_flight() && !attempt.is_accepted();
    if asks && idle && debt::is_in_service(scene, case, key) && retry_now(scene, attempt, draft) {
        draft.batches.replace(key, Way::Terminate, (&case.id, &case.instance));
    }
}

//! The replacement: whether to ask the group for one, and which instance it turned out to be.

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
use super::step::Step;
use super::{debt, fallback, launch, locate, mark, way};
use crate::api::Method;
use crate::ids::{GroupKey, InstanceId};
use crate::observe::snapshot::{ContainerInstance, Group, InstanceStatus, Lifecycle};

/// Launches that fail before the group is left to it: no zone has capacity, and time runs.
const LAUNCHES_MAX: u32 = 2;

/// The same where one may have come of it.
const LOST_LAUNCHES_MAX: u32 = 4;

enum Decision {
    /// Ask this group, in this way.
    Ask(GroupKey, Way),
    /// Ask nobody, for good.
    Skip(Reason),
    /// Not yet.
    Wait(Reason),
}

/// Asks the group to replace the instance, where that is what replaces it.
pub fn request(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, draft: &mut Draft) {
    if case.skipped.is_some() {
        return;
    }
    if case.attempt(&Deed::Launch).is_in_flight() {
        return draft.report.add(&case.id, Reason::Replacing);
    }
    // One more was launched before the notice came: the group has to lose this one, and to want one less.
    let left = case.leaving().is_in_flight() || case.leaving().is_accepted();
    if !left && debt::owes(scene, case) || case.attempt(&Deed::GiveBack).is_accepted() {
        reached(case, draft);
        return give_back(scene, case, place, draft);
    }
    if launches_first(scene, case, place, rules, draft) {
        return draft.report.add(&case.id, Reason::Replacing);
    }
    let attempt = case.leaving();
    match attempt {
        Attempt::InFlight { .. } => draft.report.add(&case.id, Reason::Replacing),
        Attempt::Accepted { .. } => reached(case, draft),
        Attempt::Failed { why, .. } if !retry_now(scene, attempt, draft) => {
            draft.report.add(&case.id, Reason::ReplacingFailed(why.clone()));
        }
        Attempt::Failed { .. } | Attempt::None => match decide(scene, case, place, rules, draft) {
            Decision::Ask(..) if scene.now >= case.history_from => draft.report.add(&case.id, Reason::TooLate),
            Decision::Ask(group, way) => draft.batches.replace(&group, way, (&case.id, &case.instance)),
            Decision::Skip(reason) => skip(case, reason, draft),
            Decision::Wait(reason) => draft.report.add(&case.id, reason),
        },
    }
}

/// Its group may have become known only since.
fn give_back(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    match group_of(scene, case, place, draft) {
        Ok(key) => debt::give_back(scene, case, &key, Way::Detach, draft),
        Err(Decision::Wait(reason) | Decision::Skip(reason)) => draft.report.add(&case.id, reason),
        Err(Decision::Ask(..)) => {}
    }
}

/// Where the policy says so, one more is launched in the zone that promises most, and then the instance is given back. A group
/// that does not launch on request, or fails to, is made to replace the instance like any other: it keeps trying by itself.
fn launches_first(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, draft: &mut Draft) -> bool {
    let attempt = case.attempt(&Deed::Launch);
    // What was launched without our knowing is found out by asking for it again.
    let wanted = rules.method == Method::Launch || attempt.is_lost();
    let wanted = wanted && case.is_noticed_by_spot() && scene.now < case.history_from;
    if !wanted
        || attempt.is_accepted()
        || attempt.is_final()
        || attempt.failures() >= if attempt.is_lost() { LOST_LAUNCHES_MAX } else { LAUNCHES_MAX }
        || case.leaving().is_accepted()
    {
        return false;
    }
    let group = place.group.as_ref().and_then(|key| scene.snapshot.groups.get_key_value(key));
    let Some((key, group)) = group.filter(|(key, _)| debt::is_in_service(scene, case, key)) else { return false };
    let refused = launch::refusal(group).is_some() && !attempt.is_lost();
    let able = !group.capacity_rebalance && !group.launch_suspended && !refused;
    if able && (!attempt.is_lost() || retry_now(scene, attempt, draft)) {
        launch::request(scene, case, place, (key, group), Deed::Launch, draft);
    }
    able
}

/// Notes that a replacement has been asked for.
pub fn reached(case: &Case, draft: &mut Draft) {
    if !case.has(Phase::ReplacementRequested) {
        draft.step(Step::Reach { case: case.id.clone(), phase: Phase::ReplacementRequested, replacement: None });
    }
}

fn skip(case: &Case, reason: Reason, draft: &mut Draft) {
    if matches!(reason, Reason::Leaving(_) | Reason::LeftGroup) {
        reached(case, draft);
    }
    draft.step(Step::SkipReplacement { case: case.id.clone(), reason });
}

fn decide(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, draft: &mut Draft) -> Decision {
    if !case.is_noticed_by_spot() {
        return Decision::Skip(Reason::GroupTerminates);
    }
    if rules.method == Method::None {
        return Decision::Skip(Reason::MethodNone);
    }
    let key = match group_of(scene, case, place, draft) {
        Ok(key) => key,
        Err(decision) => return decision,
    };
    let Some(group) = scene.snapshot.groups.get(&key) else { return Decision::Wait(Reason::GroupStale) };
    let way = way::choose(scene, case, (&key, group), rules, draft);
    match by_group(case, &key, group, way) {
        // What is known of the group may be as old as the last resync: good enough to act on, not to give up on.
        Decision::Skip(_) if group.observed_at < case.received_at => Decision::Wait(Reason::GroupStale),
        decision => decision,
    }
}

/// The group of a known instance; an instance without one may have joined it since the group was last looked at.
fn group_of(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) -> Result<GroupKey, Decision> {
    if let Some(group) = &place.group {
        return Ok(group.clone());
    }
    match locate::located(scene, case, draft) {
        None => Err(Decision::Wait(Reason::LookingUp)),
        Some(None) if locate::is_unread(scene, &place.cluster) => {
            Err(Decision::Wait(Reason::ClusterUnread(place.cluster.clone())))
        }
        Some(None) => Err(Decision::Skip(locate::without_group(scene, place))),
        Some(Some(group)) => Ok(group),
    }
}

fn by_group(case: &Case, key: &GroupKey, group: &Group, way: Option<Way>) -> Decision {
    let Some(member) = group.members.get(&case.instance) else { return Decision::Skip(Reason::LeftGroup) };
    if group.capacity_rebalance {
        return Decision::Skip(Reason::CapacityRebalancing);
    }
    if group.launch_suspended {
        return Decision::Skip(Reason::LaunchSuspended);
    }
    match &member.lifecycle {
        Lifecycle::InService => match way {
            Some(way) => Decision::Ask(key.clone(), way),
            None => Decision::Wait(Reason::HooksStale),
        },
        Lifecycle::Standby => Decision::Skip(Reason::Standby),
        Lifecycle::Pending => Decision::Wait(Reason::Pending),
        Lifecycle::Leaving(state) => Decision::Skip(Reason::Leaving(state.clone())),
        Lifecycle::Other(state) => Decision::Wait(Reason::StateUnknown(state.clone())),
    }
}

/// Reports that a replacement is waited for. It never asks for a second one: the group owes it and keeps trying by itself.
pub fn confirm(scene: Scene<'_>, case: &Case, rules: &Rules, draft: &mut Draft) {
    if !expected(case) || case.has(Phase::ReplacementRegistered) {
        return;
    }
    let asked_at = case.phases.get(&Phase::ReplacementRequested).copied().unwrap_or(case.received_at);
    let confirm_by = asked_at.saturating_add(rules.confirm_within).unwrap_or(asked_at);
    if joined(scene, case) {
        draft.report.add(&case.id, Reason::ReplacementNotRegistered);
    } else if scene.now >= confirm_by {
        draft.report.add(&case.id, Reason::ReplacementNotSeen);
    } else {
        draft.wake_at(confirm_by);
    }
}

/// Whether a replacement will come, by our doing or the group's own.
pub fn expected(case: &Case) -> bool {
    case.attempt(&Deed::Launch).is_accepted()
        || case.attempt(&Deed::FallBack).is_accepted()
        || case.has(Phase::ReplacementRequested)
        || case.skipped == Some(Reason::CapacityRebalancing)
}

/// Whether a replacement will come that has not registered.
pub fn is_awaited(case: &Case) -> bool {
    expected(case) && !case.has(Phase::ReplacementRegistered)
}

/// Whether the group has a member that it did not have when it was asked.
fn joined(scene: Scene<'_>, case: &Case) -> bool {
    let group = case.place.as_ref().and_then(|place| place.group.as_ref());
    group.and_then(|group| scene.snapshot.groups.get(group)).is_some_and(|group| case.joined(group).next().is_some())
}

/// Finds the instances that took over, for the longest waiting case first. An instance takes over from one only, and a case
/// takes the one that fewest others could take: a newcomer that was there when others asked is no replacement of theirs.
pub fn pair(scene: Scene<'_>, draft: &mut Draft) {
    let mut waiting: Vec<&Case> = scene.cases.iter().filter(|case| is_awaited(case)).collect();
    waiting.sort_by_key(|case| (case.phases.get(&Phase::ReplacementRequested).copied(), case.id.clone()));
    let mut newcomers = newcomers(scene, &waiting);
    for case in waiting {
        if let Some(promised) = mark::launched_for(scene, case) {
            welcome(scene, case, promised, draft);
            continue;
        }
        if let Some(elsewhere) = fallback::launched_for(case).filter(|id| serves_already(scene, id)) {
            welcome(scene, case, elsewhere, draft);
            continue;
        }
        let found = newcomers.iter().position(|(id, instance)| replaces(scene, case, id, instance));
        if let Some(found) = found {
            let replacement = Some(newcomers.remove(found).0.clone());
            draft.step(Step::Reach { case: case.id.clone(), phase: Phase::ReplacementRegistered, replacement });
        }
    }
}

/// Whether an instance has registered and takes tasks.
pub fn serves_already(scene: Scene<'_>, id: &InstanceId) -> bool {
    let instance = scene.snapshot.instances.get(id);
    instance.is_some_and(|instance| instance.gone_at.is_none() && instance.status == InstanceStatus::Active)
}

/// The instance that was launched for the case takes tasks.
fn welcome(scene: Scene<'_>, case: &Case, promised: &InstanceId, draft: &mut Draft) {
    if serves_already(scene, promised) {
        let replacement = Some(promised.clone());
        draft.step(Step::Reach { case: case.id.clone(), phase: Phase::ReplacementRegistered, replacement });
    }
}

/// The instances that registered since, those first that fewest cases could take.
fn newcomers<'a>(scene: Scene<'a>, waiting: &[&Case]) -> Vec<(&'a InstanceId, &'a ContainerInstance)> {
    let Some(earliest) = waiting.iter().map(|case| case.id.said_at).min() else { return Vec::new() };
    let instances = scene.snapshot.instances.iter();
    let mut newcomers: Vec<_> = instances
        .filter(|(id, instance)| instance.registered_at >= earliest && serves(scene, id, instance))
        .map(|(id, instance)| (waiting.iter().filter(|case| replaces(scene, case, id, instance)).count(), id, instance))
        .filter(|(takers, ..)| *takers > 0)
        .collect();
    newcomers.sort_by_key(|(takers, id, instance)| (*takers, instance.registered_at, (*id).clone()));
    newcomers.into_iter().map(|(_, id, instance)| (id, instance)).collect()
}

/// Whether an instance takes tasks and has taken over from no other.
fn serves(scene: Scene<'_>, id: &InstanceId, instance: &ContainerInstance) -> bool {
    let alive = instance.gone_at.is_none() && instance.disconnected_since.is_none();
    alive
        && instance.status == InstanceStatus::Active
        && scene.cases.of(id).is_none()
        && !scene.cases.has_taken_over(id)
}

fn replaces(scene: Scene<'_>, case: &Case, id: &InstanceId, instance: &ContainerInstance) -> bool {
    let Some(place) = &case.place else { return false };
    let same_group = match (scene.snapshot.member(id), &place.group) {
        (Some((group, ..)), Some(own)) => group == own,
        _ => place.provider.is_some() && instance.provider == place.provider,
    };
    same_group
        && instance.cluster == place.cluster
        && instance.registered_at >= case.id.said_at
        && case.came_after(id, scene.snapshot.member(id).map(|(_, group, _)| group))
}

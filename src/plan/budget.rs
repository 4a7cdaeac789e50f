//! How much of a pool, and of a service, may be handed over at a time where nothing forces us: rebalance recommendations and
//! maintenance.
//!
//! Interruption notices never come past here.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::attempt::Attempt;
use super::case::{Case, Place};
use super::deed::Deed;
use super::draft::Draft;
use super::pace::{due, later};
use super::phase::Phase;
use super::policy::Rules;
use super::reason::Reason;
use super::scene::Scene;
use super::{debt, mark, tasks};
use crate::api::{Amount, Method};
use crate::ids::{ClusterKey, GroupKey, InstanceId};
use crate::observe::Subject;
use crate::observe::service::ServiceName;
use crate::observe::snapshot::InstanceStatus;
use crate::observe::task::Task;
use crate::signal::SignalKind;

/// The pace at which a service is looked at that keeps a hand-over waiting.
const PACE: SignedDuration = SignedDuration::from_secs(5);

/// What a service has to spare is believed for so long.
const TRUSTED_FOR: SignedDuration = SignedDuration::from_secs(10);

/// Why the hand-over of this case may not begin yet; `None`: it may.
pub fn refusal(scene: Scene<'_>, case: &Case, group: &GroupKey, rules: &Rules, draft: &mut Draft) -> Option<Reason> {
    // One that has begun has its place.
    let (amount, cooldown) = limits(case, rules).filter(|_| !has_begun(scene, case))?;
    let members = scene.snapshot.groups.get(group).map_or(0, |group| group.members.len());
    let limit = limit(amount, members);
    let others = under_way_beside(scene, Some(case), group);
    let begins = |other: &&Case| {
        let place = other.place.clone().or_else(|| draft.placed(&other.id));
        let here = place.is_some_and(|place| place.group.as_ref() == Some(group));
        here && other.is_planned() && draft.batches.drained().any(|id| *id == other.instance)
    };
    let about_to = draft.batches.launches_in(group) + scene.cases.iter().filter(begins).count();
    if others + about_to >= limit {
        return Some(Reason::BudgetSpent { limit });
    }
    let until = later(scene.cases.pools.disturbed_at(group)?, cooldown);
    if scene.now >= until {
        return None;
    }
    draft.wake_at(until);
    Some(Reason::CoolingDown { until })
}

/// How many planned hand-overs take something from `group` still.
pub fn under_way(scene: Scene<'_>, group: &GroupKey) -> usize {
    under_way_beside(scene, None, group)
}

fn under_way_beside(scene: Scene<'_>, case: Option<&Case>, group: &GroupKey) -> usize {
    let others = scene.cases.iter().filter(|other| case.is_none_or(|case| other.id != case.id));
    others.filter(|other| is_under_way(scene, other, group)).count()
}

/// Whether it is a planned hand-over in `group` that has begun, and that takes something from it still.
fn is_under_way(scene: Scene<'_>, case: &Case, group: &GroupKey) -> bool {
    let placed = case.place.as_ref().and_then(|place| place.group.as_ref());
    if placed.or_else(|| scene.snapshot.member_of.get(&case.instance)) != Some(group) || !case.is_planned() {
        return false;
    }
    let rules = |place: &Place| scene.policies.rules(&place.cluster, place.provider.as_ref());
    let is_left = case.place.as_ref().is_some_and(|place| rules(place).method == Method::None);
    let lacks = case.leaving().is_accepted() && !case.has(Phase::ReplacementRegistered);
    let ends = !is_left && (lacks || debt::is_in_service(scene, case, group));
    has_begun(scene, case) && (ends || !tasks::all_stopped(scene.snapshot, case))
}

/// Whether one more was launched for it, or it drains: by our doing, or by that of whoever had it in hand before.
pub fn has_begun(scene: Scene<'_>, case: &Case) -> bool {
    let launched = mark::launched_for(scene, case).is_some() || *case.attempt(&Deed::Launch) != Attempt::None;
    let instance = scene.snapshot.instances.get(&case.instance);
    let drains = instance.is_some_and(|instance| instance.status == InstanceStatus::Draining);
    launched || drains || case.has_begun_to_drain()
}

/// The budget of the most pressing word about the instance; `None`: it has none.
fn limits(case: &Case, rules: &Rules) -> Option<(Amount, SignedDuration)> {
    let says = |kind| case.kinds.contains(&kind);
    match () {
        () if says(SignalKind::ManualDrain) => None,
        () if says(SignalKind::Maintenance) => Some((rules.maintenance.budget, SignedDuration::ZERO)),
        () => Some((rules.rebalance.budget, rules.rebalance.cooldown.signed())),
    }
}

/// A share of a pool is at least one of its instances, or a small pool would never be handed over.
pub fn limit(amount: Amount, members: usize) -> usize {
    match amount {
        Amount::Percent(percent) => (members * usize::from(percent.of_hundred()) / 100).max(1),
        Amount::Count(count) => count as usize,
    }
}

/// A service that would give up tasks on two instances at once, and has none to spare: its instances are handed over one after
/// the other then.
pub fn busy_service(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) -> Option<ServiceName> {
    let drained = draft.batches.drained().filter(|id| **id != case.instance).cloned();
    // Also one whose tasks have all stopped: what is known of their service may be older than that.
    let others = scene.cases.iter().filter(|other| other.id != case.id && other.has_begun_to_drain());
    let moving: BTreeSet<InstanceId> = others.map(|other| other.instance.clone()).chain(drained).collect();
    let own: BTreeSet<&ServiceName> =
        tasks::running(scene.snapshot, case).filter_map(|(_, task)| task.service()).collect();
    own.into_iter().find(|name| is_busy(scene, case, place, name, &moving, draft)).cloned()
}

fn is_busy(
    scene: Scene<'_>,
    case: &Case,
    place: &Place,
    name: &ServiceName,
    moving: &BTreeSet<InstanceId>,
    draft: &mut Draft,
) -> bool {
    let known = scene.snapshot.service(&place.cluster, name);
    let seen_at = known.map_or(scene.now, |service| service.observed_at);
    let theirs: usize = moving.iter().map(|id| tasks_of(scene, &place.cluster, name, id, seen_at)).sum();
    if theirs == 0 || known.is_some_and(|service| service.is_daemon) {
        return false;
    }
    if due(scene, &Subject::Service(place.cluster.clone(), Arc::clone(name)), PACE, draft) {
        draft.batches.service(&place.cluster, name);
    }
    let own = tasks_of(scene, &place.cluster, name, &case.instance, seen_at);
    let fresh = known.filter(|_| scene.now < later(seen_at, TRUSTED_FOR));
    fresh.is_none_or(|service| service.spare() < own + theirs)
}

/// How many tasks of a service an instance had when the service was last seen: one that has stopped since counted then.
fn tasks_of(scene: Scene<'_>, cluster: &ClusterKey, name: &ServiceName, id: &InstanceId, seen_at: Timestamp) -> usize {
    let here = scene.snapshot.instances.get(id).is_some_and(|instance| instance.cluster == *cluster);
    let tasks = scene.snapshot.tasks.get(id).filter(|_| here).into_iter().flat_map(|of| of.tasks.values());
    let counted = |task: &&Task| task.service() == Some(name) && (!task.stopped || task.observed_at > seen_at);
    tasks.filter(counted).count()
}

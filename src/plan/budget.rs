//! How much of a pool may be handed over at a time where nothing forces us: rebalance recommendations and maintenance.
//!
//! Interruption notices never come past here.

use jiff::SignedDuration;

use super::case::Case;
use super::draft::Draft;
use super::pace::later;
use super::policy::Rules;
use super::report::Reason;
use super::scene::Scene;
use super::tasks;
use crate::api::Amount;
use crate::ids::{GroupKey, InstanceId};
use crate::observe::task::Owner;
use crate::signal::SignalKind;

/// Why the hand-over of this case may not begin yet; `None`: it may.
pub fn refusal(scene: Scene<'_>, case: &Case, group: &GroupKey, rules: &Rules, draft: &mut Draft) -> Option<Reason> {
    let (amount, cooldown) = limits(case, rules)?;
    let members = scene.snapshot.groups.get(group).map_or(0, |group| group.members.len());
    let limit = limit(amount, members);
    let others = scene.cases.iter().filter(|other| other.id != case.id && other.is_being_handed_over_in(group));
    let begins = |other: &&Case| {
        let here = other.place.as_ref().and_then(|place| place.group.as_ref()) == Some(group);
        here && other.is_planned() && draft.batches.drained().any(|id| *id == other.instance)
    };
    let about_to = draft.batches.launches_in(group) + scene.cases.iter().filter(begins).count();
    if others.count() + about_to >= limit {
        return Some(Reason::BudgetSpent { limit });
    }
    let until = later(scene.cases.pools.disturbed_at(group)?, cooldown);
    if scene.now >= until {
        return None;
    }
    draft.wake_at(until);
    Some(Reason::CoolingDown { until })
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

/// A service whose tasks another planned hand-over is moving: one after the other, so that no service gives up tasks on two
/// instances at once.
pub fn busy_service<'a>(scene: Scene<'a>, case: &'a Case, draft: &Draft) -> Option<&'a str> {
    let moving =
        scene.cases.iter().filter(|other| other.id != case.id && other.is_planned() && other.is_moving_tasks());
    let drained = draft.batches.drained().filter(|id| **id != case.instance);
    let moving = moving.map(|other| &other.instance).chain(drained);
    let theirs: Vec<&str> = moving.flat_map(|instance| services_on(scene, instance)).collect();
    tasks::running(scene.snapshot, case).filter_map(|(_, task)| name(&task.owner)).find(|own| theirs.contains(own))
}

fn services_on<'a>(scene: Scene<'a>, instance: &InstanceId) -> impl Iterator<Item = &'a str> + use<'a> {
    let tasks = scene.snapshot.tasks.get(instance).into_iter().flat_map(|of| of.tasks.values());
    tasks.filter(|task| !task.stopped).filter_map(|task| name(&task.owner))
}

fn name(owner: &Owner) -> Option<&str> {
    match owner {
        Owner::Service(name) => Some(name),
        Owner::Nobody => None,
    }
}

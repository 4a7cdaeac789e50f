//! The On-Demand base of a group: raised where its pool has no capacity and the policy says so, and lowered again step by step.
//!
//! It is the group that is changed, not an instance, so this is decided by the group as it stands and not by what a case
//! remembers: several cases, and several operators, come to the same base. The note on the group says what is owed.

use jiff::{SignedDuration, Timestamp};

use super::attempt::Attempt;
use super::call::Call;
use super::case::{Case, Place};
use super::draft::Draft;
use super::pace::{SOON, due, later};
use super::phase::Phase;
use super::policy::Rules;
use super::reason::Reason;
use super::scene::Scene;
use super::{budget, way};
use crate::api::{Amount, Mode};
use crate::ids::GroupKey;
use crate::observe::Subject;
use crate::observe::mix::{BaseNote, Mix};
use crate::observe::snapshot::{Group, Lifecycle};

/// The pace at which a group is looked at whose base is raised.
const PACE: SignedDuration = SignedDuration::from_secs(30);

/// The base is lowered no more often: a group that is to replace somebody has to have begun with it.
const STEPS_EVERY: SignedDuration = SignedDuration::from_mins(2);

/// A note that nothing is owed for, or that somebody else has overruled, goes after so long: whoever has just left it may be
/// about to change the base.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// Raises the base of the group of a case whose pool has no capacity.
pub fn raise(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, max: Amount, draft: &mut Draft) {
    let group = place.group.as_ref().and_then(|key| scene.snapshot.groups.get_key_value(key));
    let Some((key, group)) = group else { return };
    let reason = match raised(scene, key, group, rules, max, draft) {
        Ok(note) => {
            if let Some(note) = note {
                draft.batches.call(Call::SetBase { group: key.clone(), note });
            }
            Reason::FallingBack
        }
        Err(reason) => reason,
    };
    draft.report.add(&case.id, reason);
}

/// The change that is due; `None`: one is under way, or it has not shown yet what the last one led to.
fn raised(
    scene: Scene<'_>,
    key: &GroupKey,
    group: &Group,
    rules: &Rules,
    max: Amount,
    draft: &mut Draft,
) -> Result<Option<BaseNote>, Reason> {
    if draft.batches.sets_base(key) || scene.cases.bases.attempt(key).is_in_flight() {
        return Ok(None);
    }
    if let Attempt::Failed { why, .. } = scene.cases.bases.attempt(key)
        && !is_time(scene, key, draft)
    {
        return Err(Reason::FallbackRefused(why.clone()));
    }
    if !shows(scene, key, group) || !fails_still(scene, key) {
        return Ok(None);
    }
    let (mix, note) = raisable(scene, key, group, rules)?;
    let limit = budget::limit(max, group.desired as usize);
    let on_demand = |base: u32| mix.with_base(base).on_demand_of(group.desired) as usize;
    let room = limit.saturating_sub(on_demand(mix.base) - on_demand(note.original).min(on_demand(mix.base)));
    let more = waiting(scene, key).min(group.lacking());
    if room == 0 {
        return Err(Reason::FallbackSpent { limit });
    }
    let wanted = on_demand(mix.base) + more.min(room);
    let to = (mix.base + 1..=group.desired).find(|base| on_demand(*base) >= wanted);
    let to = to.ok_or_else(|| Reason::FallbackRefused("all its instances are On-Demand already".to_owned()))?;
    Ok(Some(BaseNote { original: note.original, from: mix.base, to }))
}

/// How the group mixes and what is noted about that, where its base can be raised and lowered again without harm.
fn raisable(scene: Scene<'_>, key: &GroupKey, group: &Group, rules: &Rules) -> Result<(Mix, BaseNote), Reason> {
    let refused = |why: &str| Reason::FallbackRefused(why.to_owned());
    let Some(mix) = group.mix else { return Err(refused("its group has no mixed instances policy")) };
    let note = group.base_note.unwrap_or(BaseNote { original: mix.base, from: mix.base, to: mix.base });
    let hooks = scene.snapshot.hooks.get(key);
    match () {
        () if mix.percent_above >= 100 => {
            Err(refused("all instances of its group above the base are On-Demand already"))
        }
        () if is_overruled(scene, key, mix, note) => {
            Err(refused("somebody else has changed the base of its group meanwhile"))
        }
        () if group.launch_suspended => Err(refused("the Launch process of its group is suspended")),
        () if group.terminate_suspended => Err(refused("the Terminate process of its group is suspended")),
        () if hooks.is_some_and(|hooks| hooks.refreshing != Some(false)) => {
            Err(refused("an instance refresh of its group is under way"))
        }
        () if !hooks.is_some_and(|hooks| way::any_waits_for_tasks(hooks, rules)) => {
            Err(refused("its group has no termination hook that waits for tasks, and the way back would kill some"))
        }
        () => Ok((mix, note)),
    }
}

/// Whether the group has been seen since its last change was answered.
fn shows(scene: Scene<'_>, key: &GroupKey, group: &Group) -> bool {
    scene.cases.bases.answered_at(key).is_none_or(|at| group.observed_at > at)
}

/// Whether a launch has failed since the last change.
fn fails_still(scene: Scene<'_>, key: &GroupKey) -> bool {
    let changed_at = scene.cases.bases.attempt(key).accepted_at();
    scene.snapshot.launch_failures.get(key).is_some_and(|failure| changed_at.is_none_or(|at| failure.at > at))
}

/// How many cases wait for the group to replace their instance after a launch has failed.
fn waiting(scene: Scene<'_>, key: &GroupKey) -> usize {
    let failed_at = scene.snapshot.launch_failures.get(key).map(|failure| failure.at);
    let waits = |case: &&Case| {
        let here = case.place.as_ref().is_some_and(|place| place.group.as_ref() == Some(key));
        let asked_at = case.phases.get(&Phase::ReplacementRequested).copied();
        let failed = asked_at.zip(failed_at).is_some_and(|(asked, failed)| failed >= asked);
        here && failed && case.is_noticed_by_spot() && !case.has(Phase::ReplacementRegistered)
    };
    scene.cases.iter().filter(waits).count()
}

fn is_time(scene: Scene<'_>, key: &GroupKey, draft: &mut Draft) -> bool {
    let Some(at) = scene.cases.bases.retry_at(key).filter(|at| *at > scene.now) else { return true };
    draft.wake_at(at);
    false
}

/// Lowers the bases that are raised, where their time has come.
pub fn lower(scene: Scene<'_>, draft: &mut Draft) {
    for (key, group) in &scene.snapshot.groups {
        let (Some(note), Some(mix)) = (group.base_note, group.mix) else { continue };
        let Some(rules) = rules_of(scene, key) else { continue };
        look(scene, key, draft);
        let busy = draft.batches.sets_base(key) || scene.cases.bases.attempt(key).is_in_flight();
        if busy || !shows(scene, key, group) || !is_time(scene, key, draft) {
            continue;
        }
        if mix.base == note.original || is_overruled(scene, key, mix, note) {
            forget(scene, key, group, draft);
            continue;
        }
        if !note.covers(mix.base) {
            let note = BaseNote { original: note.original, from: mix.base, to: mix.base };
            draft.batches.call(Call::SetBase { group: key.clone(), note });
            continue;
        }
        match lowered(scene, key, group, (mix, note), &rules, draft) {
            Ok(note) => draft.batches.call(Call::SetBase { group: key.clone(), note }),
            Err(reason) => draft.report.keeps_base(key, reason),
        }
    }
}

/// Whether somebody else has changed the base since, who does not leave notes. Another operator may have overwritten ours just
/// before we set the base.
fn is_overruled(scene: Scene<'_>, key: &GroupKey, mix: Mix, note: BaseNote) -> bool {
    !note.covers(mix.base) && !scene.cases.bases.is_ours(key, mix.base)
}

/// The rules of the pool that may be changed and has this group.
fn rules_of(scene: Scene<'_>, key: &GroupKey) -> Option<Rules> {
    let rules =
        scene.snapshot.clusters_of(key).map(|(cluster, provider)| scene.policies.rules(cluster, Some(provider)));
    rules.into_iter().find(|rules| rules.managed && rules.mode == Mode::Enforce)
}

fn look(scene: Scene<'_>, key: &GroupKey, draft: &mut Draft) {
    if due(scene, &Subject::Group(key.clone()), PACE, draft) {
        draft.batches.group(key);
    }
    if due(scene, &Subject::Activities(key.clone()), PACE, draft) {
        draft.batches.activities(key);
    }
}

fn forget(scene: Scene<'_>, key: &GroupKey, group: &Group, draft: &mut Draft) {
    let at = later(group.mix_since, SETTLED_AFTER);
    if scene.now >= at {
        draft.batches.call(Call::ForgetBase { group: key.clone() });
    } else {
        draft.wake_at(at);
    }
}

/// The next step down, or why it is not taken yet. The group launches a Spot Instance for each that it gives up then, and
/// terminates that once the new one is in service: no more at a time than may be handed over without need.
fn lowered(
    scene: Scene<'_>,
    key: &GroupKey,
    group: &Group,
    (mix, note): (Mix, BaseNote),
    rules: &Rules,
    draft: &mut Draft,
) -> Result<BaseNote, Reason> {
    if !is_calm(group) {
        return Err(Reason::StandsIn);
    }
    if let Some(until) = cools_down_until(scene, key, group, rules) {
        draft.wake_at(until);
        return Err(Reason::CoolingDown { until });
    }
    if !is_held_at_termination(scene, key, rules, draft)? {
        return Err(Reason::NoTerminationHook);
    }
    let limit = budget::limit(rules.rebalance.budget, group.members.len());
    let room = limit.saturating_sub(budget::under_way(scene, key));
    if room == 0 {
        return Err(Reason::BudgetSpent { limit });
    }
    let on_demand = |base: u32| mix.with_base(base).on_demand_of(group.desired) as usize;
    let enough = |base: &u32| on_demand(mix.base) <= on_demand(*base) + room;
    let to = (note.original..mix.base).find(enough).unwrap_or(note.original);
    Ok(BaseNote { original: note.original, from: mix.base, to })
}

/// Whether the group has what it wants, and nobody comes or goes.
fn is_calm(group: &Group) -> bool {
    let moves = |lifecycle: &Lifecycle| !matches!(lifecycle, Lifecycle::InService | Lifecycle::Standby);
    group.is_whole() && !group.launch_suspended && !group.members.values().any(|member| moves(&member.lifecycle))
}

/// Until when the pool is left in peace: since it had no capacity, since its mix was changed, and since the last hand-over.
fn cools_down_until(scene: Scene<'_>, key: &GroupKey, group: &Group, rules: &Rules) -> Option<Timestamp> {
    let failed_at = scene.snapshot.launch_failures.get(key).map(|failure| failure.at);
    let since = failed_at.into_iter().chain(scene.cases.pools.disturbed_at(key)).chain([group.mix_since]).max();
    let pause = rules.rebalance.cooldown.signed().max(STEPS_EVERY);
    since.map(|since| later(since, pause)).filter(|until| scene.now < *until)
}

/// Whether a hook holds the instances that the group will terminate, as far as is known of late.
fn is_held_at_termination(scene: Scene<'_>, key: &GroupKey, rules: &Rules, draft: &mut Draft) -> Result<bool, Reason> {
    let hooks = scene.snapshot.hooks.get(key).filter(|hooks| scene.now < later(hooks.observed_at, PACE));
    let Some(hooks) = hooks else {
        if due(scene, &Subject::Hooks(key.clone()), SOON, draft) {
            draft.batches.hooks(key);
        }
        return Err(Reason::HooksStale);
    };
    Ok(way::any_waits_for_tasks(hooks, rules))
}

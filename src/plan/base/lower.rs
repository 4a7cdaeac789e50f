//! The way down: step by step, when nobody needs it any more and nothing is lost by it.

use jiff::{SignedDuration, Timestamp};

use super::{Base, bar, is_busy, retry_now};
use crate::api::Mode;
use crate::ids::GroupKey;
use crate::observe::Subject;
use crate::observe::snapshot::{Group, Lifecycle};
use crate::plan::budget;
use crate::plan::call::Call;
use crate::plan::case::Case;
use crate::plan::draft::Draft;
use crate::plan::pace::{due, later};
use crate::plan::phase::Phase;
use crate::plan::policy::Rules;
use crate::plan::reason::Reason;
use crate::plan::scene::Scene;
use crate::plan::way;

/// The pace at which a group is looked at whose base is raised.
const PACE: SignedDuration = SignedDuration::from_secs(30);

/// What a change is based on was asked for within so long before it.
const FRESH_FOR: SignedDuration = SignedDuration::from_secs(5);

/// The base is lowered no more often: a group that is to replace somebody has to have begun with it.
const STEPS_EVERY: SignedDuration = SignedDuration::from_mins(2);

/// A group that has replaced nobody so long after a step had nobody to replace.
const STEP_TAKES: SignedDuration = SignedDuration::from_mins(30);

/// A note that nothing is owed for, or that somebody else has overruled, goes after so long. Whoever has just left it may be about
/// to change the base: that call may wait for a minute at the gate, and be tried three times.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// Lowers the bases that are raised, where their time has come.
pub fn lower(scene: Scene<'_>, draft: &mut Draft) {
    for (key, group) in &scene.snapshot.groups {
        let Some(base) = Base::of(scene, key, group).filter(|base| base.note.is_some()) else { continue };
        match rules_of(scene, key) {
            Some(rules) => settle(scene, base, &rules, draft),
            None => draft.report.keeps_base(key, Reason::BaseBarred("the policy does not let its pool be changed")),
        }
    }
}

/// The rules of a pool that may be changed and has this group: of several rather those whose hook it has.
fn rules_of(scene: Scene<'_>, key: &GroupKey) -> Option<Rules> {
    let pools = scene.snapshot.clusters_of(key);
    let rules = pools.map(|(cluster, provider)| scene.policies.rules(cluster, Some(provider)));
    let may: Vec<Rules> = rules.filter(|rules| rules.managed && rules.mode == Mode::Enforce).collect();
    let hooks = scene.snapshot.hooks.get(key);
    let held = |rules: &&Rules| hooks.is_some_and(|hooks| way::any_waits_for_tasks(hooks, rules));
    may.iter().find(held).or_else(|| may.first()).cloned()
}

fn settle(scene: Scene<'_>, base: Base<'_>, rules: &Rules, draft: &mut Draft) {
    look(scene, base.key, PACE, draft);
    let done = base.shows_the_last_change(scene) && retry_now(scene, base.key, draft);
    if is_busy(scene, base.key, draft) || !done {
        return;
    }
    if base.mix.base == base.original() || !base.is_ours(scene) {
        return forget(base, draft);
    }
    if base.group.base_note.is_none_or(|note| !note.covers(base.mix.base)) {
        return base.set(base.mix.base, draft);
    }
    match lowered_to(scene, base, rules, draft) {
        Ok(to) => base.set(to, draft),
        Err(reason) => draft.report.keeps_base(base.key, reason),
    }
}

/// Looks at the group, and at whether it fails to launch.
fn look(scene: Scene<'_>, key: &GroupKey, pace: SignedDuration, draft: &mut Draft) {
    if due(scene, &Subject::Group(key.clone()), pace, draft) {
        draft.batches.group(key);
    }
    if due(scene, &Subject::Activities(key.clone()), pace, draft) {
        draft.batches.activities(key);
    }
}

/// Takes the note away, if a look so long after it came shows that it still says nothing.
fn forget(base: Base<'_>, draft: &mut Draft) {
    let noted = base.group.base_note.is_some();
    if noted && base.group.observed_at >= later(base.group.noted_since, SETTLED_AFTER) {
        draft.batches.call(Call::ForgetBase { group: base.key.clone() });
    }
}

/// The next step down, or why it is not taken yet. The group launches a Spot Instance for each that it gives up then, and
/// terminates that once the new one is in service: no more at a time than may be handed over without need.
fn lowered_to(scene: Scene<'_>, base: Base<'_>, rules: &Rules, draft: &mut Draft) -> Result<u32, Reason> {
    if let Some(why) = bar(base.group, scene.snapshot.hooks.get(base.key), rules) {
        return Err(Reason::BaseBarred(why));
    }
    if is_threatened(scene, base.key) || !is_calm(base.group) {
        return Err(Reason::BaseNeeded);
    }
    if let Some(until) = rests_until(scene, base, rules) {
        draft.wake_at(until);
        return Err(Reason::BaseRests { until });
    }
    let limit = budget::limit(rules.rebalance.budget, base.group.members.len());
    let room = limit.saturating_sub(budget::under_way(scene, base.key));
    if room == 0 {
        return Err(Reason::BudgetSpent { limit });
    }
    if !is_fresh(scene, base, draft) {
        return Err(Reason::GroupStale);
    }
    let enough = |to: &u32| base.on_demand(base.mix.base) <= base.on_demand(*to) + room;
    Ok((base.original()..base.mix.base).find(enough).unwrap_or(base.original()))
}

/// Whether EC2 Spot takes one of the group, and nobody has come in its place.
fn is_threatened(scene: Scene<'_>, key: &GroupKey) -> bool {
    let here = |case: &Case| {
        let placed = case.place.as_ref().and_then(|place| place.group.as_ref());
        placed.or_else(|| scene.snapshot.member_of.get(&case.instance)) == Some(key)
    };
    let waits = |case: &Case| case.is_noticed_by_spot() && !case.has(Phase::ReplacementRegistered);
    scene.cases.iter().any(|case| waits(case) && here(case))
}

/// Whether the group has what it wants, and nobody comes or goes.
fn is_calm(group: &Group) -> bool {
    let moves = |lifecycle: &Lifecycle| !matches!(lifecycle, Lifecycle::InService | Lifecycle::Standby);
    group.is_whole() && !group.members.values().any(|member| moves(&member.lifecycle))
}

/// Until when the pool is left in peace: since it had no capacity, since its mix was changed, and since the last hand-over; and
/// until it has replaced those that the last step gave up.
fn rests_until(scene: Scene<'_>, base: Base<'_>, rules: &Rules) -> Option<Timestamp> {
    let failed_at = scene.snapshot.launch_failures.get(base.key).map(|failure| failure.at);
    let since =
        failed_at.into_iter().chain(scene.cases.pools.disturbed_at(base.key)).chain([base.group.mix_since]).max();
    let pause = rules.rebalance.cooldown.signed().max(STEPS_EVERY);
    let rested_at = since.map(|since| later(since, pause));
    let replaced_by = (!has_taken_the_last_step(base)).then(|| later(base.group.mix_since, STEP_TAKES));
    rested_at.max(replaced_by).filter(|until| scene.now < *until)
}

/// Whether as many have come as the last step gave up, if it was one down. Whom the group then terminates is seen to go.
fn has_taken_the_last_step(base: Base<'_>) -> bool {
    let gave = base.note.map_or(0, |note| base.on_demand(note.from).saturating_sub(base.on_demand(note.to)));
    base.group.joined.values().filter(|at| **at >= base.group.mix_since).count() >= gave
}

/// Whether the group, its hooks and its failures have only just been asked about; asks otherwise.
fn is_fresh(scene: Scene<'_>, base: Base<'_>, draft: &mut Draft) -> bool {
    let fresh = |at: Timestamp| scene.now <= later(at, FRESH_FOR);
    let activities = scene.snapshot.asked.get(&Subject::Activities(base.key.clone()));
    let failures_known = activities.is_some_and(|asked| fresh(asked.at) && !asked.in_flight && asked.failures == 0);
    let hooks_known = scene.snapshot.hooks.get(base.key).is_some_and(|hooks| fresh(hooks.observed_at));
    if failures_known && hooks_known && fresh(base.group.observed_at) {
        return true;
    }
    look(scene, base.key, FRESH_FOR, draft);
    if due(scene, &Subject::Hooks(base.key.clone()), FRESH_FOR, draft) {
        draft.batches.hooks(base.key);
    }
    false
}

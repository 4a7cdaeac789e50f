//! The way up: by what cases wait for and the group cannot launch, within the bound of the policy.

use super::{Base, CLOCKS_DIFFER, bar, is_busy, retry_now};
use crate::api::Amount;
use crate::ids::GroupKey;
use crate::observe::snapshot::{Group, Lifecycle};
use crate::plan::attempt::Attempt;
use crate::plan::budget;
use crate::plan::case::{Case, Place};
use crate::plan::draft::Draft;
use crate::plan::pace::later;
use crate::plan::phase::Phase;
use crate::plan::policy::Rules;
use crate::plan::reason::Reason;
use crate::plan::scene::Scene;

/// Raises the base of the group of a case whose pool has no capacity.
pub fn raise(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, max: Amount, draft: &mut Draft) {
    let group = place.group.as_ref().and_then(|key| scene.snapshot.groups.get_key_value(key));
    let Some((key, group)) = group else { return };
    let raised = Base::of(scene, key, group).ok_or_else(|| refused("its group has no mixed instances policy"));
    let reason = match raised.and_then(|base| raised_to(scene, base, rules, max, draft).map(|to| (base, to))) {
        Ok((base, Some(to))) => {
            base.set(to, draft);
            Reason::FallingBack
        }
        Ok((base, None)) if base.raised_by() == 0 && !is_busy(scene, base.key, draft) => return,
        Ok((_, None)) => Reason::FallingBack,
        Err(reason) => reason,
    };
    draft.report.add(&case.id, reason);
}

fn refused(why: &str) -> Reason {
    Reason::FallbackRefused(why.to_owned())
}

/// The base that is due; `None`: a change is under way, or it has not shown yet what the last one led to.
fn raised_to(
    scene: Scene<'_>,
    base: Base<'_>,
    rules: &Rules,
    max: Amount,
    draft: &mut Draft,
) -> Result<Option<u32>, Reason> {
    if is_busy(scene, base.key, draft) {
        return Ok(None);
    }
    if let Attempt::Failed { why, .. } = scene.cases.bases.attempt(base.key)
        && !retry_now(scene, base.key, draft)
    {
        return Err(refused(why));
    }
    refusal(scene, base, rules).map_or(Ok(()), |why| Err(refused(why)))?;
    let more = lacking(scene, base.key, base.group);
    if more == 0 || !base.shows_the_last_change(scene) || !fails_still(scene, base) {
        return Ok(None);
    }
    let limit = budget::limit(max, base.group.desired as usize);
    let room = limit.saturating_sub(base.raised_by());
    if room == 0 {
        return Err(Reason::FallbackSpent { limit });
    }
    let wanted = base.on_demand(base.mix.base) + more.min(room);
    let to = (base.mix.base + 1..=base.group.desired).find(|to| base.on_demand(*to) >= wanted);
    to.map(Some).ok_or_else(|| refused("all its instances are On-Demand already"))
}

fn refusal(scene: Scene<'_>, base: Base<'_>, rules: &Rules) -> Option<&'static str> {
    match () {
        () if base.mix.percent_above >= 100 => Some("all instances of its group above the base are On-Demand already"),
        () if !base.is_ours(scene) => Some("somebody else has changed the base of its group meanwhile"),
        () if budget::limit(rules.rebalance.budget, base.group.members.len()) == 0 => {
            Some("signals.rebalance.budget is 0, so that it would never be lowered again")
        }
        () => bar(base.group, scene.snapshot.hooks.get(base.key), rules),
    }
}

/// Whether a launch has failed that the group began with the base that it has now. The first raise takes any that has failed since
/// the case asked.
fn fails_still(scene: Scene<'_>, base: Base<'_>) -> bool {
    let tried = later(base.group.mix_since, CLOCKS_DIFFER);
    let failed = scene.snapshot.launch_failures.get(base.key);
    failed.is_some_and(|failure| base.note.is_none() || failure.at > tried)
}

/// How many instances cases wait for that the group neither has nor is launching.
fn lacking(scene: Scene<'_>, key: &GroupKey, group: &Group) -> usize {
    let failed_at = scene.snapshot.launch_failures.get(key).map(|failure| failure.at);
    let failed = |case: &&Case| failed_at >= case.phases.get(&Phase::ReplacementRequested).copied();
    let waiting = scene.cases.iter().filter(|case| waits(case, key)).filter(failed).count();
    let comes = |lifecycle: &Lifecycle| matches!(lifecycle, Lifecycle::Pending | Lifecycle::InService);
    let unregistered = group.members.iter().filter(|(id, member)| {
        let known = scene.snapshot.instances.contains_key(*id) || scene.snapshot.strangers.contains(*id);
        comes(&member.lifecycle) && !known
    });
    waiting.saturating_sub(unregistered.count()).min(group.lacking())
}

/// Whether a case waits for its group to replace what EC2 Spot takes.
fn waits(case: &Case, key: &GroupKey) -> bool {
    let here = case.place.as_ref().is_some_and(|place| place.group.as_ref() == Some(key));
    here && case.is_noticed_by_spot()
        && case.has(Phase::ReplacementRequested)
        && !case.has(Phase::ReplacementRegistered)
}

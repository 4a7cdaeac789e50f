//! The fallback: where a pool has no capacity, another one launches in its place until the first has capacity again.
//!
//! It is off unless the policy names one. What it launches is a debt in the other group, which a case of its own pays back: a
//! planned hand-over that waits until the first pool is whole. Where the policy names the group's own On-Demand base instead,
//! `base` goes on from here.

use jiff::{SignedDuration, Timestamp};

use super::attempt::Attempt;
use super::case::{Case, Place};
use super::deed::Deed;
use super::draft::Draft;
use super::pace::{SOON, due, later, retry_now};
use super::phase::Phase;
use super::policy::{Rules, Source};
use super::reason::Reason;
use super::scene::Scene;
use super::{base, budget, launch, replacement};
use crate::api::{Amount, Mode};
use crate::ids::{CapacityProviderName, ClusterKey, GroupKey, InstanceId};
use crate::observe::Subject;
use crate::observe::snapshot::Behind;
use crate::signal::{Signal, SignalKind};

/// The pace at which a pool is looked at that has no capacity while a deadline runs.
const PACE: SignedDuration = SignedDuration::from_secs(3);

/// The pace at which it is looked at whether it has capacity again.
const SLOW_PACE: SignedDuration = SignedDuration::from_secs(30);

/// One that has not registered by then never will.
const REGISTERS_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// Launches in the other pool, where the instance's own has no capacity for its replacement.
pub fn request(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, draft: &mut Draft) {
    let Some(fallback) = rules.fallback.as_ref().filter(|_| case.is_noticed_by_spot()) else { return };
    let attempt = case.attempt(&Deed::FallBack);
    if attempt.is_accepted() || !is_without_capacity(scene, case, place, draft) {
        return;
    }
    let provider = match &fallback.source {
        Source::Provider(provider) => provider,
        Source::OnDemandBase => return base::raise(scene, case, place, rules, fallback.max, draft),
    };
    let reason = match attempt {
        Attempt::InFlight { .. } => Reason::FallingBack,
        Attempt::Failed { why, .. } if launch::is_refused(attempt) => Reason::FallbackRefused(why.clone()),
        Attempt::Failed { why, .. } if !retry_now(scene, attempt, draft) => Reason::FallbackRefused(why.clone()),
        _ => match ask(scene, case, place, (provider, fallback.max), draft) {
            Ok(()) => return,
            Err(reason) => reason,
        },
    };
    draft.report.add(&case.id, reason);
}

fn ask(
    scene: Scene<'_>,
    case: &Case,
    place: &Place,
    (provider, max): (&CapacityProviderName, Amount),
    draft: &mut Draft,
) -> Result<(), Reason> {
    let refused = |why: &str| Reason::FallbackRefused(why.to_owned());
    let key = scene.snapshot.group_behind(&place.cluster, provider);
    let Some((key, group)) = key.and_then(|key| scene.snapshot.groups.get_key_value(key)) else {
        return Err(refused("the capacity provider is not in the cluster, or has no group"));
    };
    if place.group.as_ref() == Some(key) {
        return Err(refused("it is the pool that has none"));
    }
    let theirs = rules_of(scene, &place.cluster, provider);
    if !theirs.managed || theirs.mode != Mode::Enforce {
        return Err(refused("the policy does not let it be changed"));
    }
    if let Some(reason) = launch::refusal(group) {
        return Err(refused(&reason.to_string()));
    }
    let own = place.group.as_ref().and_then(|own| scene.snapshot.groups.get(own));
    let limit = budget::limit(max, own.map_or(0, |own| own.desired as usize));
    if in_use(scene, key) + draft.batches.launches_in(key) >= limit {
        return Err(Reason::FallbackSpent { limit });
    }
    launch::request(scene, case, place, (key, group), Deed::FallBack, draft);
    Ok(())
}

/// How many instances of the other group are there because of us, or are about to be.
fn in_use(scene: Scene<'_>, key: &GroupKey) -> usize {
    let begun = scene.cases.iter().filter(|case| falls_back_on(scene, case, key) && is_on_its_way(scene, case));
    stand_ins(scene, key) + begun.count()
}

/// How many instances of the group have a case of their own because they stand in for others.
fn stand_ins(scene: Scene<'_>, key: &GroupKey) -> usize {
    // A case that has only just opened does not know its place yet.
    let here = |case: &&Case| {
        let placed = case.place.as_ref().and_then(|place| place.group.as_ref());
        let instance = scene.snapshot.instances.get(&case.instance);
        let behind = || scene.snapshot.group_behind(&instance?.cluster, instance?.provider.as_ref()?);
        placed.or_else(behind) == Some(key)
    };
    scene.cases.iter().filter(|case| is_stand_in(case)).filter(here).count()
}

/// Whether another group has been asked for the case, and what came of it has no case of its own yet.
fn is_on_its_way(scene: Scene<'_>, case: &Case) -> bool {
    let attempt = case.attempt(&Deed::FallBack);
    let has_case = case.stand_in.as_ref().is_some_and(|id| scene.cases.of(id).is_some_and(is_stand_in));
    attempt.is_in_flight() || attempt.is_accepted() && !has_case
}

/// Whether this is the group on which the pool of the case falls back.
fn falls_back_on(scene: Scene<'_>, case: &Case, key: &GroupKey) -> bool {
    let other = case.place.as_ref().and_then(|place| other_of(scene, place));
    other.and_then(|other| scene.snapshot.group_behind(&case.place.as_ref()?.cluster, &other)) == Some(key)
}

/// The pool on which the one at `place` falls back.
fn other_of(scene: Scene<'_>, place: &Place) -> Option<CapacityProviderName> {
    scene.policies.rules(&place.cluster, place.provider.as_ref()).fallback?.provider().cloned()
}

/// Whether its instance was launched in the place of another pool's.
pub fn is_stand_in(case: &Case) -> bool {
    case.kinds.contains(&SignalKind::Fallback)
}

/// Whether the group lacks an instance for the case: its Launch process is suspended, or a launch has failed since it was asked,
/// and it still has fewer than it wants.
fn is_without_capacity(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) -> bool {
    let Some(key) = place.group.as_ref().filter(|_| !case.has(Phase::ReplacementRegistered)) else { return false };
    if case.skipped == Some(Reason::LaunchSuspended) || draft.skips(&case.id, &Reason::LaunchSuspended) {
        return true;
    }
    let Some(asked_at) = case.phases.get(&Phase::ReplacementRequested).copied() else { return false };
    let Some(group) = scene.snapshot.groups.get(key).filter(|group| group.observed_at > asked_at) else { return false };
    let moved = scene.snapshot.moved.get(key) > scene.snapshot.asked.get(&activities(key)).map(|asked| &asked.at);
    let lacks = group.lacking() > fallen_back(scene, place, key) + draft.batches.fallbacks_of(scene.cases, key);
    if lacks && due(scene, &activities(key), if moved { SOON } else { PACE }, draft) {
        draft.batches.activities(key);
    }
    lacks && scene.snapshot.launch_failures.get(key).is_some_and(|failure| failure.at >= asked_at)
}

/// How many instances of other groups stand in for those of this one, or are about to. Where several pools fall back on the same
/// one nobody can tell whose its stand-ins are.
fn fallen_back(scene: Scene<'_>, place: &Place, key: &GroupKey) -> usize {
    let here = |case: &&Case| case.place.as_ref().and_then(|place| place.group.as_ref()) == Some(key);
    let begun = scene.cases.iter().filter(here).filter(|case| is_on_its_way(scene, case)).count();
    let alone = other_of(scene, place).filter(|other| homes(scene, &place.cluster, Some(other)).len() == 1);
    let other = alone.and_then(|other| scene.snapshot.group_behind(&place.cluster, &other));
    begun + other.map_or(0, |other| stand_ins(scene, other))
}

fn activities(key: &GroupKey) -> Subject {
    Subject::Activities(key.clone())
}

/// The instance that was launched elsewhere for the case.
pub fn launched_for(case: &Case) -> Option<&InstanceId> {
    case.stand_in.as_ref().filter(|_| case.attempt(&Deed::FallBack).is_accepted())
}

/// Opens a case for what was launched elsewhere, as soon as that has registered, and says whether the case that it was launched
/// for need not wait for that.
pub fn is_settled(scene: Scene<'_>, case: &Case, draft: &mut Draft) -> bool {
    if case.attempt(&Deed::FallBack).is_in_flight() {
        draft.report.add(&case.id, Reason::FallingBack);
        return false;
    }
    let Some(launched) = launched_for(case).filter(|id| scene.cases.is_unheard_of(id, case.received_at)) else {
        return true;
    };
    if replacement::serves_already(scene, launched) {
        draft.open(scene, Signal::found(launched, SignalKind::Fallback, scene.now));
        return true;
    }
    let launched_at = case.attempt(&Deed::FallBack).accepted_at().unwrap_or(scene.now);
    draft.wake_at(later(scene.now, SOON));
    scene.now >= later(launched_at, REGISTERS_WITHIN) || has_left(scene, case, (launched, launched_at), draft)
}

/// Whether the other group has what it launched no more.
fn has_left(
    scene: Scene<'_>,
    case: &Case,
    (launched, launched_at): (&InstanceId, Timestamp),
    draft: &mut Draft,
) -> bool {
    let other = |place: &Place| Some((place.cluster.clone(), other_of(scene, place)?));
    let other = case.place.as_ref().and_then(other);
    let key = other.and_then(|(cluster, other)| scene.snapshot.group_behind(&cluster, &other));
    let Some((key, group)) = key.and_then(|key| scene.snapshot.groups.get_key_value(key)) else { return false };
    if due(scene, &Subject::Group(key.clone()), SLOW_PACE, draft) {
        draft.batches.group(key);
    }
    group.observed_at > launched_at && !group.members.contains_key(launched)
}

/// Whether the pools that fall back on this one have their capacity again.
pub fn is_over(scene: Scene<'_>, place: &Place) -> bool {
    homes(scene, &place.cluster, place.provider.as_ref()).iter().all(|(key, rules)| {
        let Some(group) = scene.snapshot.groups.get(key) else { return true };
        let failed = scene.snapshot.launch_failures.get(key);
        let lately = failed.is_some_and(|failure| scene.now < later(failure.at, rules.rebalance.cooldown.signed()));
        group.is_whole() && !group.launch_suspended && !lately
    })
}

/// Looks at the pools that fall back on the one of the case.
pub fn look_home(scene: Scene<'_>, place: &Place, draft: &mut Draft) {
    for (key, _) in homes(scene, &place.cluster, place.provider.as_ref()) {
        if due(scene, &Subject::Group(key.clone()), SLOW_PACE, draft) {
            draft.batches.group(&key);
        }
        if due(scene, &activities(&key), SLOW_PACE, draft) {
            draft.batches.activities(&key);
        }
    }
}

/// The groups of the pools that fall back on this one.
fn homes(scene: Scene<'_>, cluster: &ClusterKey, pool: Option<&CapacityProviderName>) -> Vec<(GroupKey, Rules)> {
    let known = scene.snapshot.clusters.get(cluster);
    let providers = known.into_iter().flat_map(|cluster| &cluster.providers);
    let falls_back = |(provider, behind): (&CapacityProviderName, &Behind)| {
        let rules = rules_of(scene, cluster, provider);
        let here = rules
            .fallback
            .as_ref()
            .is_some_and(|fallback| fallback.provider().is_some() && fallback.provider() == pool);
        let other = pool != Some(provider);
        behind.group().cloned().filter(|_| here && other).map(|group| (group, rules))
    };
    providers.filter_map(falls_back).collect()
}

fn rules_of(scene: Scene<'_>, cluster: &ClusterKey, provider: &CapacityProviderName) -> Rules {
    scene.policies.rules(cluster, Some(provider))
}

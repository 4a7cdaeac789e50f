//! The termination hooks that are ours: an instance waits for us before its group terminates it.
//!
//! A hook is completed once every task is STOPPED, as a list says that was not taken too soon after the drain, or when EC2
//! Spot's deadline has come, and always with CONTINUE: ABANDON would skip the hooks of others. Until then heartbeats keep it
//! waiting.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::attempt::Attempt;
use super::call::{Call, Held};
use super::case::{Case, Place};
use super::deed::Deed;
use super::draft::Draft;
use super::pace::{later, retry_now};
use super::phase::Phase;
use super::policy::Rules;
use super::reason::Reason;
use super::scene::Scene;
use super::tasks;
use crate::ids::GroupKey;
use crate::observe::hooks::TerminationHook;
use crate::observe::snapshot::Lifecycle;

/// Our clock may be ahead of EC2's by so much, and nobody waits for an instance that EC2 has taken.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(2);

/// Lets the instance go on, or keeps it waiting.
pub fn attend(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules, draft: &mut Draft) {
    let Some((group, hooks)) = waiting(scene, case, place, rules) else { return };
    for name in hooks {
        let held = Held { case: case.id.clone(), instance: case.instance.clone(), hook: Arc::clone(&name) };
        if may_go_on(scene, case) {
            complete(scene, case, &group, held, draft);
        } else {
            draft.report.add(&case.id, Reason::HookWaits(name));
            ends_at(case).into_iter().for_each(|at| draft.wake_at(at));
            heartbeat(scene, case, &group, held, draft);
        }
    }
}

/// Whether the instance waits for a hook of ours that has not been completed.
pub fn is_waiting(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules) -> bool {
    waiting(scene, case, place, rules).is_some_and(|(_, hooks)| !hooks.is_empty())
}

/// When the first hook of ours gives up waiting, however often it gets a heartbeat.
pub fn gives_up_at(scene: Scene<'_>, case: &Case, rules: &Rules) -> Option<Timestamp> {
    let (group, hooks) = waiting(scene, case, case.place.as_ref()?, rules)?;
    let since = case.phases.get(&Phase::Noticed).copied().unwrap_or(case.received_at);
    let known = hooks.iter().filter_map(|name| setting(scene, &group, name));
    known.map(|hook| later(since, hook.global)).min()
}

/// The hooks of ours that the instance waits for, as its group shows it, or as we have been told since.
fn waiting(scene: Scene<'_>, case: &Case, place: &Place, rules: &Rules) -> Option<(GroupKey, Vec<Arc<str>>)> {
    let key = scene.snapshot.member_of.get(&case.instance).or(place.group.as_ref())?;
    let group = scene.snapshot.groups.get(key);
    let member = group.and_then(|group| group.members.get(&case.instance));
    let waits = member.is_some_and(|member| is_held(&member.lifecycle));
    let told_since = group.is_none_or(|group| group.observed_at <= case.received_at) && !case.hooks.is_empty();
    if !waits && !told_since {
        return None;
    }
    let seen =
        scene.snapshot.hooks.get(key).into_iter().flat_map(|hooks| hooks.terminating.iter()).map(|hook| &hook.name);
    let names: BTreeSet<&Arc<str>> = seen.filter(|_| waits).chain(&case.hooks).collect();
    let ours = names.into_iter().filter(|name| rules.is_our_hook(name));
    let open = ours.filter(|name| !case.attempt(&Deed::Complete(Arc::clone(name))).is_accepted());
    Some((key.clone(), open.map(Arc::clone).collect()))
}

/// Whether an instance in this state waits for hooks.
pub fn is_held(lifecycle: &Lifecycle) -> bool {
    matches!(lifecycle, Lifecycle::Leaving(state) if &**state == "Terminating:Wait")
}

fn setting<'a>(scene: Scene<'a>, group: &GroupKey, name: &str) -> Option<&'a TerminationHook> {
    scene.snapshot.hooks.get(group)?.terminating.iter().find(|hook| &*hook.name == name)
}

fn may_go_on(scene: Scene<'_>, case: &Case) -> bool {
    let unregistered = scene.snapshot.instances.get(&case.instance).is_none_or(|instance| instance.gone_at.is_some());
    unregistered || tasks::all_stopped_for_sure(scene.snapshot, case) || ends_at(case).is_some_and(|at| scene.now >= at)
}

/// When EC2 Spot has taken the instance for sure, if it said so.
fn ends_at(case: &Case) -> Option<Timestamp> {
    case.deadline.filter(|_| case.is_noticed_by_spot()).map(|deadline| later(deadline, CLOCKS_DIFFER))
}

fn complete(scene: Scene<'_>, case: &Case, group: &GroupKey, held: Held, draft: &mut Draft) {
    let attempt = case.attempt(&Deed::Complete(Arc::clone(&held.hook)));
    match attempt {
        Attempt::InFlight { .. } | Attempt::Accepted { .. } => {}
        Attempt::Failed { why, .. } if !retry_now(scene, attempt, draft) => {
            draft.report.add(&case.id, Reason::HookFailed(why.clone()));
        }
        Attempt::None | Attempt::Failed { .. } => {
            draft.batches.call(Call::Complete { group: group.clone(), held });
        }
    }
}

/// Half of the time-out is left when the next heartbeat goes out, so that one may fail.
fn heartbeat(scene: Scene<'_>, case: &Case, group: &GroupKey, held: Held, draft: &mut Draft) {
    let Some(hook) = setting(scene, group, &held.hook) else { return };
    let attempt = case.attempt(&Deed::Heartbeat(Arc::clone(&held.hook)));
    let since = match attempt {
        Attempt::InFlight { .. } => return,
        Attempt::Accepted { at, .. } => *at,
        Attempt::None => case.phases.get(&Phase::Noticed).copied().unwrap_or(case.received_at),
        Attempt::Failed { .. } if !retry_now(scene, attempt, draft) => return,
        Attempt::Failed { .. } => return draft.batches.call(Call::Heartbeat { group: group.clone(), held }),
    };
    let at = later(since, hook.heartbeat / 2);
    if scene.now >= at {
        draft.batches.call(Call::Heartbeat { group: group.clone(), held });
    } else {
        draft.wake_at(at);
    }
}

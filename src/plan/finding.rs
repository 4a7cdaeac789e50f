//! What is found without anybody having told of it: events get lost, and we may have been restarted.

use super::draft::Draft;
use super::hook::is_held;
use super::scene::Scene;
use super::step::Step;
use crate::signal::{self, Hook, Signal, SignalKind};

/// Opens a case for every instance that waits for a hook of ours.
pub fn held_instances(scene: Scene<'_>, draft: &mut Draft) {
    for (key, group) in &scene.snapshot.groups {
        let Some(hooks) = scene.snapshot.hooks.get(key) else { continue };
        let Some((cluster, provider)) = scene.snapshot.clusters_of(key).next() else { continue };
        let rules = scene.policies.rules(cluster, Some(provider));
        let Some(hook) = hooks.terminating.iter().find(|hook| rules.is_our_hook(&hook.name)) else { continue };
        let held = group.members.iter().filter(|(_, member)| is_held(&member.lifecycle));
        for (instance, _) in held.filter(|(instance, _)| scene.cases.is_unheard_of(instance, group.observed_at)) {
            draft.wake_at(scene.now);
            draft.step(Step::Open(Signal {
                instance: instance.clone(),
                kind: SignalKind::TerminateHook,
                said_at: group.observed_at,
                deadline: None,
                history_from: signal::hook_is_history_from(group.observed_at),
                hook: Some(Hook { group: key.name.clone(), name: hook.name.clone(), token: None }),
            }));
        }
    }
}

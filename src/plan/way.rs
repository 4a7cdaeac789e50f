//! How a group is made to replace an instance: by letting go of it, or by terminating it.
//!
//! Terminating runs the group's hooks, so that nothing is left over and ECS keeps its books; but without a hook that waits for
//! the tasks it would cost them the rest of their notice.

use jiff::SignedDuration;

use super::call::Way;
use super::case::Case;
use super::deed::Deed;
use super::draft::Draft;
use super::pace::{SOON, due, later};
use super::policy::Rules;
use super::scene::Scene;
use crate::api::Method;
use crate::ids::GroupKey;
use crate::observe::Subject;
use crate::observe::hooks::{Hooks, MANAGED_DRAINING};
use crate::observe::snapshot::Group;

/// Hooks that were seen so long before the notice, for another one, are there: notices come in bursts, and to ask anew for
/// each would cost more time than it saves.
const BELIEVED_FOR: SignedDuration = SignedDuration::from_secs(5);

/// The way to ask a group; `None`: its hooks have to be looked at first.
pub fn choose(
    scene: Scene<'_>,
    case: &Case,
    (key, group): (&GroupKey, &Group),
    rules: &Rules,
    draft: &mut Draft,
) -> Option<Way> {
    match rules.method {
        Method::Terminate => Some(Way::Terminate),
        Method::Auto if !group.terminate_suspended => by_hooks(scene, case, key, rules, draft),
        _ => Some(Way::Detach),
    }
}

/// Hooks that were seen long before the notice may have been taken away since. Terminating is not undone, so they are looked
/// at again; where that fails, or terminating has failed, detaching does as well.
fn by_hooks(scene: Scene<'_>, case: &Case, key: &GroupKey, rules: &Rules, draft: &mut Draft) -> Option<Way> {
    let hooks = scene.snapshot.hooks.get(key).filter(|hooks| all_wait_for_tasks(hooks, rules));
    let Some(hooks) = hooks.filter(|_| case.attempt(&Deed::Terminate).failures() == 0) else {
        return Some(Way::Detach);
    };
    if later(hooks.observed_at, BELIEVED_FOR) >= case.received_at {
        return Some(Way::Terminate);
    }
    let subject = Subject::Hooks(key.clone());
    if scene.snapshot.asked.get(&subject).is_some_and(|asked| asked.failures > 0) {
        return Some(Way::Detach);
    }
    if due(scene, &subject, SOON, draft) {
        draft.batches.hooks(key);
    }
    None
}

/// Whether the group has a termination hook that waits for the tasks: managed draining's or our own.
pub fn any_waits_for_tasks(hooks: &Hooks, rules: &Rules) -> bool {
    hooks.terminating.iter().any(|hook| waits_for_tasks(&hook.name, rules))
}

fn waits_for_tasks(hook: &str, rules: &Rules) -> bool {
    hook == MANAGED_DRAINING || rules.is_our_hook(hook)
}

/// Whether the group has termination hooks, all of them managed draining's or our own, that let it go on in the end.
fn all_wait_for_tasks(hooks: &Hooks, rules: &Rules) -> bool {
    hooks.refreshing == Some(false)
        && !hooks.terminating.is_empty()
        && hooks.terminating.iter().all(|hook| hook.continues && waits_for_tasks(&hook.name, rules))
}

//! The On-Demand base of a group: raised where its pool has no capacity and the policy says so, and lowered again step by step.
//!
//! It is the group that is changed, not an instance, so this is decided by the group as it stands and not by what a case
//! remembers: several cases, and several operators, come to the same base. The note on the group says what is owed.

mod lower;
mod raise;

pub use lower::lower;
pub use raise::raise;

use jiff::SignedDuration;

use super::call::Call;
use super::draft::Draft;
use super::policy::Rules;
use super::scene::Scene;
use super::way;
use crate::ids::GroupKey;
use crate::observe::hooks::Hooks;
use crate::observe::mix::{BaseNote, Mix};
use crate::observe::snapshot::Group;

/// The clocks of AWS and of ours may differ by so much.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(2);

/// A group whose base may be changed: how it mixes, and what is noted about that.
#[derive(Clone, Copy)]
struct Base<'a> {
    key: &'a GroupKey,
    group: &'a Group,
    mix: Mix,
    note: Option<BaseNote>,
}

impl<'a> Base<'a> {
    /// The base of a group that has a mixed instances policy. Where the note on it is gone, what we have set ourselves is still owed.
    fn of(scene: Scene<'a>, key: &'a GroupKey, group: &'a Group) -> Option<Self> {
        let mix = group.mix?;
        let ours = || scene.cases.bases.note(key).filter(|note| note.to == mix.base && note.to != note.original);
        Some(Self { key, group, mix, note: group.base_note.or_else(ours) })
    }

    /// What people have set.
    fn original(self) -> u32 {
        self.note.map_or(self.mix.base, |note| note.original)
    }

    /// How many of its instances are to be On-Demand, with this base.
    fn on_demand(self, base: u32) -> usize {
        self.mix.with_base(base).on_demand_of(self.group.desired) as usize
    }

    /// How many more are to be than people have set.
    fn raised_by(self) -> usize {
        self.on_demand(self.mix.base).saturating_sub(self.on_demand(self.original()))
    }

    /// Whether the base is what an operator has set: a note announces it, or it was we, and the note of another operator has
    /// overwritten ours just before.
    fn is_ours(self, scene: Scene<'_>) -> bool {
        self.note.is_none_or(|note| note.covers(self.mix.base)) || scene.cases.bases.has_set(self.key, self.mix.base)
    }

    /// Whether the group has been seen since its last change was answered.
    fn shows_the_last_change(self, scene: Scene<'_>) -> bool {
        scene.cases.bases.answered_at(self.key).is_none_or(|at| self.group.observed_at > at)
    }

    /// Sets the base.
    fn set(self, to: u32, draft: &mut Draft) {
        let note = BaseNote { original: self.original(), from: self.mix.base, to };
        draft.batches.call(Call::SetBase { group: self.key.clone(), note });
    }
}

/// Why the base of a group had better stay as it is: a raised one could not be lowered again without harm, or not at all.
fn bar(group: &Group, hooks: Option<&Hooks>, rules: &Rules) -> Option<&'static str> {
    let Some(hooks) = hooks else { return Some("the hooks of its group are not known") };
    match () {
        () if group.launch_suspended => Some("the Launch process of its group is suspended"),
        () if group.terminate_suspended => Some("the Terminate process of its group is suspended"),
        () if hooks.refreshing != Some(false) => Some("an instance refresh of its group is under way"),
        () if !way::any_waits_for_tasks(hooks, rules) => {
            Some("its group has no termination hook that waits for tasks, so that some would be killed on the way back")
        }
        () => None,
    }
}

/// Whether a change of the group is under way or about to be.
fn is_busy(scene: Scene<'_>, key: &GroupKey, draft: &Draft) -> bool {
    draft.batches.sets_base(key) || scene.cases.bases.attempt(key).is_in_flight()
}

/// Whether a change that failed is due again; asks to be woken when it is.
fn retry_now(scene: Scene<'_>, key: &GroupKey, draft: &mut Draft) -> bool {
    let Some(at) = scene.cases.bases.retry_at(key).filter(|at| *at > scene.now) else { return true };
    draft.wake_at(at);
    false
}

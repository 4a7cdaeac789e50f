//! What was asked of groups as a whole, and how that stands: changes of their On-Demand base, one at a time each.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::attempt::{Attempt, NEVER, Setback};
use super::pace::later;
use crate::ids::GroupKey;
use crate::observe::mix::BaseNote;

/// What AWS does not accept is asked for again after so long: somebody may have mended what it refuses.
const REFUSED_FOR: SignedDuration = SignedDuration::from_mins(5);

/// What was asked of groups as a whole.
#[derive(Clone, Debug, Default)]
pub struct Bases {
    changes: BTreeMap<GroupKey, Change>,
}

/// The last change of a group.
#[derive(Clone, Debug, Default)]
struct Change {
    attempt: Attempt,
    /// What it notes, if it sets the base.
    note: Option<BaseNote>,
}

impl Bases {
    /// How the last change stands.
    #[must_use]
    pub fn attempt(&self, group: &GroupKey) -> &Attempt {
        self.changes.get(group).map_or(&NEVER, |change| &change.attempt)
    }

    /// What we have noted last, if it was not that nothing is owed.
    #[must_use]
    pub fn note(&self, group: &GroupKey) -> Option<BaseNote> {
        self.changes.get(group)?.note
    }

    /// Whether it is we who have set the base to this.
    #[must_use]
    pub fn has_set(&self, group: &GroupKey, base: u32) -> bool {
        self.note(group).is_some_and(|note| note.to == base)
    }

    /// When the last change was answered.
    #[must_use]
    pub fn answered_at(&self, group: &GroupKey) -> Option<Timestamp> {
        match self.attempt(group) {
            Attempt::Accepted { at, .. } | Attempt::Failed { at, .. } => Some(*at),
            Attempt::None | Attempt::InFlight { .. } => None,
        }
    }

    /// When a change that failed may be asked for again.
    #[must_use]
    pub fn retry_at(&self, group: &GroupKey) -> Option<Timestamp> {
        let refused_at = self.answered_at(group).filter(|_| self.attempt(group).is_final());
        refused_at.map(|at| later(at, REFUSED_FOR)).or_else(|| self.attempt(group).retry_at())
    }

    /// The base is being set as `note` says, or its note is being taken away.
    pub(super) fn begin(&mut self, group: &GroupKey, note: Option<BaseNote>) {
        let change = self.changes.entry(group.clone()).or_default();
        change.attempt.begin();
        change.note = note;
    }

    pub(super) fn end(&mut self, group: &GroupKey, result: Result<Option<String>, Setback>, now: Timestamp) {
        self.changes.entry(group.clone()).or_default().attempt.end(result, now);
    }
}

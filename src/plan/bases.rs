//! What was asked of groups as a whole, and how that stands: changes of their On-Demand base, one at a time each.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::attempt::{Attempt, NEVER, Setback};
use super::pace::later;
use crate::ids::GroupKey;
use jiff::SignedDuration;

/// What AWS does not accept is asked for again after so long: somebody may have mended what it refuses.
const REFUSED_FOR: SignedDuration = SignedDuration::from_mins(5);

/// What was asked of groups as a whole.
#[derive(Clone, Debug, Default)]
pub struct Bases {
    attempts: BTreeMap<GroupKey, Attempt>,
}

impl Bases {
    /// How the last change stands.
    #[must_use]
    pub fn attempt(&self, group: &GroupKey) -> &Attempt {
        self.attempts.get(group).unwrap_or(&NEVER)
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

    pub(super) fn begin(&mut self, group: &GroupKey) {
        self.attempts.entry(group.clone()).or_default().begin();
    }

    pub(super) fn end(&mut self, group: &GroupKey, result: Result<Option<String>, Setback>, now: Timestamp) {
        self.attempts.entry(group.clone()).or_default().end(result, now);
    }
}

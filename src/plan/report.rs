//! What everything waits for that is not done, or not done yet: one list of reasons for each case, one reason for each group that
//! owes; and what is only to be told.

use std::collections::{BTreeMap, BTreeSet};

use super::case_id::CaseId;
use super::reason::Reason;
use crate::ids::{GroupKey, InstanceId};

/// What every open case waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "an unread report answers nobody's question"]
pub struct Report {
    waiting: BTreeMap<CaseId, Vec<Reason>>,
    groups: BTreeMap<GroupKey, Reason>,
    others: BTreeSet<InstanceId>,
}

impl Report {
    /// Adds a reason to a case.
    pub fn add(&mut self, case: &CaseId, reason: Reason) {
        self.waiting.entry(case.clone()).or_default().push(reason);
    }

    /// Says why a group's On-Demand base is not lowered yet.
    pub fn keeps_base(&mut self, group: &GroupKey, reason: Reason) {
        self.groups.insert(group.clone(), reason);
    }

    /// Says that somebody else drains an instance.
    pub fn drained_by_others(&mut self, instance: &InstanceId) {
        self.others.insert(instance.clone());
    }

    /// The reasons of a case.
    #[must_use]
    pub fn of(&self, case: &CaseId) -> &[Reason] {
        self.waiting.get(case).map_or(&[], Vec::as_slice)
    }

    /// All cases that wait for something.
    pub fn iter(&self) -> impl Iterator<Item = (&CaseId, &[Reason])> {
        self.waiting.iter().map(|(case, reasons)| (case, reasons.as_slice()))
    }

    /// All groups whose On-Demand base is raised, with the reason why it is not lowered yet.
    pub fn groups(&self) -> impl Iterator<Item = (&GroupKey, &Reason)> {
        self.groups.iter()
    }

    /// The instances that somebody else drains, whom nothing is known of.
    #[must_use]
    pub const fn others(&self) -> &BTreeSet<InstanceId> {
        &self.others
    }
}

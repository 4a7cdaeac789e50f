//! What is remembered of pools: where capacity was lost or could not be had, and when one was last disturbed.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::ids::GroupKey;

/// A zone in which EC2 has just taken an instance of a group back, or had none to give, is avoided for so long. Interruptions
/// come in bursts: more than nine of ten share their pool with another within three minutes (arXiv 2604.16457).
const AVOIDED_FOR: SignedDuration = SignedDuration::from_mins(10);

/// What is remembered of pools.
#[derive(Clone, Debug, Default)]
pub struct Pools {
    avoided_since: BTreeMap<(GroupKey, Arc<str>), Timestamp>,
    disturbed_at: BTreeMap<GroupKey, Timestamp>,
}

impl Pools {
    /// Capacity was lost, or could not be had.
    pub(super) fn avoid(&mut self, group: &GroupKey, zone: &Arc<str>, now: Timestamp) {
        self.avoided_since.retain(|_, since| now.duration_since(*since) < AVOIDED_FOR);
        self.avoided_since.insert((group.clone(), Arc::clone(zone)), now);
    }

    /// A planned hand-over begins.
    pub(super) fn disturb(&mut self, group: &GroupKey, now: Timestamp) {
        self.disturbed_at.insert(group.clone(), now);
    }

    /// Whether a zone had better be avoided.
    #[must_use]
    pub fn is_avoided(&self, group: &GroupKey, zone: &Arc<str>, now: Timestamp) -> bool {
        let since = self.avoided_since.get(&(group.clone(), Arc::clone(zone)));
        since.is_some_and(|since| now.duration_since(*since) < AVOIDED_FOR)
    }

    /// When a planned hand-over last began.
    #[must_use]
    pub fn disturbed_at(&self, group: &GroupKey) -> Option<Timestamp> {
        self.disturbed_at.get(group).copied()
    }
}

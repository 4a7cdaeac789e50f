//! What every part of planning looks at, and none of them changes.

use jiff::Timestamp;

use super::cases::Cases;
use super::policy::Policies;
use crate::observe::Snapshot;

/// What every part of planning looks at.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// What was last seen of AWS.
    pub snapshot: &'a Snapshot,
    /// The open cases.
    pub cases: &'a Cases,
    /// What people allow.
    pub policies: &'a Policies,
    /// The time.
    pub now: Timestamp,
    /// How many drains because of notices are under way.
    pub drains: usize,
}

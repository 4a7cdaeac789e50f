//! How a bucket stands and what it has done, for those who watch it. Numbers only.

use std::collections::BTreeMap;
use std::time::Duration;

use super::errand::Lane;
use super::queue::NotSent;

/// How a bucket stands and what it has done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Tokens in it.
    pub tokens: f64,
    /// Tokens in a full one.
    pub burst: f64,
    /// Tokens that it gains a second now.
    pub rate: f64,
    /// Requests that wait now.
    pub waiting: BTreeMap<Lane, u64>,
    /// Requests that got a token.
    pub sent: BTreeMap<Lane, u64>,
    /// Those of them, and of the dropped ones, that had to wait for it.
    pub waits: BTreeMap<Lane, u64>,
    /// How long they waited in all.
    pub waited: BTreeMap<Lane, Duration>,
    /// Requests that were dropped.
    pub dropped: BTreeMap<NotSent, u64>,
    /// Answers of AWS that said that it was too much.
    pub throttled: u64,
}

impl Tally {
    pub(super) fn let_through(&mut self, lane: Lane, waited: Duration) {
        *self.sent.entry(lane).or_default() += 1;
        self.has_waited(lane, waited);
    }

    pub(super) fn held_back(&mut self, lane: Lane, why: NotSent, waited: Duration) {
        *self.dropped.entry(why).or_default() += 1;
        self.has_waited(lane, waited);
    }

    fn has_waited(&mut self, lane: Lane, waited: Duration) {
        if !waited.is_zero() {
            *self.waits.entry(lane).or_default() += 1;
            *self.waited.entry(lane).or_default() += waited;
        }
    }
}

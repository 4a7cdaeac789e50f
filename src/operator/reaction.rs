//! How long it takes from a notice received to the calls because of it leaving for AWS. It measures and changes nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::aws::Errand;
use crate::clock::Clock;
use crate::ids::InstanceId;
use crate::plan::{Call, CaseId, Cases, Deed};
use crate::telemetry::Metrics;
use crate::telemetry::metrics::WireLabels;

/// Of so many cases it is known at most that one of two calls has left.
const HALFWAY_MAX: usize = 10_000;

/// Measures the time from notices to calls.
#[derive(Debug)]
pub struct Reaction {
    metrics: Arc<Metrics>,
    clock: Clock,
    /// By time and instance, so that the oldest goes first.
    halfway: Mutex<BTreeMap<(Timestamp, InstanceId), &'static str>>,
}

impl Reaction {
    /// Tells `metrics` what it measures.
    #[must_use]
    pub fn new(metrics: &Arc<Metrics>, clock: &Clock) -> Self {
        Self { metrics: Arc::clone(metrics), clock: clock.clone(), halfway: Mutex::default() }
    }

    /// `errand`, which tells when `call` leaves, where that is the first try of what a notice asks for.
    pub fn watch(self: &Arc<Self>, call: &Call, errand: Errand, cases: &Cases) -> Errand {
        let timed = call.deeds().into_iter().filter_map(|(id, deed)| Some((part(&deed)?, deed, cases.get(&id)?)));
        let timed = timed.filter(|(_, deed, case)| case.is_noticed_by_spot() && case.attempt(deed).failures() == 0);
        timed.fold(errand, |errand, (part, _, case)| {
            let (reaction, id, received_at) = (Arc::clone(self), case.id.clone(), case.received_at);
            errand.when_sent(move || reaction.sent(id, part, received_at))
        })
    }

    fn sent(&self, id: CaseId, part: &'static str, received_at: Timestamp) {
        let seconds = self.clock.now().duration_since(received_at).as_secs_f64();
        self.observe(part, seconds);
        let mut halfway = self.halfway.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (id.said_at, id.instance);
        match halfway.remove(&key) {
            Some(other) if other != part => self.observe("both", seconds),
            _ => {
                halfway.insert(key, part);
                if halfway.len() > HALFWAY_MAX {
                    halfway.pop_first();
                }
            }
        }
    }

    fn observe(&self, call: &'static str, seconds: f64) {
        self.metrics.notice_to_wire.get_or_create(&WireLabels { call }).observe(seconds);
    }
}

const fn part(deed: &Deed) -> Option<&'static str> {
    match deed {
        Deed::Detach | Deed::Terminate | Deed::Launch => Some("replacement"),
        Deed::Drain => Some("drain"),
        _ => None,
    }
}

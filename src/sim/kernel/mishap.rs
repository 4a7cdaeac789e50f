//! How faults strike: draws, for each call, event and message, whether one of the run's [`Faults`](crate::sim::Faults) has
//! its turn. Every kind of fault has a generator of its own, so that one more kind changes nothing about the others.

use std::time::Duration;

use super::core::Core;
use super::dice::Purpose;
use super::fact::Fact;
use super::fault::Fault;
use crate::sim::spec::{CallFaults, Spread};

/// Why a caller has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// None comes, however long it waits.
    TimedOut,
    /// The connection is gone.
    Reset,
}

/// How a call is lost, if it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fate {
    /// On its way to AWS.
    pub request: Option<Loss>,
    /// On its way back.
    pub answer: Option<Loss>,
}

/// How soon a message is received again although it is hidden. Not documented.
const REDELIVERY: Spread = Spread::millis(0, 5_000);

/// A kind of fault, for the record.
type Name = &'static str;

impl Core {
    fn struck(&mut self, fault: Name, object: String) {
        self.tell(Fact::Struck { fault, object });
    }

    /// Whether a fault strikes a call, whose probability is one of those that cover it.
    fn strikes(&mut self, purpose: Purpose, call: (&str, &str), probability: impl Fn(&CallFaults) -> f64) -> bool {
        let elapsed = self.elapsed();
        let Self { faults, dice, .. } = self;
        let mut covering = faults.calls.iter().filter(|faults| faults.covers(call.0, call.1, elapsed));
        covering.any(|faults| dice.chance(purpose, probability(faults)))
    }

    fn strikes_call(
        &mut self,
        name: Name,
        purpose: Purpose,
        call: (&str, &str),
        probability: impl Fn(&CallFaults) -> f64,
    ) -> bool {
        let strikes = self.strikes(purpose, call, probability);
        if strikes {
            self.struck(name, format!("{}.{}", call.0, call.1));
        }
        strikes
    }

    /// What becomes of a call that begins now.
    pub fn fate(&mut self, call: (&str, &str)) -> Fate {
        let mut lost =
            |name, purpose, probability: fn(&CallFaults) -> f64| self.strikes_call(name, purpose, call, probability);
        let request_times_out = lost("time-out before", Purpose::TimeOutBefore, |faults| faults.time_out_before);
        let request_is_reset = lost("reset before", Purpose::ResetBefore, |faults| faults.reset_before);
        let answer_times_out = lost("time-out after", Purpose::TimeOutAfter, |faults| faults.time_out_after);
        let answer_is_reset = lost("reset after", Purpose::ResetAfter, |faults| faults.reset_after);
        Fate { request: loss(request_times_out, request_is_reset), answer: loss(answer_times_out, answer_is_reset) }
    }

    /// The time from a request to its answer.
    pub fn latency(&mut self, call: (&str, &str)) -> Duration {
        let elapsed = self.elapsed();
        let covering = self.faults.calls.iter().filter(|faults| faults.covers(call.0, call.1, elapsed));
        let factor = covering.map(|faults| faults.latency_factor).max().unwrap_or(1).max(1);
        self.dice.duration(Purpose::ApiLatency, self.params.api_latency).saturating_mul(factor)
    }

    /// The error with which AWS answers whatever is asked, where it does.
    pub fn refusal(&mut self, call: (&str, &str)) -> Option<Fault> {
        if self.strikes_call("server error", Purpose::ServerError, call, |faults| faults.server_error) {
            let second = self.dice.below(Purpose::ServerError, 2) == 1;
            return Some(server_error(call.0, second));
        }
        let denied = self.strikes_call("access denied", Purpose::AccessDenied, call, |faults| faults.access_denied);
        denied.then(|| access_denied(call))
    }

    /// How old the state may be that a call is to be answered with, where it is not the present one.
    pub fn staleness(&mut self, call: (&str, &str)) -> Option<Duration> {
        let elapsed = self.elapsed();
        let Self { faults, dice, .. } = self;
        let mut covering = faults.calls.iter().filter(|faults| faults.covers(call.0, call.1, elapsed));
        let found = covering.find(|faults| dice.chance(Purpose::Stale, faults.stale))?;
        let age = Duration::from_secs(found.stale_seconds);
        self.struck("stale answer", format!("{}.{}", call.0, call.1));
        Some(age)
    }

    /// Whether an entry of `UpdateContainerInstancesState` fails although there is nothing wrong with it.
    pub fn fails_update(&mut self, entry: &str) -> bool {
        let call = ("ecs", "UpdateContainerInstancesState");
        let strikes = self.strikes(Purpose::UpdateEntry, call, |faults| faults.entry_failure);
        if strikes {
            self.struck("failures[] of ECS", entry.to_owned());
        }
        strikes
    }

    /// Whether an event that is delivered at best effort gets lost.
    pub fn loses_event(&mut self, kind: &str) -> bool {
        let loss = self.faults.events.loss;
        let lost = self.faults.events.window.contains(self.elapsed()) && self.dice.chance(Purpose::EventLoss, loss);
        if lost {
            self.struck("event lost", kind.to_owned());
        }
        lost
    }

    /// How long each delivery of an event to a target takes on top of the usual: one or two.
    pub fn deliveries(&mut self, kind: &str) -> Vec<Duration> {
        let events = &self.faults.events;
        if !events.window.contains(self.elapsed()) {
            return vec![Duration::ZERO];
        }
        let (delayed, duplicate) = (events.delayed, events.duplicate);
        let spread = Spread::millis(events.delay_min_millis, events.delay_max_millis);
        let count = if self.dice.chance(Purpose::EventDuplicate, duplicate) { 2 } else { 1 };
        if count > 1 {
            self.struck("event doubled", kind.to_owned());
        }
        let delays: Vec<Duration> = (0..count).map(|_| self.delay(delayed, spread)).collect();
        if delays.iter().any(|delay| !delay.is_zero()) {
            self.struck("event delayed", kind.to_owned());
        }
        delays
    }

    fn delay(&mut self, probability: f64, spread: Spread) -> Duration {
        match self.dice.chance(Purpose::EventDelay, probability) {
            true => self.dice.duration(Purpose::EventDelay, spread),
            false => Duration::ZERO,
        }
    }

    /// After which time a message that is being received is received again, although it is hidden.
    pub fn redelivery(&mut self) -> Option<Duration> {
        let redelivery = self.faults.queues.redelivery;
        let strikes =
            self.faults.queues.window.contains(self.elapsed()) && self.dice.chance(Purpose::Redelivery, redelivery);
        if strikes {
            self.struck("message redelivered", String::new());
        }
        strikes.then(|| self.dice.duration(Purpose::Redelivery, REDELIVERY))
    }

    /// Whether messages are received in another order than they were sent in.
    pub fn shuffles(&mut self) -> bool {
        let shuffle = self.faults.queues.shuffle;
        let strikes = self.faults.queues.window.contains(self.elapsed()) && self.dice.chance(Purpose::Shuffle, shuffle);
        if strikes {
            self.struck("messages reordered", String::new());
        }
        strikes
    }

    /// Whether an entry of a batch fails by SQS's fault.
    pub fn fails_entry(&mut self) -> bool {
        let failure = self.faults.queues.entry_failure;
        let strikes =
            self.faults.queues.window.contains(self.elapsed()) && self.dice.chance(Purpose::BatchEntry, failure);
        if strikes {
            self.struck("entry of SQS failed", String::new());
        }
        strikes
    }

    /// Whether the metadata service does not answer as it should.
    pub fn fails_metadata(&mut self) -> bool {
        let imds = &self.faults.imds;
        let unavailable = imds.unavailable;
        imds.window.contains(self.elapsed()) && self.dice.chance(Purpose::Imds, unavailable)
    }
}

const fn loss(times_out: bool, is_reset: bool) -> Option<Loss> {
    match (times_out, is_reset) {
        (true, _) => Some(Loss::TimedOut),
        (false, true) => Some(Loss::Reset),
        (false, false) => None,
    }
}

/// One of the two ways in which a service says that it is its own fault (the "Errors" of each API reference).
fn server_error(service: &str, second: bool) -> Fault {
    let server = |code: &'static str, status: u16, message: &str| Fault { status, ..Fault::sender(code, message) };
    match (service, second) {
        ("ecs", _) => server("ServerException", 500, "Service Unavailable. Please try again later."),
        ("events", _) => server("InternalException", 500, "This exception occurs due to unexpected causes."),
        ("autoscaling", true) => {
            server("ResourceContention", 500, "You already have a pending update to an Auto Scaling resource.")
        }
        (_, true) => server("ServiceUnavailable", 503, "The request has failed due to a temporary failure."),
        (_, false) => server("InternalFailure", 500, "We encountered an internal error. Please try again."),
    }
}

fn access_denied((service, action): (&str, &str)) -> Fault {
    let message = format!("User is not authorized to perform: {service}:{action}");
    match service {
        "autoscaling" | "elasticloadbalancing" => Fault { status: 403, ..Fault::sender("AccessDenied", message) },
        "sqs" => {
            Fault { status: 403, ..Fault::sender("AccessDeniedException", message) }.with_query_code("AccessDenied")
        }
        _ => Fault::sender("AccessDeniedException", message),
    }
}

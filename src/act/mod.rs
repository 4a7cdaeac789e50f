//! Carries steps out: a step becomes one call, or a few where AWS refuses a batch as a whole.
//!
//! The only room that changes anything in ECS or Auto Scaling. It decides nothing: it says what came of each object, and
//! planning goes on from there.

mod detach;
mod drain;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use detach::detach;
pub use drain::drain;

use crate::aws::{Clients, Failure};
use crate::clock::Clock;
use crate::ids::ClusterKey;
use crate::observe::Address;
use crate::observe::Observation;
use crate::plan::CaseId;

/// What it takes to carry out a step.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The way to AWS.
    pub clients: Clients,
    /// Where the clusters are.
    pub addresses: Arc<BTreeMap<ClusterKey, Address>>,
    /// The time.
    pub clock: Clock,
}

/// What came of a step.
#[derive(Debug, Default)]
pub struct Answers {
    /// For each case, AWS's name for the request that was accepted, or why it was not.
    pub cases: Vec<(CaseId, Result<Option<String>, Failure>)>,
    /// What the answers showed of the objects.
    pub seen: Vec<Observation>,
}

impl Answers {
    fn absorb(&mut self, other: Self) {
        self.cases.extend(other.cases);
        self.seen.extend(other.seen);
    }
}

/// One line for each call that changes something: who did what to which object, and what came of it.
fn log_call(action: &'static str, target: &str, objects: &[&str], result: Result<Option<&str>, &Failure>) {
    let objects = objects.join(",");
    match result {
        Ok(request_id) => tracing::info!(
            event = "aws.call",
            action,
            target,
            objects,
            result = "ok",
            request_id,
            "{action} accepted for {objects}"
        ),
        Err(failure) => tracing::warn!(
            event = "aws.call",
            action,
            target,
            objects,
            result = "failed",
            request_id = failure.request_id,
            error = %failure,
            remedy = failure.remedy(),
            "{failure}"
        ),
    }
}

//! Carries calls out: one call, or a few where AWS refuses a batch as a whole.
//!
//! The only room that changes anything in ECS, Auto Scaling or Elastic Load Balancing. It decides nothing: it says what came
//! of each object, and planning goes on from there.

mod attach;
mod base;
mod deregister;
mod drain;
mod give_back;
mod hook;
mod launch;
mod leave;
mod mark;
mod replace;
mod stop;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::aws::gate::NotSent;
use crate::aws::{Class, Clients, Failure};
use crate::clock::Clock;
use crate::ids::{ClusterKey, GroupKey, InstanceId};
use crate::observe::Address;
use crate::observe::Observation;
use crate::plan::{Call, CaseId, Deed};

/// What it takes to carry out a call.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The way to AWS.
    pub clients: Clients,
    /// Where the clusters are.
    pub addresses: Arc<BTreeMap<ClusterKey, Address>>,
    /// The time.
    pub clock: Clock,
}

/// What came of a call for one case.
#[derive(Debug)]
pub struct Answer {
    /// The case.
    pub case: CaseId,
    /// What was to be done for it.
    pub deed: Deed,
    /// AWS's name for the request that was accepted, or why it was not.
    pub result: Result<Option<String>, Failure>,
}

/// What came of a call.
#[derive(Debug, Default)]
pub struct Answers {
    /// For each case.
    pub cases: Vec<Answer>,
    /// What the answers showed of the objects.
    pub seen: Vec<Observation>,
    /// The instances that were launched for cases.
    pub launched: Vec<(CaseId, InstanceId)>,
    /// The groups and zones that had no capacity to give.
    pub without_capacity: Vec<(GroupKey, Arc<str>)>,
    /// When the call left; `None`: it did not.
    pub left_at: Option<Timestamp>,
    /// For each group whose On-Demand base, or the note of it, was to be changed: the request that was accepted, or why not.
    pub bases: Vec<(GroupKey, Result<Option<String>, Failure>)>,
}

impl Answers {
    fn absorb(&mut self, other: Self) {
        self.cases.extend(other.cases);
        self.seen.extend(other.seen);
        self.launched.extend(other.launched);
        self.without_capacity.extend(other.without_capacity);
        self.bases.extend(other.bases);
    }
}

/// Carries `call` out.
pub async fn carry_out(actor: &Actor, call: &Call) -> Answers {
    match call {
        Call::Replace { way, group, instances, .. } => replace::replace(actor, *way, group, instances).await,
        Call::Drain { cluster, instances } => drain::drain(actor, cluster, instances).await,
        Call::Activate { cluster, instances } => drain::activate(actor, cluster, instances).await,
        Call::Mark { cluster, marks } => mark::mark(actor, cluster, marks).await,
        Call::Launch { deed, group, case, zone, token, .. } => {
            launch::launch(actor, (case, deed), group, zone, token).await
        }
        Call::GiveBack { way, group, case, instance } => give_back::give_back(actor, *way, group, case, instance).await,
        Call::Attach { group, case, instance } => attach::attach(actor, group, case, instance).await,
        Call::Deregister { cluster, group, targets } => deregister::deregister(actor, cluster, group, targets).await,
        Call::Stop { cluster, stopped } => stop::stop(actor, cluster, stopped).await,
        Call::Complete { group, held } => hook::complete(actor, group, held).await,
        Call::Heartbeat { group, held } => hook::heartbeat(actor, group, held).await,
        Call::SetBase { group, note } => base::set(actor, group, note).await,
        Call::ForgetBase { group } => base::forget(actor, group).await,
    }
}

/// What came of `call`, which the gate held back.
pub fn held_back(call: &Call, why: NotSent) -> Answers {
    let (action, place) = match call {
        Call::Replace { way, group, .. } => (leave::action(*way), group.to_string()),
        Call::Drain { cluster, .. } => (drain::ACTION, cluster.to_string()),
        Call::Mark { cluster, .. } => (mark::ACTION, cluster.to_string()),
        // No other call gathers before the gate.
        _ => return Answers::default(),
    };
    let failure = Failure::not_sent(action, why);
    let deeds = call.deeds();
    let instances: Vec<&str> = deeds.iter().map(|(case, _)| case.instance.as_str()).collect();
    log_call(action, &place, &instances, Err(&failure));
    let answer = |(case, deed): (CaseId, Deed)| Answer { case, deed, result: Err(failure.clone()) };
    Answers { cases: deeds.into_iter().map(answer).collect(), ..Answers::default() }
}

/// A batch that was refused as a whole, in two: what is wrong with one object must not hold the others up.
fn halves<'a, T>(failure: &Failure, batch: &'a [T]) -> Option<[&'a [T]; 2]> {
    let (first, second) = batch.split_at(batch.len() / 2);
    (failure.class == Class::Invalid && batch.len() > 1).then_some([first, second])
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

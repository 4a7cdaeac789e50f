//! What happens in the world, in words: one line an event, for transcripts that people read and machines compare.

use jiff::Timestamp;
use serde::Serialize;

use super::fact::{Fact, Gone, Host};
use super::journal::CallRecord;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Happening {
    /// When.
    pub at: Timestamp,
    /// What, as `instance.gone` or `ecs.ListTasks`.
    pub event: String,
    /// What it happened to.
    pub object: String,
    /// The rest, in words.
    pub detail: String,
    /// Whether it is a call to the API.
    pub call: bool,
}

/// Somebody who hears of everything that happens.
pub type Listener = Box<dyn Fn(&Happening) + Send + Sync>;

/// A call, in words.
pub fn of_call(at: Timestamp, call: &CallRecord) -> Happening {
    let event = format!("{}.{}", call.service, call.action);
    let detail = call.error.unwrap_or("ok").to_owned();
    Happening { at, event, object: call.caller.clone(), detail, call: true }
}

/// A fact, in words.
pub fn of_fact(at: Timestamp, fact: &Fact) -> Happening {
    let (event, object, detail) = words(fact);
    Happening { at, event: event.to_owned(), object, detail, call: false }
}

fn words(fact: &Fact) -> (&'static str, String, String) {
    match fact {
        Fact::InstanceRunning(host) => ("instance.running", host.id.clone(), place(host)),
        Fact::InterruptionNotice { host, action, deadline } => {
            ("spot.notice", host.id.clone(), format!("{action:?} at {deadline}, {}", place(host)))
        }
        Fact::ReclaimCancelled { instance } => ("spot.cancelled", instance.clone(), String::new()),
        Fact::InstanceGone { host, how: Gone::Terminated } => ("instance.gone", host.id.clone(), place(host)),
        Fact::InstanceGone { host, how: Gone::Stopped } => ("instance.stopped", host.id.clone(), place(host)),
        Fact::InstanceTerminated { instance } => ("instance.terminated", instance.clone(), String::new()),
        Fact::GroupLaunched { group, instance, replaces } => {
            let place = replaces.as_ref().map(|old| format!(" in the place of {old}")).unwrap_or_default();
            ("group.launched", instance.clone(), format!("{group}{place}"))
        }
        Fact::LeftGroup { group, instance } => ("group.left", instance.clone(), group.clone()),
        Fact::ContainerInstanceRegistered { host, provider } => {
            ("ecs.registered", host.id.clone(), provider.clone().unwrap_or_default())
        }
        Fact::ContainerInstanceStatus { instance, status } => ("ecs.status", instance.clone(), (*status).to_owned()),
        _ => of_task(fact),
    }
}

fn of_task(fact: &Fact) -> (&'static str, String, String) {
    match fact {
        Fact::TaskPlaced { task, instance } => ("task.placed", short(task), instance.clone()),
        Fact::TaskRunning { task, instance, .. } => ("task.running", short(task), instance.clone()),
        Fact::TaskSignalled { task, instance } => ("task.sigterm", short(task), instance.clone()),
        Fact::TaskStopped { task, instance, reason } => ("task.stopped", short(task), format!("{instance}, {reason}")),
        Fact::PlacementFailed { service } => ("service.no_place", service.clone(), String::new()),
        other => ("other", String::new(), format!("{other:?}")),
    }
}

fn place(host: &Host) -> String {
    format!("{} in {}", host.instance_type, host.zone)
}

/// The part of a task's ARN that tells it from others.
fn short(arn: &str) -> String {
    let id = arn.rsplit('/').next().unwrap_or(arn);
    id.chars().take(12).collect()
}

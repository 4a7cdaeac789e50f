//! What happens in the world, in words: one line an event, for transcripts that people read and machines compare.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::journal::CallRecord;
use crate::sim::kernel::{Drained, Fact, Host, LifecycleNotice};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Happening {
    /// When.
    pub at: Timestamp,
    /// Who did it: the access key of a caller, or `aws`.
    pub by: String,
    /// What, as `instance.gone` or `ecs.ListTasks`.
    pub event: String,
    /// What it happened to.
    pub object: String,
    /// The rest, in words.
    pub detail: String,
    /// The rest, field by field.
    pub data: Value,
    /// Whether it is a call to the API.
    pub call: bool,
}

/// Somebody who hears of everything that happens.
pub type Listener = Box<dyn Fn(&Happening) + Send + Sync>;

/// A call, in words.
pub fn of_call(at: Timestamp, call: &CallRecord) -> Happening {
    let event = format!("{}.{}", call.service, call.action);
    let (object, data) = (call.caller.clone(), json!({"error": call.error}));
    Happening { at, by: object.clone(), event, object, detail: call.error.unwrap_or("ok").to_owned(), data, call: true }
}

/// A fact, in words; `None` where it is only between services.
pub fn of_fact(at: Timestamp, by: &str, fact: &Fact) -> Option<Happening> {
    let Said { event, object, detail, data } = said(fact)?;
    Some(Happening { at, by: by.to_owned(), event: event.to_owned(), object, detail, data, call: false })
}

struct Said {
    event: &'static str,
    object: String,
    detail: String,
    data: Value,
}

fn say(event: &'static str, object: &str, detail: impl Into<String>, data: Value) -> Option<Said> {
    Some(Said { event, object: object.to_owned(), detail: detail.into(), data })
}

fn said(fact: &Fact) -> Option<Said> {
    match fact {
        Fact::InstanceLaunched(host) => say("instance.launched", &host.id, place(host), of_host(host)),
        Fact::InstanceRunning(host) => say("instance.running", &host.id, place(host), of_host(host)),
        Fact::InstanceGone { host, how, reclaimed, announced } => {
            let detail = format!("{how:?}, {}", place(host));
            let data = json!({
                "how": how, "reclaimed": reclaimed, "announced": announced, "group": host.group, "cluster": host.cluster,
            });
            say("instance.gone", &host.id, detail, data)
        }
        Fact::InstanceStopped(host) => say("instance.stopped", &host.id, place(host), of_host(host)),
        Fact::InstanceTerminated(host) => say("instance.terminated", &host.id, place(host), of_host(host)),
        Fact::Struck { fault, object } => say("fault", object, *fault, json!({"fault": fault})),
        Fact::CapacityWanted { .. }
        | Fact::ProtectionWanted { .. }
        | Fact::DrainingHookWanted { .. }
        | Fact::LifecycleDone(_)
        | Fact::TargetWanted(_)
        | Fact::TargetUnwanted { .. }
        | Fact::TargetRegistered(_)
        | Fact::Event(_)
        | Fact::Notified { .. } => None,
        fact => of_spot(fact).or_else(|| of_group(fact)).or_else(|| of_cluster(fact)).or_else(|| of_message(fact)),
    }
}

fn of_spot(fact: &Fact) -> Option<Said> {
    match fact {
        Fact::RebalanceRecommended(host) => say("spot.recommended", &host.id, place(host), of_host(host)),
        Fact::MaintenanceScheduled { host, not_before } => {
            let detail = format!("retired at {not_before}, {}", place(host));
            say("health.maintenance", &host.id, detail, of_host(host))
        }
        Fact::InterruptionNotice { host, action, deadline, situation } => {
            let detail = format!("{action:?} at {deadline}, {}, {situation}", place(host));
            let data = json!({
                "action": action, "deadline": deadline, "group": host.group, "cluster": host.cluster,
                "situation": situation,
            });
            say("spot.notice", &host.id, detail, data)
        }
        Fact::ReclaimCancelled { instance } => say("spot.cancelled", instance, "", json!({})),
        Fact::PoolCapacity { instance_type, zone, capacity } => {
            let detail = capacity.map_or_else(|| "no limit".to_owned(), |capacity| format!("holds {capacity}"));
            say("spot.pool", &format!("{instance_type} in {zone}"), detail, json!({"capacity": capacity}))
        }
        Fact::FargateInterrupted { task, deadline } => {
            say("fargate.notice", &short(task), format!("until {deadline}"), json!({"deadline": deadline}))
        }
        _ => None,
    }
}

fn of_group(fact: &Fact) -> Option<Said> {
    match fact {
        Fact::GroupLaunched { group, instance, replaces } => {
            let place = replaces.as_ref().map(|old| format!(" in the place of {old}")).unwrap_or_default();
            let data = json!({"group": group, "replaces": replaces});
            say("group.launched", instance, format!("{group}{place}"), data)
        }
        Fact::LaunchFailed { group, instance_type, zone } => {
            say("group.launch_failed", group, format!("{instance_type} in {zone}"), json!({"zone": zone}))
        }
        Fact::DesiredChanged { group, from, to } => {
            say("group.desired", group, format!("{from} to {to}"), json!({"from": from, "to": to}))
        }
        Fact::BaseChanged { group, from, to } => {
            say("group.on_demand_base", group, format!("{from} to {to}"), json!({"from": from, "to": to}))
        }
        Fact::MemberState { group, instance, state } => {
            say("group.member", instance, format!("{state} in {group}"), json!({"group": group, "state": state}))
        }
        Fact::LeftGroup { group, instance, how } => {
            say("group.left", instance, format!("{group}, {how:?}"), json!({"group": group, "how": how}))
        }
        Fact::LifecycleWaits(notice) => say("hook.waits", &notice.instance, at_hook(notice), json!(notice)),
        Fact::LifecycleEnded { at, result, timed_out } => {
            let how = if *timed_out { ", nobody answered" } else { "" };
            let data = json!({
                "group": at.group, "hook": at.hook, "launching": at.launching, "result": result.name(),
                "timedOut": timed_out,
            });
            say("hook.ended", &at.instance, format!("{}: {}{how}", at_hook(at), result.name()), data)
        }
        _ => None,
    }
}

fn of_cluster(fact: &Fact) -> Option<Said> {
    match fact {
        Fact::ContainerInstanceRegistered { host, cluster, provider } => {
            let detail = provider.clone().unwrap_or_default();
            say("ecs.registered", &host.id, detail, json!({"cluster": cluster, "provider": provider}))
        }
        Fact::ContainerInstanceStatus { instance, cluster, status } => {
            say("ecs.status", instance, *status, json!({"cluster": cluster, "status": status}))
        }
        Fact::TaskPlaced { task, instance } => say("task.placed", &short(task), instance, on(instance)),
        Fact::TaskRunning { task, instance, service, stop_timeout } => {
            let data = json!({"instance": instance, "service": service, "stopTimeout": stop_timeout.as_secs_f64()});
            say("task.running", &short(task), instance, data)
        }
        Fact::TaskStopping { task, instance } => say("task.stopping", &short(task), instance, on(instance)),
        Fact::TaskSignalled { task, instance, target } => {
            say("task.sigterm", &short(task), instance, signalled(instance, *target))
        }
        Fact::TargetDraining(target) => {
            let data = json!({"group": target.group, "port": target.port});
            say("target.draining", &target.instance, format!("port {}", target.port), data)
        }
        Fact::TaskStopped { task, instance, reason } => {
            let detail = if instance.is_empty() { reason.clone() } else { format!("{instance}, {reason}") };
            say("task.stopped", &short(task), detail, on(instance))
        }
        Fact::PlacementFailed { cluster, service } => {
            say("service.no_place", service, cluster, json!({"cluster": cluster}))
        }
        _ => None,
    }
}

fn of_message(fact: &Fact) -> Option<Said> {
    match fact {
        Fact::MessageSent { queue, message, kind, subject } => {
            let data = json!({"queue": queue, "message": message, "kind": kind});
            say("queue.sent", subject, format!("{kind} to {queue}"), data)
        }
        Fact::MessageDeleted { queue, message, subject } => {
            say("queue.deleted", subject, queue, json!({"queue": queue, "message": message}))
        }
        Fact::MessageDead { queue, message, subject } => {
            say("queue.dead", subject, queue, json!({"queue": queue, "message": message}))
        }
        _ => None,
    }
}

fn of_host(host: &Host) -> Value {
    json!({"group": host.group, "cluster": host.cluster, "spot": host.spot})
}

fn on(instance: &str) -> Value {
    json!({"instance": instance})
}

/// Of a task that is a target: for how many seconds that had drained, or `null`.
fn signalled(instance: &str, target: Option<Drained>) -> Value {
    match target {
        None => on(instance),
        Some(Drained::Not) => json!({"instance": instance, "drainedFor": null}),
        Some(Drained::For(time)) => json!({"instance": instance, "drainedFor": time.as_secs_f64()}),
    }
}

fn place(host: &Host) -> String {
    format!("{} in {}", host.instance_type, host.zone)
}

fn at_hook(notice: &LifecycleNotice) -> String {
    format!("{} of {}", notice.hook, notice.group)
}

/// The part of a task's id that tells it from others.
fn short(id: &str) -> String {
    id.chars().take(12).collect()
}

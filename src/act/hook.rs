//! `CompleteLifecycleAction` and `RecordLifecycleActionHeartbeat`: a held instance goes on, or waits longer.

use aws_sdk_autoscaling::operation::RequestId;

use super::{Actor, Answer, Answers, log_call};
use crate::aws::{Failure, RegionClients};
use crate::ids::GroupKey;
use crate::plan::{Deed, Held};

const COMPLETE: &str = "autoscaling:CompleteLifecycleAction";
const HEARTBEAT: &str = "autoscaling:RecordLifecycleActionHeartbeat";

/// Lets a held instance go on. Where it does not wait any more, that is done.
pub async fn complete(actor: &Actor, group: &GroupKey, held: &Held) -> Answers {
    let result = match actor.clients.of(&group.region, COMPLETE) {
        Ok(clients) => go_on(clients, group, held).await,
        Err(failure) => Err(failure),
    };
    answered(COMPLETE, group, held, Deed::Complete(held.hook.clone()), result)
}

async fn go_on(clients: &RegionClients, group: &GroupKey, held: &Held) -> Result<Option<String>, Failure> {
    let call = clients.autoscaling.complete_lifecycle_action().auto_scaling_group_name(&*group.name);
    let call = call.lifecycle_hook_name(&*held.hook).instance_id(held.instance.as_str());
    let answer = call.lifecycle_action_result("CONTINUE").send().await;
    let answer = answer.map_err(|error| Failure::of(COMPLETE, &error))?;
    Ok(answer.request_id().map(str::to_owned))
}

/// Keeps a held instance waiting.
pub async fn heartbeat(actor: &Actor, group: &GroupKey, held: &Held) -> Answers {
    let result = match actor.clients.of(&group.region, HEARTBEAT) {
        Ok(clients) => wait_on(clients, group, held).await,
        Err(failure) => Err(failure),
    };
    answered(HEARTBEAT, group, held, Deed::Heartbeat(held.hook.clone()), result)
}

async fn wait_on(clients: &RegionClients, group: &GroupKey, held: &Held) -> Result<Option<String>, Failure> {
    let call = clients.autoscaling.record_lifecycle_action_heartbeat().auto_scaling_group_name(&*group.name);
    let call = call.lifecycle_hook_name(&*held.hook).instance_id(held.instance.as_str());
    let answer = call.send().await.map_err(|error| Failure::of(HEARTBEAT, &error))?;
    Ok(answer.request_id().map(str::to_owned))
}

fn answered(
    action: &'static str,
    group: &GroupKey,
    held: &Held,
    deed: Deed,
    result: Result<Option<String>, Failure>,
) -> Answers {
    log_call(action, &group.name, &[held.instance.as_str()], result.as_ref().map(Option::as_deref));
    // Somebody else has completed it, its time is over, or the instance is gone.
    let result = match result {
        Err(failure) if failure.is_said("No active Lifecycle Action found") => Ok(None),
        other => other,
    };
    Answers { cases: vec![Answer { case: held.case.clone(), deed, result }], ..Answers::default() }
}

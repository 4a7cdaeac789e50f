//! `StopTask`: ECS sends SIGTERM at once, and SIGKILL when the stopTimeout is over.

use aws_sdk_ecs::operation::RequestId;

use super::{Actor, Answer, Answers, log_call};
use crate::aws::Failure;
use crate::ids::ClusterKey;
use crate::plan::{Deed, Stopped};

const ACTION: &str = "ecs:StopTask";

/// Shown as the task's `stoppedReason`, so that whoever looks at it learns why.
const REASON: &str = "ecs-spot-operator: its container instance is about to go";

/// Stops a task.
pub async fn stop(actor: &Actor, cluster: &ClusterKey, stopped: &Stopped) -> Answers {
    let result = call(actor, cluster, stopped).await;
    let deed = Deed::Stop(stopped.task.clone());
    Answers { cases: vec![Answer { case: stopped.case.clone(), deed, result }], ..Answers::default() }
}

async fn call(actor: &Actor, cluster: &ClusterKey, stopped: &Stopped) -> Result<Option<String>, Failure> {
    let address = actor.addresses.get(cluster).ok_or_else(|| Failure::unaddressed(ACTION, cluster.as_str()))?;
    let clients = actor.clients.of(&address.region, ACTION)?;
    let call = clients.ecs.stop_task().cluster(&*address.cluster).task(stopped.task.as_str()).reason(REASON);
    let result = call.send().await.map_err(|error| Failure::of(ACTION, &error));
    let result = result.map(|answer| answer.request_id().map(str::to_owned));
    log_call(ACTION, &address.cluster, &[stopped.task.as_str()], result.as_ref().map(Option::as_deref));
    result
}

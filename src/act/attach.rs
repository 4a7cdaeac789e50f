//! `AttachInstances`: an instance that its group had let go of is one of it again.

use aws_sdk_autoscaling::operation::RequestId;

use super::{Actor, Answer, Answers, log_call};
use crate::aws::Failure;
use crate::ids::{GroupKey, InstanceId};
use crate::plan::{CaseId, Deed};

const ACTION: &str = "autoscaling:AttachInstances";

/// Makes `instance` a member of `group`, which wants one more then.
pub async fn attach(actor: &Actor, group: &GroupKey, case: &CaseId, instance: &InstanceId) -> Answers {
    let result = call(actor, group, instance).await;
    log_call(ACTION, &group.name, &[instance.as_str()], result.as_ref().map(Option::as_deref));
    Answers { cases: vec![Answer { case: case.clone(), deed: Deed::Attach, result }], ..Answers::default() }
}

async fn call(actor: &Actor, group: &GroupKey, instance: &InstanceId) -> Result<Option<String>, Failure> {
    let clients = actor.clients.of(&group.region, ACTION)?;
    let call = clients.autoscaling.attach_instances().auto_scaling_group_name(&*group.name);
    let answer = call.instance_ids(instance.as_str()).send().await.map_err(|error| Failure::of(ACTION, &error))?;
    Ok(answer.request_id().map(str::to_owned))
}

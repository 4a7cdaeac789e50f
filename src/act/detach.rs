//! `DetachInstances` without decrement: the group lets go of the instances and launches replacements at once.

use aws_sdk_autoscaling::operation::RequestId;

use super::{Actor, Answer, Answers, log_call};
use crate::aws::{Class, Failure};
use crate::ids::{GroupKey, InstanceId};
use crate::observe::Observation;
use crate::plan::{CaseId, Deed};

const ACTION: &str = "autoscaling:DetachInstances";

/// Detaches `instances` from `group`.
///
/// Auto Scaling refuses a batch as a whole when one instance is in the wrong state, so a refused batch is halved until the
/// culprits stand alone.
pub async fn detach(actor: &Actor, group: &GroupKey, instances: &[(CaseId, InstanceId)]) -> Answers {
    let mut answers = Answers::default();
    let mut batches = vec![instances];
    while let Some(batch) = batches.pop() {
        match call(actor, group, batch).await {
            Err(failure) if failure.class == Class::Invalid && batch.len() > 1 => {
                let (first, second) = batch.split_at(batch.len() / 2);
                batches.extend([second, first]);
            }
            result => answers.absorb(answer(group, batch, result)),
        }
    }
    answers
}

fn answer(group: &GroupKey, batch: &[(CaseId, InstanceId)], result: Result<Option<String>, Failure>) -> Answers {
    let detached = || Observation::Detached {
        group: group.clone(),
        instances: batch.iter().map(|(_, instance)| instance.clone()).collect(),
    };
    let seen = result.iter().map(|_| detached()).collect();
    let answer = |case: &CaseId| Answer { case: case.clone(), deed: Deed::Detach, result: result.clone() };
    Answers { cases: batch.iter().map(|(case, _)| answer(case)).collect(), seen }
}

async fn call(actor: &Actor, group: &GroupKey, batch: &[(CaseId, InstanceId)]) -> Result<Option<String>, Failure> {
    let clients = actor.clients.of(&group.region, ACTION)?;
    let ids: Vec<&str> = batch.iter().map(|(_, instance)| instance.as_str()).collect();
    let call = clients
        .autoscaling
        .detach_instances()
        .auto_scaling_group_name(&*group.name)
        .should_decrement_desired_capacity(false)
        .set_instance_ids(Some(ids.iter().map(ToString::to_string).collect()));
    let result = call.send().await.map_err(|error| Failure::of(ACTION, &error));
    let result = result.map(|answer| answer.request_id().map(str::to_owned));
    log_call(ACTION, &group.name, &ids, result.as_ref().map(Option::as_deref));
    result
}

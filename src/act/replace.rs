//! `DetachInstances` and `TerminateInstanceInAutoScalingGroup`, without decrement: the group loses the instances and launches
//! replacements at once.

use aws_sdk_autoscaling::operation::RequestId;

use super::{Actor, Answer, Answers, log_call};
use crate::aws::{Class, Failure, RegionClients};
use crate::ids::{GroupKey, InstanceId};
use crate::observe::Observation;
use crate::plan::{CaseId, Way};

const DETACH: &str = "autoscaling:DetachInstances";
const TERMINATE: &str = "autoscaling:TerminateInstanceInAutoScalingGroup";

/// Makes `group` lose `instances`.
///
/// Auto Scaling refuses a batch as a whole when one instance is in the wrong state, so a refused batch is halved until the
/// culprits stand alone.
pub async fn replace(actor: &Actor, way: Way, group: &GroupKey, instances: &[(CaseId, InstanceId)]) -> Answers {
    let mut answers = Answers::default();
    let mut batches = vec![instances];
    while let Some(batch) = batches.pop() {
        match call(actor, way, group, batch).await {
            Err(failure) if failure.class == Class::Invalid && batch.len() > 1 => {
                let (first, second) = batch.split_at(batch.len() / 2);
                batches.extend([second, first]);
            }
            result => answers.absorb(answer(way, group, batch, result)),
        }
    }
    answers
}

fn answer(
    way: Way,
    group: &GroupKey,
    batch: &[(CaseId, InstanceId)],
    result: Result<Option<String>, Failure>,
) -> Answers {
    let left = || Observation::Leaving {
        group: group.clone(),
        instances: batch.iter().map(|(_, instance)| instance.clone()).collect(),
        state: match way {
            Way::Detach => "Detaching",
            Way::Terminate => "Terminating",
        },
    };
    let seen = result.iter().map(|_| left()).collect();
    let answer = |case: &CaseId| Answer { case: case.clone(), deed: way.deed(), result: result.clone() };
    Answers { cases: batch.iter().map(|(case, _)| answer(case)).collect(), seen, ..Answers::default() }
}

async fn call(
    actor: &Actor,
    way: Way,
    group: &GroupKey,
    batch: &[(CaseId, InstanceId)],
) -> Result<Option<String>, Failure> {
    let (action, ids) = (action(way), batch.iter().map(|(_, instance)| instance.to_string()).collect::<Vec<_>>());
    let clients = actor.clients.of(&group.region, action)?;
    let result = match way {
        Way::Detach => detach(clients, group, &ids).await,
        Way::Terminate => terminate(clients, group, &ids).await,
    };
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    log_call(action, &group.name, &ids, result.as_ref().map(Option::as_deref));
    result
}

const fn action(way: Way) -> &'static str {
    match way {
        Way::Detach => DETACH,
        Way::Terminate => TERMINATE,
    }
}

async fn detach(clients: &RegionClients, group: &GroupKey, ids: &[String]) -> Result<Option<String>, Failure> {
    let call = clients.autoscaling.detach_instances().auto_scaling_group_name(&*group.name);
    let call = call.should_decrement_desired_capacity(false).set_instance_ids(Some(ids.to_vec()));
    let answer = call.send().await.map_err(|error| Failure::of(DETACH, &error))?;
    Ok(answer.request_id().map(str::to_owned))
}

/// One instance is named in the form that everything that speaks Auto Scaling knows.
async fn terminate(clients: &RegionClients, group: &GroupKey, ids: &[String]) -> Result<Option<String>, Failure> {
    let call = clients.autoscaling.terminate_instance_in_auto_scaling_group().should_decrement_desired_capacity(false);
    let call = match ids {
        [one] => call.instance_id(one),
        many => call.auto_scaling_group_name(&*group.name).set_instance_ids(Some(many.to_vec())),
    };
    let answer = call.send().await.map_err(|error| Failure::of(TERMINATE, &error))?;
    Ok(answer.request_id().map(str::to_owned))
}

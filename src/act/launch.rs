//! `LaunchInstances`: one more instance for a group, now, or the reason why there is none.

use std::sync::Arc;

use aws_sdk_autoscaling::operation::RequestId;
use aws_sdk_autoscaling::operation::launch_instances::LaunchInstancesOutput;

use super::{Actor, Answer, Answers, log_call};
use crate::aws::{Class, Failure};
use crate::ids::{GroupKey, InstanceId};
use crate::plan::{CaseId, Deed};

const ACTION: &str = "autoscaling:LaunchInstances";

/// Launches one instance in `zone`. The same `token` is granted once, however often it is asked.
pub async fn launch(
    actor: &Actor,
    (case, deed): (&CaseId, &Deed),
    group: &GroupKey,
    zone: &Arc<str>,
    token: &str,
) -> Answers {
    let result = call(actor, group, zone, token).await;
    log_call(ACTION, &group.name, &[case.instance.as_str()], result.as_ref().map(|(id, _)| id.as_deref()));
    let launched = result.as_ref().ok().map(|(_, instance)| (case.clone(), instance.clone()));
    let dry = matches!(&result, Err(failure) if failure.class == Class::Other);
    let result = result.map(|(request_id, _)| request_id);
    Answers {
        cases: vec![Answer { case: case.clone(), deed: deed.clone(), result }],
        launched: launched.into_iter().collect(),
        without_capacity: dry.then(|| (group.clone(), Arc::clone(zone))).into_iter().collect(),
        ..Answers::default()
    }
}

async fn call(
    actor: &Actor,
    group: &GroupKey,
    zone: &str,
    token: &str,
) -> Result<(Option<String>, InstanceId), Failure> {
    let clients = actor.clients.of(&group.region, ACTION)?;
    let call = clients.autoscaling.launch_instances().auto_scaling_group_name(&*group.name);
    let call = call.requested_capacity(1).client_token(token).availability_zones(zone);
    let answer = call.send().await.map_err(|error| Failure::of(ACTION, &error))?;
    let request_id = answer.request_id().map(str::to_owned);
    match instance(&answer) {
        Some(instance) => Ok((request_id, instance)),
        None => Err(without(&answer, zone, request_id)),
    }
}

fn instance(answer: &LaunchInstancesOutput) -> Option<InstanceId> {
    let ids = answer.instances().iter().flat_map(|some| some.instance_ids());
    ids.map(InstanceId::from).next()
}

/// The answer is a good one and has no instance in it: it says why.
fn without(answer: &LaunchInstancesOutput, zone: &str, request_id: Option<String>) -> Failure {
    let error = answer.errors().first();
    let code = error.and_then(|error| error.error_code()).unwrap_or("NoInstances");
    let detail = error.and_then(|error| error.error_message()).unwrap_or("the answer has no instance in it");
    Failure::answered(ACTION, Class::Other, code, &format!("{zone}: {detail}"), request_id)
}

//! `DeregisterTargets`: a load balancer sends no more requests to containers that are about to stop.

use aws_sdk_elasticloadbalancingv2::operation::RequestId;
use aws_sdk_elasticloadbalancingv2::types::TargetDescription;

use super::{Actor, Answer, Answers, halves, log_call};
use crate::aws::Failure;
use crate::ids::{ClusterKey, TargetGroupArn};
use crate::observe::target::Target;
use crate::plan::{CaseId, Deed};

const ACTION: &str = "elasticloadbalancing:DeregisterTargets";

/// Takes targets out of one group. One that is not registered is no error (ELB API reference, `DeregisterTargets`).
pub async fn deregister(
    actor: &Actor,
    cluster: &ClusterKey,
    group: &TargetGroupArn,
    targets: &[(CaseId, Target)],
) -> Answers {
    let mut answers = Answers::default();
    let mut batches = vec![targets];
    while let Some(batch) = batches.pop() {
        let result = call(actor, cluster, group, batch).await;
        match result.as_ref().err().and_then(|failure| halves(failure, batch)) {
            Some([first, second]) => batches.extend([second, first]),
            None => answers.absorb(answered(batch, &result)),
        }
    }
    answers
}

fn answered(batch: &[(CaseId, Target)], result: &Result<Option<String>, Failure>) -> Answers {
    let answer = |(case, target): &(CaseId, Target)| Answer {
        case: case.clone(),
        deed: Deed::Deregister(target.clone()),
        result: result.clone(),
    };
    Answers { cases: batch.iter().map(answer).collect(), ..Answers::default() }
}

async fn call(
    actor: &Actor,
    cluster: &ClusterKey,
    group: &TargetGroupArn,
    targets: &[(CaseId, Target)],
) -> Result<Option<String>, Failure> {
    let address = actor.addresses.get(cluster).ok_or_else(|| Failure::unaddressed(ACTION, cluster.as_str()))?;
    let clients = actor.clients.of(&address.region, ACTION)?;
    let described = targets
        .iter()
        .map(|(_, target)| TargetDescription::builder().id(&*target.id).port(i32::from(target.port)).build());
    let call = clients.elb.deregister_targets().target_group_arn(group.as_str());
    let result = call.set_targets(Some(described.collect())).send().await;
    let result = result.map_err(|error| Failure::of(ACTION, &error));
    let result = result.map(|answer| answer.request_id().map(str::to_owned));
    let objects: Vec<String> = targets.iter().map(|(_, target)| format!("{}:{}", target.id, target.port)).collect();
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    log_call(ACTION, group.as_str(), &objects, result.as_ref().map(Option::as_deref));
    result
}

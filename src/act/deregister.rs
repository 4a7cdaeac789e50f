//! `DeregisterTargets`: a load balancer sends no more requests to containers that are about to stop.

use aws_sdk_elasticloadbalancingv2::operation::RequestId;
use aws_sdk_elasticloadbalancingv2::types::TargetDescription;

use super::{Actor, Answer, Answers, log_call};
use crate::aws::{Class, Failure};
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
    let result = call(actor, cluster, group, targets).await;
    let refused = result.as_ref().is_err_and(|failure| failure.class == Class::Invalid);
    // One that is not accepted must not keep the others registered.
    if let (true, Some((one, others))) = (refused, halves(targets)) {
        let mut answers = Box::pin(deregister(actor, cluster, group, one)).await;
        answers.absorb(Box::pin(deregister(actor, cluster, group, others)).await);
        return answers;
    }
    let answer = |(case, target): &(CaseId, Target)| Answer {
        case: case.clone(),
        deed: Deed::Deregister(target.clone()),
        result: result.clone(),
    };
    Answers { cases: targets.iter().map(answer).collect(), ..Answers::default() }
}

fn halves<T>(all: &[T]) -> Option<(&[T], &[T])> {
    (all.len() > 1).then(|| all.split_at(all.len() / 2))
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

//! `UpdateContainerInstancesState`: with `DRAINING` ECS places nothing more and moves the tasks of services away, with `ACTIVE` it
//! places tasks again.

use aws_sdk_ecs::operation::RequestId;
use aws_sdk_ecs::operation::update_container_instances_state::UpdateContainerInstancesStateOutput;
use aws_sdk_ecs::types::{self, ContainerInstanceStatus};

use super::{Actor, Answer, Answers, log_call};
use crate::aws::{Class, Failure};
use crate::ids::ClusterKey;
use crate::observe::Address;
use crate::observe::Observation;
use crate::observe::describe::container_instance;
use crate::plan::{Deed, Drained};

/// AWS's name for it.
pub const ACTION: &str = "ecs:UpdateContainerInstancesState";

/// Drains `instances` of `cluster`.
pub async fn drain(actor: &Actor, cluster: &ClusterKey, instances: &[Drained]) -> Answers {
    set(actor, cluster, instances, &Deed::Drain).await
}

/// Lets `instances` of `cluster` take tasks again.
pub async fn activate(actor: &Actor, cluster: &ClusterKey, instances: &[Drained]) -> Answers {
    set(actor, cluster, instances, &Deed::Activate).await
}

/// Sets the status that `deed` asks for.
///
/// ECS tells of most objects one by one, in `failures`. Where it refuses the whole batch, each is tried alone.
async fn set(actor: &Actor, cluster: &ClusterKey, instances: &[Drained], deed: &Deed) -> Answers {
    let mut answers = Answers::default();
    let mut batches = vec![instances];
    while let Some(batch) = batches.pop() {
        match call(actor, cluster, batch, deed).await {
            Err(failure) if failure.class == Class::Invalid && batch.len() > 1 => batches.extend(batch.chunks(1).rev()),
            Err(failure) => {
                let cases = batch.iter().map(|drained| told(drained, deed, Err(failure.clone()))).collect();
                answers.absorb(Answers { cases, ..Answers::default() });
            }
            Ok(batch) => answers.absorb(batch),
        }
    }
    answers
}

async fn call(actor: &Actor, cluster: &ClusterKey, batch: &[Drained], deed: &Deed) -> Result<Answers, Failure> {
    let address = actor.addresses.get(cluster).ok_or_else(|| Failure::unaddressed(ACTION, cluster.as_str()))?;
    let clients = actor.clients.of(&address.region, ACTION)?;
    let call = clients
        .ecs
        .update_container_instances_state()
        .cluster(&*address.cluster)
        .status(status(deed))
        .set_container_instances(Some(batch.iter().map(|drained| drained.arn.to_string()).collect()));
    let answer = call.send().await.map_err(|error| Failure::of(ACTION, &error)).inspect_err(|failure| {
        log_call(ACTION, &address.cluster, &ids(batch.iter()), Err(failure));
    })?;
    let results: Vec<_> = batch.iter().map(|drained| (drained, result(drained, &answer))).collect();
    log(address, &results);
    let answered_at = actor.clock.now();
    let found = answer.container_instances().iter();
    let found = found.filter_map(|instance| container_instance(cluster, instance, answered_at)).collect();
    let seen = vec![Observation::Instances { found, missing: Vec::new() }];
    Ok(Answers {
        cases: results.into_iter().map(|(drained, result)| told(drained, deed, result)).collect(),
        seen,
        ..Answers::default()
    })
}

const fn status(deed: &Deed) -> ContainerInstanceStatus {
    match deed {
        Deed::Activate => ContainerInstanceStatus::Active,
        _ => ContainerInstanceStatus::Draining,
    }
}

fn told(drained: &Drained, deed: &Deed, result: Result<Option<String>, Failure>) -> Answer {
    Answer { case: drained.case.clone(), deed: deed.clone(), result }
}

/// What the answer says of one instance. One that it says nothing of is not drained.
fn result(drained: &Drained, answer: &UpdateContainerInstancesStateOutput) -> Result<Option<String>, Failure> {
    // The cluster's name is in new ARNs only, and not everybody answers in the form that was asked in.
    let own = |arn: Option<&str>| arn.and_then(|arn| arn.rsplit('/').next()) == Some(drained.arn.last_segment());
    let request_id = answer.request_id().map(str::to_owned);
    if answer.container_instances().iter().any(|instance| own(instance.container_instance_arn())) {
        return Ok(request_id);
    }
    let failure = answer.failures().iter().find(|failure| own(failure.arn()));
    let reason = failure.and_then(types::Failure::reason).unwrap_or("UNKNOWN");
    let unsaid = if failure.is_some() { "ECS did not drain it" } else { "ECS answered and said nothing of it" };
    let detail = failure.and_then(types::Failure::detail).unwrap_or(unsaid);
    let class = if failure.is_some() { Class::Invalid } else { Class::Other };
    Err(Failure::answered(ACTION, class, reason, detail, request_id))
}

fn log(address: &Address, results: &[(&Drained, Result<Option<String>, Failure>)]) {
    let accepted = results.iter().filter(|(_, result)| result.is_ok()).map(|(drained, _)| *drained);
    let request_id = results.iter().find_map(|(_, result)| result.as_ref().ok());
    if let Some(request_id) = request_id {
        log_call(ACTION, &address.cluster, &ids(accepted), Ok(request_id.as_deref()));
    }
    for (drained, result) in results {
        if let Err(failure) = result {
            log_call(ACTION, &address.cluster, &[drained.instance.as_str()], Err(failure));
        }
    }
}

fn ids<'a>(batch: impl Iterator<Item = &'a Drained>) -> Vec<&'a str> {
    batch.map(|drained| drained.instance.as_str()).collect()
}

//! `UpdateContainerInstancesState` with `DRAINING`: ECS places nothing more and moves the tasks of services away.

use std::collections::BTreeMap;

use aws_sdk_ecs::operation::RequestId;
use aws_sdk_ecs::types::ContainerInstanceStatus;

use super::{Actor, Answers, log_call};
use crate::aws::{Class, Failure};
use crate::ids::ClusterKey;
use crate::observe::Observation;
use crate::observe::describe::Address;
use crate::observe::describe::container_instance;
use crate::plan::Drained;

const ACTION: &str = "ecs:UpdateContainerInstancesState";

/// Drains `instances` of `cluster`.
///
/// ECS tells of most objects one by one, in `failures`. Where it refuses the whole batch, each is tried alone.
pub async fn drain(actor: &Actor, cluster: &ClusterKey, instances: &[Drained]) -> Answers {
    let mut answers = Answers::default();
    let mut batches = vec![instances];
    while let Some(batch) = batches.pop() {
        match call(actor, cluster, batch).await {
            Err(failure) if failure.class == Class::Invalid && batch.len() > 1 => batches.extend(batch.chunks(1).rev()),
            Err(failure) => {
                let cases = batch.iter().map(|drained| (drained.case.clone(), Err(failure.clone()))).collect();
                answers.absorb(Answers { cases, seen: Vec::new() });
            }
            Ok(batch) => answers.absorb(batch),
        }
    }
    answers
}

async fn call(actor: &Actor, cluster: &ClusterKey, batch: &[Drained]) -> Result<Answers, Failure> {
    let Some(address) = actor.addresses.get(cluster) else { return Ok(Answers::default()) };
    let Some(clients) = actor.clients.of(&address.region) else { return Ok(Answers::default()) };
    let asked_at = actor.clock.now();
    let call = clients
        .ecs
        .update_container_instances_state()
        .cluster(&*address.cluster)
        .status(ContainerInstanceStatus::Draining)
        .set_container_instances(Some(batch.iter().map(|drained| drained.arn.to_string()).collect()));
    let ids: Vec<&str> = batch.iter().map(|drained| drained.instance.as_str()).collect();
    let answer = match call.send().await.map_err(|error| Failure::of(ACTION, &error)) {
        Ok(answer) => answer,
        Err(failure) => {
            log_call(ACTION, &address.cluster, &ids, Err(&failure));
            return Err(failure);
        }
    };
    let request_id = answer.request_id().map(str::to_owned);
    let refused = refused(answer.failures(), request_id.as_ref());
    let result = |drained: &Drained| match refused.get(drained.arn.last_segment()) {
        Some(failure) => Err(failure.clone()),
        None => Ok(request_id.clone()),
    };
    let cases: Vec<_> = batch.iter().map(|drained| (drained.case.clone(), result(drained))).collect();
    log(address, batch, &refused, request_id.as_deref());
    let found = answer.container_instances().iter();
    let found = found.filter_map(|instance| container_instance(cluster, instance, asked_at)).collect();
    let missing = batch.iter().filter(|drained| refused.get(drained.arn.last_segment()).is_some_and(is_missing));
    let missing = missing.map(|drained| drained.instance.clone()).collect();
    Ok(Answers { cases, seen: vec![Observation::Instances { found, missing }] })
}

fn is_missing(failure: &Failure) -> bool {
    failure.class == Class::NotFound
}

fn refused<'a>(failures: &'a [aws_sdk_ecs::types::Failure], request_id: Option<&String>) -> BTreeMap<&'a str, Failure> {
    let refused = |failure: &'a aws_sdk_ecs::types::Failure| {
        let reason = failure.reason().unwrap_or("UNKNOWN");
        // The cluster's name is in new ARNs only, and not everybody answers in the form that was asked in.
        let id = failure.arn()?.rsplit('/').next()?;
        Some((id, Failure::partial(ACTION, reason, failure.detail(), request_id.cloned())))
    };
    failures.iter().filter_map(refused).collect()
}

fn log(address: &Address, batch: &[Drained], refused: &BTreeMap<&str, Failure>, request_id: Option<&str>) {
    let accepted = batch.iter().filter(|drained| !refused.contains_key(drained.arn.last_segment()));
    let accepted: Vec<&str> = accepted.map(|drained| drained.instance.as_str()).collect();
    if !accepted.is_empty() {
        log_call(ACTION, &address.cluster, &accepted, Ok(request_id));
    }
    for drained in batch {
        if let Some(failure) = refused.get(drained.arn.last_segment()) {
            log_call(ACTION, &address.cluster, &[drained.instance.as_str()], Err(failure));
        }
    }
}

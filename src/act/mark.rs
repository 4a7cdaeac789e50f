//! `PutAttributes`: our mark on container instances, for whoever comes after us.

use aws_sdk_ecs::operation::RequestId;
use aws_sdk_ecs::types::{Attribute, TargetType};

use super::{Actor, Answer, Answers, log_call};
use crate::aws::{Class, Failure};
use crate::ids::ClusterKey;
use crate::observe::Observation;
use crate::observe::mark::{ATTRIBUTE, Mark};
use crate::plan::{Deed, Drained};

/// AWS's name for it.
pub const ACTION: &str = "ecs:PutAttributes";

/// Marks container instances of `cluster`. ECS refuses a batch as a whole, so that each is tried alone then.
pub async fn mark(actor: &Actor, cluster: &ClusterKey, marks: &[(Drained, Mark)]) -> Answers {
    let mut answers = Answers::default();
    let mut batches = vec![marks];
    while let Some(batch) = batches.pop() {
        match call(actor, cluster, batch).await {
            Err(failure) if failure.class == Class::Invalid && batch.len() > 1 => batches.extend(batch.chunks(1).rev()),
            result => {
                let answer = |(it, _): &(Drained, Mark)| Answer {
                    case: it.case.clone(),
                    deed: Deed::Mark,
                    result: result.clone(),
                };
                let marked = || batch.iter().map(|(it, mark)| (it.instance.clone(), mark.clone())).collect();
                let seen = result.iter().map(|_| Observation::Marked(marked())).collect();
                answers.absorb(Answers { cases: batch.iter().map(answer).collect(), seen, ..Answers::default() });
            }
        }
    }
    answers
}

async fn call(actor: &Actor, cluster: &ClusterKey, batch: &[(Drained, Mark)]) -> Result<Option<String>, Failure> {
    let address = actor.addresses.get(cluster).ok_or_else(|| Failure::unaddressed(ACTION, cluster.as_str()))?;
    let clients = actor.clients.of(&address.region, ACTION)?;
    let attributes = batch.iter().filter_map(|(it, mark)| {
        let attribute = Attribute::builder().name(ATTRIBUTE).value(mark.to_string());
        attribute.target_type(TargetType::ContainerInstance).target_id(it.arn.last_segment()).build().ok()
    });
    let call = clients.ecs.put_attributes().cluster(&*address.cluster).set_attributes(Some(attributes.collect()));
    let result = call.send().await.map_err(|error| Failure::of(ACTION, &error));
    let result = result.map(|answer| answer.request_id().map(str::to_owned));
    let ids: Vec<&str> = batch.iter().map(|(it, _)| it.instance.as_str()).collect();
    log_call(ACTION, &address.cluster, &ids, result.as_ref().map(Option::as_deref));
    result
}

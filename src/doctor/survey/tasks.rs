//! The container instances of a cluster and the tasks on them that belong to no service.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::groups::Pool;
use super::{PAGES_MAX, Patient};
use crate::aws::{Failure, timestamp};
use crate::doctor::ClusterFacts;

const INSTANCES: &str = "ecs:ListContainerInstances";
const DESCRIBE: &str = "ecs:DescribeContainerInstances";
const TASKS: &str = "ecs:ListTasks";
const DESCRIBE_TASKS: &str = "ecs:DescribeTasks";

/// A page of any of these lists, and what one describe takes (ECS API reference).
const PAGE: i32 = 100;

/// Reads them into `facts`.
pub async fn read(patient: &Patient<'_>, pools: &[Pool], facts: &mut ClusterFacts) -> Result<(), Failure> {
    let mut leads: BTreeMap<String, Vec<SignedDuration>> = BTreeMap::new();
    let mut next = None;
    for page in 0..=PAGES_MAX {
        if page == PAGES_MAX {
            return Err(Failure::endless(INSTANCES));
        }
        let call = patient.clients.ecs.list_container_instances().cluster(&patient.spec.cluster).max_results(PAGE);
        let answer = call.set_next_token(next).send().await.map_err(|error| Failure::of(INSTANCES, &error))?;
        describe(patient, answer.container_instance_arns(), pools, facts, &mut leads).await?;
        next = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    facts.leads = leads.into_iter().collect();
    facts.standalone_tasks = standalone(patient).await?;
    Ok(())
}

async fn describe(
    patient: &Patient<'_>,
    arns: &[String],
    pools: &[Pool],
    facts: &mut ClusterFacts,
    leads: &mut BTreeMap<String, Vec<SignedDuration>>,
) -> Result<(), Failure> {
    if arns.is_empty() {
        return Ok(());
    }
    let call = patient.clients.ecs.describe_container_instances().cluster(&patient.spec.cluster);
    let answer = call.set_container_instances(Some(arns.to_vec())).send().await;
    let answer = answer.map_err(|error| Failure::of(DESCRIBE, &error))?;
    for instance in answer.container_instances() {
        let Some(id) = instance.ec2_instance_id().filter(|id| id.starts_with("i-")) else { continue };
        // A capacity provider is told of whoever was launched by its group, even where that is not managed here.
        if instance.capacity_provider_name().is_none() && pools.iter().all(|pool| !pool.members.contains(id)) {
            facts.in_no_group.push(id.to_owned());
        }
        if !instance.agent_connected() && instance.status() == Some("ACTIVE") {
            facts.disconnected.push(id.to_owned());
        }
        let launched = pools.iter().find_map(|pool| Some((&pool.facts.name, *pool.launched.get(id)?)));
        let registered = instance.registered_at().and_then(timestamp);
        if let (Some((group, launched)), Some(registered)) = (launched, registered) {
            leads.entry(group.clone()).or_default().push(registered.duration_since(launched));
        }
    }
    Ok(())
}

/// Tasks on instances that belong to no service.
async fn standalone(patient: &Patient<'_>) -> Result<usize, Failure> {
    let (mut count, mut next) = (0, None);
    for _ in 0..PAGES_MAX {
        let call = patient.clients.ecs.list_tasks().cluster(&patient.spec.cluster).max_results(PAGE);
        let answer = call.set_next_token(next).send().await.map_err(|error| Failure::of(TASKS, &error))?;
        if !answer.task_arns().is_empty() {
            let call = patient.clients.ecs.describe_tasks().cluster(&patient.spec.cluster);
            let tasks = call.set_tasks(Some(answer.task_arns().to_vec())).send().await;
            let tasks = tasks.map_err(|error| Failure::of(DESCRIBE_TASKS, &error))?;
            let alone = tasks.tasks().iter().filter(|task| {
                let of_service = task.group().is_some_and(|group| group.starts_with("service:"));
                task.container_instance_arn().is_some() && !of_service
            });
            count += alone.count();
        }
        next = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if next.is_none() {
            return Ok(count);
        }
    }
    Err(Failure::endless(TASKS))
}

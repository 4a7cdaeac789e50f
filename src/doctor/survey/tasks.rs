//! The container instances of a cluster that the policy manages, and the tasks on them.

use std::collections::BTreeMap;

use aws_sdk_ecs::types::{ContainerInstance, Task};

use super::groups::{Pool, Pools};
use super::{PAGES_MAX, Patient, not_read};
use crate::aws::{Failure, timestamp};
use crate::doctor::{ClusterFacts, Finding};
use crate::ids::InstanceId;
use crate::observe::describe::locate;

const INSTANCES: &str = "ecs:ListContainerInstances";
const DESCRIBE: &str = "ecs:DescribeContainerInstances";
const TASKS: &str = "ecs:ListTasks";
const DESCRIBE_TASKS: &str = "ecs:DescribeTasks";

/// A page of any of these lists, and what one describe takes (ECS API reference).
const PAGE: i32 = 100;

/// Instances in one `DescribeAutoScalingInstances` (Auto Scaling API reference).
const LOCATED_MAX: usize = 50;

/// The capacity provider of each container instance, by its ARN.
type Providers = BTreeMap<String, Option<String>>;

/// Reads them into `facts`.
pub async fn read(
    patient: &Patient<'_>,
    pools: &Pools,
    facts: &mut ClusterFacts,
    found: &mut Vec<Finding>,
) -> Result<(), Failure> {
    let (mut providers, mut strays) = (Providers::new(), Vec::new());
    let mut next = None;
    for page in 0..=PAGES_MAX {
        if page == PAGES_MAX {
            return Err(Failure::endless(INSTANCES));
        }
        let call = patient.clients.ecs.list_container_instances().cluster(&patient.spec.cluster).max_results(PAGE);
        let answer = call.set_next_token(next).send().await.map_err(|error| Failure::of(INSTANCES, &error))?;
        for instance in describe(patient, answer.container_instance_arns()).await? {
            let provider = instance.capacity_provider_name().map(str::to_owned);
            if patient.manages(provider.as_deref()) {
                note_instance(&instance, &pools.managed, facts, &mut strays);
            }
            providers.insert(instance.container_instance_arn().unwrap_or_default().to_owned(), provider);
        }
        next = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    if let Err(failure) = locate_strays(patient, &strays, pools, facts).await {
        not_read(&format!("groups of instances of cluster {}", facts.name), &failure, found);
    }
    tasks(patient, &providers, facts).await
}

/// Whoever has joined a group of the cluster meanwhile is none.
async fn locate_strays(
    patient: &Patient<'_>,
    strays: &[InstanceId],
    pools: &Pools,
    facts: &mut ClusterFacts,
) -> Result<(), Failure> {
    for some in strays.chunks(LOCATED_MAX) {
        for (instance, group) in locate(patient.clients, &patient.region, some).await? {
            match group {
                Some(group) if pools.provided.contains(&*group.name) => {}
                Some(group) => drop(facts.without_provider.insert(group.name.to_string())),
                None => facts.in_no_group.push(instance.to_string()),
            }
        }
    }
    Ok(())
}

async fn describe(patient: &Patient<'_>, arns: &[String]) -> Result<Vec<ContainerInstance>, Failure> {
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    let call = patient.clients.ecs.describe_container_instances().cluster(&patient.spec.cluster);
    let answer = call.set_container_instances(Some(arns.to_vec())).send().await;
    Ok(answer.map_err(|error| Failure::of(DESCRIBE, &error))?.container_instances.unwrap_or_default())
}

/// `strays` are in none of the groups.
fn note_instance(instance: &ContainerInstance, pools: &[Pool], facts: &mut ClusterFacts, strays: &mut Vec<InstanceId>) {
    let Some(id) = instance.ec2_instance_id().filter(|id| id.starts_with("i-")) else { return };
    let active = instance.status() == Some("ACTIVE");
    // One that was detached keeps its capacity provider; one of ECS Managed Instances has a provider without a group.
    let provider = instance.capacity_provider_name();
    let of_pool = provider.is_none_or(|provider| pools.iter().any(|pool| pool.facts.provider == provider));
    if active && of_pool && pools.iter().all(|pool| !pool.members.contains(id)) {
        strays.push(InstanceId::from(id));
    }
    if !instance.agent_connected() && active {
        facts.disconnected.push(id.to_owned());
    }
    let launched = pools.iter().find_map(|pool| Some((&pool.facts.name, *pool.launched.get(id)?)));
    let registered = instance.registered_at().and_then(timestamp);
    if let (Some((group, launched)), Some(registered)) = (launched, registered) {
        facts.leads.entry(group.clone()).or_default().push(registered.duration_since(launched));
    }
}

async fn tasks(patient: &Patient<'_>, providers: &Providers, facts: &mut ClusterFacts) -> Result<(), Failure> {
    let mut next = None;
    for _ in 0..PAGES_MAX {
        let call = patient.clients.ecs.list_tasks().cluster(&patient.spec.cluster).max_results(PAGE);
        let answer = call.set_next_token(next).send().await.map_err(|error| Failure::of(TASKS, &error))?;
        if !answer.task_arns().is_empty() {
            let call = patient.clients.ecs.describe_tasks().cluster(&patient.spec.cluster);
            let tasks = call.set_tasks(Some(answer.task_arns().to_vec())).send().await;
            let tasks = tasks.map_err(|error| Failure::of(DESCRIBE_TASKS, &error))?;
            tasks.tasks().iter().for_each(|task| note_task(patient, task, providers, facts));
        }
        next = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if next.is_none() {
            return Ok(());
        }
    }
    Err(Failure::endless(TASKS))
}

fn note_task(patient: &Patient<'_>, task: &Task, providers: &Providers, facts: &mut ClusterFacts) {
    let Some(instance) = task.container_instance_arn() else { return };
    let provider = providers.get(instance).cloned().flatten();
    if !patient.manages(provider.as_deref()) {
        return;
    }
    match task.group().and_then(|group| group.strip_prefix("service:")) {
        Some(service) => {
            let pulled = task.pull_started_at().and_then(timestamp).zip(task.pull_stopped_at().and_then(timestamp));
            if let Some((from, to)) = pulled {
                facts.pulls.entry(service.to_owned()).or_default().push(to.duration_since(from));
            }
        }
        None => facts.standalone.push(patient.task_rules(provider.as_deref()).standalone),
    }
}

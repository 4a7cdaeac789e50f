//! Container instances.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Paging, batch, cluster, cluster_mut, failures};
use crate::sim::ecs::describe::{Times, container_instance};
use crate::sim::ecs::{Cluster, ContainerInstance, Status};
use crate::sim::kernel::Fault;
use crate::sim::world::World;

#[derive(Deserialize)]
pub struct List {
    cluster: Option<String>,
    filter: Option<String>,
    status: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

/// All but INACTIVE ones, unless a status is asked for.
pub fn list(world: &World, asked: &List) -> Result<Value, Fault> {
    let cluster = cluster(&world.ecs, asked.cluster.as_deref())?;
    let hosts = asked.filter.as_deref().map(hosts_in).transpose()?;
    let wanted = |instance: &&ContainerInstance| {
        let status = match &asked.status {
            Some(status) => instance.status.name() == status,
            None => instance.status != Status::Inactive,
        };
        status && hosts.as_ref().is_none_or(|hosts| hosts.contains(&instance.host.id))
    };
    let arns = cluster.instances.values().filter(wanted).map(|instance| &instance.arn).collect();
    asked.paging.answer("containerInstanceArns", arns, 100)
}

/// Of the cluster query language the model knows `ec2InstanceId == i-…` and `ec2InstanceId in [i-…,i-…]`.
fn hosts_in(filter: &str) -> Result<Vec<String>, Fault> {
    let refused = || Fault::invalid_parameter(format!("Invalid filter expression: {filter}"));
    let rest = filter.trim().strip_prefix("ec2InstanceId").ok_or_else(refused)?.trim_start();
    if let Some(id) = rest.strip_prefix("==") {
        return Ok(vec![id.trim().to_owned()]);
    }
    let list = rest.strip_prefix("in").map(str::trim).and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']'));
    Ok(list.ok_or_else(refused)?.split(',').map(|id| id.trim().to_owned()).collect())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    cluster: Option<String>,
    #[serde(default)]
    container_instances: Vec<String>,
    status: Option<String>,
}

pub fn describe(world: &World, asked: &Batch) -> Result<Value, Fault> {
    let cluster = cluster(&world.ecs, asked.cluster.as_deref())?;
    batch("Container instances", &asked.container_instances, 100)?;
    let outcome = cluster.look_up(&asked.container_instances, "container-instance", &cluster.instances);
    Ok(json!({
        "containerInstances": described_all(cluster, &outcome.found),
        "failures": failures(&outcome.failures),
    }))
}

pub fn update_state(world: &mut World, asked: &Batch) -> Result<Value, Fault> {
    let cluster = cluster_mut(&mut world.ecs, asked.cluster.as_deref())?;
    batch("instanceIds", &asked.container_instances, 10)?;
    let status = match asked.status.as_deref() {
        Some("ACTIVE") => Status::Active,
        Some("DRAINING") => Status::Draining,
        _ => return Err(Fault::invalid_parameter("Container instance status should be one of [ACTIVE,DRAINING].")),
    };
    let outcome = cluster.set_state(&asked.container_instances, status, &mut world.core)?;
    Ok(json!({
        "containerInstances": described_all(cluster, &outcome.found),
        "failures": failures(&outcome.failures),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deregister {
    cluster: Option<String>,
    container_instance: String,
    #[serde(default)]
    force: bool,
}

pub fn deregister(world: &mut World, asked: &Deregister) -> Result<Value, Fault> {
    let cluster = cluster_mut(&mut world.ecs, asked.cluster.as_deref())?;
    let id = cluster.deregister(&asked.container_instance, asked.force, &mut world.core)?;
    Ok(json!({"containerInstance": described_all(cluster, &[id]).pop()}))
}

fn described_all(cluster: &Cluster, ids: &[String]) -> Vec<Value> {
    let found = ids.iter().filter_map(|id| cluster.instances.get(id));
    found.map(|instance| container_instance(cluster, instance, Times::Epoch)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_by_host_are_understood_and_others_refused() {
        assert_eq!(hosts_in("ec2InstanceId in [i-a, i-b]"), Ok(vec!["i-a".to_owned(), "i-b".to_owned()]));
        assert_eq!(hosts_in("ec2InstanceId == i-a"), Ok(vec!["i-a".to_owned()]));
        assert!(hosts_in("runningTasksCount > 0").is_err());
    }
}

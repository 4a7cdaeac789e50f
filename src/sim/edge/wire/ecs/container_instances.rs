//! Container instances.

use serde::Deserialize;
use serde_json::{Value, json};

use super::filter::Filter;
use super::{Paging, batch, cluster, cluster_mut, failures};
use crate::sim::ecs::describe::{Times, container_instance};
use crate::sim::ecs::{Cluster, ContainerInstance, Status};
use crate::sim::kernel::{Fault, object};
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
    const STATUSES: [&str; 6] =
        ["ACTIVE", "DRAINING", "REGISTERING", "DEREGISTERING", "REGISTRATION_FAILED", "INACTIVE"];
    let cluster = cluster(&world.ecs, asked.cluster.as_deref())?;
    if asked.status.as_deref().is_some_and(|status| !STATUSES.contains(&status)) {
        return Err(Fault::invalid_parameter("The status is none of a container instance."));
    }
    let filter = asked.filter.as_deref().map(Filter::parse).transpose()?;
    let wanted = |instance: &&ContainerInstance| {
        let status = match &asked.status {
            Some(status) => instance.status.name() == status,
            None => instance.status != Status::Inactive,
        };
        status && filter.as_ref().is_none_or(|filter| filter.takes(instance))
    };
    let arns = cluster.instances.values().filter(wanted).map(|instance| &instance.arn).collect();
    asked.paging.answer("containerInstanceArns", arns, 100)
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
    Ok(object([
        ("containerInstances", described_all(cluster, &outcome.found).into()),
        ("failures", failures(&outcome.failures).into()),
    ]))
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

//! Clusters and capacity providers.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Paging;
use crate::sim::ecs::{CapacityProvider, Cluster, Status, TaskStatus};
use crate::sim::fault::Fault;
use crate::sim::names::short;
use crate::sim::wire::page::page;
use crate::sim::world::World;

pub fn list(world: &World, asked: &Paging) -> Result<Value, Fault> {
    asked.answer("clusterArns", world.ecs.clusters.values().map(|cluster| &cluster.arn).collect(), 100)
}

#[derive(Deserialize)]
pub struct Describe {
    #[serde(default)]
    clusters: Vec<String>,
}

pub fn describe(world: &World, asked: &Describe) -> Result<Value, Fault> {
    let default = ["default".to_owned()];
    let names = if asked.clusters.is_empty() { default.as_slice() } else { &asked.clusters };
    super::batch("clusters", names, 100)?;
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for name in names {
        match world.ecs.clusters.get(short(name)) {
            Some(cluster) => clusters.push(described(cluster)),
            None => {
                failures.push(json!({"arn": world.core.names.cluster_arn(short(name)), "reason": "MISSING"}));
            }
        }
    }
    Ok(json!({"clusters": clusters, "failures": failures}))
}

fn described(cluster: &Cluster) -> Value {
    let tasks = |status: TaskStatus| cluster.tasks.values().filter(|task| task.status == status).count();
    let registered = cluster.instances.values().filter(|i| i.status != Status::Inactive).count();
    json!({
        "clusterArn": cluster.arn,
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": registered,
        "runningTasksCount": tasks(TaskStatus::Running),
        "pendingTasksCount": tasks(TaskStatus::Pending),
        "activeServicesCount": cluster.services.len(),
        "capacityProviders": cluster.providers,
        "defaultCapacityProviderStrategy": [],
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeProviders {
    #[serde(default)]
    capacity_providers: Vec<String>,
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// Ten at a time (ECS API reference, `DescribeCapacityProviders`).
pub fn describe_capacity_providers(world: &World, asked: DescribeProviders) -> Result<Value, Fault> {
    const PAGE_MAX: usize = 10;
    let known = &world.ecs.providers;
    let size = asked.max_results.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
    let mut names: Vec<String> = asked.capacity_providers.iter().map(|name| short(name).to_owned()).collect();
    if names.is_empty() {
        names = known.keys().cloned().collect();
    }
    names.sort();
    let (names, next) = page(names, asked.next_token.as_deref(), size);
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in names {
        match known.get(&name) {
            Some(provider) => found.push(described_provider(provider)),
            None => {
                failures.push(json!({"arn": world.core.names.capacity_provider_arn(&name), "reason": "MISSING"}));
            }
        }
    }
    Ok(json!({"capacityProviders": found, "failures": failures, "nextToken": next}))
}

fn described_provider(provider: &CapacityProvider) -> Value {
    let switch = |on: bool| if on { "ENABLED" } else { "DISABLED" };
    json!({
        "capacityProviderArn": provider.arn,
        "name": provider.name,
        "status": "ACTIVE",
        "autoScalingGroupProvider": {
            "autoScalingGroupArn": provider.group_arn,
            "managedScaling": {"status": switch(provider.managed_scaling), "targetCapacity": 100},
            "managedTerminationProtection": switch(provider.managed_termination_protection),
            "managedDraining": switch(provider.managed_draining),
        },
    })
}

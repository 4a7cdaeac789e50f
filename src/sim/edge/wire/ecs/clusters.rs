//! Clusters and capacity providers.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::page::page;
use super::Paging;
use crate::sim::ecs::{CapacityProvider, Cluster, ProviderChanges, Status, TaskStatus};
use crate::sim::kernel::{Fact, Fault, short};
use crate::sim::spec::MANAGED_HOOK;
use crate::sim::world::World;

pub fn list(world: &World, asked: &Paging) -> Result<Value, Fault> {
    asked.answer("clusterArns", world.ecs.clusters.values().map(|cluster| &cluster.arn).collect(), 100)
}

#[derive(Deserialize)]
pub struct Describe {
    #[serde(default)]
    clusters: Vec<String>,
    #[serde(default)]
    include: Vec<String>,
}

pub fn describe(world: &World, asked: &Describe) -> Result<Value, Fault> {
    let default = ["default".to_owned()];
    let names = if asked.clusters.is_empty() { default.as_slice() } else { &asked.clusters };
    super::batch("clusters", names, 100)?;
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for name in names {
        match world.ecs.clusters.get(short(name)) {
            Some(cluster) => clusters.push(described(world, cluster, &asked.include)),
            None => {
                failures.push(json!({"arn": world.core.names.cluster_arn(short(name)), "reason": "MISSING"}));
            }
        }
    }
    Ok(json!({"clusters": clusters, "failures": failures}))
}

fn described(world: &World, cluster: &Cluster, include: &[String]) -> Value {
    let tasks = |status: TaskStatus| cluster.tasks.values().filter(|task| task.status == status).count();
    let included = |name: &str, value: Value| include.iter().any(|asked| asked == name).then_some(value);
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
        "settings": included("SETTINGS", json!([{"name": "containerInsights", "value": "disabled"}])),
        "tags": included("TAGS", json!([])),
        "statistics": included("STATISTICS", json!([])),
        "attachments": included("ATTACHMENTS", attachments(world, cluster)),
    })
}

/// What ECS has put on the groups of capacity providers.
fn attachments(world: &World, cluster: &Cluster) -> Value {
    let providers = cluster.providers.iter().filter_map(|name| world.ecs.providers.get(name));
    let drained = providers.filter(|provider| provider.managed_draining).map(|provider| {
        json!({
            "id": format!("managed-draining-{}", provider.name),
            "type": "managed_draining",
            "status": "ATTACHED",
            "details": [
                {"name": "capacityProviderName", "value": provider.name},
                {"name": "autoScalingLifecycleHookName", "value": MANAGED_HOOK},
            ],
        })
    });
    drained.collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateProvider {
    name: String,
    auto_scaling_group_provider: Option<ProviderUpdate>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderUpdate {
    managed_scaling: Option<ScalingUpdate>,
    managed_termination_protection: Option<String>,
    managed_draining: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScalingUpdate {
    status: Option<String>,
    target_capacity: Option<u32>,
    minimum_scaling_step_size: Option<u32>,
    maximum_scaling_step_size: Option<u32>,
    instance_warmup_period: Option<u64>,
}

pub fn update_capacity_provider(world: &mut World, asked: &UpdateProvider) -> Result<Value, Fault> {
    let missing = || Fault::invalid_parameter("The specified capacity provider does not exist.");
    let provider = world.ecs.providers.get_mut(short(&asked.name)).ok_or_else(missing)?;
    let (none, unscaled) = (ProviderUpdate::default(), ScalingUpdate::default());
    let update = asked.auto_scaling_group_provider.as_ref().unwrap_or(&none);
    let scaling = update.managed_scaling.as_ref().unwrap_or(&unscaled);
    if scaling.target_capacity.is_some_and(|target| !(1..=100).contains(&target)) {
        return Err(Fault::invalid_parameter("The target capacity must be between 1 and 100."));
    }
    let on = |switch: &Option<String>| switch.as_ref().map(|switch| switch == "ENABLED");
    let drained = provider.managed_draining;
    provider.update(ProviderChanges {
        managed_scaling: on(&scaling.status),
        target: scaling.target_capacity,
        step_min: scaling.minimum_scaling_step_size,
        step_max: scaling.maximum_scaling_step_size,
        warmup: scaling.instance_warmup_period.map(Duration::from_secs),
        managed_draining: on(&update.managed_draining),
        managed_termination_protection: on(&update.managed_termination_protection),
    });
    let (name, answer) = (provider.name.clone(), described_provider(provider));
    let (group, wanted) = (provider.group.clone(), provider.managed_draining);
    if drained != wanted {
        world.core.tell(Fact::DrainingHookWanted { group, wanted });
    }
    world.ecs.start_measuring(&name, &mut world.core);
    Ok(json!({"capacityProvider": answer}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeProviders {
    #[serde(default)]
    capacity_providers: Vec<String>,
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// These are there in every account.
const FARGATE: [&str; 2] = ["FARGATE", "FARGATE_SPOT"];

/// Ten at a time (ECS API reference, `DescribeCapacityProviders`).
pub fn describe_capacity_providers(world: &World, asked: DescribeProviders) -> Result<Value, Fault> {
    const PAGE_MAX: usize = 10;
    let known = &world.ecs.providers;
    let size = asked.max_results.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
    let mut names: Vec<String> = asked.capacity_providers.iter().map(|name| short(name).to_owned()).collect();
    if names.is_empty() {
        names = known.keys().cloned().chain(FARGATE.map(str::to_owned)).collect();
    }
    names.sort();
    let (names, next) = page(names, asked.next_token.as_deref(), size);
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in names {
        match known.get(&name) {
            Some(provider) => found.push(described_provider(provider)),
            None if FARGATE.contains(&name.as_str()) => {
                let arn = world.core.names.capacity_provider_arn(&name);
                found.push(json!({"capacityProviderArn": arn, "name": name, "status": "ACTIVE", "tags": []}));
            }
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
            "managedScaling": {
                "status": switch(provider.managed_scaling),
                "targetCapacity": provider.scaling.target,
                "minimumScalingStepSize": provider.scaling.step_min,
                "maximumScalingStepSize": provider.scaling.step_max,
                "instanceWarmupPeriod": provider.scaling.warmup.as_secs(),
            },
            "managedTerminationProtection": switch(provider.managed_termination_protection),
            "managedDraining": switch(provider.managed_draining),
        },
    })
}

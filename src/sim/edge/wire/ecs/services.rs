//! Services.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::cluster_mut;
use super::tasks::StrategyItem;
use super::{Paging, batch, cluster};
use crate::sim::ecs::describe::epoch_seconds;
use crate::sim::ecs::{Cluster, Service, ServiceChanges, TaskStatus};
use crate::sim::kernel::{Fault, Names, short};
use crate::sim::spec::{CONTAINER_PORT, Launch, Strategy};
use crate::sim::world::World;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    cluster: Option<String>,
    scheduling_strategy: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

pub fn list(world: &World, asked: &List) -> Result<Value, Fault> {
    let cluster = cluster(&world.ecs, asked.cluster.as_deref())?;
    let named =
        |service: &Service| asked.scheduling_strategy.as_deref().is_none_or(|wanted| wanted == strategy_name(service));
    let wanted = cluster.services.iter().filter(|(_, service)| named(service)).map(|(name, _)| name);
    let arns: Vec<String> = wanted.map(|name| world.core.names.service_arn(&cluster.name, name)).collect();
    asked.paging.answer("serviceArns", arns.iter().collect(), 10)
}

#[derive(Deserialize)]
pub struct Describe {
    cluster: Option<String>,
    #[serde(default)]
    services: Vec<String>,
}

pub fn describe(world: &World, asked: &Describe) -> Result<Value, Fault> {
    let cluster = cluster(&world.ecs, asked.cluster.as_deref())?;
    batch("Services", &asked.services, 10)?;
    let names = &world.core.names;
    let (mut services, mut failures) = (Vec::new(), Vec::new());
    for name in &asked.services {
        match cluster.services.get(short(name)) {
            Some(service) => services.push(described(names, cluster, service)),
            None => {
                let arn = names.service_arn(&cluster.name, short(name));
                failures.push(json!({"arn": arn, "reason": "MISSING"}));
            }
        }
    }
    Ok(json!({"services": services, "failures": failures}))
}

const fn strategy_name(service: &Service) -> &'static str {
    match service.spec.strategy {
        Strategy::Replica => "REPLICA",
        Strategy::Daemon => "DAEMON",
    }
}

fn described(names: &Names, cluster: &Cluster, service: &Service) -> Value {
    let spec = &service.spec;
    let mut described = json!({
        "serviceArn": names.service_arn(&cluster.name, &spec.name),
        "serviceName": spec.name,
        "clusterArn": cluster.arn,
        "status": "ACTIVE",
        "schedulingStrategy": strategy_name(service),
        "createdAt": epoch_seconds(service.created_at),
        "deploymentConfiguration": {
            "minimumHealthyPercent": spec.min_healthy_percent,
            "maximumPercent": spec.max_percent,
        },
        "events": [],
        "loadBalancers": load_balancers(service),
        "serviceRegistries": [],
        "placementConstraints": [],
        "placementStrategy": [],
        "deploymentController": {"type": "ECS"},
        "propagateTags": "NONE",
        "enableECSManagedTags": true,
        "enableExecuteCommand": false,
    });
    let progress = progress(names, cluster, service);
    let deployments: Vec<Value> = deployments(cluster, service, &progress);
    if let Some(fields) = described.as_object_mut() {
        let (field, value) = launch(service);
        fields.insert(field.to_owned(), value);
        fields.extend(progress);
        fields.insert("deployments".to_owned(), json!(deployments));
    }
    described
}

/// Requests go to the first container of its tasks.
fn load_balancers(service: &Service) -> Vec<Value> {
    let container = service.spec.task.containers.first();
    let of =
        |group: &String| json!({"targetGroupArn": group, "containerName": container, "containerPort": CONTAINER_PORT});
    service.target_group.iter().map(of).collect()
}

/// A daemon service wants a task on each instance that takes tasks.
fn desired(cluster: &Cluster, service: &Service) -> usize {
    match service.spec.strategy {
        Strategy::Replica => service.spec.desired,
        Strategy::Daemon => cluster.instances.values().filter(|instance| instance.takes_tasks()).count(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    cluster: Option<String>,
    service: String,
    desired_count: Option<usize>,
    capacity_provider_strategy: Option<Vec<StrategyItem>>,
    deployment_configuration: Option<Percentages>,
    #[serde(default)]
    force_new_deployment: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Percentages {
    minimum_healthy_percent: Option<usize>,
    maximum_percent: Option<usize>,
}

pub fn update(world: &mut World, asked: Update) -> Result<Value, Fault> {
    let percentages = asked.deployment_configuration.unwrap_or_default();
    let shares = asked.capacity_provider_strategy.iter().flatten().map(StrategyItem::share).collect();
    let changes = ServiceChanges {
        shares,
        desired: asked.desired_count,
        min_healthy_percent: percentages.minimum_healthy_percent,
        max_percent: percentages.maximum_percent,
        launch: asked.capacity_provider_strategy.map(strategy),
        force_new_deployment: asked.force_new_deployment,
    };
    let cluster = cluster_mut(&mut world.ecs, asked.cluster.as_deref())?;
    cluster.update_service(&asked.service, changes, &mut world.core)?;
    let service = cluster.services.get(short(&asked.service));
    Ok(json!({"service": service.map(|service| described(&world.core.names, cluster, service))}))
}

fn strategy(items: Vec<StrategyItem>) -> Launch {
    let names: Vec<String> = items.into_iter().map(|item| item.capacity_provider).collect();
    match names.first().map(String::as_str) {
        None => Launch::Type,
        Some("FARGATE") => Launch::Fargate,
        Some("FARGATE_SPOT") => Launch::FargateSpot,
        Some(_) => Launch::CapacityProviders(names),
    }
}

/// What a service and its deployment have in common.
fn progress(names: &Names, cluster: &Cluster, service: &Service) -> Map<String, Value> {
    let tasks = |status: TaskStatus| {
        let all = service.tasks.iter().filter_map(|id| cluster.tasks.get(id));
        json!(all.filter(|task| task.status == status).count())
    };
    let fields = [
        ("taskDefinition", json!(names.task_definition_arn(&service.spec.task.family))),
        ("desiredCount", json!(desired(cluster, service))),
        ("runningCount", tasks(TaskStatus::Running)),
        ("pendingCount", tasks(TaskStatus::Pending)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The deployment that its tasks are to belong to, and an older one whose tasks have not all been replaced. The id of each is
/// what its tasks were started by.
fn deployments(cluster: &Cluster, service: &Service, progress: &Map<String, Value>) -> Vec<Value> {
    let of_older = |id: &&String| {
        cluster.tasks.get(*id).is_some_and(|task| {
            task.is_wanted() && task.status != TaskStatus::Stopped && task.deployment != service.deployment
        })
    };
    let older = service.tasks.iter().filter(of_older).count();
    let created = json!(epoch_seconds(service.created_at));
    let deployment = |number: u32, status: &str, rollout: &str| {
        let mut fields = progress.clone();
        fields.extend([
            ("id".to_owned(), json!(service.deployment_id(number))),
            ("status".to_owned(), json!(status)),
            ("createdAt".to_owned(), created.clone()),
            ("updatedAt".to_owned(), created.clone()),
            ("rolloutState".to_owned(), json!(rollout)),
            ("rolloutStateReason".to_owned(), json!(format!("ECS deployment is {rollout}."))),
            ("failedTasks".to_owned(), json!(0)),
        ]);
        Value::Object(fields)
    };
    let rollout = if older > 0 { "IN_PROGRESS" } else { "COMPLETED" };
    let mut all = vec![deployment(service.deployment, "PRIMARY", rollout)];
    if older > 0 {
        let mut old = deployment(service.deployment.saturating_sub(1), "ACTIVE", "COMPLETED");
        if let Some(fields) = old.as_object_mut() {
            fields.extend([("runningCount".to_owned(), json!(older)), ("desiredCount".to_owned(), json!(0))]);
        }
        all.push(old);
    }
    all
}

fn launch(service: &Service) -> (&'static str, Value) {
    let item = |name: &str| {
        let (weight, base) = service.shares.get(name).copied().unwrap_or((1, 0));
        json!({"capacityProvider": name, "weight": weight, "base": base})
    };
    match &service.spec.launch {
        Launch::Type => ("launchType", json!("EC2")),
        Launch::CapacityProviders(names) => ("capacityProviderStrategy", names.iter().map(|name| item(name)).collect()),
        Launch::Fargate => ("capacityProviderStrategy", json!([item("FARGATE")])),
        Launch::FargateSpot => ("capacityProviderStrategy", json!([item("FARGATE_SPOT")])),
    }
}

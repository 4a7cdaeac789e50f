//! Services.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::cluster_mut;
use super::tasks::StrategyItem;
use super::{Paging, batch, cluster};
use crate::sim::ecs::describe::epoch_seconds;
use crate::sim::ecs::{Cluster, Service, ServiceChanges, TaskStatus};
use crate::sim::kernel::{Fault, Names, short};
use crate::sim::spec::{Launch, Strategy};
use crate::sim::world::World;

#[derive(Deserialize)]
pub struct List {
    cluster: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

pub fn list(world: &World, asked: &List) -> Result<Value, Fault> {
    let cluster = cluster(&world.ecs, asked.cluster.as_deref())?;
    let arns: Vec<String> =
        cluster.services.keys().map(|name| world.core.names.service_arn(&cluster.name, name)).collect();
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

fn described(names: &Names, cluster: &Cluster, service: &Service) -> Value {
    let spec = &service.spec;
    let mut described = json!({
        "serviceArn": names.service_arn(&cluster.name, &spec.name),
        "serviceName": spec.name,
        "clusterArn": cluster.arn,
        "status": "ACTIVE",
        "schedulingStrategy": match spec.strategy {
            Strategy::Replica => "REPLICA",
            Strategy::Daemon => "DAEMON",
        },
        "createdAt": epoch_seconds(service.created_at),
        "deploymentConfiguration": {
            "minimumHealthyPercent": spec.min_healthy_percent,
            "maximumPercent": spec.max_percent,
        },
        "events": [],
    });
    let progress = progress(names, cluster, service);
    let mut deployment = progress.clone();
    deployment.extend(deployment_of(service));
    if let Some(fields) = described.as_object_mut() {
        let (field, value) = launch(&spec.launch);
        fields.insert(field.to_owned(), value);
        fields.extend(progress);
        fields.insert("deployments".to_owned(), json!([deployment]));
    }
    described
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
    let changes = ServiceChanges {
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

/// The one deployment that a service without changes has. Its id is what its tasks were started by.
fn deployment_of(service: &Service) -> Map<String, Value> {
    let created = json!(epoch_seconds(service.created_at));
    let fields = [
        ("id", json!(format!("ecs-svc/{}", service.spec.name))),
        ("status", json!("PRIMARY")),
        ("createdAt", created.clone()),
        ("updatedAt", created),
        ("rolloutState", json!("COMPLETED")),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn launch(launch: &Launch) -> (&'static str, Value) {
    match launch {
        Launch::Type => ("launchType", json!("EC2")),
        Launch::CapacityProviders(names) => {
            let strategy = names.iter().map(|name| json!({"capacityProvider": name, "weight": 1, "base": 0}));
            ("capacityProviderStrategy", strategy.collect())
        }
        Launch::Fargate => {
            ("capacityProviderStrategy", json!([{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]))
        }
        Launch::FargateSpot => {
            ("capacityProviderStrategy", json!([{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]))
        }
    }
}

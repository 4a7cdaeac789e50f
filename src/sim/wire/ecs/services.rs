//! Services.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Paging, batch, cluster};
use crate::sim::ecs::{Cluster, Service, TaskStatus};
use crate::sim::fault::Fault;
use crate::sim::names::{Names, short};
use crate::sim::scenario::Launch;
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
    let tasks = |status: TaskStatus| {
        let all = service.tasks.iter().filter_map(|arn| cluster.tasks.get(arn));
        all.filter(|task| task.status == status).count()
    };
    let mut described = json!({
        "serviceArn": names.service_arn(&cluster.name, &spec.name),
        "serviceName": spec.name,
        "clusterArn": cluster.arn,
        "status": "ACTIVE",
        "schedulingStrategy": "REPLICA",
        "desiredCount": spec.desired,
        "runningCount": tasks(TaskStatus::Running),
        "pendingCount": tasks(TaskStatus::Pending),
        "taskDefinition": names.task_definition_arn(&spec.task.family),
        "deploymentConfiguration": {
            "minimumHealthyPercent": spec.min_healthy_percent,
            "maximumPercent": spec.max_percent,
        },
    });
    let (field, value) = match &spec.launch {
        Launch::Type => ("launchType", json!("EC2")),
        Launch::CapacityProviders(names) => {
            let strategy = names.iter().map(|name| json!({"capacityProvider": name, "weight": 1, "base": 0}));
            ("capacityProviderStrategy", strategy.collect())
        }
    };
    if let Some(fields) = described.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    described
}

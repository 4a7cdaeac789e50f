//! Tasks: listed, described, run, started, stopped and protected.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Paging, batch, cluster, cluster_mut, failures};
use crate::sim::ecs::describe::{self, Times, epoch_seconds};
use crate::sim::ecs::{Cluster, Outcome, RunRequest, Task};
use crate::sim::kernel::{Fault, Names, object, short};
use crate::sim::world::World;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    cluster: Option<String>,
    container_instance: Option<String>,
    service_name: Option<String>,
    family: Option<String>,
    started_by: Option<String>,
    desired_status: Option<String>,
    launch_type: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

/// Tasks that are meant to run, unless a status is asked for. `PENDING` finds nothing, ever: no task is meant to stay
/// so (ECS API reference, `ListTasks`).
pub fn list(world: &World, asked: &List) -> Result<Value, Fault> {
    let cluster = cluster(&world.ecs, asked.cluster.as_deref())?;
    if asked.service_name.as_deref().is_some_and(|name| !cluster.services.contains_key(short(name))) {
        return Err(Fault::sender("ServiceNotFoundException", "Service not found."));
    }
    let desired = asked.desired_status.as_deref().unwrap_or("RUNNING");
    if !["RUNNING", "PENDING", "STOPPED"].contains(&desired) {
        return Err(Fault::invalid_parameter("desiredStatus must be RUNNING, PENDING or STOPPED."));
    }
    let matches = |wanted: &Option<String>, value: Option<&str>| {
        wanted.as_deref().is_none_or(|wanted| value == Some(short(wanted)))
    };
    let wanted = |task: &&Task| {
        task.desired_status() == desired
            && matches(&asked.container_instance, task.instance.as_deref())
            && matches(&asked.service_name, task.service.as_deref())
            && matches(&asked.family, Some(&task.spec.family))
            && matches(&asked.started_by, task.started_by.as_deref().map(short))
            && matches(&asked.launch_type, Some(if task.on_fargate { "FARGATE" } else { "EC2" }))
    };
    let arns = cluster.tasks.values().filter(wanted).map(|task| &task.arn).collect();
    asked.paging.answer("taskArns", arns, 100)
}

#[derive(Deserialize)]
pub struct Describe {
    cluster: Option<String>,
    #[serde(default)]
    tasks: Vec<String>,
}

pub fn describe(world: &World, asked: &Describe) -> Result<Value, Fault> {
    let cluster = cluster(&world.ecs, asked.cluster.as_deref())?;
    batch("Tasks", &asked.tasks, 100)?;
    let outcome = cluster.look_up(&asked.tasks, "task", &cluster.tasks);
    Ok(answer(&world.core.names, cluster, &outcome))
}

fn answer(names: &Names, cluster: &Cluster, outcome: &Outcome) -> Value {
    let found = outcome.found.iter().filter_map(|id| cluster.tasks.get(id));
    let tasks: Vec<Value> = found.map(|task| describe::task(names, cluster, task, Times::Epoch)).collect();
    object([("tasks", tasks.into()), ("failures", failures(&outcome.failures).into())])
}

#[derive(Deserialize)]
pub struct Stop {
    cluster: Option<String>,
    task: String,
    reason: Option<String>,
}

pub fn stop(world: &mut World, asked: &Stop) -> Result<Value, Fault> {
    let cluster = cluster_mut(&mut world.ecs, asked.cluster.as_deref())?;
    let task = cluster.stop_task(&asked.task, asked.reason.as_deref(), &mut world.core)?.clone();
    Ok(json!({"task": describe::task(&world.core.names, cluster, &task, Times::Epoch)}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    cluster: Option<String>,
    task_definition: String,
    count: Option<usize>,
    #[serde(default)]
    capacity_provider_strategy: Vec<StrategyItem>,
    #[serde(default)]
    container_instances: Vec<String>,
    group: Option<String>,
    started_by: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StrategyItem {
    pub capacity_provider: String,
    weight: Option<u32>,
    base: Option<u32>,
}

impl StrategyItem {
    /// The name, the weight and the base.
    pub fn share(&self) -> (String, (u32, u32)) {
        (self.capacity_provider.clone(), (self.weight.unwrap_or(0), self.base.unwrap_or(0)))
    }
}

impl Run {
    fn request(self) -> RunRequest {
        RunRequest {
            definition: self.task_definition,
            count: self.count.unwrap_or(1),
            providers: self.capacity_provider_strategy.into_iter().map(|item| item.capacity_provider).collect(),
            group: self.group,
            started_by: self.started_by,
            instances: self.container_instances,
        }
    }
}

/// Runs tasks wherever there is room, or, where `exactly`, on the instances that the caller names.
pub fn run(world: &mut World, asked: Run, exactly: bool) -> Result<Value, Fault> {
    let name = asked.cluster.clone();
    let request = asked.request();
    let spec = world.ecs.definition(&request.definition)?.clone();
    let cluster = cluster_mut(&mut world.ecs, name.as_deref())?;
    let outcome = match exactly {
        true => cluster.start_tasks(&spec, &request, &mut world.core)?,
        false => cluster.run_tasks(&spec, &request, &mut world.core)?,
    };
    Ok(answer(&world.core.names, cluster, &outcome))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Protect {
    cluster: String,
    #[serde(default)]
    tasks: Vec<String>,
    #[serde(default)]
    protection_enabled: bool,
    expires_in_minutes: Option<u64>,
}

pub fn protect(world: &mut World, asked: &Protect) -> Result<Value, Fault> {
    let cluster = cluster_mut(&mut world.ecs, Some(&asked.cluster))?;
    let (enabled, minutes) = (asked.protection_enabled, asked.expires_in_minutes);
    let outcome = cluster.protect(&asked.tasks, enabled, minutes, &mut world.core)?;
    Ok(protection(cluster, &outcome, world.core.now))
}

/// All tasks of services where none is named.
pub fn get_protection(world: &World, asked: &Protect) -> Result<Value, Fault> {
    let cluster = cluster(&world.ecs, Some(&asked.cluster))?;
    if asked.tasks.len() > 100 {
        return Err(Fault::invalid_parameter("Tasks can have at most 100 items."));
    }
    let names: Vec<String> = match asked.tasks.as_slice() {
        [] => cluster.tasks.values().filter(|task| task.service.is_some()).map(|task| task.id.clone()).collect(),
        named => named.to_vec(),
    };
    Ok(protection(cluster, &cluster.protectable(&names), world.core.now))
}

fn protection(cluster: &Cluster, outcome: &Outcome, now: jiff::Timestamp) -> Value {
    let tasks = outcome.found.iter().filter_map(|id| cluster.tasks.get(id)).map(|task| {
        let until = task.protected_until.filter(|_| task.is_protected(now));
        json!({
            "taskArn": task.arn,
            "protectionEnabled": until.is_some(),
            "expirationDate": until.map(epoch_seconds),
        })
    });
    json!({"protectedTasks": tasks.collect::<Vec<_>>(), "failures": failures(&outcome.failures)})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    task_definition: String,
}

pub fn describe_definition(world: &World, asked: &Definition) -> Result<Value, Fault> {
    let unknown = |_| Fault::sender("ClientException", "Unable to describe task definition.");
    let spec = world.ecs.definition(&asked.task_definition).map_err(unknown)?;
    let containers = spec.containers.iter().map(|name| {
        json!({
            "name": name,
            "image": format!("{name}:latest"),
            "cpu": spec.cpu,
            "memory": spec.memory,
            "essential": true,
            "environment": [],
            "mountPoints": [],
            "portMappings": [],
            "volumesFrom": [],
            "stopTimeout": spec.stop_timeout.as_secs(),
        })
    });
    Ok(json!({"taskDefinition": {
        "taskDefinitionArn": world.core.names.task_definition_arn(&spec.family),
        "family": spec.family,
        "revision": 1,
        "status": "ACTIVE",
        "networkMode": "bridge",
        "compatibilities": ["EC2"],
        "requiresCompatibilities": ["EC2"],
        "placementConstraints": [],
        "volumes": [],
        "cpu": spec.cpu.to_string(),
        "memory": spec.memory.to_string(),
        "containerDefinitions": containers.collect::<Vec<_>>(),
    }, "tags": []}))
}

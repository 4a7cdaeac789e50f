//! Tasks.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Paging, batch, cluster, cluster_mut, failures};
use crate::sim::ecs::{Cluster, Task, epoch_seconds};
use crate::sim::fault::Fault;
use crate::sim::names::{Names, short};
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
    let matches = |wanted: &Option<String>, value: Option<&str>| {
        wanted.as_deref().is_none_or(|wanted| value == Some(short(wanted)))
    };
    let wanted = |task: &&Task| {
        task.desired_status() == desired
            && matches(&asked.container_instance, task.instance.as_deref().map(short))
            && matches(&asked.service_name, task.service.as_deref())
            && matches(&asked.family, Some(&task.spec.family))
            && matches(&asked.started_by, task.started_by.as_deref().map(short))
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
    let found = outcome.found.iter().filter_map(|arn| cluster.tasks.get(arn));
    let tasks: Vec<Value> = found.map(|task| described(&world.core.names, cluster, task)).collect();
    Ok(json!({"tasks": tasks, "failures": failures(&outcome.failures)}))
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
    Ok(json!({"task": described(&world.core.names, cluster, &task)}))
}

fn described(names: &Names, cluster: &Cluster, task: &Task) -> Value {
    let containers = task.spec.containers.iter().map(|name| {
        json!({"name": name, "lastStatus": container_status(task), "exitCode": task.exit_code, "taskArn": task.arn})
    });
    let moments = [
        ("createdAt", Some(task.created_at)),
        ("startedAt", task.started_at),
        ("stoppingAt", task.stopping_at),
        ("stoppedAt", task.stopped_at),
    ];
    let mut fields: Map<String, Value> =
        moments.into_iter().filter_map(|(name, at)| Some((name.to_owned(), json!(epoch_seconds(at?))))).collect();
    let rest = json!({
        "taskArn": task.arn,
        "clusterArn": cluster.arn,
        "taskDefinitionArn": names.task_definition_arn(&task.spec.family),
        "group": task.group(),
        "containerInstanceArn": task.instance,
        "startedBy": task.started_by,
        "lastStatus": task.status.name(),
        "desiredStatus": task.desired_status(),
        "stopCode": task.stop.as_ref().and_then(|stop| stop.code),
        "stoppedReason": task.stop.as_ref().map(|stop| &stop.reason),
        "launchType": "EC2",
        "capacityProviderName": task.provider,
        "cpu": task.spec.cpu.to_string(),
        "memory": task.spec.memory.to_string(),
        "version": task.version,
        "containers": containers.collect::<Vec<_>>(),
    });
    if let Value::Object(rest) = rest {
        fields.extend(rest.into_iter().filter(|(_, value)| !value.is_null()));
    }
    Value::Object(fields)
}

/// A container is PENDING, RUNNING or STOPPED, whatever its task goes through.
fn container_status(task: &Task) -> &'static str {
    match (task.started_at, task.stopped_at) {
        (_, Some(_)) => "STOPPED",
        (Some(_), None) => "RUNNING",
        (None, None) => "PENDING",
    }
}

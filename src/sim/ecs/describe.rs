//! How tasks and container instances look in answers of the API and in events, which differ in how they write times.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::backend::Backend;
use super::cluster::Cluster;
use super::instance::ContainerInstance;
use super::task::{Task, TaskStatus};
use crate::sim::kernel::{Names, object};
use crate::sim::spec::{CONTAINER_PORT, Need};

/// How times are written.
#[derive(Clone, Copy, Debug)]
pub enum Times {
    /// In answers: seconds since the epoch, with fractions.
    Epoch,
    /// In events: ISO 8601.
    Iso,
}

impl Times {
    pub fn write(self, moment: Timestamp) -> Value {
        match self {
            Self::Epoch => json!(epoch_seconds(moment)),
            Self::Iso => json!(format!("{moment:.3}")),
        }
    }
}

/// What a time is good for in the API: seconds since the epoch, with fractions.
pub fn epoch_seconds(moment: Timestamp) -> f64 {
    moment.as_duration().as_millis_f64().round() / 1_000.0
}

pub fn task(names: &Names, cluster: &Cluster, task: &Task, times: Times) -> Value {
    let containers = task.spec.containers.iter().enumerate().map(|(position, name)| {
        json!({
            "containerArn": format!("{}/{name}", task.arn.replacen(":task/", ":container/", 1)),
            "name": name,
            "lastStatus": container_status(task),
            "exitCode": task.exit_code,
            "taskArn": task.arn,
            "image": format!("{name}:latest"),
            "cpu": task.spec.cpu.to_string(),
            "memory": task.spec.memory.to_string(),
            "healthStatus": "UNKNOWN",
            "networkInterfaces": [],
            "networkBindings": task.backend.iter().filter(|_| position == 0).map(binding).collect::<Vec<_>>(),
        })
    });
    let moments = [
        ("createdAt", Some(task.created_at)),
        ("pullStartedAt", task.pull.filter(|_| task.started_at.is_some()).map(|(from, _)| from)),
        ("pullStoppedAt", task.pull.filter(|_| task.started_at.is_some()).map(|(_, to)| to)),
        ("startedAt", task.started_at),
        ("stoppingAt", task.stopping_at),
        ("stoppedAt", task.stopped_at),
    ];
    let mut fields: Map<String, Value> =
        moments.into_iter().filter_map(|(name, at)| Some((name.to_owned(), times.write(at?)))).collect();
    let instance = task.instance.as_ref().and_then(|id| cluster.instances.get(id));
    let rest = json!({
        "taskArn": task.arn,
        "clusterArn": cluster.arn,
        "taskDefinitionArn": names.task_definition_arn(&task.spec.family),
        "group": task.group(),
        "containerInstanceArn": instance.map(|instance| &instance.arn),
        "availabilityZone": instance.map(|instance| &instance.host.zone),
        "startedBy": task.started_by,
        "lastStatus": task.status.name(),
        "desiredStatus": task.desired_status(),
        "stopCode": task.stop.as_ref().and_then(|stop| stop.code),
        "stoppedReason": task.stop.as_ref().map(|stop| &stop.reason),
        "launchType": if task.on_fargate { "FARGATE" } else { "EC2" },
        "capacityProviderName": task.provider,
        "cpu": task.spec.cpu.to_string(),
        "memory": task.spec.memory.to_string(),
        "version": task.version,
        "attachments": [],
        "attributes": [],
        "tags": [],
        "overrides": {"containerOverrides": [], "inferenceAcceleratorOverrides": []},
        "connectivity": task.started_at.map(|_| "CONNECTED"),
        "enableExecuteCommand": false,
        "healthStatus": "UNKNOWN",
        "containers": containers.collect::<Vec<_>>(),
    });
    if let Value::Object(rest) = rest {
        fields.extend(rest.into_iter().filter(|(_, value)| !value.is_null()));
    }
    Value::Object(fields)
}

/// In the network mode `bridge`, with a host port that the agent chose.
fn binding(backend: &Backend) -> Value {
    json!({
        "bindIP": "0.0.0.0",
        "containerPort": CONTAINER_PORT,
        "hostPort": backend.target.port,
        "protocol": "tcp",
    })
}

/// A container is PENDING, RUNNING or STOPPED, whatever its task goes through.
const fn container_status(task: &Task) -> &'static str {
    match (task.started_at, task.stopped_at) {
        (_, Some(_)) => "STOPPED",
        (Some(_), None) => "RUNNING",
        (None, None) => "PENDING",
    }
}

/// Tasks that are on their way out are in neither count.
pub fn container_instance(cluster: &Cluster, instance: &ContainerInstance, times: Times) -> Value {
    let statuses: Vec<TaskStatus> =
        instance.tasks.iter().filter_map(|id| cluster.tasks.get(id).map(|task| task.status)).collect();
    let tasks = |status: TaskStatus| statuses.iter().filter(|one| **one == status).count();
    let attributes = instance.attributes.iter().map(|(name, value)| json!({"name": name, "value": value}));
    let about = json!({"agentVersion": "1.105.1", "agentHash": "a1b2c3d4", "dockerVersion": "DockerVersion: 25.0.14"});
    object([
        ("containerInstanceArn", instance.arn.as_str().into()),
        ("ec2InstanceId", instance.host.id.as_str().into()),
        ("capacityProviderName", instance.provider.as_deref().into()),
        ("status", instance.status.name().into()),
        ("agentConnected", instance.agent_connected.into()),
        ("registeredAt", times.write(instance.registered_at)),
        ("runningTasksCount", tasks(TaskStatus::Running).into()),
        ("pendingTasksCount", tasks(TaskStatus::Pending).into()),
        ("version", instance.version.into()),
        ("versionInfo", about),
        ("attachments", Value::Array(Vec::new())),
        ("tags", Value::Array(Vec::new())),
        ("registeredResources", resources(instance.registered)),
        ("remainingResources", resources(instance.remaining)),
        ("attributes", attributes.collect()),
    ])
}

fn resources(need: Need) -> Value {
    let integer = |name: &str, value: u32| json!({"name": name, "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": value});
    let ports = |name: &str, taken: &[&str]| {
        json!({
            "name": name, "type": "STRINGSET", "doubleValue": 0.0, "longValue": 0, "integerValue": 0,
            "stringSetValue": taken,
        })
    };
    // What the agent and Docker take.
    let taken = ["22", "2375", "2376", "51678", "51679"];
    let all =
        [integer("CPU", need.cpu), integer("MEMORY", need.memory), ports("PORTS", &taken), ports("PORTS_UDP", &[])];
    Value::Array(all.into())
}

//! The whole account as one JSON value, for people and tools that look in from outside. Shows; changes nothing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::autoscaling::{Group, Member};
use super::ecs::{Cluster, ContainerInstance, Service, TaskStatus};
use super::sqs::Queue;
use super::truth::{Interruption, Replacement};
use super::world::World;

/// Everything, now.
pub fn state(world: &World) -> Value {
    json!({
        "time": world.core.now,
        "seed": world.core.dice.seed(),
        "account": world.core.names.account,
        "region": world.core.names.region,
        "clusters": world.ecs.clusters.values().map(cluster).collect::<Vec<_>>(),
        "groups": world.autoscaling.groups.values().map(group).collect::<Vec<_>>(),
        "queues": world.sqs.queues.values().map(|found| queue(world, found)).collect::<Vec<_>>(),
        "interruptions": world.truth.truth().interruptions.iter().map(interruption).collect::<Vec<_>>(),
    })
}

fn cluster(cluster: &Cluster) -> Value {
    let mut tasks: BTreeMap<&str, usize> = BTreeMap::new();
    cluster.tasks.values().for_each(|task| *tasks.entry(task.status.name()).or_default() += 1);
    json!({
        "name": cluster.name,
        "containerInstances": cluster.instances.values().map(container_instance).collect::<Vec<_>>(),
        "services": cluster.services.values().map(|found| service(cluster, found)).collect::<Vec<_>>(),
        "tasks": tasks,
    })
}

fn container_instance(instance: &ContainerInstance) -> Value {
    json!({
        "arn": instance.arn,
        "instanceId": instance.host.id,
        "capacityProvider": instance.provider,
        "status": instance.status.name(),
        "agentConnected": instance.agent_connected,
        "registeredAt": instance.registered_at,
        "tasks": instance.tasks.len(),
    })
}

fn service(cluster: &Cluster, service: &Service) -> Value {
    let count = |status: TaskStatus| {
        let tasks = service.tasks.iter().filter_map(|arn| cluster.tasks.get(arn));
        tasks.filter(|task| task.status == status).count()
    };
    json!({
        "name": service.spec.name,
        "desired": service.spec.desired,
        "running": count(TaskStatus::Running),
        "pending": count(TaskStatus::Pending),
        "waitingForCapacity": count(TaskStatus::Provisioning),
    })
}

fn group(group: &Group) -> Value {
    json!({
        "name": group.name,
        "capacityProvider": group.capacity_provider,
        "min": group.min,
        "max": group.max,
        "desired": group.desired,
        "members": group.members.values().map(member).collect::<Vec<_>>(),
    })
}

fn member(member: &Member) -> Value {
    json!({
        "instanceId": member.instance,
        "lifecycleState": member.state.name(),
        "healthy": member.healthy,
        "zone": member.zone,
        "instanceType": member.instance_type,
    })
}

fn queue(world: &World, queue: &Queue) -> Value {
    let (visible, in_flight) = queue.depth(world.core.now);
    json!({"name": queue.name, "visible": visible, "inFlight": in_flight})
}

fn interruption(seen: &Interruption) -> Value {
    let replacement = |new: &Replacement| json!({"instanceId": new.instance_id, "launched": new.launched, "registered": new.registered});
    json!({
        "instanceId": seen.instance_id,
        "group": seen.group,
        "capacityProvider": seen.capacity_provider,
        "action": seen.action,
        "notice": seen.notice,
        "deadline": seen.deadline,
        "cancelled": seen.cancelled,
        "gone": seen.gone,
        "tasksAtNotice": seen.tasks_at_notice,
        "graceful": seen.graceful,
        "cutShort": seen.cut_short,
        "killed": seen.killed,
        "replacement": seen.replacement.as_ref().map(replacement),
    })
}

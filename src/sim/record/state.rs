//! The whole account as one JSON value, for people and tools that look in from outside. Shows; changes nothing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::truth::{Interruption, Replacement};
use crate::sim::autoscaling::{Group, Hook, Member};
use crate::sim::ec2::Instance;
use crate::sim::ecs::{CapacityProvider, Cluster, ContainerInstance, Service, TaskStatus};
use crate::sim::sqs::Queue;
use crate::sim::world::World;

/// Everything, now.
pub fn state(world: &World) -> Value {
    json!({
        "time": world.core.now,
        "seed": world.core.dice.seed(),
        "account": world.core.names.account,
        "region": world.core.names.region,
        "clusters": world.ecs.clusters.values().map(cluster).collect::<Vec<_>>(),
        "groups": world.autoscaling.groups.values().map(group).collect::<Vec<_>>(),
        "capacityProviders": world.ecs.providers.values().map(provider).collect::<Vec<_>>(),
        "instances": world.ec2.iter().map(instance).collect::<Vec<_>>(),
        "pools": world.ec2.pools.limits().map(|((instance_type, zone), capacity)| {
            json!({"instanceType": instance_type, "zone": zone, "capacity": capacity})
        }).collect::<Vec<_>>(),
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
        let tasks = service.tasks.iter().filter_map(|id| cluster.tasks.get(id));
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
        "suspended": group.suspended.iter().map(|process| format!("{process:?}")).collect::<Vec<_>>(),
        "capacityRebalance": group.capacity_rebalance,
        "hooks": group.hooks.values().map(hook).collect::<Vec<_>>(),
        "members": group.members.values().chain(group.warm.values()).map(member).collect::<Vec<_>>(),
    })
}

fn hook(hook: &Hook) -> Value {
    json!({"name": hook.spec.name, "transition": hook.transition(), "heartbeatSeconds": hook.spec.heartbeat.as_secs()})
}

fn provider(provider: &CapacityProvider) -> Value {
    json!({
        "name": provider.name,
        "group": provider.group,
        "managedScaling": provider.managed_scaling,
        "reservation": provider.alarms.reservation,
        "managedDraining": provider.managed_draining,
    })
}

fn instance(instance: &Instance) -> Value {
    json!({
        "instanceId": instance.host.id,
        "state": instance.state.name(),
        "instanceType": instance.host.instance_type,
        "zone": instance.host.zone,
        "spot": instance.host.spot,
        "launched": instance.launched,
        "notice": instance.notice().map(|(action, at)| json!({"action": action, "at": at})),
        "rebalanceRecommended": instance.recommended,
    })
}

fn member(member: &Member) -> Value {
    json!({
        "instanceId": member.instance,
        "lifecycleState": member.state.name(),
        "healthy": member.healthy,
        "protected": member.protected,
        "waitingFor": member.waiting.iter().map(|waiting| &waiting.hook).collect::<Vec<_>>(),
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
        "situation": seen.situation,
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

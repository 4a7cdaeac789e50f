//! What a scenario plans for its account, carried out: by Spot, by AWS, or by a person with an access key of their own.

use std::time::Duration;

use super::autoscaling::{LifecycleState, Member};
use super::ecs::Status;
use super::kernel::{Core, PlanTimer, Purpose};
use super::spec::{Deed, InterruptionPlan, Planned};
use super::world::World;

/// Who does what people do.
const PERSON: &str = "person";

/// Plans everything, from now on.
pub fn schedule(interruptions: Vec<InterruptionPlan>, plan: Vec<Planned>, core: &mut Core) {
    for interruption in interruptions {
        let announced = interruption.recommended.unwrap_or_default();
        core.after(interruption.after.saturating_sub(announced), PlanTimer::Interrupt(interruption));
    }
    for Planned { after, deed } in plan {
        core.after(after, PlanTimer::Do(deed));
    }
}

/// Does what was planned.
pub fn on_timer(world: &mut World, timer: PlanTimer) {
    match timer {
        PlanTimer::Cancel(instance) => world.ec2.cancel_reclaim(&instance, &mut world.core),
        PlanTimer::Interrupt(plan) => begin(world, plan),
        PlanTimer::Follow { plan, instances } => interrupt(world, &plan, instances),
        PlanTimer::SetBack(instances) => set_back(world, &instances),
        PlanTimer::Do(deed) => act(world, deed),
    }
}

/// Picks the instances, and lets a recommendation come first where one is planned.
fn begin(world: &mut World, plan: InterruptionPlan) {
    let candidates = candidates(world, &plan.group, plan.any);
    let can = candidates.into_iter().filter(|id| world.ec2.can_be_interrupted(id)).collect();
    let instances = world.core.dice.sample(Purpose::Reclaim, can, plan.count);
    let Some(ahead) = plan.recommended else { return interrupt(world, &plan, instances) };
    instances.iter().for_each(|id| world.ec2.recommend(id, &mut world.core));
    world.core.after(ahead, PlanTimer::Follow { plan, instances });
}

fn interrupt(world: &mut World, plan: &InterruptionPlan, instances: Vec<String>) {
    let lead = plan.lead.unwrap_or(world.core.params.notice_lead);
    for instance in instances {
        world.ec2.take_back(&instance, plan.action, lead, plan.silent, &mut world.core);
        if let Some(after) = plan.cancelled_after {
            world.core.after(after, PlanTimer::Cancel(instance));
        }
    }
}

/// The members of a group; those that are in service and in their cluster, unless any will do.
fn candidates(world: &World, group: &str, any: bool) -> Vec<String> {
    let Some(group) = world.autoscaling.groups.get(group) else { return Vec::new() };
    let serves = |member: &&Member| {
        let joined = group.cluster.is_none() || world.ecs.is_registered(&member.instance);
        any || member.state == LifecycleState::InService && joined
    };
    group.members.values().filter(serves).map(|member| member.instance.clone()).collect()
}

/// Instances of a group that serve undisturbed.
fn undisturbed(world: &mut World, group: &str, count: usize) -> Vec<String> {
    let serving = candidates(world, group, false);
    let serving = serving.into_iter().filter(|id| world.ec2.is_undisturbed(id)).collect();
    world.core.dice.sample(Purpose::Plan, serving, count)
}

fn act(world: &mut World, deed: Deed) {
    match deed {
        Deed::Recommend { group, count } => {
            let instances = undisturbed(world, &group, count);
            instances.iter().for_each(|id| world.ec2.recommend(id, &mut world.core));
        }
        Deed::Maintain { group, count, lead } => {
            let instances = undisturbed(world, &group, count);
            world.ec2.maintain(&instances, lead, &mut world.core);
        }
        Deed::Capacity { instance_type, zone, capacity } => {
            resize_pools(world, instance_type.as_deref(), zone.as_deref(), capacity);
        }
        Deed::InterruptFargate { cluster, count } => interrupt_fargate(world, &cluster, count),
        Deed::Send { queue, body } => drop(world.sqs.send(&queue, body, &mut world.core)),
        deed => world.in_the_name_of(PERSON, |world| act_as_person(world, deed)),
    }
}

/// Spot takes back what a pool cannot hold any more.
fn resize_pools(world: &mut World, instance_type: Option<&str>, zone: Option<&str>, capacity: Option<u32>) {
    for pool in world.ec2.pools_of(instance_type, zone) {
        let surplus = world.ec2.set_capacity(&pool, capacity, &mut world.core);
        let (inside, leaving): (Vec<String>, Vec<String>) =
            world.ec2.ids_in(&pool).into_iter().partition(|id| world.ec2.can_be_interrupted(id));
        let surplus = (surplus as usize).saturating_sub(leaving.len());
        let lead = world.core.params.notice_lead;
        for id in world.core.dice.sample(Purpose::Pools, inside, surplus) {
            world.ec2.interrupt(&id, Default::default(), lead, &mut world.core);
        }
    }
}

fn interrupt_fargate(world: &mut World, cluster: &str, count: usize) {
    let Some(cluster) = world.ecs.clusters.get_mut(cluster) else { return };
    for task in world.core.dice.sample(Purpose::Fargate, cluster.on_fargate_spot(), count) {
        cluster.interrupt_fargate(&task, &mut world.core);
    }
}

/// What a person does may be refused, as it may be in reality.
fn act_as_person(world: &mut World, deed: Deed) {
    match deed {
        Deed::Drain { group, count, back_after } => drain(world, &group, count, back_after),
        Deed::Detach { group, count } => {
            let instances = undisturbed(world, &group, count);
            let World { autoscaling, core, .. } = world;
            if let Some(group) = autoscaling.groups.get_mut(&group) {
                let _ = group.detach(&instances, false, core);
            }
        }
        Deed::Terminate { group, count } => {
            let instances = undisturbed(world, &group, count);
            let World { autoscaling, ec2, core, .. } = world;
            if let Some(group) = autoscaling.groups.get_mut(&group) {
                let _ = group.terminate_on_request(&instances, false, ec2, core);
            }
        }
        Deed::Resize { group, desired } => {
            if let Some(group) = world.autoscaling.groups.get_mut(&group) {
                let _ = group.set_desired(desired, false, &mut world.core);
            }
        }
        Deed::Refresh { group } => {
            if let Some(group) = world.autoscaling.groups.get_mut(&group) {
                let _ = group.start_refresh(&mut world.core);
            }
        }
        _ => {}
    }
}

fn drain(world: &mut World, group: &str, count: usize, back_after: Option<Duration>) {
    let instances = undisturbed(world, group, count);
    set_state(world, &instances, Status::Draining);
    if let Some(after) = back_after {
        world.core.after(after, PlanTimer::SetBack(instances));
    }
}

/// Only what runs undisturbed: who drained an instance for an update does not bring back one that Spot takes.
fn set_back(world: &mut World, instances: &[String]) {
    let undisturbed: Vec<String> = instances.iter().filter(|id| world.ec2.is_undisturbed(id)).cloned().collect();
    world.in_the_name_of(PERSON, |world| set_state(world, &undisturbed, Status::Active));
}

fn set_state(world: &mut World, hosts: &[String], status: Status) {
    let World { ecs, core, .. } = world;
    for cluster in ecs.clusters.values_mut() {
        let on = |host: &String| cluster.instance_on(host).map(|instance| instance.id.clone());
        let ids: Vec<String> = hosts.iter().filter_map(on).collect();
        // A refusal is as good as none for a person who looks again.
        let _ = cluster.set_state(&ids, status, core);
    }
}

//! From a scenario to a world. Nothing is put in place by hand: the account is created some time before the simulation
//! starts and left to itself until then, so that it starts out in a state that it can really be in.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use super::autoscaling::{Group, LifecycleState};
use super::core::{Core, earlier};
use super::dice::Purpose;
use super::ecs::{CapacityProvider, Cluster, Service, Task};
use super::events::Events;
use super::journal::Journal;
use super::names::Names;
use super::scenario::{ClusterSpec, GroupSpec, InterruptionPlan, Launch, Scenario, TaskSpec};
use super::sqs::Queue;
use super::world::World;

/// When groups are created, before the start.
const GROUPS_AGE: Duration = Duration::from_secs(60 * 60);
/// When services are created, before the start.
const SERVICES_AGE: Duration = Duration::from_secs(45 * 60);

/// What the scenario's plan does.
#[derive(Clone, Debug)]
pub enum Timer {
    Interrupt(InterruptionPlan),
    Cancel(String),
}

/// Builds the world of `scenario` as it is at `now`.
pub fn build(scenario: Scenario, seed: u64, now: Timestamp) -> World {
    let Scenario { account, region, params, clusters, groups, queues, rules, interruptions, faults } = scenario;
    let entries = params.journal_entries;
    let core = Core::new(earlier(now, GROUPS_AGE), params, Names { account, region }, seed);
    let mut world = World::new(core);
    for cluster in &clusters {
        let arn = world.core.names.cluster_arn(&cluster.name);
        world.ecs.clusters.insert(cluster.name.clone(), Cluster::new(cluster.name.clone(), arn));
    }
    for spec in queues {
        world.sqs.queues.insert(spec.name.clone(), Queue::new(spec));
    }
    for group in &groups {
        add_group(&mut world, group);
    }
    world.advance_to(earlier(now, SERVICES_AGE));
    for cluster in clusters {
        add_workload(&mut world, cluster);
    }
    world.advance_to(now);
    for group in groups {
        suspend(&mut world, group);
    }
    world.events = Events { rules };
    world.journal = Journal::new(entries);
    (world.core.started, world.core.faults) = (now, faults);
    for plan in interruptions {
        world.core.after(plan.after, Timer::Interrupt(plan));
    }
    world
}

fn add_group(world: &mut World, spec: &GroupSpec) {
    let core = &mut world.core;
    let group = Group {
        name: spec.name.clone(),
        arn: core.names.group_arn(&spec.name, &mut core.dice),
        created: core.now,
        min: spec.min,
        max: spec.max,
        desired: spec.desired,
        zones: spec.zones.clone(),
        instance_types: spec.instance_types.clone(),
        capacity_rebalance: spec.capacity_rebalance,
        protect_new: spec.protect_new,
        suspended: BTreeSet::new(),
        cluster: spec.cluster.clone(),
        capacity_provider: spec.capacity_provider.clone(),
        members: BTreeMap::new(),
        vacancies: VecDeque::new(),
        activities: Default::default(),
    };
    group.wake(core);
    if let Some(name) = spec.capacity_provider.clone() {
        let provider = CapacityProvider {
            arn: core.names.capacity_provider_arn(&name),
            name: name.clone(),
            group: group.name.clone(),
            group_arn: group.arn.clone(),
            managed_scaling: spec.managed_scaling,
            managed_draining: spec.managed_draining,
            managed_termination_protection: spec.managed_termination_protection,
        };
        if let Some(cluster) = spec.cluster.as_ref().and_then(|cluster| world.ecs.clusters.get_mut(cluster)) {
            cluster.providers.push(name.clone());
        }
        world.ecs.providers.insert(name, provider);
    }
    world.autoscaling.groups.insert(group.name.clone(), group);
}

fn add_workload(world: &mut World, spec: ClusterSpec) {
    let Some(cluster) = world.ecs.clusters.get_mut(&spec.name) else { return };
    for service in spec.services {
        cluster.services.insert(service.name.clone(), Service::new(service, world.core.now));
    }
    for task in spec.standalone {
        run_task(cluster, task, &mut world.core);
    }
    cluster.wake_all(&mut world.core);
}

fn run_task(cluster: &mut Cluster, spec: TaskSpec, core: &mut Core) {
    let task = Task::new(core.names.task_arn(&cluster.name, &mut core.dice), spec, core.now);
    let Some(instance) = cluster.find_place(&task, &Launch::Type) else { return };
    let arn = task.arn.clone();
    cluster.tasks.insert(arn.clone(), task);
    cluster.place(&arn, &instance, core);
}

fn suspend(world: &mut World, spec: GroupSpec) {
    if let Some(group) = world.autoscaling.groups.get_mut(&spec.name) {
        group.suspended = spec.suspended.into_iter().collect();
    }
}

/// Does what the scenario planned.
pub fn on_timer(world: &mut World, timer: Timer) {
    match timer {
        Timer::Cancel(instance) => world.ec2.cancel_reclaim(&instance, &mut world.core),
        Timer::Interrupt(plan) => interrupt(world, &plan),
    }
}

fn interrupt(world: &mut World, plan: &InterruptionPlan) {
    let mut candidates = candidates(world, &plan.group);
    for _ in 0..plan.count {
        if candidates.is_empty() {
            return;
        }
        let position = world.core.dice.below(Purpose::Reclaim, candidates.len() as u64);
        let instance = candidates.swap_remove(usize::try_from(position).unwrap_or(0));
        let lead = plan.lead.unwrap_or(world.core.params.notice_lead);
        world.ec2.interrupt(&instance, plan.action, lead, &mut world.core);
        if let Some(after) = plan.cancelled_after {
            world.core.after(after, Timer::Cancel(instance));
        }
    }
}

fn candidates(world: &World, group: &str) -> Vec<String> {
    let Some(group) = world.autoscaling.groups.get(group) else { return Vec::new() };
    let serving = group.members.values().filter(|member| {
        let joined = group.cluster.is_none() || world.ecs.is_registered(&member.instance);
        member.state == LifecycleState::InService && world.ec2.is_undisturbed(&member.instance) && joined
    });
    serving.map(|member| member.instance.clone()).collect()
}

//! From a scenario to a world. Nothing is put in place by hand: the account is created some time before the simulation
//! starts and left to itself until then, so that it starts out in a state that it can really be in.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::autoscaling::{Group, Hook, managed_hook};
use super::ecs::{CapacityProvider, Cluster, RunRequest, Service};
use super::events::Events;
use super::kernel::{Core, Names, earlier};
use super::plan;
use super::record::Journal;
use super::spec::{ClusterSpec, GroupSpec, Market, RuleSpec, Scenario};
use super::sqs::Queue;
use super::world::World;

/// When groups are created, before the start.
const GROUPS_AGE: Duration = Duration::from_secs(60 * 60);
/// When services are created, before the start.
const SERVICES_AGE: Duration = Duration::from_secs(45 * 60);
/// Builds the world of `scenario` as it is at `now`.
pub fn build(scenario: Scenario, seed: u64, now: Timestamp) -> World {
    let Scenario { account, region, params, clusters, groups, pools, queues, topics, rules, .. } = scenario;
    let entries = params.journal_entries;
    let core = Core::new(earlier(now, GROUPS_AGE), params, Names { account, region }, seed);
    let mut world = World::new(core);
    for cluster in &clusters {
        let arn = world.core.names.cluster_arn(&cluster.name);
        world.ecs.clusters.insert(cluster.name.clone(), Cluster::new(cluster.name.clone(), arn));
    }
    for pool in pools {
        world.ec2.pools.limit(&pool.instance_type, &pool.zone, pool.capacity);
    }
    for spec in queues {
        world.sqs.queues.insert(spec.name.clone(), Queue::new(spec, world.core.now));
    }
    for group in &groups {
        add_group(&mut world, group);
    }
    world.advance_to(earlier(now, SERVICES_AGE));
    for cluster in clusters {
        add_workload(&mut world, cluster);
    }
    world.advance_to(now);
    permit(&mut world, &rules);
    world.events = Events::new(rules, topics);
    world.core.audience = world.events.audience();
    world.journal = Journal::new(entries);
    for group in groups {
        finish_group(&mut world, group);
    }
    world.settle();
    (world.core.started, world.core.faults) = (now, scenario.faults);
    world.ec2.set_weather(scenario.weather, &mut world.core);
    plan::schedule(scenario.interruptions, scenario.plan, &mut world.core);
    world
}

/// Who wires a rule to a queue lets it send there.
fn permit(world: &mut World, rules: &[RuleSpec]) {
    let names = &world.core.names;
    for (name, queue) in &mut world.sqs.queues {
        let senders = rules.iter().filter(|rule| rule.queues.contains(name));
        let senders: Vec<String> = senders.map(|rule| names.rule_arn(&rule.name)).collect();
        if senders.is_empty() {
            continue;
        }
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "Rules",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": names.queue_arn(name),
            "Condition": {"ArnEquals": {"aws:SourceArn": senders}},
        }]});
        queue.others.insert("Policy".to_owned(), policy.to_string());
    }
}

fn add_group(world: &mut World, spec: &GroupSpec) {
    let core = &mut world.core;
    let managed = spec.capacity_provider.iter().map(|_| ("AmazonECSManaged".to_owned(), (String::new(), true)));
    let group = Group {
        name: spec.name.clone(),
        arn: core.names.group_arn(&spec.name, &mut core.dice),
        created: core.now,
        min: spec.min,
        max: spec.max.max(spec.desired),
        desired: spec.desired,
        zones: spec.zones.clone(),
        instance_types: spec.instance_types.clone(),
        market: spec.market,
        mixed_policy: spec.launch_template && (spec.market != Market::SPOT || spec.instance_types.len() > 1),
        launch_template: spec.launch_template,
        warm_pool: spec.warm_pool,
        capacity_rebalance: spec.capacity_rebalance,
        protect_new: spec.protect_new,
        suspended: BTreeSet::new(),
        hooks: BTreeMap::new(),
        tags: managed.collect(),
        cluster: spec.cluster.clone(),
        capacity_provider: spec.capacity_provider.clone(),
        members: BTreeMap::new(),
        warm: BTreeMap::new(),
        vacancies: VecDeque::new(),
        activities: Default::default(),
        renewal: None,
        renewed: VecDeque::new(),
        served: BTreeMap::new(),
        retries: false,
    };
    group.wake(core);
    if let Some(name) = spec.capacity_provider.clone() {
        add_provider(world, &group, name, spec);
    }
    if spec.agent_draining {
        world.ecs.agents_drain.insert(group.name.clone());
    }
    world.autoscaling.groups.insert(group.name.clone(), group);
}

fn add_provider(world: &mut World, group: &Group, name: String, spec: &GroupSpec) {
    let provider = CapacityProvider {
        arn: world.core.names.capacity_provider_arn(&name),
        name: name.clone(),
        group: group.name.clone(),
        group_arn: group.arn.clone(),
        desired: group.desired,
        instance_type: spec.instance_types.first().cloned().unwrap_or_default(),
        scaling: spec.managed_scaling.unwrap_or_default(),
        managed_scaling: spec.managed_scaling.is_some(),
        managed_draining: spec.managed_draining,
        managed_termination_protection: spec.managed_termination_protection,
        alarms: Default::default(),
        measured: false,
        protected: BTreeMap::new(),
    };
    if let Some(cluster) = spec.cluster.as_ref().and_then(|cluster| world.ecs.clusters.get_mut(cluster)) {
        cluster.providers.push(name.clone());
    }
    world.ecs.providers.insert(name, provider);
}

fn add_workload(world: &mut World, spec: ClusterSpec) {
    let World { ecs, elb, core, .. } = world;
    let Some(cluster) = ecs.clusters.get_mut(&spec.name) else { return };
    for service in spec.services {
        ecs.definitions.insert(service.task.family.clone(), service.task.clone());
        let target_group = elb.create_for(&cluster.name, &service, &core.names);
        let mut service = Service::new(service, core.now);
        service.target_group = target_group;
        cluster.services.insert(service.spec.name.clone(), service);
    }
    cluster.place_daemons(core);
    for task in spec.standalone {
        ecs.definitions.insert(task.family.clone(), task.clone());
        let asked = RunRequest { definition: task.family.clone(), count: 1, ..RunRequest::default() };
        // One that finds no room does not run.
        let _ = cluster.run_tasks(&task, &asked, core);
    }
    cluster.wake_all(core);
}

/// What would have disturbed the filling of a group.
fn finish_group(world: &mut World, spec: GroupSpec) {
    let World { autoscaling, ec2, ecs, core, .. } = world;
    let Some(group) = autoscaling.groups.get_mut(&spec.name) else { return };
    if spec.managed_draining {
        // AWS's own hook is within AWS's bounds.
        let _ = group.put_hook(managed_hook(), core);
    }
    for hook in spec.hooks {
        let _ = group.put_hook(Hook { spec: hook, managed: false, role: None }, core);
    }
    spec.capacity_provider.iter().for_each(|name| ecs.start_measuring(name, core));
    let standby: Vec<String> = group.members.keys().take(spec.standby as usize).cloned().collect();
    if !standby.is_empty() {
        let _ = group.enter_standby(&standby, false, core);
    }
    if spec.refreshing {
        let _ = group.start_refresh(core);
    }
    group.fill_warm_pool(ec2, core);
    group.suspended = spec.suspended.into_iter().collect();
}

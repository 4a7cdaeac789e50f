//! Looking into a simulated account from outside: for tests, summaries and checkers.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::sim::autoscaling::Member;
use crate::sim::door::Simulation;
use crate::sim::ecs::{ContainerInstance, Task};
use crate::sim::kernel::Drained;
use crate::sim::world::World;

/// How full a queue is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueDepth {
    /// Messages that can be received.
    pub visible: usize,
    /// Messages that somebody has received and not deleted.
    pub in_flight: usize,
}

/// An Auto Scaling group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    /// DesiredCapacity.
    pub desired: u32,
    /// How many members count as capacity.
    pub capacity: u32,
    /// Whether it is replacing members, or hooks hold some.
    pub is_moving: bool,
    /// Its members, by instance id.
    pub members: Vec<MemberView>,
    /// Its tags, by key.
    pub tags: BTreeMap<String, String>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// The instance.
    pub instance_id: String,
    /// The LifecycleState, as the API names it.
    pub lifecycle_state: &'static str,
}

/// A container instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerInstanceView {
    /// Its ARN.
    pub arn: String,
    /// Its EC2 instance.
    pub instance_id: String,
    /// Its capacity provider.
    pub capacity_provider: Option<String>,
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub status: &'static str,
    /// Whether the agent is connected.
    pub agent_connected: bool,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskView {
    /// Its ARN.
    pub arn: String,
    /// `service:NAME` or `family:NAME`.
    pub group: String,
    /// The EC2 instance that it was placed on.
    pub instance_id: Option<String>,
    /// lastStatus.
    pub last_status: &'static str,
    /// desiredStatus.
    pub desired_status: &'static str,
    /// Whether it counts as healthy.
    pub healthy: bool,
    /// For how long its target had been draining when it got SIGTERM; that goes on after the deregistration delay. `None`: the
    /// target was registered still, so that requests went to a container that stops. Says nothing of a task without
    /// SIGTERM, or of a service without target group.
    pub drained_for: Option<Duration>,
}

impl Simulation {
    /// How full a queue is; `None` where there is no such queue.
    #[must_use]
    pub fn queue_depth(&self, queue: &str) -> Option<QueueDepth> {
        let world = self.present();
        let (visible, in_flight) = world.sqs.queues.get(queue)?.depth(world.core.now);
        Some(QueueDepth { visible, in_flight })
    }

    /// An Auto Scaling group.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<GroupView> {
        let world = self.present();
        let group = world.autoscaling.groups.get(name)?;
        let view =
            |(id, m): (&String, &Member)| MemberView { instance_id: id.clone(), lifecycle_state: m.state.name() };
        let holds = group.members.values().any(|member| !member.waiting.is_empty() || member.rebalancing);
        Some(GroupView {
            desired: group.desired,
            capacity: group.capacity(&world.core),
            is_moving: holds || group.renewal.is_some(),
            members: group.members.iter().map(view).collect(),
            tags: group.tags.iter().map(|(key, (value, _))| (key.clone(), value.clone())).collect(),
        })
    }

    /// The container instances of a cluster, INACTIVE ones included.
    #[must_use]
    pub fn container_instances(&self, cluster: &str) -> Vec<ContainerInstanceView> {
        let world = self.present();
        let instances = world.ecs.clusters.get(cluster).into_iter().flat_map(|cluster| cluster.instances.values());
        instances.map(container_instance).collect()
    }

    /// The newest container instance of an EC2 instance.
    #[must_use]
    pub fn container_instance(&self, instance_id: &str) -> Option<ContainerInstanceView> {
        let world = self.present();
        let all = world.ecs.clusters.values().flat_map(|cluster| cluster.instances.values());
        all.filter(|i| i.host.id == instance_id).max_by_key(|i| i.registered_at).map(container_instance)
    }

    /// The tasks of a cluster that can still be described.
    #[must_use]
    pub fn tasks(&self, cluster: &str) -> Vec<TaskView> {
        tasks(&self.present(), cluster)
    }

    /// How often each action was called, by service (`ecs`, `autoscaling`, `sqs`) and action.
    #[must_use]
    pub fn call_counts(&self) -> BTreeMap<(String, String), u64> {
        self.present().journal.counts()
    }

    /// The latest calls and events, one line each, oldest first.
    #[must_use]
    pub fn transcript(&self) -> Vec<String> {
        self.present().journal.lines()
    }
}

fn container_instance(instance: &ContainerInstance) -> ContainerInstanceView {
    ContainerInstanceView {
        arn: instance.arn.clone(),
        instance_id: instance.host.id.clone(),
        capacity_provider: instance.provider.clone(),
        status: instance.status.name(),
        agent_connected: instance.agent_connected,
    }
}

fn tasks(world: &World, cluster: &str) -> Vec<TaskView> {
    let Some(cluster) = world.ecs.clusters.get(cluster) else { return Vec::new() };
    let host = |arn: &String| cluster.instances.get(arn).map(|instance| instance.host.id.clone());
    let view = |task: &Task| TaskView {
        arn: task.arn.clone(),
        group: task.group(),
        instance_id: task.instance.as_ref().and_then(host),
        last_status: task.status.name(),
        desired_status: task.desired_status(),
        healthy: task.healthy,
        drained_for: task.backend.as_ref().and_then(|backend| match backend.drained? {
            Drained::Not => None,
            Drained::For(time) => Some(time),
        }),
    };
    cluster.tasks.values().map(view).collect()
}

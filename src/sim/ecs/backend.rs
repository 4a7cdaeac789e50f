//! Tasks behind a load balancer: a task that runs is registered with the target group of its service, by its instance and a
//! dynamic host port, and is deregistered when it stops. Only asks for both; Elastic Load Balancing says what comes of it.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::Timestamp;

use super::Ecs;
use super::cluster::Cluster;
use crate::sim::kernel::{Core, Drained, Fact, Target};

/// Linux's range of ephemeral ports, out of which dynamic host ports are (ECS API reference, `PortMapping`).
pub const HOST_PORTS: RangeInclusive<u16> = 32_768..=60_999;

/// A task as its target group sees it.
#[derive(Clone, Debug)]
pub struct Backend {
    pub target: Target,
    /// Since when the target drains.
    drains_since: Option<Timestamp>,
    /// What the target was when the task got SIGTERM.
    pub drained: Option<Drained>,
}

impl Ecs {
    /// Elastic Load Balancing says that a target drains, or that it does not.
    pub(super) fn note_target(&mut self, target: &Target, drains_since: Option<Timestamp>) {
        for cluster in self.clusters.values_mut() {
            cluster.note_target(target, drains_since);
        }
    }
}

impl Cluster {
    /// A task runs: where its service has a target group it gets a host port and is registered.
    pub(super) fn join_target_group(&mut self, id: &str, core: &mut Core) {
        let Some(task) = self.tasks.get(id) else { return };
        let service = task.service.as_ref().and_then(|name| self.services.get(name));
        let Some(group) = service.and_then(|service| service.target_group.clone()) else { return };
        let Some(place) = task.instance.clone() else { return };
        let (instance, Some(port)) = (self.host_of(id), self.take_port(&place)) else { return };
        let target = Target { group, instance, port };
        core.tell(Fact::TargetWanted(target.clone()));
        if let Some(task) = self.tasks.get_mut(id) {
            task.backend = Some(Backend { target, drains_since: None, drained: None });
        }
    }

    /// The next host port of an instance that no task of it has. Upwards, so that one that has just become free is not
    /// taken for its successor's.
    fn take_port(&mut self, instance: &str) -> Option<u16> {
        let found = self.instances.get_mut(instance)?;
        let here = found.tasks.iter().filter_map(|id| self.tasks.get(id)?.backend.as_ref());
        let taken: BTreeSet<u16> = here.map(|backend| backend.target.port).collect();
        let begun = HOST_PORTS.filter(|port| *port < found.next_port);
        let port = (found.next_port..=*HOST_PORTS.end()).chain(begun).find(|port| !taken.contains(port))?;
        found.next_port = if port == *HOST_PORTS.end() { *HOST_PORTS.start() } else { port + 1 };
        Some(port)
    }

    /// The scheduler stops a task: its target drains first. How long SIGTERM has to wait for that.
    pub(super) fn leave_target_group(&mut self, id: &str, delay: Duration, core: &mut Core) -> Duration {
        let Some(backend) = self.tasks.get(id).and_then(|task| task.backend.as_ref()) else { return delay };
        core.tell(Fact::TargetUnwanted { target: backend.target.clone(), ended: false });
        // ECS waits until the target is out of its group. That the time counts that it drains already is inferred.
        let drained =
            backend.drains_since.map_or(Duration::ZERO, |since| core.now.duration_since(since).unsigned_abs());
        delay.saturating_sub(drained)
    }

    /// A task gets SIGTERM. Where nobody has deregistered its target before, ECS does now, when it is too late for the
    /// requests that are under way (field reports: ECS agent, issue 2316).
    pub(super) fn signalled_as_target(&mut self, id: &str, core: &mut Core) -> Option<Drained> {
        let backend = self.tasks.get_mut(id)?.backend.as_mut()?;
        let drained = match backend.drains_since {
            Some(since) => Drained::For(core.now.duration_since(since).unsigned_abs()),
            None => Drained::Not,
        };
        backend.drained = Some(drained);
        if drained == Drained::Not {
            core.tell(Fact::TargetUnwanted { target: backend.target.clone(), ended: false });
        }
        Some(drained)
    }

    /// A task is STOPPED: nobody answers at its port any more.
    pub(super) fn ended_as_target(&self, id: &str, core: &mut Core) {
        if let Some(backend) = self.tasks.get(id).and_then(|task| task.backend.as_ref()) {
            core.tell(Fact::TargetUnwanted { target: backend.target.clone(), ended: true });
        }
    }

    fn note_target(&mut self, target: &Target, drains_since: Option<Timestamp>) {
        let Some(instance) = self.instance_on(&target.instance) else { return };
        let ids: Vec<String> = instance.tasks.iter().cloned().collect();
        for id in ids {
            let backend = self.tasks.get_mut(&id).and_then(|task| task.backend.as_mut());
            if let Some(backend) = backend.filter(|backend| backend.target == *target) {
                backend.drains_since = drains_since;
            }
        }
    }
}

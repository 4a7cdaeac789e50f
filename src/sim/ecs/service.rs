//! A service, and the bounds within which its tasks may be replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::sim::kernel::{Core, EcsTimer, Fault, Purpose, later};
use crate::sim::spec::{Launch, ServiceSpec, Strategy};

#[derive(Clone, Debug)]
pub struct Service {
    pub spec: ServiceSpec,
    pub created_at: Timestamp,
    /// Which deployment its tasks are to belong to; it grows with each.
    pub deployment: u32,
    /// The ARN of its target group.
    pub target_group: Option<String>,
    /// The weight and the base of capacity providers, where somebody gave them. Told, not acted out.
    pub shares: BTreeMap<String, (u32, u32)>,
    /// All that can still be described, stopped ones included.
    pub tasks: BTreeSet<String>,
    /// Tasks wait for capacity.
    pub waits: bool,
    /// A run of the scheduler is planned.
    woken: bool,
    placements_failed: u32,
    held_until: Option<Timestamp>,
}

/// What `UpdateService` changes; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ServiceChanges {
    pub desired: Option<usize>,
    pub min_healthy_percent: Option<usize>,
    pub max_percent: Option<usize>,
    pub launch: Option<Launch>,
    pub shares: BTreeMap<String, (u32, u32)>,
    pub force_new_deployment: bool,
}

impl Service {
    pub fn new(spec: ServiceSpec, now: Timestamp) -> Self {
        Self {
            spec,
            created_at: now,
            deployment: 0,
            target_group: None,
            shares: BTreeMap::new(),
            tasks: BTreeSet::new(),
            waits: false,
            woken: false,
            placements_failed: 0,
            held_until: None,
        }
    }

    /// The id of a deployment.
    pub fn deployment_id(&self, number: u32) -> String {
        let name = &self.spec.name;
        if number == 0 { format!("ecs-svc/{name}") } else { format!("ecs-svc/{name}-{number}") }
    }

    pub fn is_daemon(&self) -> bool {
        self.spec.strategy == Strategy::Daemon
    }

    /// Lets the scheduler look at the service, after its reaction time.
    pub fn wake(&mut self, cluster: &str, core: &mut Core) {
        if !std::mem::replace(&mut self.woken, true) {
            core.within(Purpose::Scheduler, core.params.scheduler_reaction, self.run(cluster));
        }
    }

    fn run(&self, cluster: &str) -> EcsTimer {
        EcsTimer::Schedule { cluster: cluster.to_owned(), service: self.spec.name.clone() }
    }

    pub fn begin_run(&mut self) {
        self.woken = false;
    }

    /// How many tasks have to stay healthy: rounded up (ECS API reference, `DeploymentConfiguration`).
    pub fn healthy_min(&self) -> usize {
        (self.spec.desired * self.spec.min_healthy_percent).div_ceil(100)
    }

    /// How many tasks there may be: rounded down.
    pub fn tasks_max(&self) -> usize {
        self.spec.desired * self.spec.max_percent / 100
    }

    pub fn is_held(&self, now: Timestamp) -> bool {
        self.held_until.is_some_and(|until| now < until)
    }

    pub fn placed(&mut self) {
        self.placements_failed = 0;
        self.held_until = None;
    }

    /// A placement failed. After a few in succession the scheduler leaves the service alone for long.
    pub fn placement_failed(&mut self, cluster: &str, core: &mut Core) {
        self.placements_failed += 1;
        let delay = if self.placements_failed >= core.params.placement_attempts {
            self.placements_failed = 0;
            self.held_until = Some(later(core.now, core.params.placement_hold));
            core.params.placement_hold
        } else {
            core.params.placement_retry
        };
        core.after(delay, self.run(cluster));
    }

    /// Looks again after `delay`, whatever else wakes the scheduler.
    pub fn look_again(&self, cluster: &str, delay: Duration, core: &mut Core) {
        core.after(delay, self.run(cluster));
    }

    /// Changes what is to be changed, or nothing. Another strategy needs a new deployment (ECS API reference,
    /// `UpdateService`).
    pub fn update(&mut self, changes: ServiceChanges) -> Result<(), Fault> {
        if changes.launch.as_ref().is_some_and(|launch| *launch != self.spec.launch) && !changes.force_new_deployment {
            return Err(Fault::invalid_parameter(
                "When switching from launch type to capacity provider strategy on an existing service, or making a change \
                 to a capacity provider strategy on a service that is already using one, you must force a new \
                 deployment.",
            ));
        }
        if changes.desired.is_some() && self.is_daemon() {
            let message = "The daemon scheduling strategy does not support a desired count for services.";
            return Err(Fault::invalid_parameter(message));
        }
        self.spec.desired = changes.desired.unwrap_or(self.spec.desired);
        self.spec.min_healthy_percent = changes.min_healthy_percent.unwrap_or(self.spec.min_healthy_percent);
        self.spec.max_percent = changes.max_percent.unwrap_or(self.spec.max_percent);
        if changes.launch.is_some() {
            self.shares = changes.shares;
        }
        self.spec.launch = changes.launch.unwrap_or_else(|| self.spec.launch.clone());
        if changes.force_new_deployment {
            self.deployment += 1;
            // A new deployment clears what the scheduler held against the service.
            self.placed();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minimum_is_rounded_up_and_the_maximum_down() {
        let spec = ServiceSpec { desired: 3, min_healthy_percent: 50, max_percent: 150, ..ServiceSpec::default() };
        let service = Service::new(spec, Timestamp::UNIX_EPOCH);
        assert_eq!((service.healthy_min(), service.tasks_max()), (2, 4));
    }
}

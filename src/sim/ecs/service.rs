//! A service, and the bounds within which its tasks may be replaced.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Timer;
use crate::sim::core::Core;
use crate::sim::dice::Purpose;
use crate::sim::scenario::ServiceSpec;

#[derive(Clone, Debug)]
pub struct Service {
    pub spec: ServiceSpec,
    pub created_at: Timestamp,
    /// All that can still be described, stopped ones included.
    pub tasks: BTreeSet<String>,
    /// Tasks wait for capacity.
    pub waits: bool,
    /// A run of the scheduler is planned.
    woken: bool,
    placements_failed: u32,
    held_until: Option<Timestamp>,
}

impl Service {
    pub fn new(spec: ServiceSpec, now: Timestamp) -> Self {
        Self {
            spec,
            created_at: now,
            tasks: BTreeSet::new(),
            waits: false,
            woken: false,
            placements_failed: 0,
            held_until: None,
        }
    }

    /// Lets the scheduler look at the service, after its reaction time.
    pub fn wake(&mut self, cluster: &str, core: &mut Core) {
        if !std::mem::replace(&mut self.woken, true) {
            let timer = Timer::Schedule { cluster: cluster.to_owned(), service: self.spec.name.clone() };
            core.within(Purpose::Scheduler, core.params.scheduler_reaction, timer);
        }
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
            self.held_until = Some(crate::sim::core::later(core.now, core.params.placement_hold));
            core.params.placement_hold
        } else {
            core.params.placement_retry
        };
        core.after(delay, Timer::Schedule { cluster: cluster.to_owned(), service: self.spec.name.clone() });
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

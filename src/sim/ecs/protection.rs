//! Task scale-in protection (ECS API reference, `UpdateTaskProtection`).

use std::time::Duration;

use super::cluster::Cluster;
use super::requests::{Failure, Outcome};
use crate::sim::kernel::{Core, Fault, later};

/// Tasks a call.
const TASKS_MAX: usize = 10;
/// Two hours unless the caller says otherwise, and 48 hours at most.
const MINUTES: u64 = 120;
const MINUTES_MAX: u64 = 2_880;

impl Cluster {
    pub fn protect(
        &mut self,
        ids: &[String],
        enabled: bool,
        minutes: Option<u64>,
        core: &mut Core,
    ) -> Result<Outcome, Fault> {
        if ids.is_empty() || ids.len() > TASKS_MAX {
            return Err(Fault::invalid_parameter("The number of tasks must be between 1 and 10."));
        }
        let minutes = minutes.unwrap_or(MINUTES);
        if !(1..=MINUTES_MAX).contains(&minutes) {
            return Err(Fault::invalid_parameter("expiresInMinutes must be between 1 and 2880."));
        }
        let mut outcome = self.protectable(ids);
        for id in &outcome.found {
            let Some(task) = self.tasks.get_mut(id) else { continue };
            task.protected_until = enabled.then(|| later(core.now, Duration::from_secs(minutes * 60)));
            task.version += 1;
            let service = task.service.clone().unwrap_or_default();
            self.wake(&service, core);
        }
        outcome.found.dedup();
        Ok(outcome)
    }

    /// Only tasks of services can be protected.
    pub fn protectable(&self, ids: &[String]) -> Outcome {
        let mut outcome = self.look_up(ids, "task", &self.tasks);
        let of_service = |id: &String| self.tasks.get(id).is_some_and(|task| task.service.is_some());
        let (found, others): (Vec<_>, Vec<_>) = outcome.found.into_iter().partition(of_service);
        let arn = |id: &String| self.tasks.get(id).map(|task| task.arn.clone()).unwrap_or_default();
        outcome.failures.extend(others.iter().map(|id| Failure { arn: arn(id), reason: "TASK_NOT_VALID" }));
        outcome.found = found;
        outcome
    }
}

//! What callers may change in a cluster.

use super::cluster::Cluster;
use super::instance::Status;
use super::task::{Stop, Task, TaskStatus};
use crate::sim::core::Core;
use crate::sim::fault::Fault;
use crate::sim::names::short;

/// One id of a batch that could not be served, as it stands in `failures[]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub arn: String,
    pub reason: &'static str,
}

/// What became of a batch: the ARNs of what was found, and the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub found: Vec<String>,
    pub failures: Vec<Failure>,
}

impl Cluster {
    /// Finds `ids`, which may be ids or ARNs, among `known`.
    pub fn look_up<T>(&self, ids: &[String], kind: &str, known: &std::collections::BTreeMap<String, T>) -> Outcome {
        let mut outcome = Outcome::default();
        let stem = self.arn.replacen(":cluster/", &format!(":{kind}/"), 1);
        for id in ids {
            let arn = format!("{stem}/{}", short(id));
            if known.contains_key(&arn) {
                outcome.found.push(arn);
            } else {
                outcome.failures.push(Failure { arn, reason: "MISSING" });
            }
        }
        outcome
    }

    /// Sets container instances to DRAINING or back to ACTIVE.
    pub fn set_state(&mut self, ids: &[String], status: Status, core: &mut Core) -> Result<Outcome, Fault> {
        let mut outcome = self.look_up(ids, "container-instance", &self.instances);
        let inactive = |arn: &String| self.instances.get(arn).is_some_and(|i| i.status == Status::Inactive);
        let (inactive, found): (Vec<_>, Vec<_>) = outcome.found.into_iter().partition(inactive);
        outcome.failures.extend(inactive.into_iter().map(|arn| Failure { arn, reason: "INACTIVE" }));
        outcome.found = found;
        for arn in &outcome.found {
            self.set_state_of_one(arn, status, core)?;
        }
        for service in self.services_on(&outcome.found) {
            self.wake(&service, core);
        }
        Ok(outcome)
    }

    fn set_state_of_one(&mut self, arn: &str, status: Status, core: &mut Core) -> Result<(), Fault> {
        let Some(instance) = self.instances.get_mut(arn) else { return Ok(()) };
        if instance.status != status {
            instance.set_status(status, core);
        } else if status == Status::Draining && core.params.draining_twice_fails {
            let message = "Container instance status cannot be changed from DRAINING to DRAINING.";
            return Err(Fault::invalid_parameter(message));
        }
        Ok(())
    }

    /// Stops a task: SIGTERM comes at once, whatever its target group.
    pub fn stop_task(&mut self, id: &str, reason: Option<&str>, core: &mut Core) -> Result<&Task, Fault> {
        let missing = || Fault::invalid_parameter("The referenced task was not found.");
        let outcome = self.look_up(&[id.to_owned()], "task", &self.tasks);
        let arn = outcome.found.into_iter().next().ok_or_else(missing)?;
        let waits = self.tasks.get(&arn).is_some_and(|task| task.status == TaskStatus::Deactivating);
        if waits && core.params.stop_task_skips_deregistration {
            self.order_signal(&arn, core);
        } else {
            self.stop(&arn, Stop::by_user(reason), None, core);
        }
        self.tasks.get(&arn).ok_or_else(missing)
    }
}

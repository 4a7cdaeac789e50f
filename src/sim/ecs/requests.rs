//! What callers may change in a cluster.

use std::collections::BTreeMap;

use super::cluster::Cluster;
use super::instance::Status;
use super::task::{Stop, Task, TaskStatus};
use crate::sim::kernel::{Core, Fault, short};

/// One id of a batch that could not be served, as it stands in `failures[]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub arn: String,
    pub reason: &'static str,
}

/// What became of a batch: the ids of what was found, and the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub found: Vec<String>,
    pub failures: Vec<Failure>,
}

impl Cluster {
    /// Finds `ids`, which may be ids or ARNs, among `known`.
    pub fn look_up<T>(&self, ids: &[String], kind: &str, known: &BTreeMap<String, T>) -> Outcome {
        let mut outcome = Outcome::default();
        for name in ids {
            let id = short(name).to_owned();
            if known.contains_key(&id) {
                outcome.found.push(id);
            } else {
                let arn = format!("{}/{id}", self.arn.replacen(":cluster/", &format!(":{kind}/"), 1));
                outcome.failures.push(Failure { arn, reason: "MISSING" });
            }
        }
        outcome
    }

    /// Sets container instances to DRAINING or back to ACTIVE.
    pub fn set_state(&mut self, ids: &[String], status: Status, core: &mut Core) -> Result<Outcome, Fault> {
        let mut outcome = self.look_up(ids, "container-instance", &self.instances);
        let (mut found, mut failed) = (Vec::new(), Vec::new());
        for id in outcome.found {
            let Some(instance) = self.instances.get(&id) else { continue };
            let arn = instance.arn.clone();
            match () {
                () if instance.status == Status::Inactive => failed.push(Failure { arn, reason: "INACTIVE" }),
                () if core.fails_update(&arn) => failed.push(Failure { arn, reason: "MISSING" }),
                () => found.push(id),
            }
        }
        outcome.failures.extend(failed);
        outcome.found = found;
        self.check_draining_twice(&outcome.found, status, core)?;
        for id in &outcome.found {
            self.set_status(id, status, core);
        }
        for service in self.services_on(&outcome.found) {
            self.wake(&service, core);
        }
        if status == Status::Active {
            self.wake_all(core);
        }
        Ok(outcome)
    }

    fn check_draining_twice(&self, ids: &[String], status: Status, core: &Core) -> Result<(), Fault> {
        let draining = |id: &String| self.instances.get(id).is_some_and(|i| i.status == Status::Draining);
        if core.params.draining_twice_fails && status == Status::Draining && ids.iter().any(draining) {
            let message = "Container instance status cannot be changed from DRAINING to DRAINING.";
            return Err(Fault::invalid_parameter(message));
        }
        Ok(())
    }

    /// Stops a task: SIGTERM comes at once, whatever its target group.
    pub fn stop_task(&mut self, name: &str, reason: Option<&str>, core: &mut Core) -> Result<&Task, Fault> {
        let missing = || Fault::invalid_parameter("The referenced task was not found.");
        let id = short(name).to_owned();
        let status = self.tasks.get(&id).map(|task| task.status).ok_or_else(missing)?;
        if status == TaskStatus::Deactivating && core.params.stop_task_skips_deregistration {
            self.order_signal(&id, core);
        } else {
            self.stop(&id, Stop::by_user(reason), None, core);
        }
        self.tasks.get(&id).ok_or_else(missing)
    }

    /// Takes a container instance out of the cluster; tasks go with it only by force.
    pub fn deregister(&mut self, name: &str, force: bool, core: &mut Core) -> Result<String, Fault> {
        let missing = || Fault::invalid_parameter("The referenced container instance was not found.");
        let id = short(name).to_owned();
        let instance = self.instances.get(&id).filter(|i| i.status != Status::Inactive).ok_or_else(missing)?;
        if !force && !instance.tasks.is_empty() {
            return Err(Fault::invalid_parameter("Found running tasks on the instance."));
        }
        let tasks: Vec<String> = instance.tasks.iter().cloned().collect();
        self.deactivate(&id, core);
        for task in tasks {
            self.lost_with_host(&task, "Container instance deregistration forced by user.", core);
        }
        Ok(id)
    }

    pub fn update_service(&mut self, name: &str, changes: super::ServiceChanges, core: &mut Core) -> Result<(), Fault> {
        let missing = || Fault::sender("ServiceNotFoundException", "Service not found.");
        if let Some(super::super::spec::Launch::CapacityProviders(names)) = &changes.launch
            && let Some(unknown) = names.iter().find(|name| !self.providers.contains(name))
        {
            let message = format!("The specified capacity provider '{unknown}' was not found.");
            return Err(Fault::invalid_parameter(message));
        }
        let service = self.services.get_mut(short(name)).ok_or_else(missing)?;
        service.update(changes)?;
        self.wake(short(name), core);
        Ok(())
    }
}

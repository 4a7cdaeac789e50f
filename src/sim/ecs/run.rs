//! RunTask and StartTask: tasks that no service looks after.

use super::Ecs;
use super::cluster::Cluster;
use super::placement::Crowd;
use super::requests::{Failure, Outcome};
use super::task::Task;
use crate::sim::kernel::{Core, Fault, Step, short};
use crate::sim::spec::{Launch, TaskSpec};

/// ECS API reference, `RunTask`, `StartTask`.
const TASKS_MAX: usize = 10;

/// What a caller asks for.
#[derive(Clone, Debug, Default)]
pub struct RunRequest {
    /// `family`, `family:revision` or an ARN.
    pub definition: String,
    pub count: usize,
    pub providers: Vec<String>,
    pub group: Option<String>,
    pub started_by: Option<String>,
    /// Where exactly; StartTask only.
    pub instances: Vec<String>,
}

impl Ecs {
    /// A task definition by its family, with or without revision, or by its ARN.
    pub fn definition(&self, name: &str) -> Result<&TaskSpec, Fault> {
        let (family, revision) = short(name).split_once(':').unwrap_or((short(name), "1"));
        let found = self.definitions.get(family).filter(|_| revision == "1");
        found.ok_or_else(|| Fault::sender("ClientException", "TaskDefinition not found."))
    }
}

impl Cluster {
    /// Runs tasks wherever there is room. With capacity providers they wait for it where there is none.
    pub fn run_tasks(&mut self, spec: &TaskSpec, asked: &RunRequest, core: &mut Core) -> Result<Outcome, Fault> {
        if !(1..=TASKS_MAX).contains(&asked.count) {
            return Err(Fault::invalid_parameter("count must be between 1 and 10."));
        }
        if let Some(unknown) = asked.providers.iter().find(|name| !self.providers.contains(name)) {
            let message = format!("The specified capacity provider '{unknown}' was not found.");
            return Err(Fault::invalid_parameter(message));
        }
        let launch = match asked.providers.as_slice() {
            [] => Launch::Type,
            providers => Launch::CapacityProviders(providers.to_vec()),
        };
        let mut outcome = Outcome::default();
        for _ in 0..asked.count {
            let place = self.find_place(spec.need(), &launch, &Crowd::default());
            if place.is_none() && launch == Launch::Type {
                outcome.failures.push(Failure { arn: self.arn.clone(), reason: "RESOURCE:MEMORY" });
                continue;
            }
            outcome.found.push(self.run_one(spec, asked, place.as_deref(), core));
        }
        Ok(outcome)
    }

    /// Runs a task on each of the instances that the caller names.
    pub fn start_tasks(&mut self, spec: &TaskSpec, asked: &RunRequest, core: &mut Core) -> Result<Outcome, Fault> {
        if !(1..=TASKS_MAX).contains(&asked.instances.len()) {
            return Err(Fault::invalid_parameter("You must specify between 1 and 10 container instances."));
        }
        let mut outcome = self.look_up(&asked.instances, "container-instance", &self.instances);
        for id in std::mem::take(&mut outcome.found) {
            let Some(instance) = self.instances.get(&id) else { continue };
            let arn = instance.arn.clone();
            match () {
                () if !instance.agent_connected => outcome.failures.push(Failure { arn, reason: "AGENT" }),
                () if !instance.takes_tasks() => outcome.failures.push(Failure { arn, reason: "INACTIVE" }),
                () if !spec.need().fits(instance.remaining) => {
                    outcome.failures.push(Failure { arn, reason: "RESOURCE:MEMORY" });
                }
                () => outcome.found.push(self.run_one(spec, asked, Some(&id), core)),
            }
        }
        Ok(outcome)
    }

    fn run_one(&mut self, spec: &TaskSpec, asked: &RunRequest, place: Option<&str>, core: &mut Core) -> String {
        let mut task = Task::new(core.names.task_arn(&self.name, &mut core.dice), spec.clone(), core.now);
        task.started_by.clone_from(&asked.started_by);
        task.group.clone_from(&asked.group);
        task.provider = asked.providers.first().cloned();
        let id = task.id.clone();
        self.tasks.insert(id.clone(), task);
        match place {
            Some(instance) => self.place(&id, instance, core),
            None => {
                self.task_changed(&id, core);
                self.plan(&id, Step::GiveUp, core.params.provisioning_max, core);
            }
        }
        id
    }
}

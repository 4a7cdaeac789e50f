//! The service scheduler: replaces the tasks on DRAINING instances within minimumHealthyPercent and maximumPercent (ECS
//! API reference, `UpdateContainerInstancesState`), and keeps the desired count.

use jiff::Timestamp;

use super::cluster::Cluster;
use super::task::{Stop, Task, TaskStatus};
use crate::sim::core::Core;
use crate::sim::fact::Fact;
use crate::sim::scenario::Launch;

/// A service's tasks, by what the scheduler does about them.
#[derive(Debug, Default)]
struct Survey {
    /// They stay.
    keepers: Vec<String>,
    /// They run on a DRAINING instance; those that have done so longest come first.
    doomed: Vec<String>,
    /// They are about to start on a DRAINING instance.
    unborn: Vec<String>,
    /// They wait for capacity; also among the keepers.
    waiting: Vec<String>,
    not_stopped: usize,
    healthy: usize,
}

impl Cluster {
    pub fn schedule(&mut self, service: &str, core: &mut Core) {
        let Some(found) = self.services.get_mut(service) else { return };
        found.begin_run();
        let delay = found.spec.deregistration_delay;
        let survey = self.survey(service);
        for task in &survey.unborn {
            self.stop(task, Stop::by_scheduler(), None, core);
        }
        for task in &survey.waiting {
            self.place_waiting(task, service, core);
        }
        self.start_missing(service, &survey, core);
        self.note_waiting(service);
        for task in self.may_stop(service, &survey) {
            self.stop(&task, Stop::by_scheduler(), delay, core);
        }
    }

    fn survey(&self, service: &str) -> Survey {
        let mut survey = Survey::default();
        let arns = self.services.get(service).into_iter().flat_map(|service| &service.tasks);
        for task in arns.filter_map(|arn| self.tasks.get(arn)).filter(|task| task.status != TaskStatus::Stopped) {
            survey.not_stopped += 1;
            if !task.is_wanted() {
                continue;
            }
            survey.healthy += usize::from(task.healthy);
            let list = match (self.draining_since(task).is_some(), task.status) {
                (true, TaskStatus::Pending) => &mut survey.unborn,
                (true, _) => &mut survey.doomed,
                (false, TaskStatus::Provisioning) => {
                    survey.waiting.push(task.arn.clone());
                    &mut survey.keepers
                }
                (false, _) => &mut survey.keepers,
            };
            list.push(task.arn.clone());
        }
        survey.doomed.sort_by_key(|arn| self.tasks.get(arn).and_then(|task| self.draining_since(task)));
        survey
    }

    fn draining_since(&self, task: &Task) -> Option<Timestamp> {
        self.instances.get(task.instance.as_ref()?)?.drained_at
    }

    fn start_missing(&mut self, service: &str, survey: &Survey, core: &mut Core) {
        let Some(found) = self.services.get(service).filter(|service| !service.is_held(core.now)) else { return };
        let missing = found.spec.desired.saturating_sub(survey.keepers.len());
        // A task that is stopped before it ever started makes room at once.
        let room = found.tasks_max().saturating_sub(survey.not_stopped - survey.unborn.len());
        for _ in 0..missing.min(room) {
            if !self.start_one(service, core) {
                break;
            }
        }
    }

    /// Starts one task. A service with a capacity provider strategy may start it without a place: it waits in
    /// PROVISIONING.
    fn start_one(&mut self, service: &str, core: &mut Core) -> bool {
        let Some(spec) = self.services.get(service).map(|service| service.spec.clone()) else { return false };
        let mut task = Task::new(core.names.task_arn(&self.name, &mut core.dice), spec.task, core.now);
        task.service = Some(service.to_owned());
        task.started_by = Some(format!("ecs-svc/{service}"));
        if let Launch::CapacityProviders(names) = &spec.launch {
            task.provider = names.first().cloned();
        }
        let place = self.find_place(&task, &spec.launch);
        if place.is_none() && spec.launch == Launch::Type {
            self.placement_failed(service, core);
            return false;
        }
        let arn = task.arn.clone();
        self.tasks.insert(arn.clone(), task);
        if let Some(service) = self.services.get_mut(service) {
            service.tasks.insert(arn.clone());
            service.placed();
        }
        if let Some(instance) = place {
            self.place(&arn, &instance, core);
        }
        true
    }

    fn place_waiting(&mut self, arn: &str, service: &str, core: &mut Core) {
        let Some(launch) = self.services.get(service).map(|service| service.spec.launch.clone()) else { return };
        let place = self.tasks.get(arn).and_then(|task| self.find_place(task, &launch));
        if let Some(instance) = place {
            self.place(arn, &instance, core);
        }
    }

    fn note_waiting(&mut self, service: &str) {
        let Some(service) = self.services.get_mut(service) else { return };
        let mut tasks = service.tasks.iter().filter_map(|arn| self.tasks.get(arn));
        service.waits = tasks.any(|task| task.status == TaskStatus::Provisioning);
    }

    fn placement_failed(&mut self, service: &str, core: &mut Core) {
        core.tell(Fact::PlacementFailed { service: service.to_owned() });
        if let Some(service) = self.services.get_mut(service) {
            service.placement_failed(&self.name, core);
        }
    }

    /// The tasks that can stop now: those on DRAINING instances as long as enough healthy ones are left, and any
    /// surplus.
    fn may_stop(&self, service: &str, survey: &Survey) -> Vec<String> {
        let Some(service) = self.services.get(service) else { return Vec::new() };
        let mut spare = survey.healthy.saturating_sub(service.healthy_min());
        let mut stoppable = |arn: &&String| {
            if self.tasks.get(*arn).is_some_and(|task| !task.healthy) {
                return true;
            }
            let may = spare > 0;
            spare = spare.saturating_sub(1);
            may
        };
        let surplus = survey.keepers.len().saturating_sub(service.spec.desired);
        let surplus = survey.keepers.iter().rev().take(surplus);
        survey.doomed.iter().chain(surplus).filter(|arn| stoppable(arn)).cloned().collect()
    }
}

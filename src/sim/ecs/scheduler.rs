//! The service scheduler: replaces the tasks on DRAINING instances and of old deployments within minimumHealthyPercent and
//! maximumPercent (ECS API reference, `UpdateContainerInstancesState`), and keeps the desired count.

use jiff::Timestamp;

use super::cluster::Cluster;
use super::placement::Crowd;
use super::service::Service;
use super::task::{Stop, Task, TaskStatus};
use crate::sim::kernel::{Core, Fact, Step};
use crate::sim::spec::Launch;

/// What the scheduler does about a task.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lot {
    Keep,
    Replace,
    NotBegin,
}

/// A service's tasks, by what the scheduler does about them.
#[derive(Debug, Default)]
struct Survey {
    /// So many stay.
    keepers: usize,
    /// They run on a DRAINING instance, or belong to an old deployment; those that have waited longest come first.
    doomed: Vec<String>,
    /// They are about to start on a DRAINING instance.
    unborn: Vec<String>,
    /// They wait for capacity; also counted among the keepers.
    waiting: Vec<String>,
    not_stopped: usize,
    healthy: usize,
}

impl Cluster {
    pub fn schedule(&mut self, service: &str, core: &mut Core) {
        let Some(found) = self.services.get_mut(service) else { return };
        found.begin_run();
        if found.is_daemon() {
            return self.schedule_daemon(service, core);
        }
        let delay = found.spec.deregistration_delay;
        let survey = self.survey(service);
        for task in &survey.unborn {
            self.stop(task, Stop::by_scheduler(), None, core);
        }
        let mut crowd = Crowd::default();
        if !survey.waiting.is_empty() || self.missing(service, &survey, core) > 0 {
            crowd = self.crowd(service);
        }
        for task in &survey.waiting {
            self.place_waiting(task, service, &mut crowd, core);
        }
        self.note_waiting(service, &survey);
        self.start_missing(service, &survey, &mut crowd, core);
        for task in self.may_stop(service, &survey, core) {
            self.stop(&task, Stop::by_scheduler(), delay, core);
        }
    }

    fn survey(&self, service: &str) -> Survey {
        let mut survey = Survey::default();
        let Some(service) = self.services.get(service) else { return survey };
        let tasks = service.tasks.iter().filter_map(|id| self.tasks.get(id));
        for task in tasks.filter(|task| task.status != TaskStatus::Stopped) {
            survey.not_stopped += 1;
            if !task.is_wanted() {
                continue;
            }
            survey.healthy += usize::from(task.healthy);
            match self.lot(task, service.deployment) {
                Lot::NotBegin => survey.unborn.push(task.id.clone()),
                Lot::Replace => survey.doomed.push(task.id.clone()),
                Lot::Keep => {
                    survey.keepers += 1;
                    survey.waiting.extend(task.waits_for_capacity().then(|| task.id.clone()));
                }
            }
        }
        let since =
            |id: &String| self.tasks.get(id).and_then(|task| self.draining_since(task)).unwrap_or(Timestamp::MAX);
        survey.doomed.sort_by_key(since);
        survey
    }

    fn lot(&self, task: &Task, deployment: u32) -> Lot {
        let draining = self.draining_since(task).is_some();
        match task.status {
            TaskStatus::Pending if draining => Lot::NotBegin,
            _ if draining || task.deployment != deployment => Lot::Replace,
            _ => Lot::Keep,
        }
    }

    pub(super) fn draining_since(&self, task: &Task) -> Option<Timestamp> {
        let instance = task.instance.as_ref().filter(|id| self.draining.contains(*id))?;
        self.instances.get(instance)?.drained_at
    }

    /// How many tasks are to be started.
    fn missing(&self, service: &str, survey: &Survey, core: &Core) -> usize {
        let Some(found) = self.services.get(service).filter(|service| !service.is_held(core.now)) else { return 0 };
        let missing = found.spec.desired.saturating_sub(survey.keepers);
        // A task that is stopped before it ever started makes room at once.
        let room = found.tasks_max().saturating_sub(survey.not_stopped - survey.unborn.len());
        missing.min(room)
    }

    fn start_missing(&mut self, service: &str, survey: &Survey, crowd: &mut Crowd, core: &mut Core) {
        for _ in 0..self.missing(service, survey, core) {
            if !self.start_one(service, crowd, core) {
                break;
            }
        }
    }

    /// Starts one task. A service with a capacity provider strategy may start it without a place: it waits in
    /// PROVISIONING.
    fn start_one(&mut self, service: &str, crowd: &mut Crowd, core: &mut Core) -> bool {
        let Some(launch) = self.services.get(service).map(|service| service.spec.launch.clone()) else { return false };
        if launch.is_fargate() {
            return self.start_on_fargate(service, &launch, core);
        }
        let Some(need) = self.services.get(service).map(|service| service.spec.task.need()) else { return false };
        let place = self.find_place(need, &launch, crowd);
        if place.is_none() && launch == Launch::Type {
            self.placement_failed(service, core);
            return false;
        }
        let Some(id) = self.create_task(service, core) else { return false };
        match place {
            Some(instance) => self.place_among(&id, &instance, crowd, core),
            None => {
                self.services.get_mut(service).into_iter().for_each(|service| service.waits = true);
                self.task_changed(&id, core);
                self.plan(&id, Step::GiveUp, core.params.provisioning_max, core);
            }
        }
        true
    }

    /// A new task of a service, nowhere yet.
    pub(super) fn create_task(&mut self, service: &str, core: &mut Core) -> Option<String> {
        let found = self.services.get_mut(service)?;
        let mut task = Task::new(core.names.task_arn(&self.name, &mut core.dice), found.spec.task.clone(), core.now);
        task.service = Some(service.to_owned());
        task.started_by = Some(found.deployment_id(found.deployment));
        task.is_daemon = found.is_daemon();
        task.deployment = found.deployment;
        if let Launch::CapacityProviders(names) = &found.spec.launch {
            task.provider = names.first().cloned();
        }
        let id = task.id.clone();
        found.tasks.insert(id.clone());
        found.placed();
        self.tasks.insert(id.clone(), task);
        Some(id)
    }

    fn place_among(&mut self, id: &str, instance: &str, crowd: &mut Crowd, core: &mut Core) {
        self.place(id, instance, core);
        self.instances.get(instance).into_iter().for_each(|instance| crowd.add(instance));
    }

    fn place_waiting(&mut self, id: &str, service: &str, crowd: &mut Crowd, core: &mut Core) {
        let Some(launch) = self.services.get(service).map(|service| service.spec.launch.clone()) else { return };
        let need = self.tasks.get(id).map(|task| task.spec.need());
        if let Some(instance) = need.and_then(|need| self.find_place(need, &launch, crowd)) {
            self.place_among(id, &instance, crowd, core);
        }
    }

    fn note_waiting(&mut self, service: &str, survey: &Survey) {
        let Some(service) = self.services.get_mut(service) else { return };
        let mut tasks = survey.waiting.iter().chain(&survey.doomed).filter_map(|id| self.tasks.get(id));
        service.waits = tasks.any(Task::waits_for_capacity);
    }

    pub(super) fn placement_failed(&mut self, service: &str, core: &mut Core) {
        core.tell(Fact::PlacementFailed { cluster: self.name.clone(), service: service.to_owned() });
        self.service_event(service, "WARN", "SERVICE_TASK_PLACEMENT_FAILURE", core);
        if let Some(service) = self.services.get_mut(service) {
            service.placement_failed(&self.name, core);
        }
    }

    /// The tasks that can stop now: those that are doomed as long as enough healthy ones are left, and any surplus.
    /// Protected ones are left alone until their protection ends.
    fn may_stop(&self, service: &str, survey: &Survey, core: &mut Core) -> Vec<String> {
        let Some(service) = self.services.get(service) else { return Vec::new() };
        let mut spare = survey.healthy.saturating_sub(service.healthy_min());
        let doomed = survey.doomed.iter().filter_map(|id| self.tasks.get(id));
        let mut stoppable = Vec::new();
        for task in doomed.chain(self.surplus(service, survey, core)) {
            if self.is_spared(task, core) {
                let until = task.protected_until.unwrap_or(core.now).duration_since(core.now);
                service.look_again(&self.name, until.unsigned_abs(), core);
            } else if !task.healthy || spare > 0 {
                spare = if task.healthy { spare - 1 } else { spare };
                stoppable.push(task.id.clone());
            }
        }
        stoppable
    }

    /// The tasks beyond the desired count, those last that are protected.
    fn surplus(&self, service: &Service, survey: &Survey, core: &Core) -> Vec<&Task> {
        let surplus = survey.keepers.saturating_sub(service.spec.desired);
        if surplus == 0 {
            return Vec::new();
        }
        let last = service.tasks.iter().rev().filter_map(|id| self.tasks.get(id));
        let stays = |task: &&Task| {
            let counts = task.status != TaskStatus::Stopped && task.is_wanted();
            counts && self.lot(task, service.deployment) == Lot::Keep
        };
        let mut last: Vec<&Task> = last.filter(stays).collect();
        last.sort_by_key(|task| self.is_spared(task, core));
        last.truncate(surplus);
        last
    }

    /// Whether its protection keeps a task from being stopped by the scheduler.
    pub(super) fn is_spared(&self, task: &Task, core: &Core) -> bool {
        let draining = self.draining_since(task).is_some();
        task.is_protected(core.now) && (!draining || core.params.protection_holds_drains)
    }
}

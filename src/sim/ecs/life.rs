//! The life of a task, step by step. SIGTERM comes after the deregistration delay where the scheduler stops a task, and
//! at once where `StopTask` does (Amazon ECS Developer Guide, "Task lifecycle"; field reports on the agent).

use std::time::Duration;

use super::cluster::Cluster;
use super::task::{Stop, Task, TaskStatus};
use crate::sim::kernel::{Core, EcsTimer, Fact, Purpose, Step, later};

/// What a container that was killed exits with: 128 and the signal's number.
const KILLED: i32 = 137;

/// Where in a start the pull of the images begins and ends: about so in the sample of a task's event (Amazon ECS Developer Guide,
/// "Amazon ECS task state change events").
const PULL: (f64, f64) = (0.69, 0.99);

impl Cluster {
    pub(super) fn plan(&self, id: &str, step: Step, delay: Duration, core: &mut Core) {
        core.after(delay, EcsTimer::Task { cluster: self.name.clone(), id: id.to_owned(), step });
    }

    /// Puts a task on an instance, whose agent will start it.
    pub fn place(&mut self, id: &str, instance_id: &str, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(instance_id) else { return };
        let Some(task) = self.tasks.get_mut(id) else { return };
        instance.take(id, task.spec.need());
        task.instance = Some(instance_id.to_owned());
        task.provider = task.provider.take().and(instance.provider.clone());
        task.set_status(TaskStatus::Pending);
        core.tell(Fact::TaskPlaced { task: id.to_owned(), instance: instance.host.id.clone() });
        self.task_changed(id, core);
        self.instance_changed(instance_id, core);
        let start = core.dice.duration(Purpose::TaskStart, core.params.task_start);
        if let Some(task) = self.tasks.get_mut(id) {
            task.pull = Some((later(core.now, start.mul_f64(PULL.0)), later(core.now, start.mul_f64(PULL.1))));
        }
        self.plan(id, Step::Start, start, core);
    }

    pub fn step(&mut self, id: &str, step: Step, core: &mut Core) {
        match step {
            Step::Forget => return self.forget(id),
            Step::GiveUp => return self.give_up(id, core),
            _ => {}
        }
        if !self.host_works(id) {
            return;
        }
        match step {
            Step::Start => self.start(id, core),
            Step::Healthy => self.healthy(id, core),
            Step::Signal => self.signal(id, core),
            Step::Exit(code) => self.stopped(id, Some(code), core),
            Step::Forget | Step::GiveUp => {}
        }
    }

    /// On a host that is gone nothing happens any more.
    fn host_works(&self, id: &str) -> bool {
        let Some(task) = self.tasks.get(id) else { return false };
        let instance = task.instance.as_ref().and_then(|instance| self.instances.get(instance));
        task.on_fargate || instance.is_some_and(|instance| instance.agent_connected)
    }

    fn start(&mut self, id: &str, core: &mut Core) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        if task.status != TaskStatus::Pending || !task.is_wanted() {
            return;
        }
        task.set_status(TaskStatus::Running);
        task.started_at = Some(core.now);
        let (stop_timeout, healthy_after, service) =
            (task.spec.stop_timeout, task.spec.healthy_after, task.service.clone());
        let protected = service.as_ref().and_then(|service| self.services.get(service)?.spec.protected_for);
        task.protected_until = protected.map(|time| later(core.now, time));
        let (task, instance) = (id.to_owned(), self.host_of(id));
        core.tell(Fact::TaskRunning { task, instance, service, stop_timeout });
        self.join_target_group(id, core);
        self.task_changed(id, core);
        self.plan(id, Step::Healthy, healthy_after, core);
    }

    fn healthy(&mut self, id: &str, core: &mut Core) {
        let Some(task) = self.tasks.get_mut(id).filter(|task| task.status == TaskStatus::Running) else { return };
        task.healthy = true;
        self.wake_service_of(id, core);
    }

    /// Orders a task to stop. `deregistration_delay` is waited before SIGTERM.
    pub fn stop(&mut self, id: &str, stop: Stop, deregistration_delay: Option<Duration>, core: &mut Core) {
        let Some(task) = self.tasks.get_mut(id).filter(|task| task.is_wanted()) else { return };
        task.stop = Some(stop);
        task.stopping_at = Some(core.now);
        task.version += 1;
        let status = task.status;
        core.tell(Fact::TaskStopping { task: id.to_owned(), instance: self.host_of(id) });
        match (status, deregistration_delay) {
            (TaskStatus::Provisioning | TaskStatus::Pending, _) => self.stopped(id, None, core),
            (_, Some(delay)) => {
                let delay = self.leave_target_group(id, delay, core);
                if let Some(task) = self.tasks.get_mut(id) {
                    task.set_status(TaskStatus::Deactivating);
                }
                self.task_changed(id, core);
                self.plan(id, Step::Signal, delay, core);
            }
            (_, None) => {
                self.task_changed(id, core);
                self.order_signal(id, core);
            }
        }
    }

    /// Lets the agent send SIGTERM, which takes it a moment.
    pub fn order_signal(&mut self, id: &str, core: &mut Core) {
        let delay = core.dice.duration(Purpose::TaskStop, core.params.stop_order);
        self.plan(id, Step::Signal, delay, core);
    }

    fn signal(&mut self, id: &str, core: &mut Core) {
        let unsignalled = |task: &&mut Task| {
            task.signalled_at.is_none() && matches!(task.status, TaskStatus::Running | TaskStatus::Deactivating)
        };
        let Some(task) = self.tasks.get_mut(id).filter(unsignalled) else { return };
        task.set_status(TaskStatus::Stopping);
        task.signalled_at = Some(core.now);
        let stop_timeout = task.spec.stop_timeout;
        let (task, instance, target) = (id.to_owned(), self.host_of(id), self.signalled_as_target(id, core));
        core.tell(Fact::TaskSignalled { task, instance, target });
        self.task_changed(id, core);
        let (after, exit_code) = ending(stop_timeout, core);
        self.plan(id, Step::Exit(exit_code), after, core);
    }

    pub(super) fn stopped(&mut self, id: &str, exit_code: Option<i32>, core: &mut Core) {
        let Some(task) = self.tasks.get_mut(id).filter(|task| task.status != TaskStatus::Stopped) else { return };
        task.set_status(TaskStatus::Stopped);
        task.stopped_at = Some(core.now);
        task.exit_code = exit_code;
        let reason = task.stop.as_ref().map(|stop| stop.reason.clone()).unwrap_or_default();
        let (instance_id, need) = (task.instance.clone(), task.spec.need());
        core.tell(Fact::TaskStopped { task: id.to_owned(), instance: self.host_of(id), reason });
        self.ended_as_target(id, core);
        self.task_changed(id, core);
        if let Some(instance_id) = instance_id {
            self.left_by(&instance_id, id, need, core);
        }
        self.plan(id, Step::Forget, core.params.retention, core);
        self.wake_service_of(id, core);
        self.wake_waiting(core);
    }

    /// A task of this instance is STOPPED: there is room for others, and what waits for the last one may go on.
    fn left_by(&mut self, instance_id: &str, task: &str, need: crate::sim::spec::Need, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(instance_id) else { return };
        instance.give_back(task, need);
        let (draining, host) = (instance.drained_at.is_some(), instance.host.id.clone());
        self.instance_changed(instance_id, core);
        if draining {
            self.wake_daemons(core);
            self.release_if_empty(&host, core);
        }
    }

    /// ECS learns that the host of a task is gone.
    pub fn lost_with_host(&mut self, id: &str, reason: &str, core: &mut Core) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        task.stop = Some(Stop { code: None, reason: reason.to_owned() });
        task.stopping_at = task.stopping_at.or(Some(core.now));
        self.stopped(id, None, core);
    }

    /// A task has waited for capacity for too long.
    fn give_up(&mut self, id: &str, core: &mut Core) {
        if self.tasks.get(id).is_some_and(|task| task.status == TaskStatus::Provisioning && !task.on_fargate) {
            self.stop(id, Stop::for_want_of_capacity(), None, core);
        }
    }

    fn wake_service_of(&mut self, id: &str, core: &mut Core) {
        if let Some(service) = self.tasks.get(id).and_then(|task| task.service.clone()) {
            self.wake(&service, core);
        }
    }

    fn forget(&mut self, id: &str) {
        let service = self.tasks.remove(id).and_then(|task| task.service);
        if let Some(service) = service.and_then(|name| self.services.get_mut(&name)) {
            service.tasks.remove(id);
        }
    }
}

/// When the containers of a task that got SIGTERM end, and with which code: by themselves, or by SIGKILL at the
/// stopTimeout.
fn ending(stop_timeout: Duration, core: &mut Core) -> (Duration, i32) {
    if core.dice.percent(Purpose::TaskStop, core.params.ignores_sigterm_percent) {
        return (stop_timeout, KILLED);
    }
    let (min, max) = core.params.exit_percent;
    let percent = u64::from(min) + core.dice.below(Purpose::TaskStop, u64::from(max.saturating_sub(min)) + 1);
    let share = stop_timeout.saturating_mul(u32::try_from(percent).unwrap_or(100)) / 100;
    (share.min(stop_timeout), 0)
}

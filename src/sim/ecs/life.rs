//! The life of a task, step by step. SIGTERM comes after the deregistration delay where the scheduler stops a task, and
//! at once where `StopTask` does (Amazon ECS Developer Guide, "Task lifecycle"; field reports on the agent).

use std::time::Duration;

use super::Timer;
use super::cluster::Cluster;
use super::task::{Stop, Task, TaskStatus};
use crate::sim::core::Core;
use crate::sim::dice::Purpose;
use crate::sim::fact::Fact;

/// What happens next to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Start,
    /// It counts as healthy.
    Healthy,
    /// SIGTERM.
    Signal,
    /// Its containers have ended, with this exit code.
    Exit(i32),
    Forget,
}

/// What a container that was killed exits with: 128 and the signal's number.
const KILLED: i32 = 137;

impl Cluster {
    fn plan(&self, arn: &str, step: Step, delay: Duration, core: &mut Core) {
        core.after(delay, Timer::Task { cluster: self.name.clone(), arn: arn.to_owned(), step });
    }

    /// Puts a task on an instance, whose agent will start it.
    pub fn place(&mut self, arn: &str, instance_arn: &str, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(instance_arn) else { return };
        let Some(task) = self.tasks.get_mut(arn) else { return };
        instance.tasks.insert(arn.to_owned());
        instance.version += 1;
        task.instance = Some(instance_arn.to_owned());
        task.provider = task.provider.take().and(instance.provider.clone());
        task.set_status(TaskStatus::Pending);
        core.tell(Fact::TaskPlaced { task: arn.to_owned(), instance: instance.host.id.clone() });
        let start = core.dice.duration(Purpose::TaskStart, core.params.task_start);
        self.plan(arn, Step::Start, start, core);
    }

    pub fn step(&mut self, arn: &str, step: Step, core: &mut Core) {
        if step == Step::Forget {
            self.forget(arn);
            return;
        }
        if !self.host_works(arn) {
            return;
        }
        match step {
            Step::Start => self.start(arn, core),
            Step::Healthy => self.healthy(arn, core),
            Step::Signal => self.signal(arn, core),
            Step::Exit(code) => self.stopped(arn, Some(code), core),
            Step::Forget => {}
        }
    }

    /// On a host that is gone nothing happens any more.
    fn host_works(&self, arn: &str) -> bool {
        let instance = self.tasks.get(arn).and_then(|task| task.instance.as_ref());
        instance.and_then(|instance| self.instances.get(instance)).is_some_and(|instance| instance.agent_connected)
    }

    fn start(&mut self, arn: &str, core: &mut Core) {
        let Some(task) = self.tasks.get_mut(arn).filter(|task| task.status == TaskStatus::Pending) else { return };
        task.set_status(TaskStatus::Running);
        task.started_at = Some(core.now);
        let (stop_timeout, healthy_after) = (task.spec.stop_timeout, task.spec.healthy_after);
        let instance = self.host_of(arn);
        core.tell(Fact::TaskRunning { task: arn.to_owned(), instance, stop_timeout });
        self.plan(arn, Step::Healthy, healthy_after, core);
    }

    fn healthy(&mut self, arn: &str, core: &mut Core) {
        let Some(task) = self.tasks.get_mut(arn).filter(|task| task.status == TaskStatus::Running) else { return };
        task.healthy = true;
        self.wake_service_of(arn, core);
    }

    /// Orders a task to stop. `deregistration_delay` is waited before SIGTERM.
    pub fn stop(&mut self, arn: &str, stop: Stop, deregistration_delay: Option<Duration>, core: &mut Core) {
        let Some(task) = self.tasks.get_mut(arn).filter(|task| task.is_wanted()) else { return };
        task.stop = Some(stop);
        task.stopping_at = Some(core.now);
        task.version += 1;
        match (task.status, deregistration_delay) {
            (TaskStatus::Provisioning | TaskStatus::Pending, _) => self.stopped(arn, None, core),
            (_, Some(delay)) => {
                task.set_status(TaskStatus::Deactivating);
                self.plan(arn, Step::Signal, delay, core);
            }
            (_, None) => self.order_signal(arn, core),
        }
    }

    /// Lets the agent send SIGTERM, which takes it a moment.
    pub fn order_signal(&mut self, arn: &str, core: &mut Core) {
        let delay = core.dice.duration(Purpose::TaskStop, core.params.stop_order);
        self.plan(arn, Step::Signal, delay, core);
    }

    fn signal(&mut self, arn: &str, core: &mut Core) {
        let unsignalled = |task: &&mut Task| {
            task.signalled_at.is_none() && matches!(task.status, TaskStatus::Running | TaskStatus::Deactivating)
        };
        let Some(task) = self.tasks.get_mut(arn).filter(unsignalled) else { return };
        task.set_status(TaskStatus::Stopping);
        task.signalled_at = Some(core.now);
        let stop_timeout = task.spec.stop_timeout;
        core.tell(Fact::TaskSignalled { task: arn.to_owned(), instance: self.host_of(arn) });
        let (after, exit_code) = ending(stop_timeout, core);
        self.plan(arn, Step::Exit(exit_code), after, core);
    }

    fn stopped(&mut self, arn: &str, exit_code: Option<i32>, core: &mut Core) {
        let Some(task) = self.tasks.get_mut(arn).filter(|task| task.status != TaskStatus::Stopped) else { return };
        task.set_status(TaskStatus::Stopped);
        task.stopped_at = Some(core.now);
        task.exit_code = exit_code;
        let reason = task.stop.as_ref().map(|stop| stop.reason.clone()).unwrap_or_default();
        let instance_arn = task.instance.clone();
        core.tell(Fact::TaskStopped { task: arn.to_owned(), instance: self.host_of(arn), reason });
        if let Some(instance) = instance_arn.and_then(|instance| self.instances.get_mut(&instance)) {
            instance.tasks.remove(arn);
            instance.version += 1;
        }
        self.plan(arn, Step::Forget, core.params.retention, core);
        self.wake_service_of(arn, core);
        self.wake_waiting(core);
    }

    /// ECS learns that the host of a task is gone.
    pub fn lost_with_host(&mut self, arn: &str, reason: &str, core: &mut Core) {
        let Some(task) = self.tasks.get_mut(arn) else { return };
        task.stop = Some(Stop { code: None, reason: reason.to_owned() });
        task.stopping_at = task.stopping_at.or(Some(core.now));
        self.stopped(arn, None, core);
    }

    fn wake_service_of(&mut self, arn: &str, core: &mut Core) {
        if let Some(service) = self.tasks.get(arn).and_then(|task| task.service.clone()) {
            self.wake(&service, core);
        }
    }

    fn forget(&mut self, arn: &str) {
        let service = self.tasks.remove(arn).and_then(|task| task.service);
        if let Some(service) = service.and_then(|name| self.services.get_mut(&name)) {
            service.tasks.remove(arn);
        }
    }

    fn host_of(&self, arn: &str) -> String {
        let instance = self.tasks.get(arn).and_then(|task| task.instance.as_ref());
        instance.and_then(|instance| self.instances.get(instance)).map(|i| i.host.id.clone()).unwrap_or_default()
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

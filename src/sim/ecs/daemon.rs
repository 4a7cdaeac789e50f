//! Daemon services: one task on each container instance that takes tasks, the first to start there, and on a DRAINING one
//! the last to stop (ECS Developer Guide, "Daemon scheduling strategy").

use super::cluster::Cluster;
use super::task::{Stop, Task, TaskStatus};
use crate::sim::kernel::Core;

impl Cluster {
    pub(super) fn schedule_daemon(&mut self, service: &str, core: &mut Core) {
        let Some(found) = self.services.get(service) else { return };
        let delay = found.spec.deregistration_delay;
        let of_service = found.tasks.iter().filter_map(|id| self.tasks.get(id));
        let wanted: Vec<&Task> =
            of_service.filter(|task| task.is_wanted() && task.status != TaskStatus::Stopped).collect();
        let deployment = found.deployment;
        let leaves = |task: &&&Task| self.is_last(task) || task.deployment != deployment;
        let leave: Vec<String> = wanted.iter().filter(leaves).map(|task| task.id.clone()).collect();
        let need = found.spec.task.need();
        let lacking = self.instances.values().filter(|instance| {
            let served = wanted.iter().any(|task| task.instance.as_deref() == Some(instance.id.as_str()));
            instance.takes_tasks() && !served && need.fits(instance.remaining)
        });
        let lacking: Vec<String> = lacking.map(|instance| instance.id.clone()).collect();
        for instance in lacking {
            if let Some(task) = self.create_task(service, core) {
                self.place(&task, &instance, core);
            }
        }
        for task in leave {
            self.stop(&task, Stop::by_scheduler(), delay, core);
        }
    }

    /// Whether a task of a daemon service runs on a DRAINING instance that nothing else runs on.
    fn is_last(&self, task: &Task) -> bool {
        let Some(instance) = task.instance.as_ref().and_then(|id| self.instances.get(id)) else { return false };
        let others = instance.tasks.iter().filter_map(|id| self.tasks.get(id)).any(|other| !other.is_daemon);
        instance.drained_at.is_some() && !others
    }

    /// Before anything else goes to a new container instance, the daemons do.
    pub fn place_daemons(&mut self, core: &mut Core) {
        let daemons = self.services.values().filter(|service| service.is_daemon());
        let daemons: Vec<String> = daemons.map(|service| service.spec.name.clone()).collect();
        for service in daemons {
            self.schedule_daemon(&service, core);
        }
    }

    pub(super) fn wake_daemons(&mut self, core: &mut Core) {
        for service in self.services.values_mut().filter(|service| service.is_daemon()) {
            service.wake(&self.name, core);
        }
    }
}

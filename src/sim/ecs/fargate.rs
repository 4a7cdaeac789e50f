//! Tasks on Fargate: no container instance, and on Fargate Spot a warning of two minutes (ECS Developer Guide, "Fargate Spot
//! termination notices").

use std::time::Duration;

use super::cluster::Cluster;
use super::task::{Stop, TaskStatus};
use crate::sim::kernel::{Core, Fact, Purpose, Step, later};
use crate::sim::spec::Launch;

const WARNING: Duration = Duration::from_secs(120);

impl Cluster {
    pub(super) fn start_on_fargate(&mut self, service: &str, launch: &Launch, core: &mut Core) -> bool {
        let spot = *launch == Launch::FargateSpot;
        let Some(id) = self.create_task(service, core) else { return false };
        if let Some(task) = self.tasks.get_mut(&id) {
            task.on_fargate = true;
            task.provider = Some(if spot { "FARGATE_SPOT" } else { "FARGATE" }.to_owned());
            task.set_status(TaskStatus::Pending);
        }
        self.task_changed(&id, core);
        let start = core.dice.duration(Purpose::Fargate, core.params.fargate_start);
        self.plan(&id, Step::Start, start, core);
        true
    }

    /// Tasks that Fargate Spot could take back now.
    pub fn on_fargate_spot(&self) -> Vec<String> {
        let spot = |task: &&super::task::Task| task.on_fargate && task.provider.as_deref() == Some("FARGATE_SPOT");
        let running =
            self.tasks.values().filter(spot).filter(|task| task.status == TaskStatus::Running && task.is_wanted());
        running.map(|task| task.id.clone()).collect()
    }

    /// Takes a task back: the state change is the warning, SIGTERM comes with it, and the scheduler starts another.
    pub fn interrupt_fargate(&mut self, id: &str, core: &mut Core) {
        core.tell(Fact::FargateInterrupted { task: id.to_owned(), deadline: later(core.now, WARNING) });
        let service = self.tasks.get(id).and_then(|task| task.service.clone());
        self.stop(id, Stop::by_spot(), None, core);
        if let Some(service) = service {
            self.wake(&service, core);
        }
    }
}

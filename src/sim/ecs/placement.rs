//! Where a task goes: spread over the zones, then over the instances.

use super::cluster::Cluster;
use super::instance::ContainerInstance;
use super::task::Task;
use crate::sim::scenario::Launch;

impl Cluster {
    /// The container instance that the task should go to, if one has room.
    pub fn find_place(&self, task: &Task, launch: &Launch) -> Option<String> {
        let eligible = |instance: &&ContainerInstance| {
            instance.takes_tasks() && accepts(instance, launch) && task.spec.need().fits(self.remaining(instance))
        };
        let service = task.service.as_deref();
        let crowd = |instance: &ContainerInstance| {
            let here = self.tasks_of(service, instance);
            (self.tasks_in_zone(service, &instance.host.zone), here, instance.tasks.len())
        };
        let best = self.instances.values().filter(eligible).min_by_key(|instance| crowd(instance));
        best.map(|instance| instance.arn.clone())
    }

    fn tasks_of(&self, service: Option<&str>, instance: &ContainerInstance) -> usize {
        let wanted = |task: &&Task| task.is_wanted() && task.service.as_deref() == service;
        instance.tasks.iter().filter_map(|arn| self.tasks.get(arn)).filter(wanted).count()
    }

    fn tasks_in_zone(&self, service: Option<&str>, zone: &str) -> usize {
        let in_zone = self.instances.values().filter(|i| i.host.zone == zone && i.takes_tasks());
        in_zone.map(|instance| self.tasks_of(service, instance)).sum()
    }
}

fn accepts(instance: &ContainerInstance, launch: &Launch) -> bool {
    match launch {
        Launch::Type => true,
        Launch::CapacityProviders(names) => instance.provider.as_ref().is_some_and(|name| names.contains(name)),
    }
}

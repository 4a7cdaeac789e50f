//! Where a task goes: spread over the zones, then over the instances.

use std::collections::BTreeMap;

use super::cluster::Cluster;
use super::instance::ContainerInstance;
use super::task::Task;
use crate::sim::scenario::Launch;

/// How many tasks of the same kind there are in each zone, and on each instance.
#[derive(Debug, Default)]
struct Crowd<'a> {
    in_zone: BTreeMap<&'a str, usize>,
    on_instance: BTreeMap<&'a str, usize>,
}

impl Cluster {
    /// The container instance that the task should go to, if one has room.
    pub fn find_place(&self, task: &Task, launch: &Launch) -> Option<String> {
        let eligible = |instance: &&ContainerInstance| {
            instance.takes_tasks() && accepts(instance, launch) && task.spec.need().fits(self.remaining(instance))
        };
        let crowd = self.crowd(task.service.as_deref());
        let emptiest = self.instances.values().filter(eligible).min_by_key(|instance| {
            let in_zone = crowd.in_zone.get(instance.host.zone.as_str());
            (in_zone, crowd.on_instance.get(instance.arn.as_str()), instance.tasks.len())
        });
        emptiest.map(|instance| instance.arn.clone())
    }

    fn crowd(&self, service: Option<&str>) -> Crowd<'_> {
        let mut crowd = Crowd::default();
        let tasks = service.and_then(|name| self.services.get(name)).into_iter().flat_map(|service| &service.tasks);
        let wanted = tasks.filter_map(|arn| self.tasks.get(arn)).filter(|task| task.is_wanted());
        let instances = wanted.filter_map(|task| self.instances.get(task.instance.as_ref()?));
        for instance in instances.filter(|instance| instance.takes_tasks()) {
            *crowd.in_zone.entry(&instance.host.zone).or_default() += 1;
            *crowd.on_instance.entry(&instance.arn).or_default() += 1;
        }
        crowd
    }
}

fn accepts(instance: &ContainerInstance, launch: &Launch) -> bool {
    match launch {
        Launch::Type => true,
        Launch::CapacityProviders(names) => instance.provider.as_ref().is_some_and(|name| names.contains(name)),
    }
}

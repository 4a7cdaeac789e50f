//! Where a task goes: spread over the zones, then over the instances.

use std::collections::BTreeMap;

use super::cluster::Cluster;
use super::instance::ContainerInstance;
use super::task::Task;
use crate::sim::spec::{Launch, Need};

/// How many tasks of the same kind there are in each zone, and on each instance.
#[derive(Debug, Default)]
pub struct Crowd {
    in_zone: BTreeMap<String, usize>,
    on_instance: BTreeMap<String, usize>,
}

impl Crowd {
    /// One more on this instance.
    pub fn add(&mut self, instance: &ContainerInstance) {
        *self.in_zone.entry(instance.host.zone.clone()).or_default() += 1;
        *self.on_instance.entry(instance.id.clone()).or_default() += 1;
    }
}

impl Cluster {
    /// The container instance that a task should go to, if one has room.
    pub fn find_place(&self, need: Need, launch: &Launch, crowd: &Crowd) -> Option<String> {
        let eligible = |instance: &&ContainerInstance| {
            instance.takes_tasks() && accepts(instance, launch) && need.fits(instance.remaining)
        };
        // Both are in order.
        let mut crowded = crowd.on_instance.iter().peekable();
        let emptiest = self.instances.values().filter(eligible).min_by_key(|instance| {
            while crowded.next_if(|(id, _)| **id < instance.id).is_some() {}
            let on_instance = crowded.peek().filter(|(id, _)| **id == instance.id).map(|(_, count)| **count);
            (crowd.in_zone.get(instance.host.zone.as_str()), on_instance, instance.tasks.len())
        });
        emptiest.map(|instance| instance.id.clone())
    }

    /// Where the tasks of a service are that are meant to run.
    pub fn crowd(&self, service: &str) -> Crowd {
        let mut crowd = Crowd::default();
        let tasks = self.services.get(service).into_iter().flat_map(|service| &service.tasks);
        let wanted = tasks.filter_map(|id| self.tasks.get(id)).filter(|task: &&Task| task.is_wanted());
        let instances = wanted.filter_map(|task| self.instances.get(task.instance.as_ref()?));
        instances.filter(|instance| instance.takes_tasks()).for_each(|instance| crowd.add(instance));
        crowd
    }
}

fn accepts(instance: &ContainerInstance, launch: &Launch) -> bool {
    match launch {
        Launch::Type => true,
        Launch::CapacityProviders(names) => instance.provider.as_ref().is_some_and(|name| names.contains(name)),
        Launch::Fargate | Launch::FargateSpot => false,
    }
}

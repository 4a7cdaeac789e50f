//! A cluster and what lives in it, and capacity providers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Timer;
use super::instance::{ContainerInstance, Status};
use super::service::Service;
use super::task::{Need, Task};
use crate::sim::core::Core;
use crate::sim::dice::Purpose;
use crate::sim::fact::{Fact, Gone, Host};

#[derive(Clone, Debug)]
pub struct CapacityProvider {
    pub name: String,
    pub arn: String,
    /// The Auto Scaling group, by name and ARN.
    pub group: String,
    pub group_arn: String,
    pub managed_scaling: bool,
    pub managed_draining: bool,
    pub managed_termination_protection: bool,
}

#[derive(Clone, Debug)]
pub struct Cluster {
    pub name: String,
    pub arn: String,
    pub providers: Vec<String>,
    pub instances: BTreeMap<String, ContainerInstance>,
    pub services: BTreeMap<String, Service>,
    pub tasks: BTreeMap<String, Task>,
}

impl Cluster {
    pub fn new(name: String, arn: String) -> Self {
        Self {
            name,
            arn,
            providers: Vec::new(),
            instances: BTreeMap::new(),
            services: BTreeMap::new(),
            tasks: BTreeMap::new(),
        }
    }

    pub fn register(&mut self, host: Host, provider: Option<String>, core: &mut Core) {
        let arn = core.names.container_instance_arn(&self.name, &mut core.dice);
        core.tell(Fact::ContainerInstanceRegistered { host: host.clone(), provider: provider.clone() });
        let instance = ContainerInstance::new(arn.clone(), host, provider, core.now);
        self.instances.insert(arn, instance);
        self.wake_all(core);
    }

    /// The host stops working, and with it the agent; ECS learns of it later. The container instance of a host that is
    /// stopped stays registered (Amazon ECS Developer Guide, "Deregistering a container instance").
    pub fn host_gone(&mut self, host: &str, how: Gone, core: &mut Core) {
        let found = self.instances.values_mut().find(|i| i.host.id == host && i.status != Status::Inactive);
        let Some(instance) = found else { return };
        instance.lose_agent();
        let timer = Timer::HostLost { cluster: self.name.clone(), arn: instance.arn.clone(), how };
        core.within(Purpose::Agent, core.params.deregistration, timer);
    }

    pub fn host_lost(&mut self, arn: &str, how: Gone, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(arn) else { return };
        let tasks: Vec<String> = instance.tasks.iter().cloned().collect();
        let end = match how {
            Gone::Terminated => "terminated",
            Gone::Stopped => "stopped",
        };
        let reason = format!("Host EC2 (instance {}) {end}.", instance.host.id);
        if how == Gone::Terminated {
            instance.set_status(Status::Inactive, core);
            let timer = Timer::ForgetInstance { cluster: self.name.clone(), arn: arn.to_owned() };
            core.after(core.params.retention, timer);
        }
        for task in tasks {
            self.lost_with_host(&task, &reason, core);
        }
        self.wake_all(core);
    }

    /// Lets the scheduler look at every service.
    pub fn wake_all(&mut self, core: &mut Core) {
        for service in self.services.values_mut() {
            service.wake(&self.name, core);
        }
    }

    /// Lets the scheduler look at the services whose tasks wait for capacity.
    pub fn wake_waiting(&mut self, core: &mut Core) {
        for service in self.services.values_mut().filter(|service| service.waits) {
            service.wake(&self.name, core);
        }
    }

    pub fn wake(&mut self, service: &str, core: &mut Core) {
        if let Some(service) = self.services.get_mut(service) {
            service.wake(&self.name, core);
        }
    }

    /// What is left of an instance's resources. A task holds its share until it is STOPPED.
    pub fn remaining(&self, instance: &ContainerInstance) -> Need {
        let tasks = instance.tasks.iter().filter_map(|arn| self.tasks.get(arn));
        tasks.fold(instance.registered, |left, task| left.less(task.spec.need()))
    }

    /// The services that have a task on one of `instances`.
    pub fn services_on(&self, instances: &[String]) -> BTreeSet<String> {
        let on = instances.iter().filter_map(|arn| self.instances.get(arn)).flat_map(|i| &i.tasks);
        on.filter_map(|arn| self.tasks.get(arn)).filter_map(|task| task.service.clone()).collect()
    }
}

/// What a time is good for in the API: seconds since the epoch, with fractions.
pub fn epoch_seconds(moment: Timestamp) -> f64 {
    moment.as_duration().as_millis_f64().round() / 1_000.0
}

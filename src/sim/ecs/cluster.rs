//! A cluster and what lives in it. Container instances and tasks are known by their ids, the last part of their ARNs.

use std::collections::{BTreeMap, BTreeSet};

use super::instance::{ContainerInstance, Status};
use super::service::Service;
use super::task::Task;
use crate::sim::kernel::{Core, EcsTimer, Fact, Gone, Host, LifecycleNotice, Purpose};

#[derive(Clone, Debug)]
pub struct Cluster {
    pub name: String,
    pub arn: String,
    pub providers: Vec<String>,
    pub instances: BTreeMap<String, ContainerInstance>,
    /// The container instance of each host, unless that is INACTIVE.
    hosts: BTreeMap<String, String>,
    pub services: BTreeMap<String, Service>,
    pub tasks: BTreeMap<String, Task>,
    /// The container instances that are DRAINING.
    pub(super) draining: BTreeSet<String>,
    /// Hosts that Auto Scaling holds until managed draining is done with them.
    pub(super) held: BTreeMap<String, LifecycleNotice>,
}

impl Cluster {
    pub fn new(name: String, arn: String) -> Self {
        Self {
            name,
            arn,
            providers: Vec::new(),
            instances: BTreeMap::new(),
            hosts: BTreeMap::new(),
            services: BTreeMap::new(),
            tasks: BTreeMap::new(),
            draining: BTreeSet::new(),
            held: BTreeMap::new(),
        }
    }

    /// The container instance on a host.
    pub fn instance_on(&self, host: &str) -> Option<&ContainerInstance> {
        self.instances.get(self.hosts.get(host)?)
    }

    pub(super) fn id_on(&self, host: &str) -> Option<String> {
        self.hosts.get(host).cloned()
    }

    pub fn register(&mut self, host: Host, provider: Option<String>, core: &mut Core) {
        let arn = core.names.container_instance_arn(&self.name, &mut core.dice);
        let instance = ContainerInstance::new(arn, host.clone(), provider.clone(), core.now);
        let id = instance.id.clone();
        self.hosts.insert(host.id.clone(), id.clone());
        self.instances.insert(id.clone(), instance);
        core.tell(Fact::ContainerInstanceRegistered { host, cluster: self.name.clone(), provider });
        self.instance_changed(&id, core);
        self.place_daemons(core);
        self.wake_all(core);
    }

    /// The host stops working, and with it the agent; ECS learns of it later. The container instance of a host that is
    /// stopped stays registered (Amazon ECS Developer Guide, "Deregistering a container instance").
    pub fn host_gone(&mut self, host: &str, how: Gone, core: &mut Core) {
        let Some(id) = self.id_on(host) else { return };
        if let Some(instance) = self.instances.get_mut(&id) {
            instance.lose_agent();
        }
        self.instance_changed(&id, core);
        let timer = EcsTimer::HostLost { cluster: self.name.clone(), id, how };
        core.within(Purpose::Agent, core.params.deregistration, timer);
    }

    pub fn host_lost(&mut self, id: &str, how: Gone, core: &mut Core) {
        let Some(instance) = self.instances.get(id) else { return };
        let end = match how {
            Gone::Terminated => "terminated",
            Gone::Stopped => "stopped",
        };
        let reason = format!("Host EC2 (instance {}) {end}.", instance.host.id);
        if how == Gone::Terminated {
            self.deactivate(id, core);
        }
        self.lose_tasks(id, &reason, core);
        self.wake_all(core);
    }

    /// Takes an instance out of the cluster. It can be described for a while.
    pub(super) fn deactivate(&mut self, id: &str, core: &mut Core) {
        let Some(host) = self.instances.get(id).map(|instance| instance.host.id.clone()) else { return };
        self.hosts.remove(&host);
        self.set_status(id, Status::Inactive, core);
        let timer = EcsTimer::ForgetInstance { cluster: self.name.clone(), id: id.to_owned() };
        core.after(core.params.retention, timer);
        self.release(&host, core);
    }

    fn lose_tasks(&mut self, id: &str, reason: &str, core: &mut Core) {
        let tasks: Vec<String> = self.instances.get(id).into_iter().flat_map(|i| i.tasks.iter().cloned()).collect();
        for task in tasks {
            self.lost_with_host(&task, reason, core);
        }
    }

    pub fn forget_instance(&mut self, id: &str) {
        self.instances.remove(id);
    }

    /// Puts a container instance into a status, and lets the world know.
    pub(super) fn set_status(&mut self, id: &str, status: Status, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(id).filter(|instance| instance.status != status) else { return };
        instance.status = status;
        instance.drained_at = (status == Status::Draining).then_some(core.now);
        instance.version += 1;
        if status == Status::Draining {
            self.draining.insert(id.to_owned());
        } else {
            self.draining.remove(id);
        }
        let (cluster, instance) = (self.name.clone(), instance.host.id.clone());
        core.tell(Fact::ContainerInstanceStatus { instance, cluster, status: status.name() });
        self.instance_changed(id, core);
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

    /// The services that have a task on one of `instances`.
    pub fn services_on(&self, instances: &[String]) -> BTreeSet<String> {
        let on = instances.iter().filter_map(|id| self.instances.get(id)).flat_map(|i| &i.tasks);
        on.filter_map(|id| self.tasks.get(id)).filter_map(|task| task.service.clone()).collect()
    }

    /// The EC2 instance that a task runs on; none for one on Fargate.
    pub(super) fn host_of(&self, task: &str) -> String {
        let instance = self.tasks.get(task).and_then(|task| task.instance.as_ref());
        instance.and_then(|id| self.instances.get(id)).map(|instance| instance.host.id.clone()).unwrap_or_default()
    }
}

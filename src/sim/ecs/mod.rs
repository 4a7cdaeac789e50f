//! Amazon ECS: clusters, capacity providers, container instances (`instance`), tasks and their life (`task`, `life`),
//! and the service scheduler (`service`, `scheduler`, `placement`).

mod cluster;
mod instance;
mod life;
mod placement;
mod requests;
mod scheduler;
mod service;
mod task;

use std::collections::{BTreeMap, BTreeSet};

pub use cluster::{CapacityProvider, Cluster, epoch_seconds};
pub use instance::{ContainerInstance, Status};
pub use life::Step;
pub use requests::Failure;
pub use service::Service;
pub use task::{Need, Task, TaskStatus};

use super::core::Core;
use super::dice::Purpose;
use super::fact::{Fact, Gone, Host};

#[derive(Clone, Debug)]
pub enum Timer {
    /// The agent on an instance registers with its cluster.
    Register(Host),
    /// ECS learns that a host is gone.
    HostLost { cluster: String, arn: String, how: Gone },
    /// A container instance that is INACTIVE is forgotten.
    ForgetInstance { cluster: String, arn: String },
    /// The service scheduler looks at a service.
    Schedule { cluster: String, service: String },
    /// A task takes the next step of its life.
    Task { cluster: String, arn: String, step: Step },
}

/// Everything in ECS.
#[derive(Clone, Debug, Default)]
pub struct Ecs {
    pub clusters: BTreeMap<String, Cluster>,
    pub providers: BTreeMap<String, CapacityProvider>,
    /// Hosts that run and whose agent has not registered yet.
    starting: BTreeSet<String>,
}

impl Ecs {
    pub fn on_timer(&mut self, timer: Timer, core: &mut Core) {
        match timer {
            Timer::Register(host) => self.register(host, core),
            Timer::HostLost { cluster, arn, how } => {
                self.with(&cluster, |cluster| cluster.host_lost(&arn, how, core));
            }
            Timer::ForgetInstance { cluster, arn } => {
                self.with(&cluster, |cluster| cluster.instances.remove(&arn));
            }
            Timer::Schedule { cluster, service } => self.with(&cluster, |cluster| cluster.schedule(&service, core)),
            Timer::Task { cluster, arn, step } => self.with(&cluster, |cluster| cluster.step(&arn, step, core)),
        }
    }

    pub fn hear(&mut self, fact: &Fact, core: &mut Core) {
        match fact {
            Fact::InstanceRunning(host) if host.cluster.is_some() => {
                self.starting.insert(host.id.clone());
                core.within(Purpose::Agent, core.params.agent_registration, Timer::Register(host.clone()));
            }
            Fact::InstanceGone { host, how } => {
                self.starting.remove(&host.id);
                if let Some(cluster) = host.cluster.as_ref().and_then(|name| self.clusters.get_mut(name)) {
                    cluster.host_gone(&host.id, *how, core);
                }
            }
            _ => {}
        }
    }

    /// Whether an instance is in a cluster.
    pub fn is_registered(&self, host: &str) -> bool {
        let mut instances = self.clusters.values().flat_map(|cluster| cluster.instances.values());
        instances.any(|instance| instance.host.id == host && instance.status != Status::Inactive)
    }

    fn register(&mut self, host: Host, core: &mut Core) {
        if !self.starting.remove(&host.id) {
            return;
        }
        let group = host.group.as_deref();
        let provider = self.providers.values().find(|p| group == Some(p.group.as_str())).map(|p| p.name.clone());
        let Some(cluster) = host.cluster.as_ref().and_then(|name| self.clusters.get_mut(name)) else { return };
        cluster.register(host, provider, core);
    }

    fn with<T>(&mut self, cluster: &str, change: impl FnOnce(&mut Cluster) -> T) {
        self.clusters.get_mut(cluster).map(change);
    }
}

//! Amazon ECS: clusters and what lives in them (`cluster`, `instance`, `task`), the life of a task (`life`, `fargate`), the
//! service scheduler (`service`, `scheduler`, `daemon`, `placement`), target groups (`backend`), capacity providers and what
//! ECS does with them by itself (`provider`, `scaling`, `draining`), and what callers may ask for (`requests`, `run`,
//! `attributes`, `protection`). How all of it looks in answers and events is in `describe`.

mod attributes;
mod backend;
mod cluster;
mod daemon;
pub mod describe;
mod draining;
mod events;
mod fargate;
mod instance;
mod life;
mod placement;
mod protection;
mod provider;
mod requests;
mod run;
mod scaling;
mod scheduler;
mod service;
mod task;

use std::collections::{BTreeMap, BTreeSet};

pub use attributes::Attribute;
pub use cluster::Cluster;
pub use instance::{ContainerInstance, Status};
pub use provider::{CapacityProvider, ProviderChanges};
pub use requests::{Failure, Outcome};
pub use run::RunRequest;
pub use service::{Service, ServiceChanges};
pub use task::{Task, TaskStatus};

use super::kernel::{Core, EcsTimer, Fact, Host, Purpose};
use super::spec::TaskSpec;

/// Everything in ECS.
#[derive(Clone, Debug, Default)]
pub struct Ecs {
    pub clusters: BTreeMap<String, Cluster>,
    pub providers: BTreeMap<String, CapacityProvider>,
    /// Task definitions, by family.
    pub definitions: BTreeMap<String, TaskSpec>,
    /// The groups on whose instances the agent drains by itself.
    pub agents_drain: BTreeSet<String>,
    /// Hosts that run and whose agent has not registered yet.
    starting: BTreeSet<String>,
}

impl Ecs {
    pub fn on_timer(&mut self, timer: EcsTimer, core: &mut Core) {
        match timer {
            EcsTimer::Register(host) => self.register(host, core),
            EcsTimer::HostLost { cluster, id, how } => self.with(&cluster, |cluster| cluster.host_lost(&id, how, core)),
            EcsTimer::ForgetInstance { cluster, id } => self.with(&cluster, |cluster| cluster.forget_instance(&id)),
            EcsTimer::Schedule { cluster, service } => self.with(&cluster, |cluster| cluster.schedule(&service, core)),
            EcsTimer::Task { cluster, id, step } => self.with(&cluster, |cluster| cluster.step(&id, step, core)),
            EcsTimer::ManagedDrain { cluster, instance } | EcsTimer::AgentDrain { cluster, instance } => {
                self.with(&cluster, |cluster| cluster.drain_by_itself(&instance, core));
            }
            EcsTimer::Measure { provider } => self.measure(&provider, core),
        }
    }

    pub fn hear(&mut self, fact: &Fact, core: &mut Core) {
        match fact {
            Fact::InstanceRunning(host) if host.cluster.is_some() => {
                self.starting.insert(host.id.clone());
                core.within(Purpose::Agent, core.params.agent_registration, EcsTimer::Register(host.clone()));
            }
            Fact::InstanceGone { host, how, .. } => {
                self.starting.remove(&host.id);
                if let Some(cluster) = host.cluster.as_ref().and_then(|name| self.clusters.get_mut(name)) {
                    cluster.host_gone(&host.id, *how, core);
                }
            }
            Fact::InterruptionNotice { host, .. } => self.on_notice(host, core),
            Fact::LifecycleWaits(notice) => self.on_hook(notice, core),
            Fact::DesiredChanged { group, to, .. } => self.on_desired(group, *to),
            Fact::TargetRegistered(target) => self.note_target(target, None),
            Fact::TargetDraining(target) => self.note_target(target, Some(core.now)),
            _ => {}
        }
    }

    /// Whether an instance is in a cluster.
    pub fn is_registered(&self, host: &str) -> bool {
        self.clusters.values().any(|cluster| cluster.instance_on(host).is_some())
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

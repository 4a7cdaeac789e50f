//! Asks AWS: carries out a [`Look`] and sends what it sees as [`Observation`]s, page by page.
//!
//! The only room that calls describe and list actions, and it calls no other.

mod activities;
mod autoscaling;
mod cluster;
mod container_instances;
mod definitions;
mod hooks;
mod services;
mod target_groups;
mod tasks;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;

pub use autoscaling::{locate, read as group_of};
pub use cluster::capacity_providers;
pub use container_instances::read as container_instance;
pub use definitions::definition as definition_of;

use super::{Address, Look, Observation};
use crate::aws::{Clients, Failure, RegionClients};
use crate::clock::Clock;
use crate::ids::ClusterKey;

/// No answer is read further than this many pages; a cluster may have 5,000 instances (ECS service quotas), which are 50.
const PAGES_MAX: usize = 200;

/// The token of the next page, where there is one.
fn next_page(token: Option<&str>) -> Option<String> {
    token.filter(|token| !token.is_empty()).map(str::to_owned)
}

/// The version of something in ECS. AWS counts from 1; who does not count says nothing, which the SDK reads as 0.
fn counted(version: i64) -> Option<i64> {
    Some(version).filter(|version| *version > 0)
}

/// Looks at AWS.
#[derive(Clone, Debug)]
pub struct Observer {
    clients: Clients,
    addresses: Arc<BTreeMap<ClusterKey, Address>>,
    clock: Clock,
}

/// Where a look sends what it sees, each with the time at which it was asked for.
pub type Sightings = mpsc::Sender<(Observation, Timestamp)>;

impl Observer {
    /// An observer of the clusters at `addresses`.
    #[must_use]
    pub fn new(clients: Clients, addresses: Arc<BTreeMap<ClusterKey, Address>>, clock: Clock) -> Self {
        Self { clients, addresses, clock }
    }

    /// Carries out `look`.
    ///
    /// # Errors
    /// The first call that fails ends the look; what was seen before has been sent.
    pub async fn look(&self, look: &Look, sightings: &Sightings) -> Result<(), Failure> {
        match look {
            Look::Cluster(cluster) => self.in_cluster(cluster, sightings, |view| cluster::read(view)).await,
            Look::Locate { region, instances } => {
                let clients = self.clients.of(region, autoscaling::LOCATE)?;
                let groups = autoscaling::locate(clients, region, instances).await?;
                self.send(sightings, Observation::Located { region: region.clone(), groups }).await;
                Ok(())
            }
            Look::Groups { region, groups } => {
                let clients = self.clients.of(region, autoscaling::GROUPS)?;
                let began_at = self.clock.now();
                let observation = autoscaling::groups(clients, region, groups, began_at).await?;
                self.send(sightings, observation).await;
                Ok(())
            }
            Look::Hooks(group) => {
                let clients = self.clients.of(&group.region, hooks::HOOKS)?;
                let observation = hooks::of_group(clients, group, self.clock.now()).await?;
                self.send(sightings, observation).await;
                Ok(())
            }
            Look::Activities(group) => {
                let clients = self.clients.of(&group.region, activities::ACTIVITIES)?;
                let observation = activities::of_group(clients, group).await?;
                self.send(sightings, observation).await;
                Ok(())
            }
            Look::Find { cluster, instances } => {
                self.in_cluster(cluster, sightings, |view| container_instances::find(view, instances)).await
            }
            Look::Instances { cluster, instances } => {
                self.in_cluster(cluster, sightings, |view| container_instances::again(view, instances)).await
            }
            Look::TasksOf { cluster, instance, arn } => {
                self.in_cluster(cluster, sightings, |view| tasks::list(view, instance, arn)).await
            }
            Look::TasksIn { cluster, instances } => {
                self.in_cluster(cluster, sightings, |view| tasks::list_all(view, instances)).await
            }
            Look::Definition { cluster, arn } => {
                self.in_cluster(cluster, sightings, |view| definitions::read(view, arn)).await
            }
            Look::Services { cluster, services } => {
                self.in_cluster(cluster, sightings, |view| services::read(view, services)).await
            }
            Look::TargetGroup { cluster, group } => {
                self.in_cluster(cluster, sightings, |view| target_groups::read(view, group)).await
            }
            Look::Tasks { cluster, tasks, .. } => {
                self.in_cluster(cluster, sightings, |view| tasks::again(view, tasks)).await
            }
        }
    }

    async fn in_cluster<'a, F>(
        &'a self,
        cluster: &'a ClusterKey,
        sightings: &'a Sightings,
        look: impl FnOnce(View<'a>) -> F,
    ) -> Result<(), Failure>
    where
        F: Future<Output = Result<(), Failure>>,
    {
        let address = self.addresses.get(cluster).ok_or_else(|| Failure::unaddressed("ecs", cluster.as_str()))?;
        let clients = self.clients.of(&address.region, "ecs")?;
        look(View { observer: self, key: cluster, address, clients, sightings }).await
    }

    async fn send(&self, sightings: &Sightings, observation: Observation) {
        // Nobody listens any more only when the operator is stopping.
        let _ = sightings.send((observation, self.clock.now())).await;
    }
}

/// One cluster, seen through its Region's clients.
#[derive(Clone, Copy)]
struct View<'a> {
    observer: &'a Observer,
    key: &'a ClusterKey,
    address: &'a Address,
    clients: &'a RegionClients,
    sightings: &'a Sightings,
}

impl View<'_> {
    async fn send(&self, observation: Observation) {
        self.observer.send(self.sightings, observation).await;
    }

    fn now(&self) -> Timestamp {
        self.observer.clock.now()
    }
}

//! Asks AWS: carries out a [`Look`] and sends what it sees as [`Observation`]s, page by page.
//!
//! The only room that calls describe and list actions, and it calls no other.

mod autoscaling;
mod cluster;
mod ecs;
mod tasks;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;

pub use ecs::read as container_instance;

use super::{Look, Observation};
use crate::aws::{Clients, Failure, RegionClients};
use crate::clock::Clock;
use crate::ids::{ClusterKey, Region};

/// A page costs one request; no answer may take more than so many, whatever AWS says about there being a next one.
const PAGES_MAX: usize = 200;

/// Where the clusters are, so that a look can be addressed.
#[derive(Clone, Debug)]
pub struct Address {
    /// The cluster's Region.
    pub region: Region,
    /// Its name or ARN, as the manifest gives it.
    pub cluster: Arc<str>,
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
                let Some(clients) = self.clients.of(region) else { return Ok(()) };
                let groups = autoscaling::locate(clients, region, instances).await?;
                self.send(sightings, Observation::Located { region: region.clone(), groups }).await;
                Ok(())
            }
            Look::Groups { region, groups } => {
                let Some(clients) = self.clients.of(region) else { return Ok(()) };
                let began_at = self.clock.now();
                let observation = autoscaling::groups(clients, region, groups, began_at).await?;
                self.send(sightings, observation).await;
                Ok(())
            }
            Look::Find { cluster, instances } => {
                self.in_cluster(cluster, sightings, |view| ecs::find(view, instances)).await
            }
            Look::Instances { cluster, instances } => {
                self.in_cluster(cluster, sightings, |view| ecs::again(view, instances)).await
            }
            Look::TasksOf { cluster, instance, arn } => {
                self.in_cluster(cluster, sightings, |view| tasks::list(view, instance, arn)).await
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
        let Some(address) = self.addresses.get(cluster) else { return Ok(()) };
        let Some(clients) = self.clients.of(&address.region) else { return Ok(()) };
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

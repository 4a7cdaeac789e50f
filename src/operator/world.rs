//! What the operator works with by its settings: clients, addresses, API budget, queues. Everything here changes when people change
//! the manifests; the loop tells it to.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::dispatch::Dispatch;
use super::posts::Posts;
use super::settings::Settings;
use crate::act::Actor;
use crate::aws::{Clients, Connection, Gates};
use crate::clock::Clock;
use crate::ids::ClusterKey;
use crate::observe::Address;
use crate::observe::describe::Observer;

/// What the operator works with by its settings.
pub struct World {
    /// The way to AWS.
    pub connection: Connection,
    /// The API budget.
    pub gates: Gates,
    /// The queues.
    pub posts: Posts,
    /// Clients of all Regions that were ever needed.
    pub clients: Clients,
    /// The time.
    pub clock: Clock,
}

impl World {
    /// Works by `settings` from now on, with the clusters at `addresses`.
    pub fn settle(
        &mut self,
        settings: &Settings,
        addresses: BTreeMap<ClusterKey, Address>,
        dispatch: &mut Dispatch,
    ) -> Observer {
        self.gates.set(&settings.api);
        self.posts.settle(settings);
        let regions = addresses.values().map(|address| address.region.clone());
        self.clients = self.clients.with(&self.connection, regions, &self.gates);
        let addresses = Arc::new(addresses);
        let actor =
            Actor { clients: self.clients.clone(), addresses: Arc::clone(&addresses), clock: self.clock.clone() };
        dispatch.act_with(actor);
        Observer::new(self.clients.clone(), addresses, self.clock.clone())
    }
}

//! EC2: the life of an instance (`instance`), Spot's pools of capacity (`pools`), how it takes instances back (`spot`) and
//! when it does so by itself (`weather`), and what an instance can ask about itself (`imds`).

mod events;
mod imds;
mod instance;
mod pools;
mod spot;
mod weather;

use std::collections::BTreeMap;

pub use imds::{ImdsAnswer, ImdsRequest, Tokens};
pub use instance::{Instance, Order, State};
pub use pools::Pools;
pub use weather::Clouds;

/// All instances, and the pools they come from.
#[derive(Debug, Default)]
pub struct Ec2 {
    instances: BTreeMap<String, Instance>,
    pub pools: Pools,
    pub clouds: Clouds,
    pub tokens: Tokens,
}

impl Ec2 {
    pub fn get(&self, id: &str) -> Option<&Instance> {
        self.instances.get(id)
    }

    pub fn state(&self, id: &str) -> Option<State> {
        self.instances.get(id).map(|instance| instance.state)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Instance> {
        self.instances.values()
    }
}

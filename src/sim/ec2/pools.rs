//! Spot's pools: how many instances of a type a zone has for this account. What nobody limits is limitless.

use std::collections::BTreeMap;

use super::Ec2;
use super::instance::Instance;
use crate::sim::kernel::{Core, Fact};

/// A pool: a type and a zone.
pub type Pool = (String, String);

/// Pools that hold so many instances and no more.
#[derive(Clone, Debug, Default)]
pub struct Pools {
    limits: BTreeMap<Pool, u32>,
    /// What a pool holds again when it is dry no longer.
    usual: BTreeMap<Pool, u32>,
}

impl Pools {
    pub fn limit(&mut self, instance_type: &str, zone: &str, capacity: u32) {
        let pool = (instance_type.to_owned(), zone.to_owned());
        self.usual.insert(pool.clone(), capacity);
        self.limits.insert(pool, capacity);
    }

    pub fn limits(&self) -> impl Iterator<Item = (&Pool, u32)> {
        self.limits.iter().map(|(pool, limit)| (pool, *limit))
    }
}

impl Ec2 {
    pub(super) fn has_room(&self, instance_type: &str, zone: &str) -> bool {
        let pool = (instance_type.to_owned(), zone.to_owned());
        self.pools.limits.get(&pool).is_none_or(|limit| self.held(&pool) < *limit)
    }

    fn held(&self, pool: &Pool) -> u32 {
        u32::try_from(self.in_pool(pool).count()).unwrap_or(u32::MAX)
    }

    pub(super) fn in_pool<'a>(&'a self, pool: &'a Pool) -> impl Iterator<Item = &'a Instance> {
        let of = |host: &crate::sim::kernel::Host| host.spot && host.instance_type == pool.0 && host.zone == pool.1;
        self.instances.values().filter(move |instance| instance.is_up() && of(&instance.host))
    }

    /// The instances of a pool.
    pub fn ids_in(&self, pool: &Pool) -> Vec<String> {
        self.in_pool(pool).map(|instance| instance.host.id.clone()).collect()
    }

    /// The pools that Spot Instances run in, in order.
    pub(super) fn pools_in_use(&self) -> Vec<Pool> {
        let up = self.instances.values().filter(|instance| instance.is_up() && instance.host.spot);
        let pools: std::collections::BTreeSet<Pool> =
            up.map(|instance| (instance.host.instance_type.clone(), instance.host.zone.clone())).collect();
        pools.into_iter().collect()
    }

    /// Lets a pool hold `capacity` from now on; `None` for as many as anybody wants. Gives back by how many instances it
    /// holds too many.
    pub fn set_capacity(&mut self, pool: &Pool, capacity: Option<u32>, core: &mut Core) -> u32 {
        match capacity {
            Some(capacity) => self.pools.limits.insert(pool.clone(), capacity),
            None => self.pools.limits.remove(pool),
        };
        let (instance_type, zone) = pool.clone();
        core.tell(Fact::PoolCapacity { instance_type, zone, capacity });
        capacity.map_or(0, |capacity| self.held(pool).saturating_sub(capacity))
    }

    /// Lets a pool hold again what it usually does.
    pub(super) fn restore(&mut self, pool: &Pool, core: &mut Core) {
        let usual = self.pools.usual.get(pool).copied();
        self.set_capacity(pool, usual, core);
    }

    /// The pools that a type and a zone mean, each of which may be left open.
    pub fn pools_of(&self, instance_type: Option<&str>, zone: Option<&str>) -> Vec<Pool> {
        if let (Some(instance_type), Some(zone)) = (instance_type, zone) {
            return vec![(instance_type.to_owned(), zone.to_owned())];
        }
        let means =
            |pool: &Pool| instance_type.is_none_or(|name| name == pool.0) && zone.is_none_or(|name| name == pool.1);
        let mut pools = self.pools_in_use();
        pools.extend(self.pools.limits.keys().cloned());
        pools.sort();
        pools.dedup();
        pools.retain(means);
        pools
    }
}

//! What the groups behind capacity providers want and have, as metrics. Plain numbers of what is shown of the clusters.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::cluster_view::ClusterView;
use crate::api::CapacityProviderStatus;

/// Labels of a pool. There are as many as capacity providers are managed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct PoolLabels {
    /// The ECS cluster.
    pub cluster: String,
    /// The capacity provider.
    pub capacity_provider: String,
}

/// What the groups want and have.
#[derive(Debug, Default)]
pub struct Capacity {
    desired: Family<PoolLabels, Gauge>,
    in_service: Family<PoolLabels, Gauge>,
    max: Family<PoolLabels, Gauge>,
}

impl Capacity {
    /// Nothing yet; registered with `registry`.
    pub fn new(registry: &mut Registry) -> Self {
        let capacity = Self::default();
        registry.register("pool_desired", "Instances that a group wants", capacity.desired.clone());
        registry.register("pool_in_service", "Instances that a group has in service", capacity.in_service.clone());
        registry.register("pool_max", "Instances that a group may have", capacity.max.clone());
        capacity
    }

    /// The pools of a cluster are so from now on.
    pub fn show(&self, view: &ClusterView) {
        for pool in managed(view) {
            let labels = labels(view, pool);
            self.desired.get_or_create(&labels).set(pool.desired.into());
            self.max.get_or_create(&labels).set(pool.max.into());
            self.in_service.get_or_create(&labels).set(i64::try_from(pool.in_service).unwrap_or(i64::MAX));
        }
    }

    /// The pools of a cluster are looked at no more.
    pub fn forget(&self, view: &ClusterView) {
        for pool in managed(view) {
            let labels = labels(view, pool);
            for family in [&self.desired, &self.in_service, &self.max] {
                family.remove(&labels);
            }
        }
    }
}

/// The pools whose instances may be touched, those with a group.
pub fn managed(view: &ClusterView) -> impl Iterator<Item = &CapacityProviderStatus> {
    view.pools.iter().filter(|pool| pool.managed && pool.auto_scaling_group.is_some())
}

/// How many instances a pool wants and does not have.
pub const fn missing(pool: &CapacityProviderStatus) -> u64 {
    (pool.desired as u64).saturating_sub(pool.in_service)
}

fn labels(view: &ClusterView, pool: &CapacityProviderStatus) -> PoolLabels {
    PoolLabels { cluster: view.cluster.clone(), capacity_provider: pool.name.clone() }
}

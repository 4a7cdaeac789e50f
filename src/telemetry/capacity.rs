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

    /// The pools of a cluster are so from now on, which was shown as `before`.
    pub fn show(&self, view: &ClusterView, before: Option<&ClusterView>) {
        if let Some(before) = before {
            let stays = |gone: &&CapacityProviderStatus| managed(view).any(|pool| pool.name == gone.name);
            managed(before).filter(|pool| !stays(pool)).for_each(|pool| self.remove(&labels(before, pool)));
        }
        for pool in managed(view) {
            let labels = labels(view, pool);
            self.desired.get_or_create(&labels).set(pool.desired.into());
            self.max.get_or_create(&labels).set(pool.max.into());
            self.in_service.get_or_create(&labels).set(i64::try_from(pool.in_service).unwrap_or(i64::MAX));
        }
    }

    /// The pools of a cluster are looked at no more.
    pub fn forget(&self, view: &ClusterView) {
        managed(view).for_each(|pool| self.remove(&labels(view, pool)));
    }

    fn remove(&self, labels: &PoolLabels) {
        for family in [&self.desired, &self.in_service, &self.max] {
            family.remove(labels);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn view(pools: &[(&str, bool)]) -> ClusterView {
        let pool = |(name, managed): &(&str, bool)| CapacityProviderStatus {
            name: (*name).to_owned(),
            auto_scaling_group: Some("g".to_owned()),
            managed: *managed,
            desired: 3,
            ..CapacityProviderStatus::default()
        };
        let (cluster, region) = ("web".to_owned(), "us-east-1".to_owned());
        let pools = pools.iter().map(pool).collect();
        ClusterView {
            cluster,
            region,
            instances: 0,
            draining: 0,
            observed_at: None,
            pools,
            judgements: BTreeMap::new(),
        }
    }

    #[test]
    fn a_pool_that_is_gone_or_left_alone_is_shown_no_more() {
        let mut registry = Registry::default();
        let capacity = Capacity::new(&mut registry);
        let shown = || {
            let mut text = String::new();
            prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
            ["a", "b", "c"].map(|name| text.contains(&format!("capacity_provider=\"{name}\"")))
        };
        let first = view(&[("a", true), ("b", true), ("c", true)]);
        capacity.show(&first, None);
        assert_eq!(shown(), [true, true, true]);
        let second = view(&[("a", true), ("b", false)]);
        capacity.show(&second, Some(&first));
        assert_eq!(shown(), [true, false, false]);
        capacity.forget(&second);
        assert_eq!(shown(), [false, false, false]);
    }
}

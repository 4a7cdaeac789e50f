//! What the operator was told, ready for use: names resolved, defaults filled in.

use std::collections::BTreeMap;

use super::message::queue_object;
use super::objects;
use super::problems::Problems;
use crate::api::{self, ApiBudget, Manifests};
use crate::ids::{ClusterKey, QueueUrl, Region};
use crate::observe::Address;
use crate::plan::Policies;

/// What the operator was told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The queues to receive from.
    pub queues: Vec<QueueUrl>,
    /// Receive nothing.
    pub paused: bool,
    /// How much of the documented API quota may be used.
    pub api: ApiBudget,
    /// What may be done where.
    pub policies: Policies,
    /// The Region of whatever names none.
    pub default_region: Region,
    clusters: BTreeMap<ClusterKey, Address>,
}

impl Settings {
    /// Boils `manifests` down. Clusters that name no Region are in `default_region`.
    #[must_use]
    pub fn new(manifests: &Manifests, default_region: &Region) -> Self {
        let operator = &manifests.operator.spec;
        let clusters = manifests.clusters.iter().map(|cluster| {
            let region = cluster.spec.named_region().map_or_else(|| default_region.clone(), Region::from);
            let address = Address { region, cluster: cluster.spec.cluster.as_str().into() };
            (ClusterKey::from(&cluster.metadata.name), address)
        });
        Self {
            queues: operator.queues.iter().map(|queue| QueueUrl::from(&queue.url)).collect(),
            paused: operator.paused,
            api: operator.api.clone(),
            policies: Policies::new(manifests),
            default_region: default_region.clone(),
            clusters: clusters.collect(),
        }
    }

    /// The same, where no two of the clusters are one.
    ///
    /// # Errors
    /// Two are, now that all Regions are known.
    pub fn checked(manifests: &Manifests, default_region: &Region) -> Result<Self, api::Problems> {
        let settings = Self::new(manifests, default_region);
        let Some((first, second)) = settings.conflict() else { return Ok(settings) };
        let message =
            format!("SpotCluster `{second}` and SpotCluster `{first}` are for the same ECS cluster in the same Region");
        Err(api::Problem::with_file("the manifests", message).into())
    }

    /// Two SpotClusters that turn out to be for one ECS cluster, now that all Regions are known.
    fn conflict(&self) -> Option<(&ClusterKey, &ClusterKey)> {
        let mut seen: BTreeMap<(&Region, &str), &ClusterKey> = BTreeMap::new();
        self.clusters
            .iter()
            .find_map(|(key, address)| Some((seen.insert((&address.region, address.name()), key)?, key)))
    }

    /// Where the clusters are.
    #[must_use]
    pub fn addresses(&self) -> BTreeMap<ClusterKey, Address> {
        self.clusters.clone()
    }

    /// What has to answer once before the operator is ready.
    #[must_use]
    pub fn awaited(&self) -> Problems {
        let clusters =
            self.clusters.keys().map(|key| (objects::of_cluster(key), "has not been read as a whole yet".to_owned()));
        let queues = self.queues.iter().filter(|_| !self.paused);
        let queues = queues.map(|queue| (queue_object(queue), "has not answered yet".to_owned()));
        Problems::awaiting(clusters.chain(queues))
    }
}

//! Which clusters are managed: people change that while the operator runs.

use std::collections::BTreeSet;

use super::super::snapshot::{Behind, Cluster, ClusterState, Snapshot};
use super::super::{Address, Subject};
use crate::ids::{ClusterKey, GroupKey, InstanceId};

impl Snapshot {
    /// A cluster is managed from now on. One that is known already stays as it is known.
    pub fn manage(&mut self, key: &ClusterKey, address: &Address) {
        self.clusters.entry(key.clone()).or_insert_with(|| Cluster {
            region: address.region.clone(),
            name: address.name().into(),
            state: ClusterState::Unread,
            providers: Default::default(),
        });
    }

    /// A cluster is managed no more: all that is known of it is forgotten, and so are the groups of no other cluster, which are given
    /// back.
    pub fn abandon(&mut self, key: &ClusterKey) -> Vec<GroupKey> {
        let Some(cluster) = self.clusters.remove(key) else { return Vec::new() };
        self.services.remove(key);
        self.asked.remove(&Subject::Cluster(key.clone()));
        self.heard_of.retain(|_, cluster| cluster != key);
        let gone: BTreeSet<InstanceId> = self.of_cluster(key).map(|(id, _)| id.clone()).collect();
        gone.iter().for_each(|id| self.abandon_instance(id));
        let groups: BTreeSet<GroupKey> = cluster.providers.values().filter_map(Behind::group).cloned().collect();
        let abandoned: Vec<GroupKey> =
            groups.into_iter().filter(|group| self.clusters_of(group).next().is_none()).collect();
        abandoned.iter().for_each(|group| self.abandon_group(group));
        abandoned
    }

    fn abandon_instance(&mut self, id: &InstanceId) {
        if let Some(instance) = self.instances.remove(id) {
            self.instance_of.remove(instance.arn.last_segment());
        }
        self.unlisted.remove(id);
        self.ending.remove(id);
        self.tasks.remove(id);
    }

    fn abandon_group(&mut self, key: &GroupKey) {
        self.groups.remove(key);
        self.hooks.remove(key);
        self.launch_failures.remove(key);
        self.moved.remove(key);
        self.asked.remove(&Subject::Hooks(key.clone()));
        let members: BTreeSet<InstanceId> =
            self.member_of.iter().filter(|(_, group)| *group == key).map(|(id, _)| id.clone()).collect();
        self.member_of.retain(|_, group| group != key);
        self.strangers.retain(|id| !members.contains(id));
    }
}

//! Takes over what people have changed in the manifests, without dropping anything that was begun.
//!
//! A cluster that is managed no more keeps its rules until its last case has ended there; nothing new is begun in it meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use super::Core;
use crate::ids::{ClusterKey, GroupKey, Region};
use crate::observe::snapshot::Behind;
use crate::observe::{Address, Observation};
use crate::operator::objects::Asked;
use crate::operator::settings::Settings;
use crate::operator::{conditions, objects, report};
use crate::plan::Case;

/// What an observation is about, as far as clusters are judged by it.
pub(super) enum Observed {
    /// A cluster as a whole.
    Cluster(ClusterKey),
    /// Groups.
    Groups(Vec<GroupKey>),
    /// Anything else.
    Other,
}

impl From<&Observation> for Observed {
    fn from(observation: &Observation) -> Self {
        match observation {
            Observation::ClusterRead { cluster, .. } | Observation::ClusterMissing(cluster) => {
                Self::Cluster(cluster.clone())
            }
            Observation::Groups { found, missing } => {
                Self::Groups(found.iter().map(|(key, _)| key).chain(missing).cloned().collect())
            }
            _ => Self::Other,
        }
    }
}

impl Core {
    /// People have changed the manifests.
    pub(super) fn told(&mut self, settings: Settings) {
        self.settings = settings;
        self.settle();
    }

    /// Leaves clusters whose last case has ended.
    pub(super) fn leave(&mut self) {
        if self.leaving.iter().any(|key| !self.is_busy(key)) {
            self.settle();
        }
    }

    pub(super) fn settle(&mut self) {
        let mut addresses = self.settings.addresses();
        let is_kept =
            |key: &ClusterKey, before: &Address| addresses.get(key).is_some_and(|it| it.is_same_place(before));
        let given_up = self.managed.iter().filter(|(key, address)| !is_kept(key, address));
        let (staying, gone): (Vec<_>, Vec<_>) = given_up.partition(|(key, _)| self.is_busy(key));
        let staying: BTreeMap<ClusterKey, Address> =
            staying.into_iter().map(|(key, address)| (key.clone(), address.clone())).collect();
        let in_use = |region: &Region| addresses.values().chain(staying.values()).any(|it| it.region == *region);
        for (key, address) in gone {
            let groups = self.snapshot.abandon(key);
            // Objects have no Region in their names.
            let one_only = |group: &&GroupKey| !self.snapshot.groups.keys().any(|other| other.name == group.name);
            let mut left: Vec<String> = groups.iter().filter(one_only).flat_map(objects::endings_of_group).collect();
            left.push(objects::of_cluster(key));
            left.extend(Some(format!("in {}", address.region)).filter(|_| !in_use(&address.region)));
            self.telemetry.forget_cluster(key.as_str());
            self.forget_problems_of(&left);
        }
        self.leaving = staying.keys().cloned().collect();
        self.policies = self.settings.policies.clone().keeping(&self.leaving, &self.policies);
        addresses.extend(staying);
        addresses.iter().for_each(|(key, address)| self.snapshot.manage(key, address));
        addresses.values().for_each(|address| self.telemetry.metrics.measures.expect(address.name()));
        self.managed.clone_from(&addresses);
        let outside = &mut self.outside;
        outside.observer = outside.world.settle(&self.settings, addresses, &mut outside.dispatch);
        self.managed.keys().for_each(|key| self.judge(key, false));
    }

    /// Whether anything is asked of it.
    pub(super) fn is_asked(&self, asked: Asked<'_>) -> bool {
        match asked {
            Asked::Cluster(key) => self.managed.contains_key(key),
            Asked::Group(key) => {
                self.snapshot.groups.contains_key(key) || self.snapshot.clusters_of(key).next().is_some()
            }
            Asked::Region(region) => self.managed.values().any(|address| address.region == *region),
        }
    }

    /// Nobody asks anything of these any more: clusters, groups, Regions.
    fn forget_problems_of(&self, left: &[String]) {
        let ends_so = |object: &str, name: &str| {
            object.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with(' '))
        };
        self.problems.forget_where(|object| left.iter().any(|name| ends_so(object, name)));
    }

    /// Tells how the clusters stand that `observation` is about, which is in the snapshot by now.
    pub(super) fn judge_what(&self, observed: &Observed) {
        match observed {
            Observed::Cluster(key) => self.judge(key, true),
            Observed::Groups(groups) => {
                let clusters = groups.iter().flat_map(|group| self.snapshot.clusters_of(group));
                let clusters: BTreeSet<&ClusterKey> = clusters.map(|(key, _)| key).collect();
                clusters.into_iter().for_each(|key| self.judge(key, false));
            }
            Observed::Other => {}
        }
    }

    /// Tells how a cluster stands now. To count its instances is to go through all of the index.
    fn judge(&self, key: &ClusterKey, count: bool) {
        let before = self.telemetry.registry.cluster(key.as_str());
        let counted = before.as_ref().filter(|_| !count).map(|before| (before.instances, before.draining));
        let Some(mut view) = conditions::judge(key, &self.snapshot, &self.policies, counted) else { return };
        conditions::aged(&mut view, before.as_deref(), self.clock.now());
        report::conditions(key, &view, before.as_deref());
        self.telemetry.cluster(key.as_str(), view);
    }

    /// Whether something that was begun in the cluster has not ended: a case, or an On-Demand base that is raised.
    fn is_busy(&self, key: &ClusterKey) -> bool {
        let at_home = |case: &Case| match &case.place {
            Some(place) => place.cluster == *key,
            None => self.snapshot.instances.get(&case.instance).is_some_and(|instance| instance.cluster == *key),
        };
        let groups = self.snapshot.clusters.get(key).into_iter().flat_map(|cluster| cluster.providers.values());
        let groups: BTreeSet<_> = groups.filter_map(Behind::group).collect();
        let raised =
            groups.iter().any(|group| self.snapshot.groups.get(group).is_some_and(|it| it.base_note.is_some()));
        raised || self.cases.iter().any(at_home)
    }
}

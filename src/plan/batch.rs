//! Many wishes, few calls: gathers what is decided case by case into batches as large as each API takes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::call::{Call, Drained, Way};
use super::case_id::CaseId;
use super::cases::Cases;
use super::deed::Deed;
use super::listing::Wishes;
use crate::ids::{ClusterKey, ContainerInstanceArn, GroupKey, InstanceId, Region, TargetGroupArn, TaskArn};
use crate::observe::Look;
use crate::observe::mark::Mark;
use crate::observe::service::ServiceName;
use crate::observe::target::Target;

/// What has been decided so far.
#[derive(Default)]
pub struct Batches {
    replace: BTreeMap<(GroupKey, Way), Vec<(CaseId, InstanceId)>>,
    drain: BTreeMap<ClusterKey, Vec<Drained>>,
    activate: BTreeMap<ClusterKey, Vec<Drained>>,
    marks: BTreeMap<ClusterKey, Vec<(Drained, Mark)>>,
    deregister: BTreeMap<(ClusterKey, TargetGroupArn), Vec<(CaseId, Target)>>,
    singles: Vec<Call>,
    clusters: BTreeSet<ClusterKey>,
    definitions: BTreeMap<Arc<str>, ClusterKey>,
    services: BTreeMap<ClusterKey, BTreeSet<ServiceName>>,
    target_groups: BTreeMap<TargetGroupArn, ClusterKey>,
    locate: BTreeMap<Region, BTreeSet<InstanceId>>,
    groups: BTreeMap<Region, BTreeSet<GroupKey>>,
    hooks: BTreeSet<GroupKey>,
    activities: BTreeSet<GroupKey>,
    find: BTreeMap<ClusterKey, BTreeSet<InstanceId>>,
    instances: BTreeMap<ClusterKey, BTreeMap<InstanceId, ContainerInstanceArn>>,
    tasks_of: BTreeMap<InstanceId, (ClusterKey, ContainerInstanceArn)>,
    tasks_in: BTreeMap<ClusterKey, Wishes>,
    tasks: BTreeMap<ClusterKey, BTreeSet<(InstanceId, TaskArn)>>,
    instances_too: BTreeMap<ClusterKey, BTreeMap<InstanceId, ContainerInstanceArn>>,
    tasks_too: BTreeMap<ClusterKey, BTreeMap<InstanceId, Vec<TaskArn>>>,
}

impl Batches {
    /// Have an instance replaced by its group.
    pub fn replace(&mut self, group: &GroupKey, way: Way, (case, instance): (&CaseId, &InstanceId)) {
        self.replace.entry((group.clone(), way)).or_default().push((case.clone(), instance.clone()));
    }

    /// Drain an instance.
    pub fn drain(&mut self, cluster: &ClusterKey, drained: Drained) {
        self.drain.entry(cluster.clone()).or_default().push(drained);
    }

    /// The instances that are to be drained.
    pub fn drained(&self) -> impl Iterator<Item = &InstanceId> {
        self.drain.values().flatten().map(|drained| &drained.instance)
    }

    /// Let an instance take tasks again.
    pub fn activate(&mut self, cluster: &ClusterKey, activated: Drained) {
        self.activate.entry(cluster.clone()).or_default().push(activated);
    }

    /// Leave our mark on an instance.
    pub fn mark(&mut self, cluster: &ClusterKey, marked: Drained, mark: Mark) {
        self.marks.entry(cluster.clone()).or_default().push((marked, mark));
    }

    /// Take a target out of its group.
    pub fn deregister(&mut self, cluster: &ClusterKey, case: &CaseId, target: Target) {
        let wishes = self.deregister.entry((cluster.clone(), target.group.clone())).or_default();
        wishes.push((case.clone(), target));
    }

    /// How many instances are to be launched in a group.
    pub fn launches_in(&self, of: &GroupKey) -> usize {
        self.singles.iter().filter(|call| matches!(call, Call::Launch { group, .. } if group == of)).count()
    }

    /// Whether the On-Demand base of a group, or the note of it, is to be changed.
    pub fn sets_base(&self, of: &GroupKey) -> bool {
        let sets =
            |call: &Call| matches!(call, Call::SetBase { group, .. } | Call::ForgetBase { group } if group == of);
        self.singles.iter().any(sets)
    }

    /// For how many cases of a group another one is to launch.
    pub fn fallbacks_of(&self, cases: &Cases, of: &GroupKey) -> usize {
        let here = |id: &CaseId| cases.get(id).and_then(|case| case.place.as_ref()?.group.as_ref()) == Some(of);
        let fallback = |call: &&Call| matches!(call, Call::Launch { deed: Deed::FallBack, case, .. } if here(case));
        self.singles.iter().filter(fallback).count()
    }

    /// Make a call that is about one object only.
    pub fn call(&mut self, call: Call) {
        self.singles.push(call);
    }

    /// Look at a group's hooks.
    pub fn hooks(&mut self, group: &GroupKey) {
        self.hooks.insert(group.clone());
    }

    /// Look at what a group has tried to do.
    pub fn activities(&mut self, group: &GroupKey) {
        self.activities.insert(group.clone());
    }

    /// Read a task definition that is used in `cluster`.
    pub fn definition(&mut self, cluster: &ClusterKey, arn: &Arc<str>) {
        self.definitions.insert(Arc::clone(arn), cluster.clone());
    }

    /// Look at a service.
    pub fn service(&mut self, cluster: &ClusterKey, name: &ServiceName) {
        self.services.entry(cluster.clone()).or_default().insert(Arc::clone(name));
    }

    /// Read how long targets of a group drain.
    pub fn target_group(&mut self, cluster: &ClusterKey, group: &TargetGroupArn) {
        self.target_groups.insert(group.clone(), cluster.clone());
    }

    /// Read a cluster as a whole.
    pub fn cluster(&mut self, cluster: &ClusterKey) {
        self.clusters.insert(cluster.clone());
    }

    /// Ask which group an instance belongs to.
    pub fn locate(&mut self, region: &Region, instance: &InstanceId) {
        self.locate.entry(region.clone()).or_default().insert(instance.clone());
    }

    /// Look at a group.
    pub fn group(&mut self, group: &GroupKey) {
        self.groups.entry(group.region.clone()).or_default().insert(group.clone());
    }

    /// Ask whether an instance has registered in a cluster.
    pub fn find(&mut self, cluster: &ClusterKey, instance: &InstanceId) {
        self.find.entry(cluster.clone()).or_default().insert(instance.clone());
    }

    /// Look at a container instance again.
    pub fn instance(&mut self, cluster: &ClusterKey, instance: &InstanceId, arn: &ContainerInstanceArn) {
        self.instances.entry(cluster.clone()).or_default().insert(instance.clone(), arn.clone());
    }

    /// Look at a container instance again where there is room for it in a look that is made anyhow.
    pub fn instance_too(&mut self, cluster: &ClusterKey, instance: &InstanceId, arn: &ContainerInstanceArn) {
        self.instances_too.entry(cluster.clone()).or_default().insert(instance.clone(), arn.clone());
    }

    /// Look at the tasks of an instance again where there is room for them in a look that is made anyhow.
    pub fn tasks_too(&mut self, cluster: &ClusterKey, instance: &InstanceId, tasks: Vec<TaskArn>) {
        self.tasks_too.entry(cluster.clone()).or_default().insert(instance.clone(), tasks);
    }

    /// List an instance's tasks.
    pub fn tasks_of(&mut self, cluster: &ClusterKey, instance: &InstanceId, arn: &ContainerInstanceArn) {
        self.tasks_of.insert(instance.clone(), (cluster.clone(), arn.clone()));
    }

    /// The instances whose tasks are to be listed, by cluster; none are any more.
    pub fn take_listings(&mut self) -> BTreeMap<ClusterKey, Wishes> {
        let mut by_cluster: BTreeMap<ClusterKey, Wishes> = BTreeMap::new();
        for (instance, (cluster, arn)) in std::mem::take(&mut self.tasks_of) {
            by_cluster.entry(cluster).or_default().insert(instance, arn);
        }
        by_cluster
    }

    /// List the tasks of a whole cluster for what they say of these instances.
    pub fn list_together(&mut self, cluster: &ClusterKey, instances: Wishes) {
        self.tasks_in.insert(cluster.clone(), instances);
    }

    /// Look at a task again.
    pub fn task(&mut self, cluster: &ClusterKey, instance: &InstanceId, task: &TaskArn) {
        self.tasks.entry(cluster.clone()).or_default().insert((instance.clone(), task.clone()));
    }

    /// The calls that change something, replacements first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        let replaces = self.replace.iter().flat_map(|((group, way), instances)| {
            let batches = instances.chunks(way.batch_max()).map(<[_]>::to_vec);
            batches.map(|instances| Call::Replace { way: *way, group: group.clone(), instances })
        });
        let drains = self.drain.iter().flat_map(|(cluster, drained)| {
            drained
                .chunks(Call::DRAIN_MAX)
                .map(|instances| Call::Drain { cluster: cluster.clone(), instances: instances.to_vec() })
        });
        let activates = self.activate.iter().flat_map(|(cluster, some)| {
            let batches = some.chunks(Call::DRAIN_MAX);
            batches.map(|some| Call::Activate { cluster: cluster.clone(), instances: some.to_vec() })
        });
        let marks = self.marks.iter().flat_map(|(cluster, some)| {
            let batches = some.chunks(Call::MARK_MAX);
            batches.map(|some| Call::Mark { cluster: cluster.clone(), marks: some.to_vec() })
        });
        let deregisters = self.deregister.iter().flat_map(|((cluster, group), some)| {
            let batches = some.chunks(Call::DEREGISTER_MAX).map(<[_]>::to_vec);
            batches.map(|targets| Call::Deregister { cluster: cluster.clone(), group: group.clone(), targets })
        });
        replaces
            .chain(drains)
            .chain(marks)
            .chain(deregisters)
            .chain(self.singles.iter().cloned())
            .chain(activates)
            .collect()
    }

    /// The questions.
    #[must_use]
    pub fn looks(&self) -> Vec<Look> {
        let mut looks: Vec<Look> = self.clusters.iter().cloned().map(Look::Cluster).collect();
        looks.extend(chunked(&self.locate, Look::LOCATE_MAX, |region, instances| Look::Locate { region, instances }));
        looks.extend(chunked(&self.groups, Look::GROUPS_MAX, |region, groups| Look::Groups { region, groups }));
        looks.extend(self.hooks.iter().cloned().map(Look::Hooks));
        looks.extend(self.activities.iter().cloned().map(Look::Activities));
        looks.extend(chunked(&self.find, Look::FIND_MAX, |cluster, instances| Look::Find { cluster, instances }));
        for (cluster, instances) in &self.instances {
            let too = self.instances_too.get(cluster).into_iter().flatten();
            let known = filled(instances.iter(), too, Look::INSTANCES_MAX);
            let known: Vec<_> = known.into_iter().map(|(id, arn)| (id.clone(), arn.clone())).collect();
            let chunks = known.chunks(Look::INSTANCES_MAX);
            looks.extend(chunks.map(|some| Look::Instances { cluster: cluster.clone(), instances: some.to_vec() }));
        }
        looks.extend(self.tasks_of.iter().map(|(instance, (cluster, arn))| Look::TasksOf {
            cluster: cluster.clone(),
            instance: instance.clone(),
            arn: arn.clone(),
        }));
        looks.extend(self.tasks_in.iter().map(|(cluster, instances)| Look::TasksIn {
            cluster: cluster.clone(),
            instances: instances.iter().map(|(id, arn)| (id.clone(), arn.clone())).collect(),
        }));
        looks.extend(
            self.definitions
                .iter()
                .map(|(arn, cluster)| Look::Definition { cluster: cluster.clone(), arn: Arc::clone(arn) }),
        );
        looks.extend(chunked(&self.services, Look::SERVICES_MAX, |cluster, services| Look::Services {
            cluster,
            services,
        }));
        let groups = self.target_groups.iter();
        looks.extend(groups.map(|(group, of)| Look::TargetGroup { cluster: of.clone(), group: group.clone() }));
        for (cluster, tasks) in &self.tasks {
            let tasks = self.with_others(cluster, tasks);
            let chunks = tasks.chunks(Look::TASKS_MAX);
            looks.extend(chunks.map(|some| Look::Tasks { cluster: cluster.clone(), tasks: some.to_vec() }));
        }
        looks
    }

    /// Tasks that are looked at, and with them those of whole instances for which there is room.
    fn with_others(&self, cluster: &ClusterKey, tasks: &BTreeSet<(InstanceId, TaskArn)>) -> Vec<(InstanceId, TaskArn)> {
        let mut all: Vec<_> = tasks.iter().cloned().collect();
        let most = all.len().next_multiple_of(Look::TASKS_MAX);
        for (instance, others) in self.tasks_too.get(cluster).into_iter().flatten() {
            if all.len() + others.len() <= most {
                all.extend(others.iter().map(|task| (instance.clone(), task.clone())));
            }
        }
        all
    }
}

/// What is wished for, and of the rest as much as there is room for in the last batch of `max`.
fn filled<T>(wished: impl ExactSizeIterator<Item = T>, too: impl Iterator<Item = T>, max: usize) -> Vec<T> {
    let room = wished.len().next_multiple_of(max) - wished.len();
    wished.chain(too.take(room)).collect()
}

fn chunked<'a, K: Clone, V: Clone + Ord>(
    wishes: &'a BTreeMap<K, BTreeSet<V>>,
    max: usize,
    look: impl Fn(K, Vec<V>) -> Look + 'a,
) -> impl Iterator<Item = Look> {
    wishes.iter().flat_map(move |(key, values)| {
        let values: Vec<V> = values.iter().cloned().collect();
        values.chunks(max).map(|some| look(key.clone(), some.to_vec())).collect::<Vec<_>>()
    })
}

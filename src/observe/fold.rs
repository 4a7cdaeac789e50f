//! Brings an answer of AWS into the snapshot, or what it told in an event. Synchronous, and the only way a snapshot changes.

mod ending;
mod managed;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

pub use told::{InstanceTold, TaskTold};

use super::hooks::Hooks;
use super::mark::Mark;
use super::order::CATCHES_UP_WITHIN;
use super::service::{Service, ServiceName};
use super::snapshot::{
    Behind, ClusterState, ContainerInstance, Group, InstanceStatus, LaunchFailure, Lifecycle, Snapshot,
};
use super::task::{Definition, Task};
use crate::ids::{CapacityProviderName, ClusterKey, GroupKey, InstanceId, Region, TargetGroupArn, TaskArn};

/// Instances that are gone are remembered for so long, so that a late duplicate of their notice is known for what it is.
const REMEMBER_GONE: SignedDuration = SignedDuration::from_hours(1);

/// One answer of AWS, or what it told.
#[derive(Clone, Debug)]
pub enum Observation {
    /// A cluster exists and has these capacity providers.
    Cluster {
        /// Which one.
        cluster: ClusterKey,
        /// Its name in ECS.
        name: Arc<str>,
        /// Its capacity providers, with what is behind each.
        providers: BTreeMap<CapacityProviderName, Behind>,
    },
    /// AWS said that there is no such cluster.
    ClusterMissing(ClusterKey),
    /// A cluster has been read as a whole.
    ClusterRead {
        /// Which one.
        cluster: ClusterKey,
        /// When the reading began.
        began_at: Timestamp,
        /// All container instances that it lists, by the last segment of their ARNs.
        listed: BTreeSet<String>,
    },
    /// Groups, and of those that were asked for, the ones that do not exist.
    Groups {
        /// As they are.
        found: Vec<(GroupKey, Group)>,
        /// Asked for and not there.
        missing: Vec<GroupKey>,
    },
    /// A group's hooks, and whether it is being renewed.
    Hooks {
        /// The group.
        group: GroupKey,
        /// They.
        hooks: Hooks,
    },
    /// The latest launch of a group that failed, if one did.
    LaunchFailure {
        /// The group.
        group: GroupKey,
        /// It.
        latest: Option<LaunchFailure>,
    },
    /// Which group each of these instances belongs to, in one Region.
    Located {
        /// The Region.
        region: Region,
        /// The answer for every instance that was asked about.
        groups: Vec<(InstanceId, Option<GroupKey>)>,
    },
    /// Container instances, and of those that were asked for, the ones that the cluster does not have.
    Instances {
        /// As they are.
        found: Vec<(InstanceId, ContainerInstance)>,
        /// Asked for and not there.
        missing: Vec<InstanceId>,
    },
    /// These instances are on their way out of their group, as the answer to a call says.
    Leaving {
        /// The group.
        group: GroupKey,
        /// Its former members.
        instances: Vec<InstanceId>,
        /// Their state in the group.
        state: &'static str,
    },
    /// Our mark was left on these instances.
    Marked(Vec<(InstanceId, Mark)>),
    /// What a task definition says of stopping.
    Definition {
        /// Its ARN.
        arn: Arc<str>,
        /// What it says.
        definition: Definition,
    },
    /// How long targets of a group drain.
    TargetGroup {
        /// The group.
        group: TargetGroupArn,
        /// Its deregistration delay.
        delay: SignedDuration,
    },
    /// Services, and of those that were asked for, perhaps not all.
    Services {
        /// Their cluster.
        cluster: ClusterKey,
        /// Asked for.
        asked: Vec<ServiceName>,
        /// As they are.
        found: Vec<(ServiceName, Service)>,
    },
    /// The tasks of an instance.
    Tasks {
        /// The instance.
        instance: InstanceId,
        /// As they are.
        found: Vec<(TaskArn, Task)>,
        /// When listing them began, where these are all and not only some that were looked at again.
        listed_at: Option<Timestamp>,
    },
    /// An event told of a container instance.
    InstanceTold(InstanceId, InstanceTold),
    /// An event told of a task.
    TaskTold(TaskTold),
    /// An event told that an instance is stopped or terminated.
    Ending {
        /// The instance.
        instance: InstanceId,
        /// When AWS said so, by its clock.
        said_at: Timestamp,
    },
    /// An event told that members of the groups with this name come or go.
    Moved {
        /// The name.
        group: Arc<str>,
    },
}

impl Snapshot {
    /// Brings `observation`, made at `at`, into the snapshot.
    pub fn apply(&mut self, observation: Observation, at: Timestamp) {
        match observation {
            Observation::Cluster { cluster, name, providers } => self.cluster(&cluster, name, providers),
            Observation::ClusterMissing(cluster) => self.cluster_missing(&cluster, at),
            Observation::ClusterRead { cluster, began_at, listed } => {
                self.cluster_read(&cluster, began_at, &listed, at)
            }
            Observation::Groups { found, missing } => {
                found.into_iter().for_each(|(key, group)| self.group(key, group));
                missing.iter().for_each(|key| self.group_missing(key));
            }
            Observation::Hooks { group, hooks } => drop(self.hooks.insert(group, hooks)),
            Observation::LaunchFailure { group, latest } => {
                self.launch_failures.extend(latest.map(|failure| (group, failure)));
            }
            Observation::Located { region, groups } => {
                for (instance, group) in groups {
                    self.located.entry(instance).or_default().insert(region.clone(), group);
                }
            }
            Observation::Instances { found, missing } => {
                found.into_iter().for_each(|(id, instance)| self.instance(id, instance, at));
                missing.iter().for_each(|id| self.instance_gone(id, at));
            }
            Observation::Leaving { group, instances, state } => self.leaving(&group, &instances, state, at),
            Observation::Marked(marks) => marks.into_iter().for_each(|(id, mark)| self.marked(&id, mark, at)),
            Observation::Definition { arn, definition } => drop(self.definitions.insert(arn, definition)),
            Observation::TargetGroup { group, delay } => drop(self.target_groups.insert(group, delay)),
            Observation::Services { cluster, asked, found } => self.services(&cluster, asked, found),
            Observation::Tasks { instance, found, listed_at } => self.tasks_of(instance, found, listed_at),
            Observation::InstanceTold(instance, told) => self.instance_told(instance, told, at),
            Observation::TaskTold(told) => self.task_told(told, at),
            Observation::Ending { instance, said_at } => self.ends(&instance, said_at, at),
            Observation::Moved { group } => self.moves(&group, at),
        }
    }

    fn cluster(&mut self, key: &ClusterKey, name: Arc<str>, providers: BTreeMap<CapacityProviderName, Behind>) {
        if let Some(cluster) = self.clusters.get_mut(key) {
            cluster.name = name;
            cluster.providers = providers;
        }
    }

    fn cluster_missing(&mut self, key: &ClusterKey, at: Timestamp) {
        if let Some(cluster) = self.clusters.get_mut(key) {
            cluster.state = ClusterState::Missing { at };
        }
    }

    fn cluster_read(&mut self, key: &ClusterKey, began_at: Timestamp, listed: &BTreeSet<String>, at: Timestamp) {
        if let Some(cluster) = self.clusters.get_mut(key) {
            cluster.state = ClusterState::Read { at: began_at };
        }
        let unseen = self
            .of_cluster(key)
            .filter(|(_, instance)| instance.observed_at < began_at && !listed.contains(instance.arn.last_segment()));
        // A list alone is not believed: an instance that it leaves out is asked about by its name.
        let unlisted: Vec<InstanceId> =
            unseen.filter(|(_, instance)| instance.gone_at.is_none()).map(|(id, _)| id.clone()).collect();
        self.unlisted.extend(unlisted);
        self.tell_strangers(key);
        self.forget(at);
    }

    fn tell_strangers(&mut self, key: &ClusterKey) {
        let member_of = &self.member_of;
        self.strangers.retain(|id| member_of.contains_key(id));
        let groups =
            self.clusters.get(key).into_iter().flat_map(|cluster| cluster.providers.values().filter_map(Behind::group));
        let groups = groups.filter_map(|group| self.groups.get(group));
        let members: BTreeSet<InstanceId> = groups.flat_map(|group| group.members.keys().cloned()).collect();
        self.strangers.extend(members.into_iter().filter(|id| !self.instances.contains_key(id)));
    }

    fn of_cluster(&self, key: &ClusterKey) -> impl Iterator<Item = (&InstanceId, &ContainerInstance)> {
        self.instances.iter().filter(move |(_, instance)| instance.cluster == *key)
    }

    fn group(&mut self, key: GroupKey, mut group: Group) {
        if self.left_at.get(&key).is_some_and(|at| *at > group.observed_at) {
            return;
        }
        let known = self.groups.get(&key);
        group.joined = known.map(|known| known.joined_until(&group)).unwrap_or_default();
        let same = known.filter(|known| known.mix == group.mix);
        group.mix_since = same.map_or(group.observed_at, |known| known.mix_since);
        let same = same.filter(|known| known.base_note == group.base_note);
        group.noted_since = same.map_or(group.observed_at, |known| known.noted_since);
        self.note_standing(&key, &group);
        self.group_missing(&key);
        for instance in group.members.keys() {
            self.member_of.insert(instance.clone(), key.clone());
        }
        self.groups.insert(key, group);
    }

    fn group_missing(&mut self, key: &GroupKey) {
        for instance in self.groups.remove(key).map(|group| group.members).unwrap_or_default().keys() {
            if self.member_of.get(instance) == Some(key) {
                self.member_of.remove(instance);
            }
        }
    }

    fn instance(&mut self, id: InstanceId, mut instance: ContainerInstance, at: Timestamp) {
        // Its cluster may have been given up while it was asked for.
        if !self.clusters.contains_key(&instance.cluster) {
            return;
        }
        if self.instances.get(&id).is_some_and(|before| is_outdated(&instance, before)) {
            return;
        }
        self.unlisted.remove(&id);
        self.strangers.remove(&id);
        self.heard_of.remove(&id);
        self.instance_of.insert(instance.arn.last_segment().into(), id.clone());
        if let Some(before) = self.instances.get(&id).filter(|before| before.arn == instance.arn) {
            if instance.disconnected_since.is_some() && before.disconnected_since.is_some() {
                instance.disconnected_since = before.disconnected_since;
            }
            if instance.draining_since.is_some() && before.draining_since.is_some() {
                instance.draining_since = before.draining_since;
            }
            instance.registered_at = instance.registered_at.min(before.registered_at);
            instance.gone_at = before.gone_at;
        }
        if instance.status == InstanceStatus::Inactive {
            self.note_end(&id, at);
            instance.gone_at.get_or_insert(at);
        } else {
            if instance.status == InstanceStatus::Draining {
                self.note_drain(&id);
            }
            instance.gone_at = None;
        }
        self.instances.insert(id, instance);
    }

    /// An answer that was asked for before tells nothing of the mark.
    fn marked(&mut self, id: &InstanceId, mark: Mark, at: Timestamp) {
        if let Some(instance) = self.instances.get_mut(id) {
            instance.mark = Some(mark);
            instance.observed_at = instance.observed_at.max(at);
            instance.looked_at = instance.looked_at.max(at);
        }
    }

    fn instance_gone(&mut self, id: &InstanceId, at: Timestamp) {
        self.unlisted.remove(id);
        let old = |instance: &ContainerInstance| at.duration_since(instance.registered_at) >= CATCHES_UP_WITHIN;
        if !self.instances.get(id).is_some_and(old) {
            return;
        }
        self.note_end(id, at);
        if let Some(instance) = self.instances.get_mut(id) {
            instance.gone_at.get_or_insert(at);
            instance.observed_at = at;
        }
    }

    fn leaving(&mut self, key: &GroupKey, instances: &[InstanceId], state: &'static str, at: Timestamp) {
        self.left_at.insert(key.clone(), at);
        let Some(group) = self.groups.get_mut(key) else { return };
        for instance in instances {
            if let Some(member) = group.members.get_mut(instance) {
                member.lifecycle = Lifecycle::Leaving(state.into());
            }
        }
    }

    fn tasks_of(&mut self, instance: InstanceId, found: Vec<(TaskArn, Task)>, listed_at: Option<Timestamp>) {
        let of = self.tasks.entry(instance).or_default();
        for (arn, task) in found {
            if of.tasks.get(&arn).is_none_or(|known| task.moment().is_current_beside(known.moment())) {
                of.tasks.insert(arn, task);
            }
        }
        of.listed_at = listed_at.or(of.listed_at);
    }

    fn services(&mut self, cluster: &ClusterKey, asked: Vec<ServiceName>, found: Vec<(ServiceName, Service)>) {
        let of = self.services.entry(cluster.clone()).or_default();
        of.retain(|name, _| !asked.contains(name));
        of.extend(found);
    }

    /// Drops what nobody will ask for any more, so that a long life does not grow the index.
    fn forget(&mut self, at: Timestamp) {
        let old = |moment: Timestamp| at.duration_since(moment) > REMEMBER_GONE;
        self.instances.retain(|_, instance| !instance.gone_at.is_some_and(old));
        self.instance_of.retain(|_, id| self.instances.contains_key(id));
        self.tasks.retain(|id, _| self.instances.contains_key(id));
        let used: BTreeSet<&Arc<str>> =
            self.tasks.values().flat_map(|of| of.tasks.values()).map(|task| &task.definition).collect();
        self.definitions.retain(|arn, _| used.contains(arn));
        self.services.values_mut().for_each(|of| of.retain(|_, service| !old(service.observed_at)));
        let balanced = self.services.values().flat_map(|of| of.values()).flat_map(|service| &service.balanced);
        let balanced: BTreeSet<&TargetGroupArn> = balanced.map(|balanced| &balanced.group).collect();
        self.target_groups.retain(|group, _| balanced.contains(group));
        self.asked.retain(|_, asked| asked.in_flight || !old(asked.at));
        self.told.retain(|_, told_at| !old(*told_at));
        self.ending.retain(|_, ending| !old(ending.noted_at));
        self.moved.retain(|_, moved_at| !old(*moved_at));
        let asked = &self.asked;
        self.located.retain(|id, answers| {
            answers.keys().any(|region| asked.contains_key(&super::Subject::Location(region.clone(), id.clone())))
        });
    }
}

/// Whether an answer about a container instance is older than what is known of it. Another one in its place has versions of
/// its own, and what was missed since an answer was asked for is not found again by it.
fn is_outdated(seen: &ContainerInstance, known: &ContainerInstance) -> bool {
    if seen.arn != known.arn || known.gone_at.is_some() {
        return known.observed_at > seen.observed_at;
    }
    !seen.moment().is_current_beside(known.moment())
}

#[cfg(test)]
mod tests;

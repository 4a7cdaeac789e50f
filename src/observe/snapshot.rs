//! The index of the managed clusters: what was last seen of them, and when.
//!
//! Plain data and look-ups in it. It may be out of date, always: reality can have changed since it was seen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::hooks::Hooks;
use super::look::Subject;
use super::mark::Mark;
use super::mix::{BaseNote, Mix};
use super::service::{Service, ServiceName};
use super::task::{Definition, TasksOf};
use crate::ids::{
    CapacityProviderName, ClusterKey, ContainerInstanceArn, GroupKey, InstanceId, Region, TargetGroupArn,
};

/// What was last seen of the managed clusters and of the groups behind their capacity providers.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The managed clusters, read or not.
    pub clusters: BTreeMap<ClusterKey, Cluster>,
    /// The groups behind their capacity providers.
    pub groups: BTreeMap<GroupKey, Group>,
    /// Their hooks.
    pub hooks: BTreeMap<GroupKey, Hooks>,
    /// Their container instances, those that are gone for a while longer.
    pub instances: BTreeMap<InstanceId, ContainerInstance>,
    /// Those that the last list of their cluster left out: perhaps gone.
    pub unlisted: BTreeSet<InstanceId>,
    /// Members of groups that their cluster did not have when it was last read as a whole: not about to register, but gone.
    pub strangers: BTreeSet<InstanceId>,
    /// Container instances that an event told of and that no look has found yet, with their cluster.
    pub heard_of: BTreeMap<InstanceId, ClusterKey>,
    /// Which instance a container instance is, by the last segment of its ARN.
    pub instance_of: BTreeMap<Arc<str>, InstanceId>,
    /// Container instances that have ended, or are about to as EC2 says.
    pub ending: BTreeMap<InstanceId, Ending>,
    /// When an event last told of members that come and go.
    pub moved: BTreeMap<GroupKey, Timestamp>,
    /// The tasks of doomed instances.
    pub tasks: BTreeMap<InstanceId, TasksOf>,
    /// The definitions of those tasks, by ARN.
    pub definitions: BTreeMap<Arc<str>, Definition>,
    /// The services of those tasks.
    pub services: BTreeMap<ClusterKey, BTreeMap<ServiceName, Service>>,
    /// How long targets of those services drain.
    pub target_groups: BTreeMap<TargetGroupArn, SignedDuration>,
    /// The latest launch of a group that failed, where somebody has asked.
    pub launch_failures: BTreeMap<GroupKey, LaunchFailure>,
    /// Which group the members belong to.
    pub member_of: BTreeMap<InstanceId, GroupKey>,
    /// Answers about instances that no cluster was known to have: per Region the group, or that there is none.
    pub located: BTreeMap<InstanceId, BTreeMap<Region, Option<GroupKey>>>,
    /// When we last made instances leave a group: what was asked before tells nothing of that.
    pub left_at: BTreeMap<GroupKey, Timestamp>,
    /// When each subject was last asked about.
    pub asked: BTreeMap<Subject, Asked>,
    /// As of when an event last told something new of each subject.
    pub told: BTreeMap<Subject, Timestamp>,
}

/// A managed ECS cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Where it is.
    pub region: Region,
    /// Its name in ECS.
    pub name: Arc<str>,
    /// How far it has been read.
    pub state: ClusterState,
    /// Its capacity providers, with what is behind each.
    pub providers: BTreeMap<CapacityProviderName, Behind>,
}

/// What is behind a capacity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behind {
    /// An Auto Scaling group.
    Group(GroupKey),
    /// ECS Managed Instances: ECS launches and replaces them itself.
    ManagedInstances,
    /// No instances: Fargate.
    NoInstances,
}

impl Behind {
    /// The group, if it is one.
    #[must_use]
    pub const fn group(&self) -> Option<&GroupKey> {
        match self {
            Self::Group(group) => Some(group),
            Self::ManagedInstances | Self::NoInstances => None,
        }
    }
}

/// How far a cluster has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClusterState {
    /// Not once as a whole.
    Unread,
    /// AWS said that there is no such cluster.
    Missing {
        /// When.
        at: Timestamp,
    },
    /// As a whole.
    Read {
        /// When that was begun.
        at: Timestamp,
    },
}

/// An Auto Scaling group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Capacity Rebalancing: the group replaces instances at risk by itself.
    pub capacity_rebalance: bool,
    /// Whether the process Launch is suspended.
    pub launch_suspended: bool,
    /// Whether the process Terminate is suspended.
    pub terminate_suspended: bool,
    /// How many instances it wants.
    pub desired: u32,
    /// MinSize.
    pub min: u32,
    /// MaxSize.
    pub max: u32,
    /// Its zones.
    pub zones: Vec<Arc<str>>,
    /// Why it launches no instance on request, if it does not.
    pub launch_refusal: Option<&'static str>,
    /// How it mixes On-Demand and Spot Instances, where it has a mixed instances policy.
    pub mix: Option<Mix>,
    /// Our note of what its On-Demand base was, as long as we have changed it.
    pub base_note: Option<BaseNote>,
    /// As of when the mix is known to be so.
    pub mix_since: Timestamp,
    /// As of when mix and note are both known to be so.
    pub noted_since: Timestamp,
    /// Its instances.
    pub members: BTreeMap<InstanceId, Member>,
    /// Those that were none when the group was first seen, and as of when they are known.
    pub joined: BTreeMap<InstanceId, Timestamp>,
    /// When it was seen so.
    pub observed_at: Timestamp,
}

/// A launch that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchFailure {
    /// When the group began with it.
    pub at: Timestamp,
    /// What AWS says of it.
    pub why: Arc<str>,
}

/// An instance of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its state in the group.
    pub lifecycle: Lifecycle,
    /// Its zone, where told.
    pub availability_zone: Option<Arc<str>>,
    /// Its type, where told.
    pub instance_type: Option<Arc<str>>,
}

/// The state of an instance in its group, as far as it matters here. The names AWS uses are more and may grow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// `Pending`, `Pending:Wait`, `Pending:Proceed`: it is being launched.
    Pending,
    /// `InService`.
    InService,
    /// `Standby`, `EnteringStandby`: it holds no capacity that the group counts.
    Standby,
    /// `Terminating…`, `Terminated`, `Detaching`, `Detached`: it is on its way out.
    Leaving(Arc<str>),
    /// Any other.
    Other(Arc<str>),
}

impl From<&str> for Lifecycle {
    fn from(state: &str) -> Self {
        match state.split(':').next().unwrap_or_default() {
            "Pending" => Self::Pending,
            "InService" => Self::InService,
            "Standby" | "EnteringStandby" => Self::Standby,
            "Terminating" | "Terminated" | "Detaching" | "Detached" => Self::Leaving(state.into()),
            _ => Self::Other(state.into()),
        }
    }
}

/// A container instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerInstance {
    /// Its cluster.
    pub cluster: ClusterKey,
    /// Its name in ECS.
    pub arn: ContainerInstanceArn,
    /// Whether it takes tasks.
    pub status: InstanceStatus,
    /// When it was first seen to drain, if it does.
    pub draining_since: Option<Timestamp>,
    /// When its agent was first seen disconnected, if it is.
    pub disconnected_since: Option<Timestamp>,
    /// The capacity provider it counts to.
    pub provider: Option<CapacityProviderName>,
    /// Its zone, where told.
    pub availability_zone: Option<Arc<str>>,
    /// Its type, where told.
    pub instance_type: Option<Arc<str>>,
    /// When it registered, by AWS's clock; when it was first seen, where AWS does not tell.
    pub registered_at: Timestamp,
    /// Whether it carries the attribute `ecs-spot-operator.ignore`.
    pub ignored: bool,
    /// The operator's mark, if it carries one.
    pub mark: Option<Mark>,
    /// How many tasks it had when it was last looked at.
    pub tasks: u32,
    /// Counts its changes, where AWS tells.
    pub version: Option<i64>,
    /// When it was seen so.
    pub observed_at: Timestamp,
    /// When it was last looked at: events tell neither of its mark nor of its other attributes.
    pub looked_at: Timestamp,
    /// When it was first seen inactive or missing.
    pub gone_at: Option<Timestamp>,
}

/// Whether a container instance takes tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceStatus {
    /// It does.
    Active,
    /// It takes none and gives up those of services.
    Draining,
    /// It is out of the cluster.
    Inactive,
    /// Any other, such as `REGISTERING`.
    Other(Arc<str>),
}

impl From<&str> for InstanceStatus {
    fn from(status: &str) -> Self {
        match status {
            "ACTIVE" => Self::Active,
            "DRAINING" => Self::Draining,
            "INACTIVE" => Self::Inactive,
            other => Self::Other(other.into()),
        }
    }
}

/// The end of a container instance, by the first word or sight of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// When we heard of it or saw it.
    pub noted_at: Timestamp,
    /// Until then it was there for sure.
    pub since: Timestamp,
    /// It took tasks until then, and nobody has been seen to drain it since.
    pub was_active: bool,
    /// Whether its group had it in service at the first look since.
    pub in_service: Option<bool>,
}

/// When something was last asked for, and whether that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// When.
    pub at: Timestamp,
    /// No answer yet.
    pub in_flight: bool,
    /// How often in a row it failed.
    pub failures: u32,
}

impl Group {
    /// Whom `later`, a later sight of the group, shows to have joined.
    #[must_use]
    pub fn joined_until(&self, later: &Self) -> BTreeMap<InstanceId, Timestamp> {
        let joined_at = |id: &InstanceId| {
            let known = self.joined.get(id).copied();
            known.or_else(|| (!self.members.contains_key(id)).then_some(later.observed_at))
        };
        later.members.keys().filter_map(|id| Some((id.clone(), joined_at(id)?))).collect()
    }

    /// How many instances it lacks that are neither in service nor on their way.
    #[must_use]
    pub fn lacking(&self) -> usize {
        let counts = |member: &&Member| matches!(member.lifecycle, Lifecycle::InService | Lifecycle::Pending);
        (self.desired as usize).saturating_sub(self.members.values().filter(counts).count())
    }

    /// Whether it has as many instances in service as it wants.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let in_service = self.members.values().filter(|member| member.lifecycle == Lifecycle::InService);
        u32::try_from(in_service.count()).is_ok_and(|count| count >= self.desired)
    }
}

impl Snapshot {
    /// Whether every cluster has been read as a whole at least once.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        self.clusters.values().all(|cluster| matches!(cluster.state, ClusterState::Read { .. }))
    }

    /// A cluster of which it is not known which instances it has. One that does not exist has none.
    #[must_use]
    pub fn unread_cluster(&self) -> Option<&ClusterKey> {
        self.clusters.iter().find(|(_, cluster)| cluster.state == ClusterState::Unread).map(|(key, _)| key)
    }

    /// The Regions that the clusters are in.
    #[must_use]
    pub fn regions(&self) -> Vec<Region> {
        let mut regions: Vec<Region> = self.clusters.values().map(|cluster| cluster.region.clone()).collect();
        regions.sort();
        regions.dedup();
        regions
    }

    /// The clusters that have a capacity provider with this group behind it, with that provider.
    pub fn clusters_of(&self, group: &GroupKey) -> impl Iterator<Item = (&ClusterKey, &CapacityProviderName)> {
        self.clusters.iter().flat_map(move |(key, cluster)| {
            let behind = cluster.providers.iter().filter(move |(_, behind)| behind.group() == Some(group));
            behind.map(move |(provider, _)| (key, provider))
        })
    }

    /// The group behind a capacity provider.
    #[must_use]
    pub fn group_behind(&self, cluster: &ClusterKey, provider: &CapacityProviderName) -> Option<&GroupKey> {
        self.clusters.get(cluster)?.providers.get(provider)?.group()
    }

    /// A service of a cluster, where somebody has asked for it.
    #[must_use]
    pub fn service(&self, cluster: &ClusterKey, name: &str) -> Option<&Service> {
        self.services.get(cluster)?.get(name)
    }

    /// An instance as a member of a group.
    #[must_use]
    pub fn member(&self, instance: &InstanceId) -> Option<(&GroupKey, &Group, &Member)> {
        let key = self.member_of.get(instance)?;
        let group = self.groups.get(key)?;
        Some((key, group, group.members.get(instance)?))
    }

    /// Notes that a look at these subjects begins.
    pub fn begin(&mut self, subjects: Vec<Subject>, now: Timestamp) {
        for subject in subjects {
            let failures = self.asked.get(&subject).map_or(0, |asked| asked.failures);
            self.asked.insert(subject, Asked { at: now, in_flight: true, failures });
        }
    }

    /// Whether a look at a subject is under way.
    #[must_use]
    pub fn is_asked(&self, subject: &Subject) -> bool {
        self.asked.get(subject).is_some_and(|asked| asked.in_flight)
    }

    /// Notes that a look at these subjects ended, one way or the other.
    pub fn end(&mut self, subjects: Vec<Subject>, failed: bool) {
        for subject in subjects {
            if let Some(asked) = self.asked.get_mut(&subject) {
                asked.in_flight = false;
                asked.failures = if failed { asked.failures.saturating_add(1) } else { 0 };
            }
            if let (Subject::Instance(id), false) = (&subject, failed) {
                self.heard_of.remove(id);
            }
        }
    }
}

//! What may be asked of AWS, in batches as large as its API takes, and what each answer is about.
//!
//! Plain data: a look is decided on by planning and carried out by [`super::describe`].

use std::sync::Arc;

use super::service::ServiceName;
use crate::ids::{ClusterKey, ContainerInstanceArn, GroupKey, InstanceId, Region, TargetGroupArn, TaskArn};

/// One question to AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// Everything about a cluster: capacity providers, their groups, its container instances.
    Cluster(ClusterKey),
    /// Which Auto Scaling groups of a Region these instances belong to.
    Locate {
        /// The Region to ask in.
        region: Region,
        /// At most [`Look::LOCATE_MAX`].
        instances: Vec<InstanceId>,
    },
    /// The groups' settings and members.
    Groups {
        /// The groups' Region.
        region: Region,
        /// At most [`Look::GROUPS_MAX`].
        groups: Vec<GroupKey>,
    },
    /// A group's hooks, and whether it is being renewed.
    Hooks(GroupKey),
    /// Which launches of a group failed lately.
    Activities(GroupKey),
    /// The container instances that these EC2 instances are in a cluster, where they are any.
    Find {
        /// The cluster to search.
        cluster: ClusterKey,
        /// At most [`Look::FIND_MAX`].
        instances: Vec<InstanceId>,
    },
    /// Known container instances, again.
    Instances {
        /// Their cluster.
        cluster: ClusterKey,
        /// At most [`Look::INSTANCES_MAX`].
        instances: Vec<(InstanceId, ContainerInstanceArn)>,
    },
    /// Which tasks an instance has, running and stopping alike, and how they are.
    TasksOf {
        /// The instance's cluster.
        cluster: ClusterKey,
        /// The instance.
        instance: InstanceId,
        /// The same as a container instance.
        arn: ContainerInstanceArn,
    },
    /// Which tasks these instances have, found by going through all tasks of their cluster.
    TasksIn {
        /// The cluster.
        cluster: ClusterKey,
        /// The instances, each with its name in ECS.
        instances: Vec<(InstanceId, ContainerInstanceArn)>,
    },
    /// What a task definition says of stopping.
    Definition {
        /// A cluster that it is used in.
        cluster: ClusterKey,
        /// Its ARN.
        arn: Arc<str>,
    },
    /// Services.
    Services {
        /// Their cluster.
        cluster: ClusterKey,
        /// At most [`Look::SERVICES_MAX`].
        services: Vec<ServiceName>,
    },
    /// How long targets of a group drain.
    TargetGroup {
        /// A cluster whose services have it.
        cluster: ClusterKey,
        /// The group.
        group: TargetGroupArn,
    },
    /// Known tasks, again.
    Tasks {
        /// Their cluster.
        cluster: ClusterKey,
        /// At most [`Look::TASKS_MAX`], each with the instance that it runs on.
        tasks: Vec<(InstanceId, TaskArn)>,
    },
}

impl Look {
    /// Instance ids in one `DescribeAutoScalingInstances` (Auto Scaling API reference).
    pub const LOCATE_MAX: usize = 50;
    /// Names in one `DescribeAutoScalingGroups`: a page of its answer (Auto Scaling API reference).
    pub const GROUPS_MAX: usize = 100;
    /// Instance ids in one filter of `ListContainerInstances`. The length of a filter is not documented; this is ours.
    pub const FIND_MAX: usize = 50;
    /// Container instances in one `DescribeContainerInstances` (ECS API reference).
    pub const INSTANCES_MAX: usize = 100;
    /// Services in one `DescribeServices` (ECS API reference).
    pub const SERVICES_MAX: usize = 10;
    /// Tasks in one `DescribeTasks` (ECS API reference).
    pub const TASKS_MAX: usize = 100;

    /// What the answer will be about.
    #[must_use]
    pub fn subjects(&self) -> Vec<Subject> {
        match self {
            Self::Cluster(cluster) => vec![Subject::Cluster(cluster.clone())],
            Self::Locate { region, instances } => {
                instances.iter().map(|id| Subject::Location(region.clone(), id.clone())).collect()
            }
            Self::Groups { groups, .. } => groups.iter().cloned().map(Subject::Group).collect(),
            Self::Hooks(group) => vec![Subject::Hooks(group.clone())],
            Self::Activities(group) => vec![Subject::Activities(group.clone())],
            Self::Find { instances, .. } => instances.iter().cloned().map(Subject::Instance).collect(),
            Self::Instances { instances, .. } => {
                instances.iter().map(|(id, _)| Subject::Instance(id.clone())).collect()
            }
            Self::TasksOf { instance, .. } => vec![Subject::Tasks(instance.clone()), Subject::List(instance.clone())],
            Self::TasksIn { cluster, instances } => {
                let lists = instances.iter().map(|(id, _)| Subject::List(id.clone()));
                lists.chain([Subject::TasksIn(cluster.clone())]).collect()
            }
            Self::Definition { arn, .. } => vec![Subject::Definition(Arc::clone(arn))],
            Self::TargetGroup { group, .. } => vec![Subject::TargetGroup(group.clone())],
            Self::Services { cluster, services } => {
                services.iter().map(|name| Subject::Service(cluster.clone(), Arc::clone(name))).collect()
            }
            Self::Tasks { tasks, .. } => tasks.iter().map(|(instance, _)| Subject::Tasks(instance.clone())).collect(),
        }
    }
}

/// What a look is about: no second look at a subject while the first one is under way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A whole cluster.
    Cluster(ClusterKey),
    /// Which group of a Region an instance belongs to.
    Location(Region, InstanceId),
    /// A group's settings and members.
    Group(GroupKey),
    /// A group's hooks.
    Hooks(GroupKey),
    /// What a group has tried to do.
    Activities(GroupKey),
    /// An instance as a container instance.
    Instance(InstanceId),
    /// The tasks of an instance.
    Tasks(InstanceId),
    /// Which tasks an instance has.
    List(InstanceId),
    /// All tasks of a cluster.
    TasksIn(ClusterKey),
    /// A task definition, by ARN.
    Definition(Arc<str>),
    /// A service of a cluster.
    Service(ClusterKey, ServiceName),
    /// A target group.
    TargetGroup(TargetGroupArn),
}

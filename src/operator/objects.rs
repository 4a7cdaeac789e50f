//! What looks and calls are about, by their names among the problems.

use crate::aws::{Class, Failure};
use crate::ids::{ClusterKey, GroupKey, Region};
use crate::observe::Look;
use crate::plan::{Deed, Place};

/// A cluster.
pub fn of_cluster(cluster: &ClusterKey) -> String {
    format!("cluster {cluster}")
}

/// The On-Demand base of a group.
pub fn of_base(group: &GroupKey) -> String {
    format!("On-Demand base of group {group}")
}

/// How the names of all that is asked of a group end.
pub fn endings_of_group(group: &GroupKey) -> [String; 2] {
    [format!("group {group}"), format!("replacing in {group}")]
}

/// What is done for a case that stands at `place`.
pub fn of_deed(deed: &Deed, place: &Place) -> String {
    let group = place.group.as_ref().map(ToString::to_string).unwrap_or_default();
    match deed {
        Deed::Detach | Deed::Terminate | Deed::Launch | Deed::FallBack | Deed::Attach | Deed::GiveBack => {
            format!("replacing in {group}")
        }
        Deed::Complete(_) | Deed::Heartbeat(_) => format!("hooks of group {group}"),
        Deed::Drain | Deed::Activate => format!("draining in cluster {}", place.cluster),
        Deed::Mark => format!("marking in cluster {}", place.cluster),
        Deed::Deregister(_) => format!("deregistering targets in cluster {}", place.cluster),
        Deed::Stop(_) => format!("stopping tasks in cluster {}", place.cluster),
    }
}

/// There is no such cluster.
pub fn no_such_cluster(cluster: &ClusterKey) -> Failure {
    let message = format!("there is no ECS cluster as SpotCluster `{cluster}` names it");
    Failure::answered("ecs:DescribeClusters", Class::NotFound, "MISSING", &message, None)
}

/// Of what something is asked: what is asked nothing any more has no problems.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// Of a cluster.
    Cluster(&'a ClusterKey),
    /// Of a group.
    Group(&'a GroupKey),
    /// Of a Region.
    Region(&'a Region),
}

impl<'a> From<&'a Look> for Asked<'a> {
    fn from(look: &'a Look) -> Self {
        match look {
            Look::Cluster(cluster)
            | Look::Find { cluster, .. }
            | Look::Instances { cluster, .. }
            | Look::TasksOf { cluster, .. }
            | Look::TasksIn { cluster, .. }
            | Look::Tasks { cluster, .. }
            | Look::Services { cluster, .. }
            | Look::TargetGroup { cluster, .. }
            | Look::Definition { cluster, .. } => Self::Cluster(cluster),
            Look::Hooks(group) | Look::Activities(group) => Self::Group(group),
            Look::Locate { region, .. } | Look::Groups { region, .. } => Self::Region(region),
        }
    }
}

/// What a look is about, by its name among the problems. Looks of different kinds do not answer for each other.
pub fn of_look(look: &Look) -> String {
    match look {
        Look::Cluster(cluster) => of_cluster(cluster),
        Look::Find { cluster, .. } => format!("new instances of cluster {cluster}"),
        Look::Instances { cluster, .. } => format!("doomed instances of cluster {cluster}"),
        Look::TasksOf { cluster, .. } | Look::TasksIn { cluster, .. } | Look::Tasks { cluster, .. } => {
            format!("tasks of cluster {cluster}")
        }
        Look::Services { cluster, .. } => format!("services of cluster {cluster}"),
        Look::TargetGroup { cluster, .. } => format!("target groups of cluster {cluster}"),
        Look::Definition { cluster, .. } => format!("task definitions of cluster {cluster}"),
        Look::Locate { region, .. } => format!("unknown instances in {region}"),
        Look::Hooks(group) => format!("hooks of group {group}"),
        Look::Activities(group) => format!("activities of group {group}"),
        Look::Groups { region, .. } => format!("groups in {region}"),
    }
}

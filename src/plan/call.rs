//! The calls that change something, in batches as large as each API takes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::case_id::CaseId;
use super::deed::Deed;
use crate::ids::{ClusterKey, ContainerInstanceArn, GroupKey, InstanceId, TaskArn};

/// A container instance that a call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Its case.
    pub case: CaseId,
    /// The instance.
    pub instance: InstanceId,
    /// Its name in ECS.
    pub arn: ContainerInstanceArn,
}

/// A task that is to be stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The case of its instance.
    pub case: CaseId,
    /// The task.
    pub task: TaskArn,
}

/// One call, or a few where AWS refuses a batch as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// `DetachInstances` without decrement, so that the group launches replacements at once.
    Detach {
        /// The one group.
        group: GroupKey,
        /// At most [`Call::DETACH_MAX`].
        instances: Vec<(CaseId, InstanceId)>,
        /// The group's members at this moment.
        before: Arc<BTreeSet<InstanceId>>,
    },
    /// `UpdateContainerInstancesState` with `DRAINING`.
    Drain {
        /// The one cluster.
        cluster: ClusterKey,
        /// At most [`Call::DRAIN_MAX`].
        instances: Vec<Drained>,
    },
    /// `StopTask`.
    Stop {
        /// The task's cluster.
        cluster: ClusterKey,
        /// The task.
        stopped: Stopped,
    },
}

impl Call {
    /// Instances in one `DetachInstances` (Auto Scaling API reference).
    pub const DETACH_MAX: usize = 20;
    /// Container instances in one `UpdateContainerInstancesState` (ECS API reference).
    pub const DRAIN_MAX: usize = 10;

    /// What it does for which case.
    #[must_use]
    pub fn deeds(&self) -> Vec<(CaseId, Deed)> {
        match self {
            Self::Detach { instances, .. } => instances.iter().map(|(case, _)| (case.clone(), Deed::Detach)).collect(),
            Self::Drain { instances, .. } => instances.iter().map(|it| (it.case.clone(), Deed::Drain)).collect(),
            Self::Stop { stopped, .. } => vec![(stopped.case.clone(), Deed::Stop(stopped.task.clone()))],
        }
    }
}

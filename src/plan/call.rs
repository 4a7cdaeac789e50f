//! The calls that change something, in batches as large as each API takes.

use std::sync::Arc;

use jiff::Timestamp;

use super::case_id::CaseId;
use super::deed::Deed;
use crate::ids::{ClusterKey, ContainerInstanceArn, GroupKey, InstanceId, TargetGroupArn, TaskArn};
use crate::observe::mark::Mark;
use crate::observe::mix::BaseNote;
use crate::observe::target::Target;

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
    /// At the latest, so that it has all the time that it may take.
    pub by: Timestamp,
}

/// An instance that waits for a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its case.
    pub case: CaseId,
    /// The instance.
    pub instance: InstanceId,
    /// The hook's name.
    pub hook: Arc<str>,
}

/// How a group loses an instance that it replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// `DetachInstances`: it lives on until EC2 takes it.
    Detach,
    /// `TerminateInstanceInAutoScalingGroup`: its hooks run, and it lives on until they have.
    Terminate,
}

impl Way {
    /// Instances in one call (Auto Scaling API reference).
    #[must_use]
    pub const fn batch_max(self) -> usize {
        match self {
            Self::Detach => 20,
            Self::Terminate => 100,
        }
    }

    /// What it does for a case.
    #[must_use]
    pub const fn deed(self) -> Deed {
        match self {
            Self::Detach => Deed::Detach,
            Self::Terminate => Deed::Terminate,
        }
    }
}

/// One call, or a few where AWS refuses a batch as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// Without decrement, so that the group launches replacements at once.
    Replace {
        /// How the group loses the instances.
        way: Way,
        /// The one group.
        group: GroupKey,
        /// At most [`Way::batch_max`].
        instances: Vec<(CaseId, InstanceId)>,
    },
    /// `UpdateContainerInstancesState` with `DRAINING`.
    Drain {
        /// The one cluster.
        cluster: ClusterKey,
        /// At most [`Call::DRAIN_MAX`].
        instances: Vec<Drained>,
    },
    /// `UpdateContainerInstancesState` with `ACTIVE`.
    Activate {
        /// The one cluster.
        cluster: ClusterKey,
        /// At most [`Call::DRAIN_MAX`].
        instances: Vec<Drained>,
    },
    /// `PutAttributes`: our mark on container instances.
    Mark {
        /// The one cluster.
        cluster: ClusterKey,
        /// At most [`Call::MARK_MAX`].
        marks: Vec<(Drained, Mark)>,
    },
    /// `LaunchInstances`: one more, now.
    Launch {
        /// In which place: [`Deed::Launch`] or [`Deed::FallBack`].
        deed: Deed,
        /// The group.
        group: GroupKey,
        /// The case that it is for.
        case: CaseId,
        /// The zone.
        zone: Arc<str>,
        /// The ClientToken: the same wish is granted once.
        token: String,
    },
    /// With decrement: the group loses an instance and wants one less.
    GiveBack {
        /// How.
        way: Way,
        /// The group.
        group: GroupKey,
        /// The case.
        case: CaseId,
        /// The instance.
        instance: InstanceId,
    },
    /// `AttachInstances`: the group has the instance again, and wants one more.
    Attach {
        /// The group.
        group: GroupKey,
        /// The case.
        case: CaseId,
        /// The instance.
        instance: InstanceId,
    },
    /// `DeregisterTargets`.
    Deregister {
        /// The cluster of their tasks.
        cluster: ClusterKey,
        /// The one target group.
        group: TargetGroupArn,
        /// At most [`Call::DEREGISTER_MAX`].
        targets: Vec<(CaseId, Target)>,
    },
    /// `StopTask`.
    Stop {
        /// The task's cluster.
        cluster: ClusterKey,
        /// The task.
        stopped: Stopped,
    },
    /// `CompleteLifecycleAction` with CONTINUE.
    Complete {
        /// The instance's group.
        group: GroupKey,
        /// What waits.
        held: Held,
    },
    /// `RecordLifecycleActionHeartbeat`.
    Heartbeat {
        /// The instance's group.
        group: GroupKey,
        /// What waits.
        held: Held,
    },
    /// `UpdateAutoScalingGroup`: another OnDemandBaseCapacity, after a tag that notes what it was.
    SetBase {
        /// The group.
        group: GroupKey,
        /// What it was and what it is to be.
        note: BaseNote,
    },
    /// `DeleteTags`: the base is what it was, and the note of it goes.
    ForgetBase {
        /// The group.
        group: GroupKey,
    },
}

impl Call {
    /// Container instances in one `UpdateContainerInstancesState` (ECS API reference).
    pub const DRAIN_MAX: usize = 10;
    /// Attributes in one `PutAttributes` (ECS API reference).
    pub const MARK_MAX: usize = 10;
    /// Targets in one `DeregisterTargets`. How many it takes is not documented; this is ours.
    pub const DEREGISTER_MAX: usize = 50;

    /// The same, each about one object.
    #[must_use]
    pub fn apart(self) -> Vec<Self> {
        match self {
            Self::Replace { way, group, instances } => {
                let one = |it| Self::Replace { way, group: group.clone(), instances: vec![it] };
                instances.into_iter().map(one).collect()
            }
            Self::Drain { cluster, instances } => {
                let one = |it| Self::Drain { cluster: cluster.clone(), instances: vec![it] };
                instances.into_iter().map(one).collect()
            }
            Self::Mark { cluster, marks } => {
                marks.into_iter().map(|it| Self::Mark { cluster: cluster.clone(), marks: vec![it] }).collect()
            }
            other => vec![other],
        }
    }

    /// Calls of one kind to one place as one; `None`: there are none.
    #[must_use]
    pub fn together(calls: Vec<Self>) -> Option<Self> {
        calls.into_iter().reduce(|mut all, call| {
            match (&mut all, call) {
                (Self::Replace { instances, .. }, Self::Replace { instances: more, .. }) => instances.extend(more),
                (Self::Drain { instances, .. }, Self::Drain { instances: more, .. }) => instances.extend(more),
                (Self::Mark { marks, .. }, Self::Mark { marks: more, .. }) => marks.extend(more),
                _ => {}
            }
            all
        })
    }

    /// How many objects it can be about at most.
    #[must_use]
    pub const fn batch_max(&self) -> usize {
        match self {
            Self::Replace { way, .. } => way.batch_max(),
            Self::Drain { .. } | Self::Activate { .. } => Self::DRAIN_MAX,
            Self::Mark { .. } => Self::MARK_MAX,
            Self::Deregister { .. } => Self::DEREGISTER_MAX,
            _ => 1,
        }
    }

    /// What it does for which case.
    #[must_use]
    pub fn deeds(&self) -> Vec<(CaseId, Deed)> {
        match self {
            Self::Replace { way, instances, .. } => {
                instances.iter().map(|(case, _)| (case.clone(), way.deed())).collect()
            }
            Self::Drain { instances, .. } => instances.iter().map(|it| (it.case.clone(), Deed::Drain)).collect(),
            Self::Activate { instances, .. } => instances.iter().map(|it| (it.case.clone(), Deed::Activate)).collect(),
            Self::Mark { marks, .. } => marks.iter().map(|(it, _)| (it.case.clone(), Deed::Mark)).collect(),
            Self::Launch { case, deed, .. } => vec![(case.clone(), deed.clone())],
            Self::GiveBack { case, .. } => vec![(case.clone(), Deed::GiveBack)],
            Self::Attach { case, .. } => vec![(case.clone(), Deed::Attach)],
            Self::Deregister { targets, .. } => {
                targets.iter().map(|(case, target)| (case.clone(), Deed::Deregister(target.clone()))).collect()
            }
            Self::Stop { stopped, .. } => vec![(stopped.case.clone(), Deed::Stop(stopped.task.clone()))],
            Self::Complete { held, .. } => vec![(held.case.clone(), Deed::Complete(held.hook.clone()))],
            Self::Heartbeat { held, .. } => vec![(held.case.clone(), Deed::Heartbeat(held.hook.clone()))],
            // What is done about a group is done for no case in particular.
            Self::SetBase { .. } | Self::ForgetBase { .. } => Vec::new(),
        }
    }
}

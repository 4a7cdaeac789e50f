//! What is done for a case: one kind of change to one object.

use std::sync::Arc;

use crate::ids::TaskArn;
use crate::observe::target::Target;

/// What is done for a case. A case attempts each at most once at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// Its group lets go of the instance and replaces it.
    Detach,
    /// Its group terminates the instance and replaces it.
    Terminate,
    /// The instance takes no more tasks and gives up those of services.
    Drain,
    /// Its group launches one more instance.
    Launch,
    /// Another group launches one more, because its own has no capacity.
    FallBack,
    /// Its group loses the instance and wants one less.
    GiveBack,
    /// The instance is one of its group again.
    Attach,
    /// The instance carries our mark.
    Mark,
    /// The instance takes tasks again.
    Activate,
    /// A load balancer sends a task no more requests.
    Deregister(Target),
    /// A task is told to stop.
    Stop(TaskArn),
    /// The instance waits for this hook no longer.
    Complete(Arc<str>),
    /// The instance waits for this hook longer.
    Heartbeat(Arc<str>),
}

impl Deed {
    /// AWS's name for the call.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Detach => "DetachInstances",
            Self::Terminate => "TerminateInstanceInAutoScalingGroup",
            Self::Drain => "UpdateContainerInstancesState",
            Self::Launch | Self::FallBack => "LaunchInstances",
            Self::GiveBack => "TerminateInstanceInAutoScalingGroup",
            Self::Attach => "AttachInstances",
            Self::Mark => "PutAttributes",
            Self::Activate => "UpdateContainerInstancesState",
            Self::Deregister(_) => "DeregisterTargets",
            Self::Stop(_) => "StopTask",
            Self::Complete(_) => "CompleteLifecycleAction",
            Self::Heartbeat(_) => "RecordLifecycleActionHeartbeat",
        }
    }

    /// Its name in log lines, where it is done once a case.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        match self {
            Self::Detach => Some("detach"),
            Self::Terminate => Some("terminate"),
            Self::Drain => Some("drain"),
            Self::Launch => Some("launch"),
            Self::FallBack => Some("fall_back"),
            Self::GiveBack => Some("give_back"),
            Self::Attach => Some("attach"),
            Self::Activate => Some("activate"),
            Self::Complete(_) => Some("complete_hook"),
            Self::Mark | Self::Deregister(_) | Self::Stop(_) | Self::Heartbeat(_) => None,
        }
    }

    /// Whether it makes a group launch a replacement.
    #[must_use]
    pub const fn replaces(&self) -> bool {
        matches!(self, Self::Detach | Self::Terminate | Self::Launch)
    }
}

//! What is done for a case: one kind of change to one object.

use crate::ids::TaskArn;

/// What is done for a case. A case attempts each at most once at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// Its group lets go of the instance and replaces it.
    Detach,
    /// The instance takes no more tasks and gives up those of services.
    Drain,
    /// A task is told to stop.
    Stop(TaskArn),
}

impl Deed {
    /// AWS's name for the call.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Detach => "DetachInstances",
            Self::Drain => "UpdateContainerInstancesState",
            Self::Stop(_) => "StopTask",
        }
    }

    /// Its name in log lines, where it is done once a case.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        match self {
            Self::Detach => Some("detach"),
            Self::Drain => Some("drain"),
            Self::Stop(_) => None,
        }
    }

    /// Whether it makes a group launch a replacement.
    #[must_use]
    pub const fn replaces(&self) -> bool {
        matches!(self, Self::Detach)
    }
}

//! News: AWS tells that something has changed. Nothing follows from them but that it is time to look.

use std::sync::Arc;

use jiff::Timestamp;

use super::ecs::{ContainerInstanceNews, TaskNews};
use super::hook::Hook;
use crate::ids::InstanceId;

/// Something that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// An instance is in another state.
    InstanceState {
        /// The instance.
        instance: InstanceId,
        /// The state.
        state: InstanceState,
        /// When AWS said so.
        at: Timestamp,
    },
    /// A container instance is not what it was.
    ContainerInstance(ContainerInstanceNews),
    /// A task is not what it was.
    Task(Box<TaskNews>),
    /// A group launched an instance, or could not.
    Launch {
        /// The name of the group.
        group: Arc<str>,
        /// The instance, where there is one.
        instance: Option<InstanceId>,
        /// Whether it went well.
        ok: bool,
        /// The zone.
        zone: Option<Arc<str>>,
        /// Why it did not, in words.
        message: Option<String>,
        /// When AWS said so.
        at: Timestamp,
    },
    /// A group terminated an instance, or could not.
    Termination {
        /// The name of the group.
        group: Arc<str>,
        /// The instance.
        instance: Option<InstanceId>,
        /// Whether it went well.
        ok: bool,
        /// When AWS said so.
        at: Timestamp,
    },
    /// An instance waits for a hook before it goes into service, or into a warm pool.
    LaunchHook {
        /// The instance.
        instance: InstanceId,
        /// The hook.
        hook: Hook,
        /// When AWS said so.
        at: Timestamp,
    },
}

impl News {
    /// The name that logs and metrics use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::InstanceState { .. } => "instance_state",
            Self::ContainerInstance(_) => "container_instance",
            Self::Task(_) => "task",
            Self::Launch { .. } => "launch",
            Self::Termination { .. } => "termination",
            Self::LaunchHook { .. } => "launch_hook",
        }
    }
}

/// The state of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// It starts.
    Pending,
    /// It runs.
    Running,
    /// It is about to be stopped.
    Stopping,
    /// It is stopped.
    Stopped,
    /// It is about to be terminated.
    ShuttingDown,
    /// It is gone.
    Terminated,
    /// A state that is not known.
    Other(Arc<str>),
}

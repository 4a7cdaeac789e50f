//! The stages of a hand-over.

use serde::Serialize;

/// The stages of a hand-over. Each is reached once, in any order; draining and its end once more where an instance that was
/// set back to ACTIVE is drained again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The signal was received and the instance is one of ours.
    Noticed,
    /// The group has been asked for the replacement.
    ReplacementRequested,
    /// The replacement takes tasks.
    ReplacementRegistered,
    /// The instance takes no tasks and gives up those of services.
    Draining,
    /// All its tasks have come to their end.
    TasksStopped,
    /// The instance is gone.
    Closed,
}

impl Phase {
    /// The name that logs and metrics use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Noticed => "noticed",
            Self::ReplacementRequested => "replacement_requested",
            Self::ReplacementRegistered => "replacement_registered",
            Self::Draining => "draining",
            Self::TasksStopped => "tasks_stopped",
            Self::Closed => "closed",
        }
    }
}

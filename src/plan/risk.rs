//! What may go wrong with a hand-over.

use std::fmt;

use serde::Serialize;

/// What may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// ECS has not accepted the drain.
    NotDraining,
    /// The group has not accepted the request for a replacement.
    ReplacementNotRequested,
    /// Tasks have not got SIGTERM and may not have their whole stopTimeout left.
    TasksRunning,
}

impl Risk {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::NotDraining, Self::ReplacementNotRequested, Self::TasksRunning];

    /// The name that logs and metrics use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotDraining => "NotDraining",
            Self::ReplacementNotRequested => "ReplacementNotRequested",
            Self::TasksRunning => "TasksRunning",
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotDraining => "ECS has not accepted the drain",
            Self::ReplacementNotRequested => "the group has not accepted the request for a replacement",
            Self::TasksRunning => "tasks have not got SIGTERM and may not have their whole stopTimeout left",
        })
    }
}

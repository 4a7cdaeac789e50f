//! What may go wrong with a hand-over.

use std::fmt;

use jiff::SignedDuration;
use serde::Serialize;

/// What may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// ECS has not accepted the drain.
    NotDraining,
    /// The group has not accepted the request for a replacement.
    ReplacementNotRequested,
    /// Tasks have not got SIGTERM and have no more than the usual stopTimeout left.
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

    /// With so much left before the deadline it is a risk. The last is the agent's default stopTimeout of 30 s
    /// (`ECS_CONTAINER_STOP_TIMEOUT`, ECS agent configuration) and a margin.
    #[must_use]
    pub const fn with_left(self) -> SignedDuration {
        match self {
            Self::NotDraining => SignedDuration::from_secs(90),
            Self::ReplacementNotRequested => SignedDuration::from_secs(60),
            Self::TasksRunning => SignedDuration::from_secs(35),
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotDraining => "ECS has not accepted the drain",
            Self::ReplacementNotRequested => "the group has not accepted the request for a replacement",
            Self::TasksRunning => "tasks have not got SIGTERM and have no more than the usual stopTimeout left",
        })
    }
}

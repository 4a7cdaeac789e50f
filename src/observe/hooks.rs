//! The termination hooks of a group, and whether it is being renewed: what decides how an instance is best replaced.
//!
//! Plain data.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

/// What was last seen of a group besides its settings and members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hooks {
    /// Its hooks at termination. They run side by side, and the group waits for all.
    pub terminating: Vec<TerminationHook>,
    /// Whether an instance refresh is under way; `None`: that cannot be told.
    pub refreshing: Option<bool>,
    /// When that was seen.
    pub observed_at: Timestamp,
}

/// A lifecycle hook at termination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminationHook {
    /// Its name.
    pub name: Arc<str>,
    /// Whether the other hooks run on when nobody answers in time: DefaultResult CONTINUE.
    pub continues: bool,
    /// How long an instance waits for an answer or a heartbeat.
    pub heartbeat: SignedDuration,
    /// How long it waits at most.
    pub global: SignedDuration,
}

/// The hook that ECS makes for managed draining (ECS Developer Guide, "Managed instance draining").
pub const MANAGED_DRAINING: &str = "ecs-managed-draining-termination-hook";

//! How an instance stands with its group when Spot gives notice: what there is to be done about it depends on that.

use serde::Serialize;

use crate::sim::autoscaling::{AutoScaling, Group, LifecycleState};
use crate::sim::spec::{MANAGED_HOOK, Process};

/// How an instance stands with its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Situation {
    /// It is in no group.
    NoGroup,
    /// Its group replaces it by itself.
    CapacityRebalancing,
    /// Its group launches nothing.
    LaunchSuspended,
    /// It serves, and whoever ends it there sets off hooks that ECS answers.
    InServiceManagedHooks,
    /// It serves, and hooks of others hold what is terminated.
    InServiceOtherHooks,
    /// It serves, and its group terminates nothing.
    TerminateSuspended,
    /// It serves in a group that is replacing all its members.
    RefreshUnderWay,
    /// It serves.
    InService,
    /// It is in Standby, or about to be.
    Standby,
    /// It is about to serve.
    Pending,
    /// It is on its way out of its group.
    Leaving,
}

impl Situation {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::NoGroup,
        Self::CapacityRebalancing,
        Self::LaunchSuspended,
        Self::InServiceManagedHooks,
        Self::InServiceOtherHooks,
        Self::TerminateSuspended,
        Self::RefreshUnderWay,
        Self::InService,
        Self::Standby,
        Self::Pending,
        Self::Leaving,
    ];
}

impl Situation {
    /// Its name in the record.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoGroup => "NoGroup",
            Self::CapacityRebalancing => "CapacityRebalancing",
            Self::LaunchSuspended => "LaunchSuspended",
            Self::InServiceManagedHooks => "InServiceManagedHooks",
            Self::InServiceOtherHooks => "InServiceOtherHooks",
            Self::TerminateSuspended => "TerminateSuspended",
            Self::RefreshUnderWay => "RefreshUnderWay",
            Self::InService => "InService",
            Self::Standby => "Standby",
            Self::Pending => "Pending",
            Self::Leaving => "Leaving",
        }
    }
}

/// How `instance` stands now.
pub fn situation(autoscaling: &AutoScaling, instance: &str) -> Situation {
    let Some(group) = autoscaling.group_of(instance) else { return Situation::NoGroup };
    let state = group.members.get(instance).map(|member| member.state);
    match state {
        Some(LifecycleState::Standby | LifecycleState::EnteringStandby) => Situation::Standby,
        Some(state) if state.is_pending() => Situation::Pending,
        Some(state) if state.is_leaving() => Situation::Leaving,
        _ => in_service(group),
    }
}

fn in_service(group: &Group) -> Situation {
    let mut hooks = group.hooks.values().filter(|hook| !hook.spec.launching).peekable();
    match () {
        () if group.capacity_rebalance => Situation::CapacityRebalancing,
        () if group.is_suspended(Process::Launch) => Situation::LaunchSuspended,
        () if group.is_suspended(Process::Terminate) => Situation::TerminateSuspended,
        () if group.renewal.is_some() => Situation::RefreshUnderWay,
        () if hooks.peek().is_none() => Situation::InService,
        () if hooks.all(|hook| hook.spec.name == MANAGED_HOOK) => Situation::InServiceManagedHooks,
        () => Situation::InServiceOtherHooks,
    }
}

//! Why something is not done, or not done yet: typed reasons.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::api::Mode;
use crate::ids::ClusterKey;
use crate::observe::task::Owner;

/// Why something is not done, or not done yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nobody knows yet whose instance it is.
    LookingUp,
    /// AWS does not answer whose instance it is.
    LookUpFailing,
    /// The instance may be in a cluster that could not be read so far.
    ClusterUnread(ClusterKey),
    /// The instance is in no group behind a capacity provider.
    NotInGroup,
    /// ECS launches and replaces it itself.
    ManagedInstances,
    /// Its group has Capacity Rebalancing on and replaces it by itself.
    CapacityRebalancing,
    /// Its group does not launch: the process is suspended.
    LaunchSuspended,
    /// In Standby it holds no capacity that the group counts.
    Standby,
    /// It is on its way out of the group, which replaces it.
    Leaving(Arc<str>),
    /// It has left the group, which replaces it.
    LeftGroup,
    /// The group has as many instances as it may have.
    AtMaxSize(u32),
    /// The group launches none on request.
    LaunchRefused(String),
    /// Its pool has no capacity, and another one has been asked.
    FallingBack,
    /// Its pool has no capacity, and the other one does not launch.
    FallbackRefused(String),
    /// Its pool has no capacity, and as many of the other one stand in as the policy allows.
    FallbackSpent {
        /// So many.
        limit: usize,
    },
    /// It stands in for a pool that has no capacity yet.
    StandsIn,
    /// The base of its group is raised and cannot be lowered for now.
    BaseBarred(&'static str),
    /// The base of its group is raised, and the group is not whole and at rest.
    BaseNeeded,
    /// The base of its group is raised, and the group is left in peace for a while.
    BaseRests {
        /// Until then.
        until: Timestamp,
    },
    /// As many of the pool are being handed over as the policy allows.
    BudgetSpent {
        /// So many.
        limit: usize,
    },
    /// The pool is left in peace for a while after a hand-over.
    CoolingDown {
        /// Until then.
        until: Timestamp,
    },
    /// It waited when its cluster was paused, or set to dry run, and nothing is begun in it until it is enforced again.
    NotEnforced(Mode),
    /// Its tasks are listed before it is drained.
    TasksUnlisted,
    /// Tasks of the same service are on their way from another instance, and it has none to spare.
    ServiceMoves(Arc<str>),
    /// One more instance was launched, and whether the old one was given back has to be looked at.
    DebtOpen,
    /// The mark could not be left, which will be tried again.
    MarkFailed(String),
    /// It could not be set back to ACTIVE, which will be tried again.
    ActivateFailed(String),
    /// It was detached and not taken by EC2: its group takes it back to terminate it.
    GoesHome,
    /// The group is still launching it, and it cannot be detached.
    Pending,
    /// The group says a state that nothing is known about.
    StateUnknown(Arc<str>),
    /// The policy asks for no replacement.
    MethodNone,
    /// What is known of the group is older than the notice.
    GroupStale,
    /// Its group terminates it by itself, and decides whether another one takes its place.
    GroupTerminates,
    /// The group's hooks are asked for.
    HooksStale,
    /// It waits for this hook of ours, until its tasks are stopped.
    HookWaits(Arc<str>),
    /// A hook could not be completed, which will be tried again.
    HookFailed(String),
    /// The group has been asked for a replacement.
    Replacing,
    /// The notice is history, and nothing new is begun because of it.
    TooLate,
    /// That failed and will be tried again.
    ReplacingFailed(String),
    /// No new instance shows in the group.
    ReplacementNotSeen,
    /// The replacement has not registered.
    ReplacementNotRegistered,
    /// The instance is in no cluster yet.
    NotRegistered,
    /// A drain is under way.
    Draining,
    /// A drain failed and will be tried again.
    DrainFailed(String),
    /// ECS does not drain an instance in this status.
    NotDrainable(Arc<str>),
    /// Tasks may need longer to stop than there was time.
    NeedExceedsNotice {
        /// Whose tasks.
        owner: Owner,
        /// The longest stopTimeout among them, along their dependencies, and the margin.
        need: SignedDuration,
        /// From the first word to the deadline.
        window: SignedDuration,
    },
    /// So many tasks have not come to their end.
    TasksRunning(usize),
    /// Its tasks are looked at for the last time.
    CountingTasks,
    /// The instance is still there.
    InstanceThere,
}

impl Reason {
    /// Whether every hand-over comes past it.
    #[must_use]
    pub const fn is_usual(&self) -> bool {
        matches!(
            self,
            Self::LookingUp
                | Self::GroupStale
                | Self::HooksStale
                | Self::TasksUnlisted
                | Self::HookWaits(_)
                | Self::Replacing
                | Self::Draining
                | Self::ReplacementNotRegistered
                | Self::TasksRunning(_)
                | Self::CountingTasks
                | Self::InstanceThere
        )
    }

    /// What makes two reasons of one case the same thing to tell: the name, and what it is about where there may be several.
    #[must_use]
    pub fn key(&self) -> (&'static str, String) {
        let about = match self {
            Self::NeedExceedsNotice { owner, .. } => owner.to_string(),
            Self::HookWaits(hook) => hook.to_string(),
            Self::ServiceMoves(service) => service.to_string(),
            _ => String::new(),
        };
        (self.name(), about)
    }

    /// The name that logs and metrics use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LookingUp => "LookingUp",
            Self::LookUpFailing => "LookUpFailing",
            Self::ClusterUnread(_) => "ClusterUnread",
            Self::NotInGroup => "NotInGroup",
            Self::ManagedInstances => "ManagedInstances",
            Self::CapacityRebalancing => "CapacityRebalancing",
            Self::LaunchSuspended => "LaunchSuspended",
            Self::Standby => "Standby",
            Self::Leaving(_) => "Leaving",
            Self::LeftGroup => "LeftGroup",
            Self::AtMaxSize(_) => "AtMaxSize",
            Self::LaunchRefused(_) => "LaunchRefused",
            Self::FallingBack => "FallingBack",
            Self::FallbackRefused(_) => "FallbackRefused",
            Self::FallbackSpent { .. } => "FallbackSpent",
            Self::StandsIn => "StandsIn",
            Self::BaseBarred(_) => "BaseBarred",
            Self::BaseNeeded => "BaseNeeded",
            Self::BaseRests { .. } => "BaseRests",
            Self::BudgetSpent { .. } => "BudgetSpent",
            Self::CoolingDown { .. } => "CoolingDown",
            Self::NotEnforced(_) => "NotEnforced",
            Self::TasksUnlisted => "TasksUnlisted",
            Self::ServiceMoves(_) => "ServiceMoves",
            Self::DebtOpen => "DebtOpen",
            Self::MarkFailed(_) => "MarkFailed",
            Self::ActivateFailed(_) => "ActivateFailed",
            Self::GoesHome => "GoesHome",
            Self::Pending => "Pending",
            Self::StateUnknown(_) => "StateUnknown",
            Self::MethodNone => "MethodNone",
            Self::GroupStale => "GroupStale",
            Self::GroupTerminates => "GroupTerminates",
            Self::HooksStale => "HooksStale",
            Self::HookWaits(_) => "HookWaits",
            Self::HookFailed(_) => "HookFailed",
            Self::Replacing => "Replacing",
            Self::TooLate => "TooLate",
            Self::ReplacingFailed(_) => "ReplacingFailed",
            Self::ReplacementNotSeen => "ReplacementNotSeen",
            Self::ReplacementNotRegistered => "ReplacementNotRegistered",
            Self::NotRegistered => "NotRegistered",
            Self::Draining => "Draining",
            Self::DrainFailed(_) => "DrainFailed",
            Self::NotDrainable(_) => "NotDrainable",
            Self::NeedExceedsNotice { .. } => "NeedExceedsNotice",
            Self::TasksRunning(_) => "TasksRunning",
            Self::CountingTasks => "CountingTasks",
            Self::InstanceThere => "InstanceThere",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LookingUp => f.write_str("asking AWS whose instance it is"),
            Self::LookUpFailing => f.write_str("AWS does not answer whose instance it is: see the problems on /readyz"),
            Self::ClusterUnread(cluster) => write!(f, "it may belong to {cluster}, which could not be read so far"),
            Self::NotInGroup => {
                f.write_str("it is in no Auto Scaling group behind a capacity provider: nothing to replace")
            }
            Self::ManagedInstances => f.write_str(
                "it is one of ECS Managed Instances, which ECS replaces itself: they are drained here and no more",
            ),
            Self::CapacityRebalancing => f.write_str(
                "its group has Capacity Rebalancing on and replaces it by itself: a detach would add a second one",
            ),
            Self::LaunchSuspended => {
                f.write_str("its group's Launch process is suspended, so no replacement can come: resume it to get one")
            }
            Self::Standby => f.write_str("it is in Standby and holds no capacity that its group counts"),
            Self::Leaving(state) => write!(f, "its group has it as {state}: a replacement is under way already"),
            Self::LeftGroup => f.write_str("it has left its group: a replacement is under way already"),
            Self::AtMaxSize(max) => {
                write!(
                    f,
                    "its group is at its MaxSize of {max}, so it cannot have one more before: raise it to get one"
                )
            }
            Self::LaunchRefused(why) => write!(f, "no one more is launched before: {why}"),
            Self::FallingBack => f.write_str("its pool has no capacity: the fallback has been asked to launch"),
            Self::FallbackRefused(why) => {
                write!(f, "its pool has no capacity, and the fallback does not launch: {why}")
            }
            Self::FallbackSpent { limit } => {
                write!(
                    f,
                    "its pool has no capacity, and as many of the fallback stand in as the policy allows: {limit}"
                )
            }
            Self::StandsIn => f.write_str("it stands in for a pool that has no capacity yet"),
            Self::BaseBarred(why) => f.write_str(why),
            Self::BaseNeeded => f.write_str("the group does not have all that it wants, or some of it come or go"),
            Self::BaseRests { until } => {
                write!(
                    f,
                    "after a change, a hand-over or a launch that failed the group is left in peace until {until}"
                )
            }
            Self::BudgetSpent { limit } => {
                write!(f, "as many of its pool are being handed over as the policy allows at a time: {limit}")
            }
            Self::CoolingDown { until } => write!(f, "its pool is left in peace until {until}, as the policy says"),
            Self::NotEnforced(Mode::Paused) => f.write_str("its cluster is paused"),
            Self::NotEnforced(_) => f.write_str("its cluster is in dry run"),
            Self::TasksUnlisted => f.write_str("listing its tasks before it is drained"),
            Self::ServiceMoves(service) => {
                write!(
                    f,
                    "tasks of the service {service} are on their way from another instance, and it has none to spare"
                )
            }
            Self::DebtOpen => f.write_str("looking whether its group has let go of it and wants one less"),
            Self::MarkFailed(why) => write!(f, "its mark could not be left and will be tried again: {why}"),
            Self::ActivateFailed(why) => {
                write!(f, "it could not be set back to ACTIVE, which will be tried again: {why}")
            }
            Self::GoesHome => f.write_str("EC2 did not take it: its group takes it back and terminates it"),
            Self::Pending => f.write_str("its group is still launching it, so it cannot be detached yet"),
            Self::StateUnknown(state) => write!(f, "its group has it as {state}, about which nothing is known"),
            Self::MethodNone => f.write_str("the policy says replacement.method: none"),
            Self::GroupStale => f.write_str("asking its group whether it is still a member"),
            Self::GroupTerminates => {
                f.write_str("its group terminates it by itself, and decides whether another one takes its place")
            }
            Self::HooksStale => f.write_str("asking its group which hooks it has"),
            Self::HookWaits(hook) => write!(f, "its group waits for the hook {hook} until its tasks are stopped"),
            Self::HookFailed(why) => write!(f, "completing its hook failed and will be tried again: {why}"),
            Self::Replacing => f.write_str("its group has been asked to replace it"),
            Self::TooLate => f.write_str("the notice is more than two minutes old: nothing new is begun because of it"),
            Self::ReplacingFailed(why) => {
                write!(f, "asking its group to replace it failed and will be tried again: {why}")
            }
            Self::ReplacementNotSeen => f.write_str("no new instance shows in the group"),
            Self::ReplacementNotRegistered => f.write_str("the replacement has not registered in the cluster"),
            Self::NotRegistered => f.write_str("it has not registered in the cluster, so there is nothing to drain"),
            Self::Draining => f.write_str("ECS has been asked to drain it"),
            Self::DrainFailed(why) => write!(f, "the drain failed and will be tried again: {why}"),
            Self::NotDrainable(status) => write!(f, "ECS has it as {status} and drains ACTIVE instances only"),
            Self::NeedExceedsNotice { owner, need, window } => write!(
                f,
                "{owner} may need {} s to stop and had {} s: shorten its stopTimeout to have its work saved",
                need.as_secs(),
                window.as_secs()
            ),
            Self::TasksRunning(count) => write!(f, "{count} of its tasks have not come to their end"),
            Self::CountingTasks => f.write_str("its tasks are looked at for the last time"),
            Self::InstanceThere => f.write_str("the instance is still there"),
        }
    }
}

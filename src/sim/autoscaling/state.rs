//! The states of a group's member (EC2 Auto Scaling API reference, `LifecycleState`; User Guide, "Lifecycle").

/// All states that the API names, those included that nothing in the model leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifecycleState {
    Pending,
    PendingWait,
    PendingProceed,
    Quarantined,
    InService,
    Terminating,
    TerminatingWait,
    TerminatingProceed,
    TerminatingRetained,
    Terminated,
    Detaching,
    Detached,
    EnteringStandby,
    Standby,
    ReplacingRootVolume,
    ReplacingRootVolumeWait,
    ReplacingRootVolumeProceed,
    RootVolumeReplaced,
    WarmedPending,
    WarmedPendingWait,
    WarmedPendingProceed,
    WarmedPendingRetained,
    WarmedTerminating,
    WarmedTerminatingWait,
    WarmedTerminatingProceed,
    WarmedTerminatingRetained,
    WarmedTerminated,
    WarmedStopped,
    WarmedRunning,
    WarmedHibernated,
}

impl LifecycleState {
    const NAMES: [(Self, &'static str); 30] = [
        (Self::Pending, "Pending"),
        (Self::PendingWait, "Pending:Wait"),
        (Self::PendingProceed, "Pending:Proceed"),
        (Self::Quarantined, "Quarantined"),
        (Self::InService, "InService"),
        (Self::Terminating, "Terminating"),
        (Self::TerminatingWait, "Terminating:Wait"),
        (Self::TerminatingProceed, "Terminating:Proceed"),
        (Self::TerminatingRetained, "Terminating:Retained"),
        (Self::Terminated, "Terminated"),
        (Self::Detaching, "Detaching"),
        (Self::Detached, "Detached"),
        (Self::EnteringStandby, "EnteringStandby"),
        (Self::Standby, "Standby"),
        (Self::ReplacingRootVolume, "ReplacingRootVolume"),
        (Self::ReplacingRootVolumeWait, "ReplacingRootVolume:Wait"),
        (Self::ReplacingRootVolumeProceed, "ReplacingRootVolume:Proceed"),
        (Self::RootVolumeReplaced, "RootVolumeReplaced"),
        (Self::WarmedPending, "Warmed:Pending"),
        (Self::WarmedPendingWait, "Warmed:Pending:Wait"),
        (Self::WarmedPendingProceed, "Warmed:Pending:Proceed"),
        (Self::WarmedPendingRetained, "Warmed:Pending:Retained"),
        (Self::WarmedTerminating, "Warmed:Terminating"),
        (Self::WarmedTerminatingWait, "Warmed:Terminating:Wait"),
        (Self::WarmedTerminatingProceed, "Warmed:Terminating:Proceed"),
        (Self::WarmedTerminatingRetained, "Warmed:Terminating:Retained"),
        (Self::WarmedTerminated, "Warmed:Terminated"),
        (Self::WarmedStopped, "Warmed:Stopped"),
        (Self::WarmedRunning, "Warmed:Running"),
        (Self::WarmedHibernated, "Warmed:Hibernated"),
    ];

    /// As the API names it.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(state, _)| *state == self).map_or("InService", |(_, name)| name)
    }

    pub const fn is_pending(self) -> bool {
        matches!(self, Self::Pending | Self::PendingWait | Self::PendingProceed)
    }

    /// Whether the member is on its way out, by its end or not.
    pub const fn is_leaving(self) -> bool {
        matches!(
            self,
            Self::Terminating
                | Self::TerminatingWait
                | Self::TerminatingProceed
                | Self::TerminatingRetained
                | Self::Terminated
                | Self::Detaching
                | Self::Detached
        )
    }

    /// What the metadata service tells as the state that the instance is meant to reach (EC2 Auto Scaling User Guide,
    /// "Retrieve the target lifecycle state through instance metadata").
    pub fn target(self) -> &'static str {
        match self {
            Self::Terminating | Self::TerminatingWait | Self::TerminatingProceed | Self::Terminated => "Terminated",
            Self::Detaching | Self::Detached => "Detached",
            Self::EnteringStandby | Self::Standby => "Standby",
            Self::WarmedStopped | Self::WarmedPending => "Warmed:Stopped",
            _ => "InService",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_state_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = LifecycleState::NAMES.iter().map(|(_, name)| *name).collect();
        assert_eq!(names.len(), LifecycleState::NAMES.len());
        assert!(LifecycleState::NAMES.iter().all(|(state, name)| state.name() == *name));
    }
}

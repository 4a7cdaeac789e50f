//! A case: the operator's dealing with one instance, from the first signal to its close.
//!
//! It remembers what was asked of AWS and what came of it. What AWS looks like is in the snapshot, not here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::case_id::CaseId;
use super::phase::Phase;
use super::report::Reason;
use super::risk::Risk;
use crate::ids::{CapacityProviderName, ClusterKey, ContainerInstanceArn, GroupKey, InstanceId};
use crate::signal::{Signal, SignalKind};

/// Where a doomed instance stands. It does not change while the case is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The managed cluster.
    pub cluster: ClusterKey,
    /// The cluster's name in ECS.
    pub cluster_name: Arc<str>,
    /// The capacity provider, if it counts to one.
    pub provider: Option<CapacityProviderName>,
    /// The group that replaces it, if there is one.
    pub group: Option<GroupKey>,
    /// Its name in ECS, once it has registered.
    pub arn: Option<ContainerInstanceArn>,
    /// Its zone, where known.
    pub availability_zone: Option<Arc<str>>,
    /// Its type, where known.
    pub instance_type: Option<Arc<str>>,
}

/// The calls that change something for a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `DetachInstances`.
    Detach,
    /// `UpdateContainerInstancesState`.
    Drain,
}

impl Call {
    /// AWS's name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detach => "DetachInstances",
            Self::Drain => "UpdateContainerInstancesState",
        }
    }
}

/// Why a call did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setback {
    /// What was said.
    pub why: String,
    /// Nobody knows whether the call had its effect: its answer was lost.
    pub lost: bool,
}

/// A call that changes something, and how it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Attempt {
    /// Not made.
    #[default]
    None,
    /// Made, no answer yet.
    InFlight {
        /// How many there have been before.
        failures: u32,
    },
    /// Accepted by AWS.
    Accepted {
        /// AWS's name for the request.
        request_id: Option<String>,
    },
    /// Refused or lost.
    Failed {
        /// How many in a row.
        failures: u32,
        /// When the last one did.
        at: Timestamp,
        /// What AWS said.
        why: String,
    },
}

impl Attempt {
    /// Failures in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        match self {
            Self::InFlight { failures } | Self::Failed { failures, .. } => *failures,
            Self::None | Self::Accepted { .. } => 0,
        }
    }

    /// AWS's name for the request that was accepted.
    #[must_use]
    pub fn request_id(&self) -> Option<String> {
        match self {
            Self::Accepted { request_id } => request_id.clone(),
            _ => None,
        }
    }

    /// When to try again after a failure: after 1, 2, 4, 8 seconds, then every 10.
    #[must_use]
    pub fn retry_at(&self) -> Option<Timestamp> {
        let Self::Failed { failures, at, .. } = self else { return None };
        let seconds = 1_i64.checked_shl(failures.saturating_sub(1).min(4)).unwrap_or(10).min(10);
        Some(at.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX))
    }

    fn begin(&mut self) {
        *self = Self::InFlight { failures: self.failures() };
    }
}

/// The dealing with one doomed instance.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub id: CaseId,
    /// The doomed instance.
    pub instance: InstanceId,
    /// The first signal.
    pub kind: SignalKind,
    /// When it happens: the earliest that any signal said.
    pub deadline: Timestamp,
    /// From here on nothing new is begun.
    pub history_from: Timestamp,
    /// When the first signal was received.
    pub received_at: Timestamp,
    /// Its message was in somebody's hands before, who may have detached the instance: no group knows it then.
    pub held_before: bool,
    /// Where the instance stands, once that is known. Until then nobody can say whether it is ours.
    pub place: Option<Place>,
    /// When each phase was reached.
    pub phases: BTreeMap<Phase, Timestamp>,
    /// The detach.
    pub detach: Attempt,
    /// Whether a detach may have had its effect without our hearing of it.
    pub unsure: bool,
    /// The drain.
    pub drain: Attempt,
    /// Why nothing is asked of the group, where that is so for good.
    pub skipped: Option<Reason>,
    /// The group's members when it was asked: whoever joins later may be the replacement.
    pub before: Arc<BTreeSet<InstanceId>>,
    /// The instance that took over.
    pub replacement: Option<InstanceId>,
    /// What has been called a risk already.
    pub risks: BTreeSet<Risk>,
}

impl Case {
    /// A case that `signal` opens.
    #[must_use]
    pub fn new(signal: &Signal, received_at: Timestamp) -> Self {
        Self {
            id: CaseId { instance: signal.instance.clone(), said_at: signal.said_at },
            instance: signal.instance.clone(),
            kind: signal.kind,
            deadline: signal.deadline,
            history_from: signal.history_from,
            received_at,
            held_before: false,
            place: None,
            phases: BTreeMap::new(),
            detach: Attempt::None,
            unsure: false,
            drain: Attempt::None,
            skipped: None,
            before: Arc::default(),
            replacement: None,
            risks: BTreeSet::new(),
        }
    }

    pub(super) fn asks(&mut self, group: &GroupKey, members: &Arc<BTreeSet<InstanceId>>) {
        self.detach.begin();
        self.before = Arc::clone(members);
        if let Some(place) = &mut self.place {
            place.group = Some(group.clone());
        }
    }

    pub(super) fn drains(&mut self, arn: &ContainerInstanceArn) {
        self.drain.begin();
        if let Some(place) = &mut self.place {
            place.arn = Some(arn.clone());
        }
    }

    /// Whether a phase has been reached.
    #[must_use]
    pub fn has(&self, phase: Phase) -> bool {
        self.phases.contains_key(&phase)
    }
}

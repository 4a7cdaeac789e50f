//! A case: the operator's dealing with one instance, from the first signal to its close.
//!
//! It remembers what was asked of AWS and what came of it. What AWS looks like is in the snapshot, not here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use super::report::Reason;
use super::risk::Risk;
use super::step::Step;
use crate::ids::{CapacityProviderName, ClusterKey, ContainerInstanceArn, GroupKey, InstanceId};
use crate::signal::{Signal, SignalKind};

/// Closed cases are remembered for so long, so that a late duplicate of their notice is known for what it is.
const REMEMBER_CLOSED: SignedDuration = SignedDuration::from_hours(1);

/// A case's name: the instance, and when AWS said that it is doomed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseId {
    /// The doomed instance.
    pub instance: InstanceId,
    /// When AWS said so.
    pub said_at: Timestamp,
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.instance, self.said_at)
    }
}

impl Serialize for CaseId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The stages of a hand-over. Each is reached once, in any order.
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
    /// Where the instance stands, once that is known. Until then nobody can say whether it is ours.
    pub place: Option<Place>,
    /// When each phase was reached.
    pub phases: BTreeMap<Phase, Timestamp>,
    /// The detach.
    pub detach: Attempt,
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
            place: None,
            phases: BTreeMap::new(),
            detach: Attempt::None,
            drain: Attempt::None,
            skipped: None,
            before: Arc::default(),
            replacement: None,
            risks: BTreeSet::new(),
        }
    }

    fn asks(&mut self, group: &GroupKey, members: &Arc<BTreeSet<InstanceId>>) {
        self.detach.begin();
        self.before = Arc::clone(members);
        if let Some(place) = &mut self.place {
            place.group = Some(group.clone());
        }
    }

    fn drains(&mut self, arn: &ContainerInstanceArn) {
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

/// Whether a signal is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It opens a case.
    Opened,
    /// There is a case for its instance.
    Duplicate,
    /// There was a case for it, and it is closed.
    Closed,
}

/// All open cases, and the names of those closed lately.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    open: BTreeMap<InstanceId, Case>,
    closed: BTreeMap<CaseId, Timestamp>,
    took_over: BTreeMap<InstanceId, Timestamp>,
}

impl Cases {
    /// Takes a signal in. One instance has one case, with the earliest deadline that any of its signals gives.
    pub fn admit(&mut self, signal: &Signal, now: Timestamp) -> Admission {
        if let Some(case) = self.open.get_mut(&signal.instance) {
            case.deadline = case.deadline.min(signal.deadline);
            return Admission::Duplicate;
        }
        let case = Case::new(signal, now);
        if self.closed.contains_key(&case.id) {
            return Admission::Closed;
        }
        self.open.insert(signal.instance.clone(), case);
        Admission::Opened
    }

    /// The open cases, by instance.
    pub fn iter(&self) -> impl Iterator<Item = &Case> {
        self.open.values()
    }

    /// How many are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether none is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// The open case of an instance.
    #[must_use]
    pub fn of(&self, instance: &InstanceId) -> Option<&Case> {
        self.open.get(instance)
    }

    /// The open case with this name.
    #[must_use]
    pub fn get(&self, id: &CaseId) -> Option<&Case> {
        self.open.get(&id.instance).filter(|case| case.id == *id)
    }

    fn get_mut(&mut self, id: &CaseId) -> Option<&mut Case> {
        self.open.get_mut(&id.instance).filter(|case| case.id == *id)
    }

    /// Whether this instance has taken over from another lately.
    #[must_use]
    pub fn has_taken_over(&self, instance: &InstanceId) -> bool {
        self.took_over.contains_key(instance)
    }

    /// Notes a step that is being taken, and gives back the case that it ended.
    pub fn apply(&mut self, step: &Step, now: Timestamp) -> Option<Case> {
        match step {
            Step::Identify { case, place, .. } => self.note(case, |case| {
                case.place = Some(place.clone());
                case.phases.insert(Phase::Noticed, now);
            }),
            Step::Reach { case, phase, replacement } => {
                self.took_over.extend(replacement.iter().map(|instance| (instance.clone(), now)));
                self.note(case, |case| {
                    case.phases.insert(*phase, now);
                    if replacement.is_some() {
                        case.replacement.clone_from(replacement);
                    }
                })
            }
            Step::SkipReplacement { case, reason } => self.note(case, |case| case.skipped = Some(reason.clone())),
            Step::AtRisk { case, risk } => self.note(case, |case| {
                case.risks.insert(*risk);
            }),
            Step::Detach { group, before, instances } => {
                instances.iter().for_each(|(id, _)| {
                    self.note(id, |case| case.asks(group, before));
                });
                None
            }
            Step::Drain { instances, .. } => {
                instances.iter().for_each(|drained| {
                    self.note(&drained.case, |case| case.drains(&drained.arn));
                });
                None
            }
            Step::Rehearse { .. } => None,
            Step::Dismiss { case, .. } => self.close(case, now),
            Step::Close { case, .. } => {
                self.note(case, |case| {
                    case.phases.insert(Phase::Closed, now);
                });
                self.close(case, now)
            }
        }
    }

    /// Notes what came of a call: AWS's name for the request, or why it failed.
    pub fn answered(&mut self, call: Call, id: &CaseId, result: Result<Option<String>, String>, now: Timestamp) {
        self.note(id, |case| {
            let attempt = match call {
                Call::Detach => &mut case.detach,
                Call::Drain => &mut case.drain,
            };
            *attempt = match result {
                Ok(request_id) => Attempt::Accepted { request_id },
                Err(why) => Attempt::Failed { failures: attempt.failures().saturating_add(1), at: now, why },
            };
        });
    }

    fn note(&mut self, id: &CaseId, change: impl FnOnce(&mut Case)) -> Option<Case> {
        if let Some(case) = self.get_mut(id) {
            change(case);
        }
        None
    }

    fn close(&mut self, id: &CaseId, now: Timestamp) -> Option<Case> {
        self.get(id)?;
        self.closed.retain(|_, at| now.duration_since(*at) <= REMEMBER_CLOSED);
        self.took_over.retain(|_, at| now.duration_since(*at) <= REMEMBER_CLOSED);
        self.closed.insert(id.clone(), now);
        self.open.remove(&id.instance)
    }
}

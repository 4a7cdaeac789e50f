//! All cases: which there are, and what becomes of them as steps are taken and calls are answered.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::case::{Attempt, Call, Case, Setback};
use super::case_id::CaseId;
use super::phase::Phase;
use super::step::Step;
use crate::ids::InstanceId;
use crate::signal::Signal;

/// Closed cases are remembered for so long, so that a late duplicate of their notice is known for what it is.
const REMEMBER_CLOSED: SignedDuration = SignedDuration::from_hours(1);

/// So many cases may be open at once: twenty times the instances of the largest cluster (5,000, ECS service quotas).
const OPEN_MAX: usize = 100_000;

/// Whether a signal is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It opens a case.
    Opened,
    /// There is a case for its instance.
    Duplicate,
    /// There was a case for it, and it is closed.
    Closed,
    /// There are as many cases as there may be.
    TooMany,
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
        if self.open.len() >= OPEN_MAX {
            return Admission::TooMany;
        }
        self.open.insert(signal.instance.clone(), case);
        Admission::Opened
    }

    /// Notes that somebody had the case of an instance before.
    pub fn takes_over(&mut self, instance: &InstanceId) {
        if let Some(case) = self.open.get_mut(instance) {
            case.held_before = true;
        }
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
    pub fn answered(&mut self, call: Call, id: &CaseId, result: Result<Option<String>, Setback>, now: Timestamp) {
        self.note(id, |case| {
            case.unsure |= call == Call::Detach && result.as_ref().is_err_and(|setback| setback.lost);
            let attempt = match call {
                Call::Detach => &mut case.detach,
                Call::Drain => &mut case.drain,
            };
            *attempt = match result {
                Ok(request_id) => Attempt::Accepted { request_id },
                Err(Setback { why, .. }) => {
                    Attempt::Failed { failures: attempt.failures().saturating_add(1), at: now, why }
                }
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

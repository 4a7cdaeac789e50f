//! All cases: which there are, and what becomes of them as steps are taken and calls are answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::attempt::Setback;
use super::bases::Bases;
use super::call::Call;
use super::case::{Case, Place};
use super::case_id::CaseId;
use super::deed::Deed;
use super::phase::Phase;
use super::pools::Pools;
use super::step::{Dismissal, Step};
use crate::ids::{GroupKey, InstanceId};
use crate::signal::{Signal, SignalKind};

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
    /// There is a case for its instance, and this is a later notice than the one that is known.
    Renewed,
    /// There is a case for its instance, and this is the first word of its kind about it.
    Joined,
    /// There was a case for it, and it is closed.
    Closed,
    /// There are as many cases as there may be.
    TooMany,
}

/// All open cases, and the names of those closed lately.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    open: BTreeMap<InstanceId, Case>,
    closed: BTreeMap<CaseId, Ended>,
    took_over: BTreeMap<InstanceId, Timestamp>,
    /// What is remembered of pools.
    pub pools: Pools,
    /// What was asked of groups as a whole.
    pub bases: Bases,
}

/// The end of a case.
#[derive(Clone, Debug)]
struct Ended {
    at: Timestamp,
    /// What was said about its instance. EC2 may say two things within the second that both are named by.
    kinds: BTreeSet<SignalKind>,
    /// It was dismissed at the first word about it, before anybody could know that somebody else had it in hand.
    hasty: bool,
}

impl Cases {
    /// Takes a signal in, whose message was `held_before` by somebody or not. One instance has one case, with the earliest
    /// deadline that any of its signals gives; one that it has outlived does not count once EC2 gives notice anew.
    pub fn admit(&mut self, signal: &Signal, held_before: bool, now: Timestamp) -> Admission {
        if let Some(case) = self.open.get_mut(&signal.instance) {
            return case.hears(signal);
        }
        let case = Case { held_before, ..Case::new(signal, now) };
        let known = |ended: &Ended| ended.kinds.contains(&signal.kind) && !(ended.hasty && held_before);
        if self.closed.get(&case.id).is_some_and(known) {
            return Admission::Closed;
        }
        if self.open.len() >= OPEN_MAX {
            return Admission::TooMany;
        }
        self.open.insert(signal.instance.clone(), case);
        Admission::Opened
    }

    /// The call that drains a case's instance left at `at`: what drained before that was not ours.
    pub fn drain_left(&mut self, id: &CaseId, at: Timestamp) {
        if let Some(case) = self.open.get_mut(&id.instance).filter(|case| case.id == *id) {
            case.drain_asked_at = Some(at);
        }
    }

    /// Whether there is no case for an instance, and none that ended after `since`.
    #[must_use]
    pub fn is_unheard_of(&self, instance: &InstanceId, since: Timestamp) -> bool {
        let first = CaseId { instance: instance.clone(), said_at: Timestamp::MIN };
        let closed = self.closed.range(first..).take_while(|(id, _)| id.instance == *instance);
        !self.open.contains_key(instance) && closed.into_iter().all(|(_, ended)| ended.at < since)
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
            Step::Open(signal) => {
                self.admit(signal, false, now);
                None
            }
            Step::Record { case } => self.note(case, |case| case.recorded = true),
            Step::Identify { case, place, .. } => {
                self.note(case, |case| {
                    case.place = Some(place.clone());
                    case.phases.insert(Phase::Noticed, now);
                });
                self.avoid_pool_of(case, now);
                None
            }
            Step::Reach { case, phase, replacement } => {
                self.took_over.extend(replacement.iter().map(|instance| (instance.clone(), now)));
                self.note(case, |case| {
                    case.phases.insert(*phase, now);
                    if replacement.is_some() {
                        case.replacement.clone_from(replacement);
                    }
                })
            }
            Step::PassDebt { case } => self.note(case, |case| case.passed_on = true),
            Step::SkipReplacement { case, reason } => self.note(case, |case| case.skipped = Some(reason.clone())),
            Step::AtRisk { case, risk } => self.note(case, |case| {
                case.risks.insert(*risk);
            }),
            Step::Call(call) => {
                self.begin(call, now);
                None
            }
            Step::Rehearse { .. } => None,
            Step::Dismiss { case, why } => {
                let of_nobody = matches!(why, Dismissal::Foreign | Dismissal::Gone);
                let hasty = of_nobody && self.get(case).is_some_and(|case| !case.held_before);
                self.close(case, now, hasty)
            }
            Step::Lost { signal, place } => Some(self.lose(signal, place, now)),
            Step::Close { case, .. } => {
                self.note(case, |case| {
                    case.phases.insert(Phase::Closed, now);
                });
                self.close(case, now, false)
            }
        }
    }

    fn begin(&mut self, call: &Call, now: Timestamp) {
        for (id, deed) in call.deeds() {
            self.note(&id, |case| case.begin(deed, now));
        }
        match call {
            Call::Replace { group, instances, .. } => instances.iter().for_each(|(id, _)| {
                self.note(id, |case| case.asks(group, now));
            }),
            Call::Drain { instances, .. } => instances.iter().for_each(|drained| {
                self.note(&drained.case, |case| case.is_known_as(&drained.arn));
            }),
            // What another group launches is not its own group's replacement.
            Call::Launch { deed: Deed::FallBack, case, zone, token, .. } => {
                self.note(case, |case| case.launching = Some((Arc::clone(zone), token.clone())));
            }
            Call::Launch { group, case, zone, token, .. } => {
                self.note(case, |case| case.launching = Some((Arc::clone(zone), token.clone())));
                self.note(case, |case| case.asks(group, now));
                self.pools.disturb(group, now);
            }
            Call::Mark { marks, .. } => marks.iter().for_each(|(marked, mark)| {
                self.note(&marked.case, |case| case.writing = Some(mark.clone()));
            }),
            Call::GiveBack { group, case, .. } => {
                self.note(case, |case| case.belongs_to(group));
            }
            Call::SetBase { group, note } => {
                self.bases.begin(group, Some(*note));
                if note.to < note.from {
                    self.pools.disturb(group, now);
                }
            }
            Call::ForgetBase { group } => self.bases.begin(group, None),
            Call::Activate { .. }
            | Call::Attach { .. }
            | Call::Deregister { .. }
            | Call::Stop { .. }
            | Call::Complete { .. }
            | Call::Heartbeat { .. } => {}
        }
    }

    /// Where EC2 takes one instance back it takes others as well.
    fn avoid_pool_of(&mut self, id: &CaseId, now: Timestamp) {
        let noticed = self.open.get(&id.instance).filter(|case| case.is_noticed_by_spot());
        let place = noticed.and_then(|case| case.place.as_ref());
        if let Some((group, zone)) =
            place.and_then(|place| Some((place.group.clone()?, place.availability_zone.clone()?)))
        {
            self.pools.avoid(&group, &zone, now);
        }
    }

    /// Notes that one more instance was launched for a case, in the place of which nobody else's replacement can come.
    pub fn launched(&mut self, id: &CaseId, instance: &InstanceId, now: Timestamp) {
        self.took_over.insert(instance.clone(), now);
        self.note(id, |case| {
            let elsewhere = case.attempt(&Deed::FallBack).is_in_flight();
            let launched = if elsewhere { &mut case.stand_in } else { &mut case.replacement };
            *launched = Some(instance.clone());
        });
    }

    /// Notes that a zone had no capacity for a group.
    pub fn found_no_capacity(&mut self, group: &GroupKey, zone: &Arc<str>, now: Timestamp) {
        self.pools.avoid(group, zone, now);
    }

    /// Notes what came of a call: AWS's name for the request, or why it failed.
    pub fn answered(&mut self, deed: &Deed, id: &CaseId, result: Result<Option<String>, Setback>, now: Timestamp) {
        self.note(id, |case| case.answered(deed.clone(), result, now));
    }

    /// Notes what came of a change of a group's On-Demand base.
    pub fn base_answered(&mut self, group: &GroupKey, result: Result<Option<String>, Setback>, now: Timestamp) {
        self.bases.end(group, result, now);
    }

    fn note(&mut self, id: &CaseId, change: impl FnOnce(&mut Case)) -> Option<Case> {
        if let Some(case) = self.get_mut(id) {
            change(case);
        }
        None
    }

    fn close(&mut self, id: &CaseId, now: Timestamp, hasty: bool) -> Option<Case> {
        self.get(id)?;
        let case = self.open.remove(&id.instance)?;
        self.remember(&case, now, hasty);
        Some(case)
    }

    fn remember(&mut self, case: &Case, now: Timestamp, hasty: bool) {
        self.closed.retain(|_, earlier| now.duration_since(earlier.at) <= REMEMBER_CLOSED);
        self.took_over.retain(|_, at| now.duration_since(*at) <= REMEMBER_CLOSED);
        let before = self.closed.remove(&case.id).map(|ended| ended.kinds);
        let kinds = case.kinds.iter().copied().chain(before.into_iter().flatten()).collect();
        self.closed.insert(case.id.clone(), Ended { at: now, kinds, hasty });
    }

    /// The case of an instance that is gone already.
    fn lose(&mut self, signal: &Signal, place: &Place, now: Timestamp) -> Case {
        let phases = BTreeMap::from([(Phase::Closed, now)]);
        let case = Case { place: Some(place.clone()), phases, ..Case::new(signal, now) };
        self.remember(&case, now, false);
        case
    }
}

//! A case: the operator's dealing with one instance, from the first signal to its close.
//!
//! It remembers what was asked of AWS and what came of it. What AWS looks like is in the snapshot, not here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::attempt::{Attempt, NEVER, Setback};
use super::case_id::CaseId;
use super::cases::Admission;
use super::deed::Deed;
use super::pace::later;
use super::phase::Phase;
use super::reason::Reason;
use super::risk::Risk;
use crate::ids::{CapacityProviderName, ClusterKey, ContainerInstanceArn, GroupKey, InstanceId};
use crate::observe::mark::Mark;
use crate::observe::snapshot::Group;
use crate::signal::{ACTED_ON_FOR, Signal, SignalKind};

/// Where a doomed instance stands. It does not change while the case is open, but that its group may become known.
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

/// What is seen to drain so soon after we asked for it drained before: a call and a look take longer.
const DRAINS_WITHIN: SignedDuration = SignedDuration::from_millis(200);

/// The dealing with one doomed instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub id: CaseId,
    /// The doomed instance.
    pub instance: InstanceId,
    /// The first signal.
    pub kind: SignalKind,
    /// The kinds of all signals.
    pub kinds: BTreeSet<SignalKind>,
    /// The hooks that were told to wait.
    pub hooks: BTreeSet<Arc<str>>,
    /// When it happens: the earliest that any signal said and that a notice has not shown to be wrong; `None`: none said.
    pub deadline: Option<Timestamp>,
    /// When the latest interruption notice is history, if there was one.
    pub notice_until: Option<Timestamp>,
    /// From here on nothing new is begun.
    pub history_from: Timestamp,
    /// When the first signal was received.
    pub received_at: Timestamp,
    /// Whatever of it has to outlive us is recorded in AWS, besides the messages that are held.
    pub recorded: bool,
    /// Its message was in somebody's hands before, who may have detached the instance: no group knows it then.
    pub held_before: bool,
    /// Where the instance stands, once that is known. Until then nobody can say whether it is ours.
    pub place: Option<Place>,
    /// When each phase was reached.
    pub phases: BTreeMap<Phase, Timestamp>,
    /// What was asked of AWS, and how that stands.
    pub(super) attempts: BTreeMap<Deed, Attempt>,
    /// When ECS was last asked to drain it, or the call was decided on that has not been answered.
    pub(super) drain_asked_at: Option<Timestamp>,
    /// Whether another instance pays what was owed for it.
    pub passed_on: bool,
    /// Whether a replacement may have been asked for without our hearing of it.
    pub unsure: bool,
    /// Why nothing is asked of the group, where that is so for good.
    pub skipped: Option<Reason>,
    /// When the group was asked: whoever joins later may be the replacement. `None`: we have not asked.
    pub asked_at: Option<Timestamp>,
    /// The zone and the token of the launch that was asked for last.
    pub(super) launching: Option<(Arc<str>, String)>,
    /// The mark that we are about to leave.
    pub(super) writing: Option<Mark>,
    /// One that we may have left since: its answer was lost.
    pub(super) unconfirmed: Option<Mark>,
    /// The mark that we left last, as AWS has accepted it.
    pub(super) wrote: Option<Mark>,
    /// The instance that took over.
    pub replacement: Option<InstanceId>,
    /// The instance that another group launched, because its own had no capacity.
    pub stand_in: Option<InstanceId>,
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
            kinds: BTreeSet::from([signal.kind]),
            hooks: signal.hook.iter().map(|hook| Arc::clone(&hook.name)).collect(),
            deadline: signal.deadline,
            notice_until: signal.kind.is_notice().then_some(signal.history_from),
            history_from: signal.history_from,
            received_at,
            recorded: false,
            held_before: false,
            place: None,
            phases: BTreeMap::new(),
            attempts: BTreeMap::new(),
            drain_asked_at: None,
            passed_on: false,
            unsure: false,
            skipped: None,
            asked_at: None,
            launching: None,
            writing: None,
            unconfirmed: None,
            wrote: None,
            replacement: None,
            stand_in: None,
            risks: BTreeSet::new(),
        }
    }

    /// Takes another word about the instance in.
    pub(super) fn hears(&mut self, signal: &Signal) -> Admission {
        if signal.kind.is_notice() { self.hears_notice(signal) } else { self.hears_other(signal) }
    }

    fn hears_notice(&mut self, signal: &Signal) -> Admission {
        let Some(known) = self.notice_until else {
            self.notice_until = Some(signal.history_from);
            // What was decided while nothing was in a hurry is decided anew.
            self.skipped = None;
            if self.deadline.is_some_and(|deadline| deadline <= signal.said_at) {
                self.begins_anew(signal);
            }
            self.adds(signal);
            return Admission::Joined;
        };
        if signal.said_at >= known {
            self.begins_anew(signal);
        }
        self.adds(signal);
        self.notice_until = Some(known.max(signal.history_from));
        if signal.history_from > known { Admission::Renewed } else { Admission::Duplicate }
    }

    fn hears_other(&mut self, signal: &Signal) -> Admission {
        let hook = signal.hook.as_ref().is_some_and(|hook| !self.hooks.contains(&hook.name));
        let news = hook || !self.kinds.contains(&signal.kind);
        self.adds(signal);
        self.recorded &= !news;
        if news { Admission::Joined } else { Admission::Duplicate }
    }

    fn adds(&mut self, signal: &Signal) {
        self.kinds.insert(signal.kind);
        self.hooks.extend(signal.hook.iter().map(|hook| Arc::clone(&hook.name)));
        // What was to happen before a notice was given has not happened.
        let ahead = self.deadline.filter(|deadline| !signal.kind.is_notice() || *deadline > signal.said_at);
        self.deadline = ahead.into_iter().chain(signal.deadline).min().or(self.deadline);
        self.history_from = self.history_from.max(signal.history_from);
    }

    /// EC2 gives notice of an instance that has outlived what was said before. Its tasks are others by now, and somebody may
    /// have set it back to ACTIVE; the replacement that came for it is there.
    fn begins_anew(&mut self, signal: &Signal) {
        self.deadline = signal.deadline;
        self.skipped = None;
        self.attempts.retain(|deed, _| deed.replaces() || matches!(deed, Deed::FallBack | Deed::GiveBack));
        self.drains_anew();
        self.risks.clear();
    }

    fn drains_anew(&mut self) {
        self.phases.retain(|phase, _| !matches!(phase, Phase::Draining | Phase::TasksStopped));
    }

    /// Whether nothing forces us within minutes: the replacement comes first then.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        !self.is_noticed_by_spot() && self.kinds.iter().any(|kind| *kind != SignalKind::TerminateHook)
    }

    /// Whether its tasks are on their way.
    #[must_use]
    pub fn is_moving_tasks(&self) -> bool {
        self.has_begun_to_drain() && !self.has(Phase::TasksStopped)
    }

    /// Whether it drains, has drained, or was asked to.
    #[must_use]
    pub fn has_begun_to_drain(&self) -> bool {
        self.has(Phase::Draining) || *self.attempt(&Deed::Drain) != Attempt::None
    }

    /// Whether ECS has drained it because of us: it accepts to drain what drains already, which is seen then before a call can
    /// have had its effect.
    #[must_use]
    pub fn has_drained(&self) -> bool {
        let seen_at = self.phases.get(&Phase::Draining);
        let asked_at = self.drain_asked_at.map(|at| later(at, DRAINS_WITHIN));
        let others = seen_at.zip(asked_at.as_ref()).is_some_and(|(seen, asked)| seen < asked);
        let accepted_at = self.attempt(&Deed::Drain).accepted_at();
        accepted_at.is_some_and(|accepted| !others || seen_at.is_some_and(|seen| *seen >= accepted))
    }

    /// Whether EC2 Spot has given notice.
    #[must_use]
    pub fn is_noticed_by_spot(&self) -> bool {
        self.notice_until.is_some()
    }

    /// Whether EC2 Spot gave its latest notice after `moment`.
    #[must_use]
    pub fn is_noticed_after(&self, moment: Timestamp) -> bool {
        self.notice_until.is_some_and(|until| until.duration_since(moment) > ACTED_ON_FOR)
    }

    /// How the request for a replacement stands, whichever way it was made.
    #[must_use]
    pub fn replacing(&self) -> &Attempt {
        self.furthest(&[Deed::Detach, Deed::Terminate, Deed::Launch])
    }

    /// How the request stands that makes its own group lose the instance and replace it.
    #[must_use]
    pub fn leaving(&self) -> &Attempt {
        self.furthest(&[Deed::Detach, Deed::Terminate])
    }

    /// The attempt at one of these that is accepted or under way, or else the one that is tried again last.
    fn furthest(&self, deeds: &[Deed]) -> &Attempt {
        let made = || deeds.iter().map(|deed| self.attempt(deed));
        let settled = made().find(|attempt| attempt.is_accepted() || attempt.is_in_flight());
        settled.or_else(|| made().max_by_key(|attempt| attempt.retry_at())).unwrap_or(&NEVER)
    }

    /// How something that is done for the case stands.
    #[must_use]
    pub fn attempt(&self, deed: &Deed) -> &Attempt {
        self.attempts.get(deed).unwrap_or(&NEVER)
    }

    /// What was asked of AWS, and how that stands.
    pub fn attempts(&self) -> impl Iterator<Item = (&Deed, &Attempt)> {
        self.attempts.iter()
    }

    pub(super) fn begin(&mut self, deed: Deed, now: Timestamp) {
        if deed == Deed::Drain {
            self.drain_asked_at = Some(now);
            // Somebody may have set it back to ACTIVE, and tasks may have been started on it since.
            self.drains_anew();
        }
        self.attempts.entry(deed).or_default().begin();
    }

    pub(super) fn answered(&mut self, deed: Deed, result: Result<Option<String>, Setback>, now: Timestamp) {
        if deed == Deed::Mark {
            self.has_written(result.as_ref().err());
        }
        self.unsure |= deed.replaces() && result.as_ref().is_err_and(|setback| setback.lost);
        self.attempts.entry(deed).or_default().end(result, now);
    }

    fn has_written(&mut self, setback: Option<&Setback>) {
        let mark = self.writing.take();
        match setback {
            None => (self.wrote, self.unconfirmed) = (mark, None),
            Some(setback) if setback.lost => self.unconfirmed = mark,
            Some(_) => {}
        }
    }

    /// A replacement is asked of `group` at `now`.
    pub(super) fn asks(&mut self, group: &GroupKey, now: Timestamp) {
        self.asked_at = Some(now);
        self.belongs_to(group);
    }

    /// It turns out to be a member of `group`.
    pub(super) fn belongs_to(&mut self, group: &GroupKey) {
        if let Some(place) = &mut self.place {
            place.group = Some(group.clone());
        }
    }

    /// The members of `group` that may be the replacement: those that were none when it was asked.
    pub fn joined<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a InstanceId> {
        let all = self.asked_at.is_none().then(|| group.members.keys()).into_iter().flatten();
        let asked_at = self.asked_at.unwrap_or(Timestamp::MAX);
        let later = group.joined.iter().filter(move |(_, at)| **at > asked_at).map(|(id, _)| id);
        all.chain(later).filter(|id| **id != self.instance)
    }

    /// Whether an instance, a member of `group` if that is known, was not there yet when the group was asked.
    #[must_use]
    pub fn came_after(&self, id: &InstanceId, group: Option<&Group>) -> bool {
        let joined = |asked: Timestamp| group.is_none_or(|group| group.joined.get(id).is_some_and(|at| *at > asked));
        self.asked_at.is_none_or(joined)
    }

    /// It is asked about by this name.
    pub(super) fn is_known_as(&mut self, arn: &ContainerInstanceArn) {
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

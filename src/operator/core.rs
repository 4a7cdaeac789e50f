//! The loop: takes in what happened, plans, and sets off what was decided. It alone owns the snapshot and the cases.

mod settling;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::crew::Crew;
use super::dispatch::Dispatch;
use super::inbox::Inbox;
use super::intake::{Desk, Intake};
use super::message::Message;
use super::objects::Asked;
use super::problems::Problems;
use super::report::{self, Reporter};
use super::settings::Settings;
use super::world::World;
use super::{objects, setback, urgency};
use crate::act::{Answer, Answers};
use crate::aws::{Class, Failure};
use crate::clock::Clock;
use crate::ids::{ClusterKey, GroupKey, InstanceId};
use crate::observe::describe::Observer;
use crate::observe::{Address, Look, Observation, Snapshot};
use crate::plan::{CROWD, Case, CaseId, Cases, Deed, Outcome, Plan, Policies, Reason, Report, Step, plan};
use crate::telemetry::Telemetry;
use crate::telemetry::metrics::{CallLabels, LookLabels};
use settling::Observed;

/// So many events are taken in before planning again: a burst becomes one plan, with full batches.
const EVENTS_AT_ONCE: usize = 1024;

/// A thought goes through all open cases. Where there are many, it is not repeated for every event that comes: the loop rests so
/// long for each case, which is a multiple of what thinking about one takes (`docs/performance.md`, "a thought").
const REST_EACH: Duration = Duration::from_micros(20);

/// Pages of one look that wait to be taken in.
const SIGHTINGS_MAX: usize = 16;

/// Changes under way at the stop are waited for so long before the notices are handed back.
const FINISH_ACTING_WITHIN: Duration = Duration::from_secs(5);

/// The loop thinks at least so often, even if nothing asks it to.
const LONGEST_SLEEP: SignedDuration = SignedDuration::from_secs(60);

/// Nor ever more often than so, whatever asks it to.
const SHORTEST_SLEEP: SignedDuration = SignedDuration::from_millis(1);

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// Messages were received.
    Received(Vec<Message>),
    /// A look saw something.
    Seen(Observation, Timestamp),
    /// A look ended.
    Looked(Look, Result<(), Failure>),
    /// A call was carried out.
    Acted(Answers),
    /// People have changed the manifests.
    Told(Box<Settings>),
}

/// Whatever of the loop's work waits for AWS.
pub struct Outside {
    /// Looks at AWS.
    pub observer: Observer,
    /// The looks under way.
    pub looking: Crew,
    /// The changes under way.
    pub dispatch: Dispatch,
    /// What it works with by its settings.
    pub world: World,
    /// Where looks and changes report to.
    pub events: mpsc::Sender<Event>,
}

/// The loop and its state.
pub struct Core {
    settings: Settings,
    /// Where the managed clusters are, with those that are managed no more and not left yet.
    managed: BTreeMap<ClusterKey, Address>,
    leaving: BTreeSet<ClusterKey>,
    snapshot: Snapshot,
    cases: Cases,
    policies: Policies,
    intake: Intake,
    explained: BTreeMap<CaseId, BTreeSet<(&'static str, String)>>,
    explained_groups: BTreeMap<GroupKey, &'static str>,
    named_others: BTreeSet<InstanceId>,
    inbox: Arc<Inbox>,
    outside: Outside,
    telemetry: Telemetry,
    problems: Arc<Problems>,
    clock: Clock,
}

impl Core {
    /// A loop that has seen nothing yet.
    pub fn new(
        settings: Settings,
        outside: Outside,
        inbox: Arc<Inbox>,
        telemetry: Telemetry,
        problems: Arc<Problems>,
        clock: Clock,
    ) -> Self {
        let mut core = Self {
            managed: BTreeMap::new(),
            leaving: BTreeSet::new(),
            snapshot: Snapshot::default(),
            cases: Cases::default(),
            policies: settings.policies.clone(),
            settings,
            intake: Intake::default(),
            explained: BTreeMap::new(),
            explained_groups: BTreeMap::new(),
            named_others: BTreeSet::new(),
            inbox,
            outside,
            telemetry,
            problems,
            clock,
        };
        core.settle();
        core
    }

    /// Runs until `stop` is cancelled, and gives back the events that it did not take in.
    pub async fn run(&mut self, mut inbound: mpsc::Receiver<Event>, stop: &CancellationToken) -> mpsc::Receiver<Event> {
        let mut events = Vec::with_capacity(EVENTS_AT_ONCE);
        loop {
            let wake_at = self.think();
            if self.cases.len() >= CROWD {
                let rest = REST_EACH.saturating_mul(u32::try_from(self.cases.len()).unwrap_or(u32::MAX));
                let _ = stop.run_until_cancelled(self.clock.sleep(rest)).await;
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                _ = inbound.recv_many(&mut events, EVENTS_AT_ONCE) => {}
                () = self.clock.sleep_until(wake_at) => {}
            }
            for event in events.drain(..) {
                self.take_in(event);
            }
        }
        self.problems.turned(None);
        inbound
    }

    /// Plans and sets the plan off. Gives back when to plan again at the latest.
    fn think(&mut self) -> Timestamp {
        let (began, now) = (self.clock.elapsed(), self.clock.now());
        self.problems.turned(Some(now));
        self.leave();
        let Plan { steps, looks, report, wake_at } = plan(&self.snapshot, &self.cases, &self.policies, now);
        for step in steps {
            self.take_step(step, now);
        }
        for look in looks {
            self.set_off(look, now);
        }
        self.explain(&report, now);
        self.telemetry.board.publish(&self.cases, &report, &self.snapshot);
        self.gauge();
        self.telemetry.metrics.reconcile.observe(self.clock.elapsed().saturating_sub(began).as_secs_f64());
        let wake_at = wake_at.unwrap_or(Timestamp::MAX).max(now.saturating_add(SHORTEST_SLEEP).unwrap_or(now));
        wake_at.min(now.saturating_add(LONGEST_SLEEP).unwrap_or(Timestamp::MAX))
    }

    fn take_step(&mut self, step: Step, now: Timestamp) {
        let ended = self.cases.apply(&step, now);
        self.tell(&step, ended.as_ref(), now);
        match step {
            Step::Call(call) => self.outside.dispatch.send(call, &self.cases),
            Step::Record { case } => {
                let posts = &self.outside.world.posts;
                self.inbox.release_recorded(&case.instance).into_iter().for_each(|ticket| posts.delete(ticket));
            }
            Step::Dismiss { case, .. } | Step::Close { case, .. } => self.acknowledge(&case.instance),
            _ => {}
        }
    }

    fn tell(&self, step: &Step, ended: Option<&Case>, now: Timestamp) {
        let reporter = Reporter { telemetry: &self.telemetry, snapshot: &self.snapshot, now };
        let case = |id: &CaseId| self.cases.get(id);
        match step {
            Step::Identify { case: id, .. } => case(id).into_iter().for_each(|case| reporter.noticed(case)),
            Step::Reach { case: id, phase, .. } => case(id).into_iter().for_each(|case| reporter.reached(case, *phase)),
            Step::SkipReplacement { case: id, reason } => {
                case(id).into_iter().for_each(|case| reporter.skipped(case, reason));
            }
            Step::AtRisk { case: id, risk } => case(id).into_iter().for_each(|case| reporter.at_risk(case, *risk)),
            Step::Rehearse { case: id, would, reasons } => {
                case(id).into_iter().for_each(|case| reporter.rehearsed(case, would, reasons));
            }
            Step::Dismiss { why, .. } => ended.into_iter().for_each(|case| reporter.dismissed(case, *why)),
            Step::Lost { .. } => ended.into_iter().for_each(|case| reporter.closed(case, Outcome::Unannounced)),
            Step::Close { outcome, .. } => ended.into_iter().for_each(|case| reporter.closed(case, *outcome)),
            Step::Open(_) | Step::Record { .. } | Step::PassDebt { .. } | Step::Call(_) => {}
        }
    }

    /// Tells what a case waits for, each reason once.
    fn explain(&mut self, report: &Report, now: Timestamp) {
        self.explained.retain(|case, _| self.cases.get(case).is_some());
        let reporter = Reporter { telemetry: &self.telemetry, snapshot: &self.snapshot, now };
        for (id, reasons) in report.iter() {
            let Some(case) = self.cases.get(id) else { continue };
            let told = self.explained.entry(id.clone()).or_default();
            reasons.iter().filter(|reason| told.insert(reason.key())).for_each(|reason| reporter.waiting(case, reason));
        }
        self.explain_groups(report);
        self.name_others(report);
    }

    /// Tells of instances that somebody else drains, each once.
    fn name_others(&mut self, report: &Report) {
        let news = report.others().difference(&self.named_others);
        news.for_each(|instance| report::drained_by_others(instance, &self.snapshot));
        if self.named_others != *report.others() {
            self.named_others.clone_from(report.others());
        }
    }

    /// Tells why groups whose On-Demand base is raised keep it, when that changes.
    fn explain_groups(&mut self, report: &Report) {
        let kept: BTreeMap<&GroupKey, &Reason> = report.groups().collect();
        self.explained_groups.retain(|group, _| kept.contains_key(group));
        // What is only asked for is no news.
        for (group, reason) in kept.into_iter().filter(|(_, reason)| !reason.is_usual()) {
            if self.explained_groups.insert(group.clone(), reason.name()) != Some(reason.name()) {
                report::base_kept(group, reason);
            }
        }
    }

    fn set_off(&mut self, look: Look, now: Timestamp) {
        self.snapshot.begin(look.subjects(), now);
        let (observer, events) = (self.outside.observer.clone(), self.outside.events.clone());
        let errand = urgency::of_look(&look, &self.snapshot, &self.cases, now);
        self.outside.looking.spawn(async move {
            let (sightings, mut seen) = mpsc::channel(SIGHTINGS_MAX);
            let forward = async {
                while let Some((observation, at)) = seen.recv().await {
                    let _ = events.send(Event::Seen(observation, at)).await;
                }
            };
            let observe = async {
                let result = errand.run(observer.look(&look, &sightings)).await;
                drop(sightings);
                result
            };
            let (result, ()) = tokio::join!(observe, forward);
            let _ = events.send(Event::Looked(look, result)).await;
        });
    }

    fn acknowledge(&self, instance: &InstanceId) {
        self.inbox.release(instance).into_iter().for_each(|ticket| self.outside.world.posts.delete(ticket));
    }

    fn take_in(&mut self, event: Event) {
        match event {
            Event::Received(messages) => self.receive(messages),
            Event::Seen(observation, at) => self.see(observation, at),
            Event::Looked(look, result) => self.looked(&look, result),
            Event::Acted(answers) => self.acted(answers),
            Event::Told(settings) => self.told(*settings),
        }
    }

    fn receive(&mut self, messages: Vec<Message>) {
        let now = self.clock.now();
        for message in messages {
            let desk = &mut Desk {
                snapshot: &mut self.snapshot,
                cases: &mut self.cases,
                policies: &self.policies,
                inbox: &self.inbox,
                metrics: &self.telemetry.metrics,
                now,
            };
            let done = self.intake.take(message, desk);
            done.into_iter().for_each(|ticket| self.outside.world.posts.delete(ticket));
        }
    }

    fn see(&mut self, observation: Observation, at: Timestamp) {
        match &observation {
            Observation::ClusterRead { cluster, .. } => self.problems.answered(&objects::of_cluster(cluster), None),
            Observation::ClusterMissing(cluster) if self.is_asked(Asked::Cluster(cluster)) => {
                self.problems.failed(&objects::of_cluster(cluster), &objects::no_such_cluster(cluster));
            }
            _ => {}
        }
        let observed = Observed::from(&observation);
        self.snapshot.apply(observation, at);
        self.judge_what(&observed);
    }

    fn looked(&mut self, look: &Look, result: Result<(), Failure>) {
        self.snapshot.end(look.subjects(), result.is_err());
        let label = if result.is_ok() { "ok" } else { "failed" };
        self.telemetry.metrics.looks.get_or_create(&LookLabels { result: label }).inc();
        match result {
            Err(failure) if self.is_asked(look.into()) => self.problems.failed(&objects::of_look(look), &failure),
            // The answer comes after it has been given up.
            Err(_) => {}
            // A cluster has answered once it has been read to its end, and one that is missing answers as well.
            Ok(()) if matches!(look, Look::Cluster(_)) => {}
            Ok(()) => self.problems.answered(&objects::of_look(look), None),
        }
    }

    fn acted(&mut self, answers: Answers) {
        let now = self.clock.now();
        for observation in answers.seen {
            self.snapshot.apply(observation, now);
        }
        if let Some(left_at) = answers.left_at {
            let drains = answers.cases.iter().filter(|answer| answer.deed == Deed::Drain);
            drains.for_each(|answer| self.cases.drain_left(&answer.case, left_at));
        }
        for (case, instance) in &answers.launched {
            self.cases.launched(case, instance, now);
        }
        for (group, zone) in &answers.without_capacity {
            self.cases.found_no_capacity(group, zone, now);
        }
        for (group, result) in answers.bases {
            self.base_answered(&group, result, now);
        }
        for Answer { case, deed, result } in answers.cases {
            let label = if result.is_ok() { "ok" } else { "failed" };
            self.telemetry.metrics.calls.get_or_create(&CallLabels { action: deed.action(), result: label }).inc();
            self.note(&deed, &case, &result);
            let result = result.map_err(|failure| setback::of_deed(&deed, &failure));
            self.cases.answered(&deed, &case, result, now);
        }
    }

    fn base_answered(&mut self, group: &GroupKey, result: Result<Option<String>, Failure>, now: Timestamp) {
        let (action, label) = match &result {
            Ok(_) => ("UpdateAutoScalingGroup", "ok"),
            Err(failure) => (failure.action.rsplit(':').next().unwrap_or_default(), "failed"),
        };
        self.telemetry.metrics.calls.get_or_create(&CallLabels { action, result: label }).inc();
        let object = objects::of_base(group);
        match &result {
            Ok(_) => self.problems.answered(&object, None),
            Err(failure) if failure.class == Class::Invalid || !self.is_asked(Asked::Group(group)) => {}
            Err(failure) => self.problems.failed(&object, failure),
        }
        self.cases.base_answered(group, result.map_err(|failure| setback::of_base(&failure)), now);
    }

    /// A call that AWS refuses whatever the instance is a problem of the place. What is wrong with one instance is not.
    fn note(&self, deed: &Deed, case: &CaseId, result: &Result<Option<String>, Failure>) {
        let Some(place) = self.cases.get(case).and_then(|case| case.place.as_ref()) else { return };
        let object = objects::of_deed(deed, place);
        match result {
            Ok(_) => self.problems.answered(&object, None),
            Err(failure) if failure.class == Class::Invalid => {}
            Err(failure) => self.problems.failed(&object, failure),
        }
    }

    fn gauge(&self) {
        let metrics = &self.telemetry.metrics;
        metrics.open_cases.set(i64::try_from(self.cases.len()).unwrap_or(i64::MAX));
        metrics.drained_by_others.set(i64::try_from(self.named_others.len()).unwrap_or(i64::MAX));
        metrics.held_messages.set(i64::try_from(self.inbox.len()).unwrap_or(i64::MAX));
        metrics.indexed_instances.set(i64::try_from(self.snapshot.instances.len()).unwrap_or(i64::MAX));
    }

    /// After [`Core::run`]: waits a while for the changes under way, and keeps what was received meanwhile to be handed back.
    pub async fn finish(self, mut unread: mpsc::Receiver<Event>) {
        let dispatch = self.outside.dispatch.clone();
        let _ = self.clock.timeout(FINISH_ACTING_WITHIN, dispatch.finished()).await;
        unread.close();
        while let Ok(event) = unread.try_recv() {
            if let Event::Received(messages) = event {
                let known = messages.into_iter().filter(Message::is_parsable);
                known.for_each(|message| self.inbox.return_later(message.ticket));
            }
        }
    }
}

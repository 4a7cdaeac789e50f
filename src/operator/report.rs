//! From steps to what the outside learns of them.

use jiff::Timestamp;

use crate::ids::{ClusterKey, GroupKey, InstanceId};
use crate::observe::Snapshot;
use crate::plan::{Call, Case, Deed, Dismissal, Outcome, Phase, Reason, Risk, Step, Way, tally, task_ends};
use crate::signal::SignalKind;
use crate::telemetry::cluster_view::{ClusterView, Verdict};
use crate::telemetry::metrics::{OutcomeLabels, TaskLabels};
use crate::telemetry::{CaseLine, Metrics, Telemetry};

/// Where lines go, and what they are about.
pub struct Reporter<'a> {
    /// Where lines go.
    pub telemetry: &'a Telemetry,
    /// What is known of AWS.
    pub snapshot: &'a Snapshot,
    /// The time.
    pub now: Timestamp,
}

impl Reporter<'_> {
    fn line(&self, event: &'static str, case: &Case) -> CaseLine {
        let line = CaseLine::new(event, case, tally(self.snapshot, case), self.now);
        CaseLine { task_ends: task_ends(self.snapshot, case), ..line }
    }

    fn tell(&self, mut line: CaseLine, message: String) {
        line.message = message;
        self.telemetry.case(&line, self.now);
    }

    /// Tells the last that there is to tell of a case, which can be read for a while.
    fn conclude(&self, mut line: CaseLine, message: String) {
        line.message = message;
        self.telemetry.case(&line, self.now);
        self.telemetry.board.end(line, self.now);
    }

    /// The instance is one of ours.
    pub fn noticed(&self, case: &Case) {
        let line = self.line("case.noticed", case);
        let message = format!("{} ({}): {}, {}", case.instance, whereabouts(&line), threat(case.kind), line.left());
        self.tell(line, message);
    }

    /// A phase was reached.
    pub fn reached(&self, case: &Case, phase: Phase) {
        let (event, what) = match phase {
            Phase::ReplacementRequested => {
                ("case.replacement_requested", "its group launches a replacement".to_owned())
            }
            Phase::ReplacementRegistered => {
                let by = case.replacement.as_ref().map(ToString::to_string).unwrap_or_default();
                ("case.replacement_registered", format!("{by} has registered in its place"))
            }
            Phase::Draining => ("case.draining", "it is draining".to_owned()),
            Phase::TasksStopped => ("case.tasks_stopped", "all its tasks have stopped".to_owned()),
            Phase::Noticed | Phase::Closed => return,
        };
        let line = self.line(event, case);
        let message = format!("{}: {what}, {}", case.instance, line.left());
        self.tell(line, message);
    }

    /// Nothing is asked of the group.
    pub fn skipped(&self, case: &Case, reason: &Reason) {
        let mut line = self.line("case.replacement_skipped", case);
        line.reason = Some(reason.name().to_owned());
        self.tell(line, format!("{}: nothing is asked of its group: {reason}", case.instance));
    }

    /// The case waits for something. What is expected to come by itself is told to those who want to know everything.
    pub fn waiting(&self, case: &Case, reason: &Reason) {
        let (id, instance_id, name) = (case.id.to_string(), case.instance.as_str(), reason.name());
        if reason.is_usual() {
            tracing::debug!(event = "case.waiting", case = id, instance_id, reason = name, "{instance_id}: {reason}");
        } else {
            tracing::info!(event = "case.waiting", case = id, instance_id, reason = name, "{instance_id}: {reason}");
        }
    }

    /// The case may end badly.
    pub fn at_risk(&self, case: &Case, risk: Risk) {
        let mut line = self.line("case.at_risk", case);
        line.reason = Some(risk.name().to_owned());
        let message = format!("{} is at risk: {risk}, {}", case.instance, line.left());
        self.tell(line, message);
    }

    /// In dry-run: what would be done.
    pub fn rehearsed(&self, case: &Case, would: &[Step], reasons: &[Reason]) {
        let mut line = self.line("case.rehearsed", case);
        let steps = would.iter().filter_map(would_do).chain(reasons.iter().map(ToString::to_string));
        let steps: Vec<String> = steps.collect();
        line.reason = Some("DryRun".to_owned());
        self.conclude(line, format!("{} (dry run): {}", case.instance, steps.join("; ")));
    }

    /// The signal needs nothing done.
    pub fn dismissed(&self, case: &Case, why: Dismissal) {
        self.telemetry.metrics.message(case.kind.name(), why.name());
        let instance_id = case.instance.as_str();
        let reason = why.name();
        match why {
            Dismissal::Foreign | Dismissal::Gone | Dismissal::Duplicate => {
                tracing::debug!(
                    event = "signal.dismissed",
                    instance_id,
                    reason,
                    "{instance_id}: nothing to do: {reason}"
                );
            }
            Dismissal::Expired => {
                let message = "nobody could say in time whose instance it is";
                tracing::warn!(event = "signal.dismissed", instance_id, reason, "{instance_id}: {message}");
            }
            _ => tracing::info!(
                event = "signal.dismissed",
                instance_id,
                reason,
                "{instance_id}: nothing is done: {reason}"
            ),
        }
        self.keep_dismissed(case, why);
    }

    /// Whoever asks later reads why nothing was done, unless the instance is nobody's here or more is known of it already.
    fn keep_dismissed(&self, case: &Case, why: Dismissal) {
        if matches!(why, Dismissal::Foreign | Dismissal::Duplicate | Dismissal::DryRun) {
            return;
        }
        let mut line = self.line("signal.dismissed", case);
        line.reason = Some(why.name().to_owned());
        line.message = format!("{}: nothing is done: {}", case.instance, why.name());
        self.telemetry.board.end(line, self.now);
    }

    /// The case has come to its end.
    pub fn closed(&self, case: &Case, outcome: Outcome) {
        let mut line = self.line("case.closed", case);
        line.outcome = Some(outcome);
        if outcome != Outcome::Returned {
            line.tasks.killed += std::mem::take(&mut line.tasks.running);
        }
        // Those that ended well before an instance was lost had nothing to do with that.
        if outcome == Outcome::Unannounced {
            line.tasks.graceful = 0;
        }
        count(&self.telemetry.metrics, case, outcome, &line);
        let message = closing_words(case, outcome, &line);
        self.conclude(line, message);
    }
}

fn count(metrics: &Metrics, case: &Case, outcome: Outcome, line: &CaseLine) {
    // A loss that nobody announced is found by looking, whatever message said where.
    if case.kind != SignalKind::StateChange {
        metrics.message(case.kind.name(), "handled");
    }
    metrics.cases.get_or_create(&OutcomeLabels { outcome: outcome.name() }).inc();
    let tasks = [("graceful", line.tasks.graceful), ("killed", line.tasks.killed)];
    for (end, count) in tasks {
        metrics.tasks.get_or_create(&TaskLabels { end }).inc_by(count as u64);
    }
}

fn closing_words(case: &Case, outcome: Outcome, line: &CaseLine) -> String {
    let instance = &case.instance;
    let stopped = line.tasks.graceful;
    match outcome {
        Outcome::HandedOver => format!("{instance} handed over, {stopped} tasks stopped gracefully{}", spare(case)),
        Outcome::Late => {
            let late = "its replacement had not registered in time";
            format!("{instance} is gone, {stopped} tasks stopped gracefully; {late}")
        }
        Outcome::Lossy => {
            format!("{instance} is gone and took {} of {} tasks along", line.tasks.killed, line.tasks.killed + stopped)
        }
        Outcome::NotReplaced => format!("{instance} is gone, {stopped} tasks stopped gracefully; it was not replaced"),
        Outcome::Returned => returned(case),
        Outcome::Unannounced => {
            format!("{instance} was gone before anybody told of it, and took {} tasks along", line.tasks.killed)
        }
    }
}

/// The time between the replacement's registration and the deadline.
fn spare(case: &Case) -> String {
    let registered = case.phases.get(&Phase::ReplacementRegistered);
    registered.zip(case.deadline).map_or_else(String::new, |(at, deadline)| {
        format!(", replaced with {} s to spare", deadline.duration_since(*at).as_secs())
    })
}

/// Nobody takes care of a detached instance that lives on, so a person gets the commands that do.
fn returned(case: &Case) -> String {
    let instance = &case.instance;
    let place = case.place.as_ref();
    if case.attempt(&Deed::Attach).is_accepted() && case.attempt(&Deed::GiveBack).is_accepted() {
        return format!(
            "{instance} was not taken by EC2: as it was replaced, its group has taken it back and terminates it"
        );
    }
    let group = place.and_then(|place| place.group.as_ref()).filter(|_| case.has(Phase::ReplacementRequested));
    let group = group.map_or_else(String::new, |group| {
        format!(
            "; it was detached and replaced, so it costs money in no group: `aws autoscaling attach-instances --instance-ids \
             {instance} --auto-scaling-group-name {group}` and then `aws autoscaling terminate-instance-in-auto-scaling-group \
             --instance-id {instance} --should-decrement-desired-capacity`"
        )
    });
    format!("{instance} was not taken by EC2 and lives on{group}")
}

fn threat(kind: SignalKind) -> &'static str {
    match kind {
        SignalKind::InterruptionNotice(_) => "EC2 takes it back",
        SignalKind::RebalanceRecommendation => "EC2 may take it back soon",
        SignalKind::TerminateHook => "its group terminates it",
        SignalKind::Maintenance => "EC2 is going to work on it",
        SignalKind::ManualDrain => "somebody wants it drained",
        SignalKind::Surplus => "it is one more than its group wants",
        SignalKind::Fallback => "it stands in for a pool without capacity",
        SignalKind::StateChange => "it is gone",
    }
}

/// Somebody else drains an instance.
pub fn drained_by_others(instance: &InstanceId, snapshot: &Snapshot) {
    let known = snapshot.instances.get(instance);
    let cluster = known.map(|known| known.cluster.to_string());
    tracing::info!(
        event = "instance.drained_by_others",
        instance_id = instance.as_str(),
        cluster,
        "{instance} drains, and neither a notice nor this operator is why: it is left to whoever drains it"
    );
}

/// A group's On-Demand base stays raised for now.
pub fn base_kept(group: &GroupKey, reason: &Reason) {
    let (group, name) = (group.to_string(), reason.name());
    match reason {
        Reason::BaseBarred(_) => tracing::warn!(
            event = "pool.base_kept",
            group,
            reason = name,
            "the On-Demand base of {group} stays raised: {reason}"
        ),
        _ => tracing::info!(
            event = "pool.base_kept",
            group,
            reason = name,
            "the On-Demand base of {group} stays raised: {reason}"
        ),
    }
}

fn would_do(step: &Step) -> Option<String> {
    match step {
        Step::Call(Call::Replace { way: Way::Detach, group, .. }) => {
            Some(format!("would detach it from {group} without decrement"))
        }
        Step::Call(Call::Replace { way: Way::Terminate, group, .. }) => {
            Some(format!("would terminate it in {group} without decrement"))
        }
        Step::Call(Call::Launch { group, zone, .. }) => Some(format!("would launch one more in {group}, in {zone}")),
        Step::Call(Call::Drain { cluster, .. }) => Some(format!("would drain it in {cluster}")),
        _ => None,
    }
}

fn whereabouts(line: &CaseLine) -> String {
    let provider = line.capacity_provider.as_ref().map(ToString::to_string);
    let parts = [Some(line.cluster.clone()), provider, line.instance_type.clone(), line.availability_zone.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
/// Tells which conditions of a cluster have changed.
pub fn conditions(cluster: &ClusterKey, now: &ClusterView, before: Option<&ClusterView>) {
    for (kind, judgement) in &now.judgements {
        let known = before.and_then(|before| before.judgements.get(kind));
        let same = known.is_some_and(|known| known.verdict == judgement.verdict && known.reason == judgement.reason);
        if same || judgement.verdict == Verdict::Unknown {
            continue;
        }
        let (status, reason, message) = (judgement.verdict.name(), &judgement.reason, &judgement.message);
        let cluster = cluster.as_str();
        match judgement.verdict {
            Verdict::False => tracing::warn!(
                event = "cluster.condition",
                cluster,
                condition = kind,
                status,
                reason,
                "{cluster}: not {kind}: {message}"
            ),
            _ => tracing::info!(
                event = "cluster.condition",
                cluster,
                condition = kind,
                status,
                reason,
                "{cluster}: {kind}: {message}"
            ),
        }
    }
}

//! From a case to the `Interruption` that people read: the fields of its log line, and what it waits for.

use jiff::Timestamp;

use super::case_line::{CaseLine, TaskCounts, to_milliseconds};
use super::cluster_view::{Judgement, Verdict};
use crate::api::{
    API_VERSION, Condition, Interruption, InterruptionMetadata, InterruptionReason, InterruptionSpec,
    InterruptionStatus, InterruptionTaskEnd, InterruptionTasks,
};
use crate::plan::{Case, Phase, Reason, Risk, Tally, TaskEnd};

/// The ends of so many tasks of a case are told.
const TASK_ENDS_MAX: usize = 200;

/// An open case, as it is at `now`.
pub fn open(case: &Case, tasks: (Tally, &[TaskEnd]), waiting_for: &[Reason], now: Timestamp) -> Interruption {
    let mut line = CaseLine::new("case.shown", case, tasks.0, now);
    line.task_ends = tasks.1.to_vec();
    line.reason =
        case.skipped.as_ref().map(Reason::name).or(case.risks.last().map(|risk| risk.name())).map(str::to_owned);
    let risks: Vec<Risk> = case.risks.iter().copied().filter(|risk| stands(*risk, case)).collect();
    line.message = words(case, &risks, &line);
    let mut shown = as_told(&line);
    shown.status.open = true;
    let risk = |risk: &Risk| InterruptionReason { reason: risk.name().to_owned(), message: risk.to_string() };
    shown.status.risks = risks.iter().map(risk).collect();
    shown.status.waiting_for = waiting_for.iter().map(reason).collect();
    shown
}

/// Whether what was called a risk is one still.
fn stands(risk: Risk, case: &Case) -> bool {
    match risk {
        Risk::NotDraining => !case.has(Phase::Draining),
        Risk::ReplacementNotRequested => !case.has(Phase::ReplacementRequested) && case.skipped.is_none(),
        Risk::TasksRunning => !case.has(Phase::TasksStopped),
    }
}

/// A case as a line tells of it, and that is all: one that has ended, by its last.
pub fn as_told(line: &CaseLine) -> Interruption {
    let status = status(line);
    let spec = InterruptionSpec {
        instance_id: status.instance_id.clone(),
        cluster: status.cluster.clone(),
        spot_cluster: line.managed_as.as_ref().map(ToString::to_string),
        signal: status.signal.clone(),
        said_at: to_milliseconds(line.case.said_at),
        deadline: status.deadline.clone(),
    };
    let metadata = InterruptionMetadata { name: status.case.clone() };
    Interruption { api_version: API_VERSION.to_owned(), kind: "Interruption".to_owned(), metadata, spec, status }
}

fn status(line: &CaseLine) -> InterruptionStatus {
    let phases = line.phases.iter().map(|(phase, at)| (phase.name().to_owned(), to_milliseconds(*at)));
    let request_ids = line.aws_request_ids.iter().map(|(call, id)| ((*call).to_owned(), id.clone()));
    InterruptionStatus {
        case: line.case.to_string(),
        instance_id: line.instance_id.to_string(),
        container_instance_arn: line.container_instance_arn.as_ref().map(ToString::to_string),
        cluster: Some(line.cluster.clone()).filter(|cluster| !cluster.is_empty()),
        capacity_provider: line.capacity_provider.as_ref().map(ToString::to_string),
        auto_scaling_group: line.auto_scaling_group.clone(),
        availability_zone: line.availability_zone.clone(),
        instance_type: line.instance_type.clone(),
        signal: line.signal.to_owned(),
        deadline: line.deadline.map(to_milliseconds),
        seconds_left: line.seconds_left,
        outcome: line.outcome.map(|outcome| outcome.name().to_owned()),
        reason: line.reason.clone(),
        phases: phases.collect(),
        replacement: line.replacement.as_ref().map(ToString::to_string),
        tasks: tasks(line.tasks),
        task_ends: line.task_ends.iter().take(TASK_ENDS_MAX).map(task_end).collect(),
        aws_request_ids: request_ids.collect(),
        open: false,
        risks: Vec::new(),
        waiting_for: Vec::new(),
        message: line.message.clone(),
        conditions: conditions(line),
        events: Vec::new(),
        replica: None,
    }
}

/// Each phase as a condition, and the end of the case.
fn conditions(line: &CaseLine) -> Vec<Condition> {
    let noticed = line.phases.values().min().copied();
    let phase = |kind: &str, phase: Phase, (reached, missing): (&str, &str)| {
        let at = line.phases.get(&phase).copied();
        let (verdict, reason) = if at.is_some() { (Verdict::True, reached) } else { (Verdict::False, missing) };
        let message = format!("{}: {}", line.instance_id, reason.to_lowercase());
        let since = at.or(noticed).unwrap_or(line.case.said_at);
        Judgement { since, ..Judgement::new(verdict, reason, &message) }.condition(kind, 1)
    };
    vec![
        phase("ReplacementRequested", Phase::ReplacementRequested, ("Requested", "NotRequested")),
        phase("ReplacementRegistered", Phase::ReplacementRegistered, ("Registered", "NotRegistered")),
        phase("Draining", Phase::Draining, ("Draining", "NotDraining")),
        phase("TasksStopped", Phase::TasksStopped, ("Stopped", "Running")),
    ]
}

fn tasks(counts: TaskCounts) -> InterruptionTasks {
    let count = |count: usize| count.try_into().unwrap_or(u64::MAX);
    InterruptionTasks { graceful: count(counts.graceful), killed: count(counts.killed), running: count(counts.running) }
}

fn task_end(end: &TaskEnd) -> InterruptionTaskEnd {
    InterruptionTaskEnd { at: to_milliseconds(end.at), end: if end.killed { "killed" } else { "graceful" }.to_owned() }
}

fn reason(reason: &Reason) -> InterruptionReason {
    InterruptionReason { reason: reason.name().to_owned(), message: reason.to_string() }
}

/// How an open case stands, in a sentence.
fn words(case: &Case, risks: &[Risk], line: &CaseLine) -> String {
    let reached = case.phases.iter().max_by_key(|(_, at)| **at).map(|(phase, _)| phase.name().replace('_', " "));
    let mut words = format!("{}: ", case.instance);
    words.push_str(reached.as_deref().unwrap_or("nobody knows yet whose instance it is"));
    if let Some(reason) = &case.skipped {
        words.push_str(&format!("; nothing is asked of its group: {reason}"));
    }
    for risk in risks {
        words.push_str(&format!("; at risk: {risk}"));
    }
    words.push_str(", ");
    words.push_str(&line.left());
    words
}

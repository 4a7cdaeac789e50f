//! Every task of an announced instance whose need fits into the notice gets SIGTERM with its whole stopTimeout left.
//!
//! That is promised where nothing goes wrong and an operator is there: what the service scheduler does not stop in time the
//! operator stops, so that the deregistration delay is no part of the need. Where `StopTask` is assumed not to cut that delay
//! short, nobody can help a task once the scheduler has begun to wait for it.

use std::collections::BTreeMap;

use super::history::Notice;
use super::{AFTER_FAULTS_SECS, History, Violation, violation};
use crate::trial::transcript::Line;

const INVARIANT: &str = "a task whose need fits gets SIGTERM with its whole stopTimeout left";

/// From the notice to SIGTERM at most, by the parameters of the simulated AWS: 2 s to the queue, 4 s for the operator's looks
/// and calls, 1 s to the agent, the margin of 5 s, and 2 s to spare.
const REACTION_SECS: f64 = 14.0;

/// From the notice to the interruption, as the operator has to take it to be (EC2 User Guide, "Spot Instance interruption
/// notices").
const USUAL_LEAD_SECS: f64 = 120.0;

/// A task that runs on an instance.
struct Running<'a> {
    service: &'a str,
    stop_timeout: f64,
    signalled: Option<f64>,
    stopped: Option<f64>,
}

/// Checks the history.
pub fn check(history: &History<'_>) -> Vec<Violation> {
    if !history.enforces() {
        return Vec::new();
    }
    let calm = |notice: &Notice<'_>| is_calm(history, notice);
    history.notices().iter().filter(|notice| calm(notice)).flat_map(|notice| deprived(history, notice)).collect()
}

/// Whether nothing goes wrong while the notice runs, and it runs to its end.
pub fn is_calm(history: &History<'_>, notice: &Notice<'_>) -> bool {
    let undisturbed = notice.at >= history.faults_end() + AFTER_FAULTS_SECS || history.faults_end() == 0.0;
    let runs_out = notice.gone.is_some_and(|gone| gone >= notice.deadline) && notice.cancelled.is_none();
    // Of one that comes late nobody can know: the event does not say when the instance goes.
    let usual = notice.deadline - notice.at >= USUAL_LEAD_SECS;
    usual
        && notice.known
        && undisturbed
        && runs_out
        && notice.sent.is_some()
        && history.attended(notice.at, notice.deadline)
        && !history.is_left(notice.at, notice.deadline)
}

fn deprived(history: &History<'_>, notice: &Notice<'_>) -> Vec<Violation> {
    let tasks = tasks_of(history.lines, notice);
    let missed = tasks.iter().filter(|(_, task)| {
        let in_time = task.signalled.is_some_and(|at| at + task.stop_timeout <= notice.deadline);
        task.stopped.is_none_or(|at| at > notice.at)
            && !in_time
            && fits(notice, task)
            && !may_wait(history, task.service)
    });
    missed.map(|(id, _)| violation(INVARIANT, format!("{id} of {} did not", notice.instance))).collect()
}

/// Whether a task of the service may have to wait for a deregistration delay that nobody can cut short.
fn may_wait(history: &History<'_>, service: &str) -> bool {
    let mut services = history.scenario.clusters.iter().flat_map(|cluster| cluster.services.iter());
    let delayed = services.any(|other| other.name == service && other.deregistration_delay.is_some());
    delayed && !history.scenario.assumptions.stop_task_skips_deregistration
}

fn fits(notice: &Notice<'_>, task: &Running<'_>) -> bool {
    REACTION_SECS + task.stop_timeout <= notice.deadline - notice.at
}

/// The tasks that ran at the notice, and what became of them.
fn tasks_of<'a>(lines: &'a [Line], notice: &Notice<'_>) -> BTreeMap<&'a str, Running<'a>> {
    let mut tasks: BTreeMap<&str, Running<'a>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.field("instance") == notice.instance) {
        let id = line.object.as_str();
        if line.tells("task.running") && line.t <= notice.at {
            let stop_timeout = line.data.get("stopTimeout").and_then(serde_json::Value::as_f64).unwrap_or_default();
            let service = line.field("service");
            tasks.insert(id, Running { service, stop_timeout, signalled: None, stopped: None });
        } else if let Some(task) = tasks.get_mut(id) {
            let moment = match line.event.as_str() {
                "task.sigterm" => &mut task.signalled,
                "task.stopped" => &mut task.stopped,
                _ => continue,
            };
            moment.get_or_insert(line.t);
        }
    }
    tasks
}

#[cfg(test)]
mod tests {
    use super::super::End;
    use super::super::history::by_hand::{calm, line, noticed};
    use super::*;
    use crate::api::ScenarioSpec;
    use serde_json::json;

    fn found(signalled: Option<f64>, stop_timeout: f64) -> usize {
        found_in(signalled, stop_timeout, &calm())
    }

    fn found_in(signalled: Option<f64>, stop_timeout: f64, scenario: &ScenarioSpec) -> usize {
        let running = json!({"instance": "i-1", "service": "app", "stopTimeout": stop_timeout});
        let mut lines = vec![line(50.0, "aws", "task.running", "t-1", running)];
        lines.extend(noticed());
        let on = || json!({"instance": "i-1"});
        lines.extend(signalled.map(|at| line(at, "aws", "task.sigterm", "t-1", on())));
        lines.push(line(220.0, "aws", "instance.gone", "i-1", json!({})));
        check(&History { lines: &lines, end: &End::default(), scenario }).len()
    }

    #[test]
    fn a_task_that_is_signalled_too_late_or_never_is_found() {
        assert_eq!(found(Some(120.0), 30.0), 0);
        assert_eq!(found(Some(195.0), 30.0), 1);
        assert_eq!(found(None, 30.0), 1);
    }

    #[test]
    fn nothing_is_promised_where_a_deregistration_delay_cannot_be_cut_short() {
        let mut scenario = calm();
        scenario.assumptions.stop_task_skips_deregistration = false;
        let service = json!({"name": "app", "deregistrationDelay": "1m"});
        scenario.clusters[0].services = vec![serde_json::from_value(service).unwrap()];
        let of = |scenario: &ScenarioSpec| found_in(None, 30.0, scenario);
        assert_eq!(of(&scenario), 0);
        scenario.clusters[0].services[0].deregistration_delay = None;
        assert_eq!(of(&scenario), 1);
    }

    #[test]
    fn nothing_is_promised_to_what_needs_longer_than_there_is() {
        assert_eq!(found(None, 110.0), 0);
    }
}

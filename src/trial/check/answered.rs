//! What is announced is answered: an instance whose notice an operator got in time is drained and, where its group would
//! replace it at somebody's word, replaced.

use super::history::Notice;
use super::{History, Violation, violation};
use crate::api::ScenarioCallFaults;

const INVARIANT: &str = "what is announced is answered";

/// So much time an operator has to have: some attempts of every call, with the pauses between them.
const IN_TIME_SECS: f64 = 90.0;

/// More calls than this in 100 may not fail, or nothing can be promised.
const FAILING_MAX: f64 = 0.3;

/// How an instance stands where its group waits for a word.
pub const REPLACED_AT_A_WORD: [&str; 5] =
    ["InService", "InServiceManagedHooks", "InServiceOtherHooks", "TerminateSuspended", "RefreshUnderWay"];

/// Checks the history.
pub fn check(history: &History<'_>) -> Vec<Violation> {
    if !history.enforces() || !bearable(history) {
        return Vec::new();
    }
    let in_time = |notice: &Notice<'_>| is_in_time(history, notice);
    history.notices().iter().filter(|notice| in_time(notice)).flat_map(|notice| unanswered(history, notice)).collect()
}

/// Whether the faults are such that an operator comes through in the end.
fn bearable(history: &History<'_>) -> bool {
    let faults = &history.scenario.faults;
    let failing = |calls: &ScenarioCallFaults| {
        let before = calls.server_error + calls.access_denied + calls.reset_before + calls.reset_after;
        before + 3.0 * (calls.time_out_before + calls.time_out_after) + calls.entry_failure + calls.stale
    };
    let throttled = faults.throttling.as_ref().is_some_and(|throttling| !throttling.neighbours.is_empty());
    let slow = faults.calls.iter().any(|calls| calls.latency_factor > 5);
    !throttled && !slow && faults.calls.iter().map(failing).sum::<f64>() <= FAILING_MAX
}

fn is_in_time(history: &History<'_>, notice: &Notice<'_>) -> bool {
    let Some(sent) = notice.sent.filter(|_| notice.known) else { return false };
    let end = notice.gone.unwrap_or(notice.deadline).min(notice.cancelled.unwrap_or(f64::INFINITY));
    end - sent >= IN_TIME_SECS && history.attended(sent, end)
}

fn unanswered(history: &History<'_>, notice: &Notice<'_>) -> Vec<Violation> {
    let until = notice.gone.unwrap_or(notice.deadline);
    let of_instance = || history.lines.iter().filter(|line| line.object == notice.instance && line.t <= until);
    let registered = of_instance().rfind(|line| line.tells("ecs.status") && line.t < notice.at);
    let active = registered.is_none_or(|line| line.field("status") == "ACTIVE");
    let drained =
        of_instance().any(|line| line.tells("ecs.status") && line.t >= notice.at && line.field("status") != "ACTIVE");
    let stranger = of_instance().any(|line| line.tells("ecs.registered") && line.t >= notice.at);
    let left = |state: &str| state.starts_with("Detach") || state.starts_with("Terminat");
    let replaced =
        of_instance().any(|line| line.tells("group.member") && line.t >= notice.at && left(line.field("state")));
    let told = |what: &str| {
        violation(INVARIANT, format!("{} got notice at {} s and was not {what}", notice.instance, notice.at))
    };
    let mut violations = Vec::new();
    if active && !drained && !stranger && notice.situation != "Pending" {
        violations.push(told("drained"));
    }
    if REPLACED_AT_A_WORD.contains(&notice.situation) && !replaced {
        violations.push(told("replaced"));
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::history::by_hand::{found, line, noticed};
    use super::*;
    use serde_json::json;

    #[test]
    fn an_instance_that_nobody_cares_about_is_found() {
        let gone = line(220.0, "aws", "instance.gone", "i-1", json!({}));
        assert_eq!(found(check, &[noticed(), vec![gone.clone()]].concat()), 2);
        let drained = line(102.0, "SIMULATED", "ecs.status", "i-1", json!({"status": "DRAINING"}));
        assert_eq!(found(check, &[noticed(), vec![drained.clone(), gone.clone()]].concat()), 1);
        let set_back = line(102.0, "SIMULATED", "ecs.status", "i-1", json!({"status": "ACTIVE"}));
        assert_eq!(found(check, &[noticed(), vec![set_back, gone.clone()]].concat()), 2);
        let detached = line(102.0, "SIMULATED", "group.member", "i-1", json!({"state": "Detaching"}));
        assert_eq!(found(check, &[noticed(), vec![drained, detached, gone]].concat()), 0);
    }

    #[test]
    fn nobody_can_answer_what_is_over_at_once() {
        let gone = line(140.0, "aws", "instance.gone", "i-1", json!({}));
        assert_eq!(found(check, &[noticed(), vec![gone]].concat()), 0);
    }
}

//! Where the policy lets the operators deregister targets, no task that they stop gets SIGTERM while requests are sent to it.
//!
//! That is promised where nothing goes wrong and an operator is there. What the scheduler stops it deregisters itself.

use super::{History, Violation, sigterm, violation};
use crate::trial::transcript::Line;

const INVARIANT: &str = "no task that operators stop takes requests still";

/// Checks the history.
pub fn check(history: &History<'_>) -> Vec<Violation> {
    let allowed = history.scenario.spot_clusters.iter().any(|cluster| cluster.tasks.deregister_targets);
    if !allowed || !history.enforces() {
        return Vec::new();
    }
    let mut violations = Vec::new();
    for notice in history.notices().iter().filter(|notice| sigterm::is_calm(history, notice)) {
        let here = history.lines.iter().filter(|line| line.field("instance") == notice.instance);
        let here: Vec<&Line> = here.filter(|line| line.t >= notice.at && line.t < notice.deadline).collect();
        let stopped_by_us = |task: &str| {
            here.iter().any(|line| line.event == "task.stopping" && line.by_operator() && line.object == task)
        };
        let cut = here.iter().filter(|line| is_cut(line) && stopped_by_us(&line.object));
        violations.extend(cut.map(|line| {
            let message = format!("{} of {} at {} s", line.object, notice.instance, line.t);
            violation(INVARIANT, message)
        }));
    }
    violations
}

/// Whether a task gets SIGTERM that is a target still.
fn is_cut(line: &Line) -> bool {
    line.event == "task.sigterm" && line.data.get("drainedFor").is_some_and(|value| value.is_null())
}

#[cfg(test)]
mod tests {
    use super::super::End;
    use super::super::history::by_hand::{calm, line, noticed};
    use super::*;
    use serde_json::{Value, json};

    fn found(allowed: bool, by: &str, drained_for: Value) -> usize {
        let mut scenario = calm();
        let cluster = json!({"cluster": "web", "tasks": {"deregisterTargets": allowed}});
        scenario.spot_clusters = vec![serde_json::from_value(cluster).unwrap()];
        let mut lines = noticed();
        lines.push(line(180.0, by, "task.stopping", "t-1", json!({"instance": "i-1"})));
        let data = json!({"instance": "i-1", "drainedFor": drained_for});
        lines.push(line(180.1, "aws", "task.sigterm", "t-1", data));
        lines.push(line(220.0, "aws", "instance.gone", "i-1", json!({})));
        check(&History { lines: &lines, end: &End::default(), scenario: &scenario }).len()
    }

    #[test]
    fn a_target_that_does_not_drain_when_its_task_is_stopped_is_found() {
        assert_eq!(found(true, "SIMULATED", Value::Null), 1);
        assert_eq!(found(true, "SIMULATED", json!(20.0)), 0);
        assert_eq!(found(true, "aws", Value::Null), 0);
        assert_eq!(found(false, "SIMULATED", Value::Null), 0);
    }
}

//! A lifecycle hook is completed by an operator only when the tasks of its instance are STOPPED or its deadline has come, and
//! always with CONTINUE: ABANDON skips the hooks of others.

use std::collections::{BTreeMap, BTreeSet};

use super::{History, Violation, violation};

const INVARIANT: &str = "a hook is completed when its tasks are stopped, and with CONTINUE";

/// Checks the history.
pub fn check(history: &History<'_>) -> Vec<Violation> {
    let mut running: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut violations = Vec::new();
    let notices = history.notices();
    for line in history.lines {
        match line.event.as_str() {
            "task.running" => drop(running.entry(line.field("instance")).or_default().insert(&line.object)),
            "task.stopped" => {
                let tasks = running.entry(line.field("instance")).or_default();
                tasks.remove(line.object.as_str());
            }
            "hook.ended" if line.by_operator() => {
                let instance = line.object.as_str();
                if line.field("result") != "CONTINUE" {
                    let result = line.field("result");
                    violations.push(violation(INVARIANT, format!("{instance}: {result} at {} s", line.t)));
                }
                let left = running.get(instance).map_or(0, BTreeSet::len);
                let over = notices.iter().any(|notice| notice.instance == instance && notice.deadline <= line.t);
                if left > 0 && !over {
                    violations.push(violation(INVARIANT, format!("{instance}: {left} tasks ran at {} s", line.t)));
                }
            }
            _ => {}
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::history::by_hand::{found, line, noticed};
    use super::*;
    use crate::trial::transcript::Line;
    use serde_json::json;

    #[test]
    fn a_hook_that_is_completed_too_early_or_abandoned_is_found() {
        let task = |t: f64, event: &str| line(t, "aws", event, "t-1", json!({"instance": "i-1"}));
        let ended = |by: &str, result: &str| line(3.0, by, "hook.ended", "i-1", json!({"result": result}));
        let (started, stopped) = (task(1.0, "task.running"), task(2.0, "task.stopped"));
        assert_eq!(found(check, &[started.clone(), ended("SIMULATED", "CONTINUE")]), 1);
        assert_eq!(found(check, &[started.clone(), stopped.clone(), ended("SIMULATED", "CONTINUE")]), 0);
        assert_eq!(found(check, &[started.clone(), stopped, ended("SIMULATED", "ABANDON")]), 1);
        assert_eq!(found(check, &[started, ended("aws", "ABANDON")]), 0);
    }

    #[test]
    fn one_whose_deadline_has_come_may_go_on() {
        let started = line(50.0, "aws", "task.running", "t-1", json!({"instance": "i-1"}));
        let ended = |t: f64| line(t, "SIMULATED", "hook.ended", "i-1", json!({"result": "CONTINUE"}));
        let with = |end: Line| [noticed(), vec![started.clone(), end]].concat();
        assert_eq!(found(check, &with(ended(219.0))), 1);
        assert_eq!(found(check, &with(ended(220.0))), 0);
    }
}

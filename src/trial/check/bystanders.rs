//! Nothing is changed but what a live notice is about, and in a cluster where nothing may be changed, nothing.

use super::{History, Violation, violation};
use crate::trial::transcript::Line;

const INVARIANT: &str = "only instances that got notice are touched";

/// The hook that operators complete, as long as their manifests name no other.
const OURS: &str = "ecs-spot-operator-drain";

/// So long after its deadline an instance still has a case: five minutes (decision 0007), and one for what is under way.
const OVER_AFTER_SECS: f64 = 360.0;

/// Checks the history.
pub fn check(history: &History<'_>) -> Vec<Violation> {
    let notices = history.notices();
    let mut violations = Vec::new();
    for line in history.lines {
        let Some(instance) = changed(line) else { continue };
        let mut before = notices.iter().filter(|notice| notice.instance == instance && notice.at <= line.t).peekable();
        let set_back = line.tells("ecs.status") && line.field("status") == "ACTIVE";
        if set_back && !drained_by_us(history.lines, instance, line.t) {
            violations.push(violation(INVARIANT, told(line, instance, "was set back, whoever had drained it")));
        }
        if set_back {
            continue;
        }
        if is_planned(history, instance, line.t)
            || pays(history.lines, instance, line.t)
            || waits_for_us(history.lines, instance, line.t)
        {
            continue;
        }
        if before.peek().is_none() {
            violations.push(violation(INVARIANT, told(line, instance, "got no notice")));
        } else if before.all(|notice| notice.deadline + OVER_AFTER_SECS < line.t) {
            violations.push(violation(INVARIANT, told(line, instance, "got a notice that is over")));
        } else if !history.enforces() {
            violations.push(violation(INVARIANT, told(line, instance, "is in a cluster that is not to be changed")));
        }
    }
    violations
}

/// Whether nobody but an operator, or AWS by itself, has drained the instance: a person has reasons of their own. An agent that
/// drains because of the same notice a moment earlier cannot be told apart.
fn drained_by_us(lines: &[Line], instance: &str, at: f64) -> bool {
    let drained = |line: &&Line| {
        line.event == "ecs.status" && line.field("status") == "DRAINING" && line.object == instance && line.t < at
    };
    lines.iter().rev().find(drained).is_some_and(|line| !line.by_a_person())
}

/// Whether EC2 has said that it is going to work on the instance, or may take it back, where that is acted on.
fn is_planned(history: &History<'_>, instance: &str, at: f64) -> bool {
    let recommended = history.scenario.spot_clusters.iter().any(|cluster| cluster.signals.rebalance.enabled);
    let told = history.lines.iter().filter(|line| line.object == instance && line.t <= at);
    let launched =
        |line: &&Line| line.event == "group.member" && line.by_operator() && line.field("state") == "Pending";
    let ours = history.lines.iter().filter(launched).any(|line| line.object == instance && line.t <= at);
    ours || history.enforces()
        && told
            .into_iter()
            .any(|line| line.tells("health.maintenance") || recommended && line.tells("spot.recommended"))
}

/// Whether the operators have added to the instance's group and not taken back: any of its instances may pay for that.
fn pays(lines: &[Line], instance: &str, at: f64) -> bool {
    // No line tells the group of one that was there from the start and has not changed since: it is one of any.
    let group = lines.iter().find(|line| line.tells("group.member") && line.object == instance);
    let group = group.map(|line| line.field("group"));
    let changes = lines.iter().take_while(|line| line.t < at).filter(|line| line.tells("group.desired"));
    let ours = changes.filter(|line| line.by_operator() && group.is_none_or(|group| line.object == group));
    let number = |line: &Line, name: &str| line.data.get(name).and_then(serde_json::Value::as_i64).unwrap_or_default();
    ours.map(|line| number(line, "to") - number(line, "from")).sum::<i64>() > 0
}

/// Whether the instance waits for a hook that is the operators', which is as good as a notice.
fn waits_for_us(lines: &[Line], instance: &str, at: f64) -> bool {
    let told = lines.iter().filter(|line| line.object == instance && line.t <= at);
    told.into_iter().any(|line| {
        line.tells("hook.waits")
            && line.field("hook") == OURS
            && line.data.get("launching") != Some(&serde_json::Value::Bool(true))
    })
}

fn told(line: &Line, instance: &str, why: &str) -> String {
    format!("{} of {instance} at {} s, which {why}", line.event, line.t)
}

/// The instance that an operator has changed something about.
fn changed(line: &Line) -> Option<&str> {
    let on_host = ["ecs.status", "group.member", "hook.ended", "target.draining"].contains(&line.event.as_str());
    match () {
        () if !line.by_operator() => None,
        // One that is launched on request is nobody's bystander.
        () if line.event == "group.member" && line.field("state").starts_with("Pending") => None,
        () if on_host => Some(&line.object),
        () if line.event == "task.stopping" => Some(line.field("instance")),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::history::by_hand::{found, line, noticed};
    use super::*;
    use serde_json::json;

    fn drained(by: &str, instance: &str, status: &str) -> Line {
        line(102.0, by, "ecs.status", instance, json!({"status": status}))
    }

    #[test]
    fn who_got_notice_may_be_drained_and_detached() {
        let detached = line(102.0, "SIMULATED", "group.member", "i-1", json!({"state": "Detaching"}));
        assert_eq!(found(check, &[noticed(), vec![drained("SIMULATED", "i-1", "DRAINING"), detached]].concat()), 0);
    }

    #[test]
    fn a_bystander_may_be_drained_by_others_only() {
        assert_eq!(found(check, &[noticed(), vec![drained("SIMULATED", "i-2", "DRAINING")]].concat()), 1);
        assert_eq!(found(check, &[noticed(), vec![drained("person", "i-2", "DRAINING")]].concat()), 0);
        let detached = line(102.0, "SIMULATED", "group.member", "i-2", json!({"state": "Detaching"}));
        assert_eq!(found(check, &[detached]), 1);
        let stopped = line(102.0, "SIMULATED", "task.stopping", "t-1", json!({"instance": "i-2"}));
        assert_eq!(found(check, &[stopped]), 1);
    }

    #[test]
    fn what_comes_before_the_notice_is_too_early() {
        let early = line(99.0, "SIMULATED", "ecs.status", "i-1", json!({"status": "DRAINING"}));
        assert_eq!(found(check, &[vec![early], noticed()].concat()), 1);
    }

    #[test]
    fn what_comes_long_after_the_notice_is_too_late() {
        let late = line(600.0, "SIMULATED", "ecs.status", "i-1", json!({"status": "DRAINING"}));
        assert_eq!(found(check, &[noticed(), vec![late]].concat()), 1);
    }

    #[test]
    fn a_drain_is_not_undone() {
        assert_eq!(found(check, &[noticed(), vec![drained("SIMULATED", "i-1", "ACTIVE")]].concat()), 1);
    }

    #[test]
    fn who_waits_for_the_operators_hook_may_be_drained_and_nobody_elses() {
        let waits = |hook: &str, launching: bool| {
            line(100.0, "aws", "hook.waits", "i-2", json!({"hook": hook, "launching": launching}))
        };
        let drained = || drained("SIMULATED", "i-2", "DRAINING");
        assert_eq!(found(check, &[waits(OURS, false), drained()]), 0);
        assert_eq!(found(check, &[waits("theirs", false), drained()]), 1);
        assert_eq!(found(check, &[waits(OURS, true), drained()]), 1);
    }
}

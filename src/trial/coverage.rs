//! What many trials together have seen, and what they should have: every way in which an instance can stand with its group,
//! every signal, every fault, every phase and outcome of a case, and every way in which operators come and go.

use std::collections::BTreeMap;

use crate::api::ScenarioSpec;
use crate::sim::Situation;

use super::transcript::{Line, Source};

/// How often each thing was seen, by what kind of thing it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<(&'static str, String), u64>);

const SITUATION: &str = "instance";
const SIGNAL: &str = "signal";
const FAULT: &str = "fault";
const PHASE: &str = "phase";
const SKIPPED: &str = "replacement skipped";
const OUTCOME: &str = "outcome";
const OPERATOR: &str = "operator";

/// The kinds of messages that reach the queue, as AWS names them; of hooks those of all three ways.
const SIGNALS: [&str; 17] = [
    "EC2 Spot Instance Interruption Warning",
    "EC2 Instance Rebalance Recommendation",
    "EC2 Instance State-change Notification",
    "AWS Health Event",
    "EC2 Instance-terminate Lifecycle Action",
    "EC2 Instance-launch Lifecycle Action",
    "EC2 Instance Launch Successful",
    "EC2 Instance Launch Unsuccessful",
    "EC2 Instance Terminate Successful",
    "ECS Container Instance State Change",
    "ECS Task State Change",
    "ECS Service Action",
    "autoscaling:EC2_INSTANCE_TERMINATING",
    "autoscaling:EC2_INSTANCE_LAUNCHING",
    "SNS autoscaling:EC2_INSTANCE_TERMINATING",
    "autoscaling:TEST_NOTIFICATION",
    "Fargate Spot interruption",
];

const FAULTS: [&str; 17] = [
    "server error",
    "access denied",
    "time-out before",
    "time-out after",
    "reset before",
    "reset after",
    "stale answer",
    "failures[] of ECS",
    "throttled",
    "event lost",
    "event doubled",
    "event delayed",
    "message redelivered",
    "messages reordered",
    "entry of SQS failed",
    "no capacity",
    "no notice",
];

const PHASES: [&str; 6] = [
    "case.noticed",
    "case.replacement_requested",
    "case.replacement_registered",
    "case.draining",
    "case.tasks_stopped",
    "case.at_risk",
];

const OUTCOMES: [&str; 6] = ["handed_over", "late", "lossy", "not_replaced", "returned", "unannounced"];

const SKIPS: [&str; 5] = ["CapacityRebalancing", "LaunchSuspended", "LeftGroup", "Standby", "Leaving"];

const OPERATORS: [&str; 4] = ["crashed", "stopped", "several at once", "with a skewed clock"];

impl Coverage {
    /// What one trial has seen.
    #[must_use]
    pub fn of(lines: &[Line], scenario: &ScenarioSpec) -> Self {
        let mut coverage = Self::default();
        for line in lines {
            match line.source {
                Source::Aws => coverage.see_aws(line),
                Source::Operator => coverage.see_operator(line),
            }
        }
        coverage.see_operators(scenario);
        coverage
    }

    fn see_aws(&mut self, line: &Line) {
        match line.event.as_str() {
            "spot.notice" => self.see(SITUATION, line.field("situation")),
            "queue.sent" if SIGNALS.contains(&line.field("kind")) => self.see(SIGNAL, line.field("kind")),
            "fargate.notice" => self.see(SIGNAL, "Fargate Spot interruption"),
            "fault" => self.see(FAULT, line.field("fault")),
            "group.launch_failed" => self.see(FAULT, "no capacity"),
            "instance.gone"
                if line.data.get("reclaimed") == Some(&true.into())
                    && line.data.get("announced") == Some(&false.into()) =>
            {
                self.see(FAULT, "no notice");
            }
            _ => {}
        }
    }

    fn see_operator(&mut self, line: &Line) {
        let word = |name: &str| line.detail.get(name).and_then(|value| value.as_str()).unwrap_or("none");
        match line.event.as_str() {
            "case.closed" => self.see(OUTCOME, word("outcome")),
            "case.replacement_skipped" => self.see(SKIPPED, word("reason")),
            phase if PHASES.contains(&phase) => self.see(PHASE, phase),
            _ => {}
        }
    }

    fn see_operators(&mut self, scenario: &ScenarioSpec) {
        for operator in &scenario.operators {
            for (there, what) in [
                (operator.crashes_after.is_some(), "crashed"),
                (operator.stops_after.is_some(), "stopped"),
                (operator.clock_ahead_millis != 0, "with a skewed clock"),
                (scenario.operators.len() > 1, "several at once"),
            ] {
                if there {
                    self.see(OPERATOR, what);
                }
            }
        }
    }

    fn see(&mut self, kind: &'static str, what: &str) {
        *self.0.entry((kind, what.to_owned())).or_default() += 1;
    }

    /// Adds what another trial has seen.
    pub fn add(&mut self, other: &Self) {
        for (thing, count) in &other.0 {
            *self.0.entry(thing.clone()).or_default() += count;
        }
    }

    /// What should have been seen and was not.
    #[must_use]
    pub fn unseen(&self) -> Vec<String> {
        let expected = expected().filter(|(kind, what)| !self.0.contains_key(&(*kind, (*what).to_owned())));
        expected.map(|(kind, what)| format!("{kind} {what}")).collect()
    }

    /// The table: a line a thing.
    #[must_use]
    pub fn table(&self) -> Vec<String> {
        self.0.iter().map(|((kind, what), count)| format!("  {kind:<20}{what:<44}{count:>9}")).collect()
    }
}

fn expected() -> impl Iterator<Item = (&'static str, &'static str)> {
    let of = |kind: &'static str, things: &'static [&'static str]| things.iter().map(move |what| (kind, *what));
    Situation::ALL
        .iter()
        .map(|situation| (SITUATION, situation.name()))
        .chain(of(SIGNAL, &SIGNALS))
        .chain(of(FAULT, &FAULTS))
        .chain(of(PHASE, &PHASES))
        .chain(of(SKIPPED, &SKIPS))
        .chain(of(OUTCOME, &OUTCOMES))
        .chain(of(OPERATOR, &OPERATORS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::draw;

    #[test]
    fn nothing_seen_leaves_everything_unseen_and_what_is_added_counts() {
        let mut coverage = Coverage::of(&[], &draw::scenario(1));
        let unseen = coverage.unseen().len();
        assert!(unseen > 50, "{unseen}");
        let mut other = Coverage::default();
        other.see(OUTCOME, "late");
        coverage.add(&other);
        coverage.add(&other);
        assert_eq!(coverage.unseen().len(), unseen - 1);
        assert!(coverage.table().iter().any(|line| line.contains("late") && line.ends_with('2')));
    }
}

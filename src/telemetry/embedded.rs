//! Metrics in the lines of the log, as CloudWatch Logs reads them (CloudWatch User Guide, "Embedded metric format specification").
//!
//! Dimensions are fields that the lines have anyway. What is embedded adds numbers to a line and takes nothing away.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::case_line::CaseLine;
use super::pulse::Metric;
use crate::plan::{Outcome, Phase};

/// The namespace in CloudWatch.
const NAMESPACE: &str = "EcsSpotOperator";

/// What a case line adds up to; nothing where it is about no phase and no end.
#[must_use]
pub fn of_case(line: &CaseLine, now: Timestamp) -> Option<Map<String, Value>> {
    let event = line.event.strip_prefix("case.")?;
    let mut metrics: Vec<Metric> = Vec::new();
    let mut add = |name: &'static str, unit: &'static str, value: f64| metrics.push((name, unit, value));
    let mut dimensions = vec![Vec::new(), vec!["cluster"]];
    if line.capacity_provider.is_some() {
        dimensions.push(vec!["cluster", "capacity_provider"]);
    }
    match event {
        "closed" => {
            add("cases", "Count", 1.0);
            let ended = |outcomes: &[Outcome]| number(line.outcome.iter().filter(|it| outcomes.contains(it)).count());
            add("cases_late", "Count", ended(&[Outcome::Late, Outcome::NotReplaced]));
            add("losses_unannounced", "Count", ended(&[Outcome::Unannounced]));
            add("tasks_graceful", "Count", number(line.tasks.graceful));
            add("tasks_killed", "Count", number(line.tasks.killed));
            dimensions.push(vec!["cluster", "outcome"]);
        }
        "at_risk" => add("cases_at_risk", "Count", 1.0),
        _ => {
            let (phase, at) = line.phases.iter().find(|(phase, _)| phase.name() == event)?;
            if !line.signal.starts_with("interruption_notice") {
                return None;
            }
            let since = at.duration_since(line.case.said_at).as_secs_f64();
            add(since_notice(*phase)?, "Seconds", since);
        }
    }
    Some(embed(&dimensions, &metrics, now))
}

/// What the operator as a whole stands at.
#[must_use]
pub fn of_operator(metrics: &[Metric], now: Timestamp) -> Value {
    embed(&[Vec::new()], metrics, now).into()
}

/// What a pool stands at.
#[must_use]
pub fn of_pool(metrics: &[Metric], now: Timestamp) -> Value {
    embed(&[vec!["cluster", "capacity_provider"]], metrics, now).into()
}

/// The metric of a phase.
const fn since_notice(phase: Phase) -> Option<&'static str> {
    match phase {
        Phase::Noticed => Some("notice_to_noticed"),
        Phase::ReplacementRequested => Some("notice_to_replacement_requested"),
        Phase::Draining => Some("notice_to_draining"),
        Phase::ReplacementRegistered => Some("notice_to_replacement_registered"),
        Phase::TasksStopped => Some("notice_to_tasks_stopped"),
        Phase::Closed => None,
    }
}

fn embed(dimensions: &[Vec<&str>], metrics: &[Metric], now: Timestamp) -> Map<String, Value> {
    let named: Vec<Value> = metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
    let directive = json!({"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": named});
    let mut fields = Map::new();
    fields.insert("_aws".to_owned(), json!({"Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive]}));
    fields.extend(metrics.iter().map(|(name, _, value)| ((*name).to_owned(), json!(value))));
    fields
}

#[expect(clippy::cast_precision_loss, reason = "tasks of one instance")]
const fn number(count: usize) -> f64 {
    count as f64
}

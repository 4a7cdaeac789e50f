//! Metrics in the lines of the log, as CloudWatch Logs reads them (CloudWatch User Guide, "Embedded metric format specification").
//!
//! Dimensions are fields that the lines have anyway. What is embedded adds numbers to a line and takes nothing away.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::case_line::CaseLine;
use super::metrics::Metrics;

/// The namespace in CloudWatch.
const NAMESPACE: &str = "EcsSpotOperator";

/// A metric: its name, its unit, its value.
type Metric = (String, &'static str, f64);

/// What a case line adds up to; nothing where it is about no phase and no end.
#[must_use]
pub fn of_case(line: &CaseLine, now: Timestamp) -> Option<Map<String, Value>> {
    let event = line.event.strip_prefix("case.")?;
    let mut metrics: Vec<Metric> = Vec::new();
    let mut add = |name: &str, unit: &'static str, value: f64| metrics.push((name.to_owned(), unit, value));
    let mut dimensions = vec![vec!["cluster"]];
    if line.capacity_provider.is_some() {
        dimensions.push(vec!["cluster", "capacity_provider"]);
    }
    match event {
        "closed" => {
            add("cases", "Count", 1.0);
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
            add(&format!("notice_to_{}", phase.name()), "Seconds", since);
        }
    }
    Some(embed(&dimensions, metrics, now))
}

/// What the operator as a whole stands at.
#[must_use]
pub fn of_operator(metrics: &Metrics, now: Timestamp) -> Map<String, Value> {
    let gauges = [
        ("cases_open", metrics.open_cases.get()),
        ("messages_held", metrics.held_messages.get()),
        ("instances_indexed", metrics.indexed_instances.get()),
    ];
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let gauges = gauges.map(|(name, value)| (name.to_owned(), "Count", value as f64)).to_vec();
    embed(&[Vec::new()], gauges, now)
}

fn embed(dimensions: &[Vec<&str>], metrics: Vec<Metric>, now: Timestamp) -> Map<String, Value> {
    let named: Vec<Value> = metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
    let directive = json!({"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": named});
    let mut fields = Map::new();
    fields.insert("_aws".to_owned(), json!({"Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive]}));
    fields.extend(metrics.into_iter().map(|(name, _, value)| (name, json!(value))));
    fields
}

#[expect(clippy::cast_precision_loss, reason = "tasks of one instance")]
const fn number(count: usize) -> f64 {
    count as f64
}

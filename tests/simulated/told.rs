//! What log lines and metrics tell after the fact is what happened.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex};

use ecs_spot_operator::api::{self, LogThreshold};
use ecs_spot_operator::report::{Figures, Stories};
use ecs_spot_operator::telemetry::logging;
use serde_json::Value;

use crate::rig::*;

/// The log as it would have been written.
fn log(rig: &Rig) -> Stories {
    let mut stories = Stories::default();
    for line in rig.lines.lock().unwrap().iter() {
        let mut line = serde_json::to_value(line).unwrap();
        line["timestamp"] = rig.clock.now().to_string().into();
        stories.read(&line.to_string());
    }
    stories
}

#[tokio::test(start_paused = true)]
async fn a_report_of_the_log_tells_what_the_simulated_aws_knows() {
    let rig = Rig::new(interrupted(3));
    let _operator = rig.operate();
    rig.secs(400).await;
    let figures = Figures::of(&log(&rig));
    let truth = rig.sim.truth();
    assert_eq!((figures.cases, figures.open), (truth.interruptions.len(), 0));
    assert_eq!(figures.outcomes, BTreeMap::from([("handed_over".to_owned(), 3)]));
    assert_eq!(figures.window.quantile(100).map(|window| window.as_secs()), Some(120));
    assert!(figures.phases.iter().all(|phase| phase.len() == 3), "{:?}", figures.phases);
    let registered = truth.interruptions.iter().filter_map(|it| it.replacement.as_ref()?.registered);
    assert_eq!(figures.phases[2].len(), registered.count());
    assert_eq!((figures.killed, figures.worst.len()), (0, 0));
    assert_eq!(
        figures.pools.iter().map(|pool| (pool.cases, pool.well)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)),
        (3, 3)
    );
}

/// The value of a metric with these labels, as a scrape has it.
fn metric(rig: &Rig, name: &str) -> f64 {
    let text = rig.metrics.text();
    let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or_else(|| panic!("{name} in\n{text}"))
}

#[tokio::test(start_paused = true)]
async fn metrics_tell_how_soon_each_phase_was_reached_and_what_was_left() {
    let rig = Rig::new(interrupted(3));
    let _operator = rig.operate();
    rig.secs(400).await;
    let of = |name: &str| metric(&rig, &format!("ecs_spot_operator_{name}"));
    for phase in ["noticed", "replacement_requested", "draining", "replacement_registered", "tasks_stopped"] {
        assert_eq!(of(&format!("notice_to_phase_seconds_count{{phase=\"{phase}\"}}")), 3.0, "{phase}");
        assert_eq!(of(&format!("phase_left_seconds_count{{phase=\"{phase}\"}}")), 3.0, "{phase}");
    }
    let (since, left) =
        (of("notice_to_phase_seconds_sum{phase=\"draining\"}"), of("phase_left_seconds_sum{phase=\"draining\"}"));
    assert!((since + left - 360.0).abs() < 1.0, "both make up the two minutes: {since} {left}");
    let pool = "replacement_lead_seconds_count{cluster=\"web\",capacity_provider=\"web-spot\"}";
    assert_eq!(of(pool), 3.0);
    assert_eq!(of("message_age_seconds_count"), 3.0);
    assert!(of("reconcile_seconds_count") > 10.0);
}

#[tokio::test(start_paused = true)]
async fn every_metric_is_in_the_documentation() {
    let rig = Rig::new(interrupted(1));
    let _operator = rig.operate();
    rig.secs(300).await;
    let documentation = include_str!("../../docs/observability.md");
    let text = rig.metrics.text();
    let names = text.lines().filter_map(|line| line.strip_prefix("# HELP ecs_spot_operator_")?.split(' ').next());
    let missing: Vec<&str> = names.filter(|name| !documentation.contains(&format!("`{name}"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_event_and_field_of_the_log_is_in_the_documentation() {
    let documentation = include_str!("../../docs/observability.md");
    let schema = serde_json::to_value(api::schema("LogLine").unwrap()).unwrap();
    let fields = schema["properties"].as_object().unwrap().keys().cloned();
    let events = schema["$defs"]["LogEvent"]["oneOf"].as_array().unwrap().iter();
    let events = events.map(|event| event["const"].as_str().unwrap().to_owned());
    let names: Vec<String> = fields.chain(events).collect();
    assert!(names.len() > 50, "{names:?}");
    let missing: Vec<&String> = names.iter().filter(|name| !documentation.contains(&format!("| `{name}` |"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The metrics that a file names and a scrape does not have.
fn missing(file: &str, rig: &Rig) -> Vec<String> {
    let text = rig.metrics.text();
    let names = file
        .match_indices("ecs_spot_operator_")
        .map(|(at, _)| file[at..].split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default());
    let names: BTreeSet<&str> = names.collect();
    assert!(names.len() > 8, "{names:?}");
    names.into_iter().filter(|name| !text.contains(&format!("\n{name}"))).map(str::to_owned).collect()
}

/// What appears with the first event only is no increase to whoever watches for one.
#[tokio::test(start_paused = true)]
async fn alerts_name_metrics_that_are_there_before_anything_has_happened() {
    let rig = Rig::new(scenario());
    let _operator = rig.operate();
    rig.secs(60).await;
    let absent = missing(include_str!("../../deploy/dashboards/prometheus-alerts.yaml"), &rig);
    assert!(absent.is_empty(), "{absent:?}");
    for series in [
        "cases_at_risk_total{cluster=\"web\"}",
        "losses_unannounced_total{cluster=\"web\"}",
        "cases_closed_total{outcome=\"late\"}",
        "tasks_ended_total{end=\"killed\"}",
    ] {
        assert_eq!(metric(&rig, &format!("ecs_spot_operator_{series}")), 0.0, "{series}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_dashboard_names_metrics_that_a_night_has() {
    let rig = Rig::new(interrupted(3));
    let _operator = rig.operate();
    rig.secs(400).await;
    let dashboard = include_str!("../../deploy/dashboards/grafana-prometheus.json");
    assert!(serde_json::from_str::<serde_json::Value>(dashboard).unwrap()["panels"].as_array().unwrap().len() > 15);
    let absent = missing(dashboard, &rig);
    assert!(absent.is_empty(), "{absent:?}");
}

/// A log that is kept.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Kept {
    /// The lines since this was asked last.
    pub fn lines(&self) -> Vec<Value> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn once_a_minute_the_log_tells_how_the_operator_and_its_pools_stand() {
    let (kept, rig) = (Kept::default(), Rig::new(interrupted(2)));
    let writer = kept.clone();
    let subscriber = logging::json_to(move || writer.clone(), LogThreshold::Info, &rig.clock);
    let _logged = tracing::subscriber::set_default(subscriber);
    let operator = rig.operate();
    rig.secs(50).await;
    operator.telemetry.pulse(rig.clock.now());
    assert!(kept.lines().iter().all(|line| line.get("_aws").is_none()), "nothing is embedded unless it is asked for");
    operator.telemetry.embed(true);
    let pulse = || {
        operator.telemetry.pulse(rig.clock.now());
        let lines = kept.lines();
        let of = |event: &str| lines.iter().filter(|line| line["event"] == event).cloned().collect::<Vec<_>>();
        let (mut operator, mut pools) = (of("operator.metrics"), of("operator.pool"));
        assert_eq!((operator.len(), pools.len()), (1, 1), "{lines:?}");
        (operator.remove(0), pools.remove(0))
    };
    let (stands, pool) = pulse();
    assert_eq!((&stands["cases_open"], &stands["instances_indexed"]), (&2.0.into(), &6.0.into()));
    assert!(stands["message_age"].as_f64().unwrap() > 0.0, "{stands}");
    assert_eq!((&pool["cluster"], &pool["capacity_provider"]), (&"web".into(), &"web-spot".into()));
    assert_eq!((&pool["capacity_desired"], &pool["capacity_missing"]), (&6.0.into(), &2.0.into()));
    assert_eq!(stands["pools_short"], 0.0, "it has only just become so");
    assert_eq!(pool["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0][1], "capacity_provider");
    let of = |name: &str| {
        metric(&rig, &format!("ecs_spot_operator_{name}{{cluster=\"web\",capacity_provider=\"web-spot\"}}"))
    };
    assert_eq!((of("pool_desired"), of("pool_in_service"), of("pool_max")), (6.0, 4.0, 12.0));

    rig.secs(300).await;
    let ended = kept.lines().into_iter().filter(|line| line["event"] == "case.closed").collect::<Vec<_>>();
    let directive = &ended[0]["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Dimensions"][0], serde_json::json!([]), "alarms ask for all clusters together");
    assert_eq!((&ended[0]["cases"], &ended[0]["cases_late"]), (&1.0.into(), &0.0.into()));
    let (stands, pool) = pulse();
    assert_eq!(
        (&stands["message_age"], &stands["pools_short"], &pool["capacity_missing"]),
        (&0.0.into(), &0.0.into(), &0.0.into())
    );
    let history = operator.registry.history("web", "web-spot");
    let lead = history.lead().unwrap();
    assert_eq!((history.interruptions_last_day(rig.clock.now()), lead.of), (2, 2));
    assert!(lead.median > 10.0 && lead.slowest >= lead.median, "{lead:?}");
}

//! Many notices at once, and little of the API to answer them with: what AWS sees of that.

use std::sync::{Arc, Mutex};

use ecs_spot_operator::api::ScenarioSpec;
use ecs_spot_operator::trial::{Line, Trial};
use serde_json::json;

/// Two clusters of 60 instances that are taken back at once, and a tenth of the API.
fn storm() -> ScenarioSpec {
    let cluster = |name: &str| {
        json!({
            "name": name,
            "groups": [{"capacityProvider": name, "desired": 60}],
            "services": [{"name": "s", "desired": 60, "minimumHealthyPercent": 0, "capacityProviders": [name]}],
        })
    };
    let interruption = |name: &str| json!({"after": "2m", "capacityProvider": name, "count": 60});
    let scenario = json!({
        "duration": "10m",
        "clusters": [cluster("a"), cluster("b")],
        "interruptions": [interruption("a"), interruption("b")],
        "faults": {"throttling": {}},
        "api": {"share": "10%"},
    });
    serde_json::from_value(scenario).unwrap()
}

fn played() -> Vec<Line> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&lines);
    let trial = Trial { scenario: storm(), seed: 1, meddler: None };
    trial.play(move |line| heard.lock().unwrap().push(line)).unwrap();
    std::mem::take(&mut lines.lock().unwrap())
}

fn times(lines: &[Line], call: &str) -> Vec<f64> {
    lines.iter().filter(|line| line.tells(call) && line.by_operator()).map(|line| line.t).collect()
}

#[test]
fn requests_fill_up_while_they_wait_and_drains_go_before_marks() {
    let lines = played();
    let drains = times(&lines, "ecs.UpdateContainerInstancesState");
    let drained = lines.iter().filter(|line| line.tells("ecs.status") && line.detail == "DRAINING").count();
    assert_eq!(drained, 120);
    // Twelve full ones, and what the first and the last of each cluster could not fill.
    assert!((12..=20).contains(&drains.len()), "{} calls drain 120 instances", drains.len());
    let last_drain = drains.last().copied().unwrap();
    let early = times(&lines, "ecs.PutAttributes").into_iter().filter(|at| *at < last_drain).count();
    assert!(early <= 6, "{early} marks before the last drain");
    let replacements = times(&lines, "autoscaling.DetachInstances");
    assert!((6..=12).contains(&replacements.len()), "{} calls replace 120 instances", replacements.len());
    let throttled =
        lines.iter().filter(|line| line.by_operator() && line.detail.to_string().contains("Throttl")).count();
    assert_eq!(throttled, 0, "a tenth is never too much");
    assert_eq!(lines.iter().filter(|line| line.event == "case.closed").count(), 120);
}

//! Every query, metric and alarm of the dashboards, held against the log of a bad night.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use ecs_spot_operator::api::LogThreshold;
use ecs_spot_operator::sim::{CallFaults, Faults, GroupSpec, InterruptionPlan, Process, Scenario, Window};
use ecs_spot_operator::telemetry::logging;
use serde_json::Value;

use crate::rig::*;
use crate::told::Kept;

/// A group that cannot replace anything.
const STUCK: &str = "stuck-asg";

/// Two hand-overs as they should be, a notice that comes too late, drains that are refused for a while, and a group that cannot launch.
fn night() -> Scenario {
    let usual = |second, count| InterruptionPlan::new(Duration::from_secs(second), GROUP, count);
    let mut scenario = scenario();
    scenario.groups.push(GroupSpec {
        name: STUCK.into(),
        cluster: Some("web".into()),
        capacity_provider: Some("stuck".into()),
        desired: 3,
        max: 6,
        suspended: vec![Process::Launch],
        ..GroupSpec::default()
    });
    scenario.interruptions = vec![
        usual(90, 2),
        InterruptionPlan { lead: Some(Duration::from_secs(1)), ..usual(300, 3) },
        usual(600, 2),
        InterruptionPlan::new(Duration::from_secs(620), STUCK, 1),
    ];
    let refused = |actions: &[&str]| CallFaults {
        window: Window { from_seconds: 590, until_seconds: Some(700) },
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        access_denied: 1.0,
        ..CallFaults::default()
    };
    scenario.faults =
        Faults { calls: vec![refused(&["ecs:UpdateContainerInstancesState", "ecs:DescribeTasks"])], ..Faults::none() };
    scenario
}

/// What the operator wrote, with a pulse every minute as `run` has it.
async fn log() -> String {
    let (kept, rig) = (Kept::default(), Rig::new(night()));
    let writer = kept.clone();
    let subscriber = logging::json_to(move || writer.clone(), LogThreshold::Info, &rig.clock);
    let _logged = tracing::subscriber::set_default(subscriber);
    let operator = rig.operate();
    operator.telemetry.embed(true);
    for _ in 0..35 {
        rig.secs(60).await;
        let ready = operator.problems.readiness();
        rig.metrics.ready.set(ready.ready.into());
        rig.metrics.config_accepted.set(1);
        rig.metrics.problems.set(i64::try_from(ready.problems.len()).unwrap());
        operator.telemetry.pulse(rig.clock.now());
    }
    kept.lines().iter().map(|line| format!("{line}\n")).collect()
}

fn python(arguments: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(root.join(".venv/localstack/bin/python"));
    let output = command.arg("-B").args(arguments).current_dir(root).output().expect("localstack/setup.sh makes it");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{said}");
    said
}

#[tokio::test(start_paused = true)]
async fn a_bad_night_answers_every_query_and_sets_off_the_right_alarms() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    let log = log().await;
    std::fs::write(&file, &log).unwrap();
    let outcomes: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["event"] == "case.closed")
        .map(|line| line["outcome"].clone())
        .collect();
    assert!(outcomes.contains(&"lossy".into()) && outcomes.contains(&"not_replaced".into()), "{outcomes:?}");
    let file = file.to_str().unwrap();
    let said = python(&["tests/dashboards/check.py", file, "CaseAtRisk", "TasksKilled", "ReplacedLate", "PoolShort"]);
    assert!(said.lines().count() > 150, "{said}");
}

#[test]
fn what_evaluates_the_queries_is_right_about_them() {
    python(&["-m", "unittest", "discover", "-q", "-s", "tests/dashboards"]);
}

#[test]
fn cloudformation_has_nothing_against_the_template() {
    python(&[".venv/localstack/bin/cfn-lint", "deploy/dashboards/cloudwatch.yaml"]);
}

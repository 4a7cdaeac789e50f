//! Alerts and the dashboard in a real Prometheus, which scrapes a real operator while Spot takes instances back.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::emulator::free_port;
use support::eventually;
use support::process::Process;

/// One notice that comes too late for anybody, and one in time.
const SCENARIO: &str = "apiVersion: ecs-spot-operator/v1\nkind: Scenario\nmetadata: {name: night}\nspec:\n  clusters:\n    - name: web\n      \
    groups: [{capacityProvider: web-spot, desired: 6}]\n      \
    services: [{name: app, desired: 12, minimumHealthyPercent: 50, capacityProviders: [web-spot]}]\n  \
    interruptions:\n    - {after: 8s, capacityProvider: web-spot, notice: 1s}\n    - {after: 9s, capacityProvider: web-spot}\n";

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/dashboards").join(name)
}

/// A Prometheus that scrapes an operator every second, and what it says.
struct Prometheus {
    address: String,
    _process: Process,
}

impl Prometheus {
    fn start(folder: &Path, operator: &str) -> Self {
        let address = format!("127.0.0.1:{}", free_port());
        let config = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: ['{}']\n\
             scrape_configs: [{{job_name: ecs-spot-operator, static_configs: [{{targets: ['{operator}']}}]}}]\n",
            file("prometheus-alerts.yaml").display()
        );
        std::fs::write(folder.join("prometheus.yml"), config).unwrap();
        let mut command = Command::new("prometheus");
        command.arg(format!("--config.file={}", folder.join("prometheus.yml").display()));
        command.arg(format!("--storage.tsdb.path={}", folder.join("data").display()));
        command.args([&format!("--web.listen-address={address}"), "--log.level=error"]);
        Self { address, _process: Process::start(&mut command) }
    }

    /// The answer to `GET path`, once there is one.
    fn get(&self, path: &str) -> Option<Value> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
    }

    /// The series that an expression gives.
    fn query(&self, expression: &str) -> Vec<Value> {
        let encoded: String = expression.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = self.get(&format!("/api/v1/query?query={encoded}")).unwrap_or_default();
        assert_ne!(answer["status"], "error", "{expression}: {answer}");
        answer["data"]["result"].as_array().cloned().unwrap_or_default()
    }

    fn fires(&self, alert: &str) -> Option<()> {
        let answer = self.get("/api/v1/alerts")?;
        let alerts = answer["data"]["alerts"].as_array()?;
        alerts.iter().any(|it| it["labels"]["alertname"] == alert && it["state"] == "firing").then_some(())
    }
}

#[test]
fn promtool_finds_nothing_wrong_with_the_alerts() {
    let output = Command::new("promtool").args(["check", "rules"]).arg(file("prometheus-alerts.yaml")).output();
    let output = output.expect("promtool is missing: tests/tools.sh installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn in_a_bad_night_the_right_alerts_fire_and_every_panel_shows_something() {
    let folder = tempfile::tempdir().unwrap();
    let (_aws, endpoint) = Process::simulated_aws(SCENARIO);
    let manifests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/manifests/live.yaml");
    let mut operator = Process::operator(&manifests, &endpoint);
    let started = operator.line("its start", |line| line["event"] == "operator.started");
    let prometheus = Prometheus::start(folder.path(), started["http"].as_str().unwrap());

    operator.line("the end of the first case", |line| line["event"] == "case.closed" && line["outcome"] == "lossy");
    eventually("SpotTasksKilled fires", || async { prometheus.fires("SpotTasksKilled") }).await;
    for quiet in ["SpotOperatorDown", "SpotOperatorNotReady", "SpotConfigRefused", "SpotUnannouncedLosses"] {
        assert_eq!(prometheus.fires(quiet), None, "{quiet} has no reason to");
    }
    let dashboard: Value = serde_json::from_slice(&std::fs::read(file("grafana-prometheus.json")).unwrap()).unwrap();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let expression = target["expr"].as_str().unwrap();
            let shown = || async { Some(prometheus.query(expression)).filter(|series| !series.is_empty()) };
            eventually(&format!("{} shows something: {expression}", panel["title"]), shown).await;
        }
    }
    assert_eq!(operator.stop().0, Some(0));
}

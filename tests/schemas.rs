//! The schemas, held against manifests by a validator of somebody else: what the operator reads they allow, what it refuses by its
//! shape they refuse.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::process::Process;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn yaml_files(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|it| it == "yaml")).collect();
    files.sort();
    files
}

/// What the validator says of each document: file, kind, verdict.
fn validated(files: &[PathBuf]) -> Vec<[String; 3]> {
    verdicts(files.iter().map(|file| file.as_os_str()))
}

fn verdicts<'a>(arguments: impl IntoIterator<Item = &'a std::ffi::OsStr>) -> Vec<[String; 3]> {
    let mut command = Command::new(root().join(".venv/moto/bin/python"));
    command.arg(root().join("tests/support/validate.py")).arg(root().join("crds-like-schemas")).args(arguments);
    let output = command.output().expect("localstack/setup.sh makes it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap()).collect()
}

fn is_accepted(file: &Path) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    command.arg("check").arg(file).output().unwrap().status.success()
}

#[test]
fn every_example_and_scenario_is_accepted_by_both() {
    let mut files = yaml_files("deploy/examples");
    assert!(files.len() >= 8, "{files:?}");
    files.extend(yaml_files("scenarios"));
    let verdicts = validated(&files);
    assert!(verdicts.len() > files.len(), "each of the examples has two documents");
    let refused: Vec<_> = verdicts.iter().filter(|[_, _, verdict]| verdict != "ok").collect();
    assert!(refused.is_empty(), "{refused:?}");
    let refused: Vec<_> = files.iter().filter(|file| !is_accepted(file)).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn every_example_names_its_schema_for_editors() {
    for file in yaml_files("deploy/examples") {
        let text = std::fs::read_to_string(&file).unwrap();
        for document in text.split("---\n") {
            let kind = document.lines().find_map(|line| line.strip_prefix("kind: ")).unwrap().to_lowercase();
            let line = format!("# yaml-language-server: $schema=../../crds-like-schemas/{kind}.schema.json");
            assert!(document.contains(&line), "{}: {kind}", file.display());
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_by_both() {
    let folder = tempfile::tempdir().unwrap();
    let good = std::fs::read_to_string(root().join("deploy/examples/smallest.yaml")).unwrap();
    for (name, from, to) in [
        ("unknown field", "  cluster: web", "  cluster: web\n  clutser: web"),
        ("missing field", "  cluster: web", "  mode: enforce"),
        ("wrong type", "  cluster: web", "  cluster: web\n  capacityProviders: {}"),
        ("unknown word", "  cluster: web", "  cluster: web\n  mode: sometimes"),
        ("no percentage", "  cluster: web", "  cluster: web\n  headroom: {target: '200%'}"),
        ("no number", "  cluster: web", "  cluster: web\n  signals: {rebalance: {budget: -1}}"),
        ("out of range", "  queues:", "  api: {replicas: 1000}\n  queues:"),
        ("no URL", "  queues:", "  notifications: {webhooks: [{url: 'ftp://x/y'}]}\n  queues:"),
        ("no outcome", "  queues:", "  notifications: {webhooks: [{url: 'http://x', outcomes: [fine]}]}\n  queues:"),
        ("no queues", "  queues:\n    - url: https", "  queues: [] #"),
    ] {
        assert!(good.contains(from), "{name}");
        let file = folder.path().join("bad.yaml");
        std::fs::write(&file, good.replacen(from, to, 1)).unwrap();
        let verdicts = validated(std::slice::from_ref(&file));
        assert!(verdicts.iter().any(|[_, _, verdict]| verdict != "ok"), "{name}: {verdicts:?}");
        assert!(!is_accepted(&file), "{name}");
    }
}

/// What CloudWatch asks of a line with metrics in it (CloudWatch User Guide, "Embedded metric format specification").
fn cloudwatch_reads(line: &Value) {
    let said_at: jiff::Timestamp = line["timestamp"].as_str().unwrap().parse().unwrap();
    assert!((line["_aws"]["Timestamp"].as_i64().unwrap() - said_at.as_millisecond()).abs() < 1_000, "{line}");
    for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
        assert_eq!(directive["Namespace"], "EcsSpotOperator");
        for dimension in directive["Dimensions"].as_array().unwrap().iter().flat_map(|set| set.as_array().unwrap()) {
            assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension} in {line}");
        }
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!((1..=100).contains(&metrics.len()), "{line}");
        for metric in metrics {
            assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric} in {line}");
            assert!(["Count", "Seconds"].contains(&metric["Unit"].as_str().unwrap()), "{metric}");
        }
    }
}

/// Two notices, a change of the manifests for the worse and one for the better, and the stop.
#[test]
fn the_lines_of_the_log_are_as_their_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = "apiVersion: ecs-spot-operator/v1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  clusters:\n    - name: web\n      \
        groups: [{capacityProvider: a, desired: 4}]\n      services: [{name: app, desired: 4, minimumHealthyPercent: 50}]\n  \
        interruptions:\n    - {after: 3s, capacityProvider: a, count: 2}\n";
    let (_aws, endpoint) = Process::simulated_aws(scenario);
    let manifests = std::fs::read_to_string(root().join("tests/golden/manifests/live.yaml")).unwrap();
    let manifests = manifests.replace("  http:", "  logs: {embeddedMetrics: true}\n  http:");
    let config = folder.path().join("operator.yaml");
    std::fs::write(&config, &manifests).unwrap();
    let mut operator = Process::operator(&config, &endpoint);
    operator.line("the second notice's drain", |line| line["event"] == "case.draining");
    std::fs::write(&config, "kind: Nonsense").unwrap();
    operator.line("a refusal", |line| line["event"] == "config.refused");
    std::fs::write(&config, manifests.replace("team: shop", "team: other")).unwrap();
    operator.line("a change", |line| line["event"] == "config.accepted");
    let (_, said) = operator.stop();
    let embedded: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let embedded =
        embedded.iter().filter(|line| line.get("_aws").is_some()).inspect(|line| cloudwatch_reads(line)).count();
    assert!(embedded >= 3, "{embedded} lines carry metrics:\n{said}");
    let log = folder.path().join("log");
    std::fs::write(&log, said).unwrap();
    let verdicts = verdicts([std::ffi::OsStr::new("--lines"), log.as_os_str()]);
    let refused: Vec<_> = verdicts.iter().filter(|[_, _, verdict]| verdict != "ok").collect();
    assert!(refused.is_empty(), "{refused:?}");
    for event in
        ["operator.started", "case.noticed", "aws.call", "config.refused", "config.accepted", "cluster.condition"]
    {
        assert!(verdicts.iter().any(|[_, found, _]| found == event), "no {event} among {verdicts:?}");
    }
}

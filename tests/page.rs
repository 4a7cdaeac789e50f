//! The page in a browser: beside a stand-in that tells odd things, and beside an operator in a storm.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::process::Process;

/// Five hundred instances are taken at once, and then some more every twenty seconds for as long as anybody may look.
fn storm() -> String {
    let later = |n: u32| format!("    - {{after: {}s, capacityProvider: web-spot, count: 2}}\n", 40 + 20 * n);
    let later: String = (0..60).map(later).collect();
    format!(
        "apiVersion: ecs-spot-operator/v1\nkind: Scenario\nmetadata: {{name: storm}}\nspec:\n  clusters:\n    - name: web\n      \
         groups: [{{capacityProvider: web-spot, desired: 540, max: 1200}}]\n      \
         services: [{{name: app, desired: 540, minimumHealthyPercent: 50, capacityProviders: [web-spot]}}]\n  \
         interruptions:\n    - {{after: 5s, capacityProvider: web-spot, count: 500}}\n{later}"
    )
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the tests in the browser and panics with what they said where one fails.
fn in_the_browser(arguments: &[&str]) {
    let mut command = Command::new(root().join(".venv/page/bin/python"));
    command.arg("-B").arg(root().join("tests/page/run.py")).args(arguments);
    let output = command.output().expect("tests/page/setup.sh makes it");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{errors}");
}

#[test]
fn whatever_is_told_it_shows_it_and_nothing_else() {
    in_the_browser(&[]);
}

#[test]
fn five_hundred_cases_of_an_operator_are_shown_while_they_change() {
    let (_aws, endpoint) = Process::simulated_aws(&storm());
    let manifests = root().join("tests/golden/manifests/live.yaml");
    let mut operator = Process::operator(Path::new(&manifests), &endpoint);
    let http = operator.line("its start", |line| line["event"] == "operator.started")["http"].clone();
    operator.line("a drain", |line| line["event"] == "case.draining");
    in_the_browser(&["--url", &format!("http://{}", http.as_str().unwrap())]);
    assert_eq!(operator.stop().0, Some(0), "a page that is open does not keep it from stopping");
}

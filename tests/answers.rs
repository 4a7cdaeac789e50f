//! What an operator answers over HTTP is what its OpenAPI document says, by validators of somebody else.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::path::Path;
use std::process::Command;

use support::process::Process;

/// One instance is taken, another is said to be at risk, and a third is on the way.
const SCENARIO: &str = "apiVersion: ecs-spot-operator/v1\nkind: Scenario\nmetadata: {name: night}\nspec:\n  clusters:\n    - name: web\n      \
    groups: [{capacityProvider: web-spot, desired: 6}]\n      \
    services: [{name: app, desired: 12, minimumHealthyPercent: 50, capacityProviders: [web-spot]}]\n  \
    interruptions:\n    - {after: 3s, capacityProvider: web-spot, notice: 1s}\n    - {after: 4s, capacityProvider: web-spot}\n";

#[test]
fn every_answer_is_as_the_document_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let (_aws, endpoint) = Process::simulated_aws(SCENARIO);
    let manifests = std::fs::read_to_string(root.join("tests/golden/manifests/live.yaml")).unwrap();
    // It names itself, so that replicas are told of as well.
    let listen = format!("127.0.0.1:{}", support::emulator::free_port());
    let http = format!("http: {{listen: \"{listen}\", replicas: \"http://{listen}\"}}");
    let config = folder.path().join("operator.yaml");
    std::fs::write(&config, manifests.replace("http: {listen: \"127.0.0.1:0\"}", &http)).unwrap();
    let mut operator = Process::operator(&config, &endpoint);
    operator.line("the end of one case, while another is open", |line| line["event"] == "case.closed");

    let mut command = Command::new(root.join(".venv/moto/bin/python"));
    command.arg("-B").arg(root.join("tests/support/openapi.py"));
    command.arg(format!("http://{listen}")).arg(root.join("docs/openapi.json"));
    let output = command.output().expect("localstack/setup.sh makes it");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{errors}");
    assert!(said.lines().count() > 14, "{said}");
}

//! The command line: exit codes, what is said about bad input, and what never ends `run`.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "command_line/asking.rs"]
mod asking;
#[path = "command_line/draining.rs"]
mod draining;
#[path = "command_line/golden.rs"]
mod golden;
#[path = "command_line/log_level.rs"]
mod log_level;
mod support;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use support::emulator::free_port;
use support::eventually;
use support::process::Process;

const GOOD: &str = "\
apiVersion: ecs-spot-operator/v1
kind: Operator
metadata: {name: default}
spec:
  queues:
    - url: https://sqs.us-east-1.amazonaws.com/123456789012/spot-events
  http: {listen: \"127.0.0.1:0\"}
---
apiVersion: ecs-spot-operator/v1
kind: SpotCluster
metadata: {name: web}
spec:
  cluster: web
";

fn operator(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    command.args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn run_with(text: &str) -> (Option<i32>, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("operator.yaml");
    std::fs::write(&path, text).unwrap();
    let output = operator(&["run", "--config", path.to_str().unwrap()]);
    assert!(output.stdout.is_empty(), "nothing else happens before: {output:?}");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn bad_manifests_end_with_2_and_one_message_with_file_line_and_column() {
    for (text, place, part) in [
        (
            GOOD.replace("  cluster: web", "  cluster: web\n  replacment: {}"),
            "operator.yaml:14:3",
            "unknown field `replacment`",
        ),
        (GOOD.replace("  queues:\n    - url: ", "  queues: 3 # "), "operator.yaml:5:11", ""),
        (GOOD.replace("kind: SpotCluster", "kind: SpotClutser"), "operator.yaml:10:7", "SpotClutser"),
        (GOOD.replacen("operator/v1", "operator/v9", 1), "operator.yaml:1:13", "ecs-spot-operator/v9"),
        (GOOD.replace("spec:\n  cluster", "spec: [\n  cluster"), "operator.yaml:1", ""),
    ] {
        let (code, said) = run_with(&text);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(place) && said.contains(part), "{place}: {said}");
        assert_eq!(said.matches("error:").count(), 1, "{said}");
    }
}

#[test]
fn a_file_that_is_not_there_and_an_unknown_command_end_with_2() {
    let output = operator(&["run", "--config", "/nowhere/operator.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/operator.yaml"));
    for arguments in [&["walk"][..], &["run"], &["demo", "--speed", "fast"], &["demo", "--duration", "soon"]] {
        assert_eq!(operator(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_directory_is_read_as_a_whole() {
    let directory = tempfile::tempdir().unwrap();
    let (operators, clusters) = GOOD.split_once("---\n").unwrap();
    std::fs::write(directory.path().join("a.yaml"), operators).unwrap();
    std::fs::write(directory.path().join("b.yml"), clusters.replace("web", "web: web")).unwrap();
    std::fs::write(directory.path().join("notes.txt"), "no yaml").unwrap();
    let output = operator(&["run", "--config", directory.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("b.yml:3:"), "{output:?}");
}

#[test]
fn the_schemas_kept_are_those_that_the_program_prints() {
    for kind in ["Operator", "SpotCluster", "Scenario", "Interruption", "LogLine"] {
        let file = format!("{}.schema.json", kind.to_lowercase());
        let output = operator(&["schema", kind]);
        assert_eq!(output.status.code(), Some(0));
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("crds-like-schemas").join(&file);
        let kept = std::fs::read_to_string(kept).unwrap_or_default();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(kept == printed, "crds-like-schemas/{file} is stale: `make schemas` writes it anew");
    }
    assert_eq!(operator(&["schema", "Pod"]).status.code(), Some(2));
}

/// Runs the operator against `endpoint`, waits until it says what is wrong, and ends it.
fn obstructed(endpoint: &str, credentials: bool) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("operator.yaml");
    std::fs::write(&path, GOOD).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    command.args(["run", "--config"]).arg(&path);
    command.env_clear().env("AWS_ENDPOINT_URL", endpoint).env("AWS_EC2_METADATA_DISABLED", "true");
    if credentials {
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    }
    let mut operator = Process::start(&mut command);
    let mut places = std::collections::BTreeSet::new();
    let mut remedy = String::new();
    while places.len() < 2 {
        let line = operator.line("what is wrong with cluster and queue", |line| line["event"] == "problem.found");
        places.insert(line["place"].as_str().unwrap().to_owned());
        remedy = line["remedy"].as_str().unwrap().to_owned();
    }
    assert!(places.contains("cluster web") && places.iter().any(|place| place.starts_with("queue ")), "{places:?}");
    let (code, said) = operator.stop();
    assert_eq!(code, Some(0), "{said}");
    remedy
}

#[test]
fn an_endpoint_that_nobody_serves_does_not_end_it() {
    let remedy = obstructed(&format!("http://127.0.0.1:{}", free_port()), true);
    assert!(remedy.contains("AWS_ENDPOINT_URL"), "{remedy}");
}

#[test]
fn missing_credentials_do_not_end_it() {
    let remedy = obstructed(&format!("http://127.0.0.1:{}", free_port()), false);
    assert!(remedy.contains("credentials"), "{remedy}");
}

#[test]
fn missing_permission_does_not_end_it() {
    let remedy = obstructed(&refusing(), true);
    assert!(remedy.contains("allow `"), "{remedy}");
}

/// An endpoint that denies everything, as AWS does.
fn refusing() -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 16_384];
            let _ = stream.read(&mut request);
            let body = r#"{"__type":"AccessDeniedException","message":"User: arn:aws:iam::123456789012:user/x is not authorized"}"#;
            let _ = write!(
                stream,
                "HTTP/1.1 400 Bad Request\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    format!("http://{address}")
}

#[test]
fn an_address_that_is_taken_is_said_to_be() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("operator.yaml");
    std::fs::write(&path, GOOD.replace("127.0.0.1:0", &address)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    command
        .args(["run", "--config"])
        .arg(&path)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&address));
}

#[test]
fn the_demo_ends_with_0_when_its_time_is_up_or_somebody_interrupts_it() {
    let output = operator(&["demo", "--duration", "1s", "--speed", "50"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("Summary"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    let mut demo = Process::start(command.args(["demo", "--speed", "20"]));
    demo.text("notice: EC2 takes it back");
    let (code, said) = demo.stop();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn the_demo_shows_three_hand_overs_and_ends_by_itself() {
    let output = operator(&["demo", "--speed", "40"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let handed_over = said.matches("gone: handed_over").count() + said.matches("gone: late").count();
    assert!(handed_over >= 3 && said.contains("tasks with SIGTERM in time"), "{said}");
}

/// Runs the operator on a terminal of its own, by Python's pty module.
#[tokio::test]
async fn on_a_terminal_it_speaks_to_people_and_goes_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("operator.yaml");
    std::fs::write(&path, GOOD).unwrap();
    let mut command = Command::new("python3");
    command.args(["-c", "import pty, sys; pty.spawn(sys.argv[1:])", env!("CARGO_BIN_EXE_ecs-spot-operator")]);
    command.args(["run", "--config"]).arg(&path).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", free_port()))
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let mut terminal = Process::start(&mut command);
    terminal.text("ecs-spot-operator 0.1.0: 1 clusters, 1 queues");
    terminal.text("(remedy: ");
    let said = terminal.said();
    assert!(said.contains("\u{1b}[33m WARN\u{1b}[0m"), "coloured: {said}");
    assert!(!said.contains('{'), "no JSON: {said}");
    drop(terminal);
    eventually("it ends with its terminal", || async { (!runs_with(&path)).then_some(()) }).await;
}

/// Whether a program runs that was given `path`.
fn runs_with(path: &Path) -> bool {
    let programs =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok());
    let path = path.to_str().unwrap().as_bytes();
    programs.into_iter().any(|line| line.split(|byte| *byte == 0).any(|word| word == path))
}

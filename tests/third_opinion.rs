//! A third opinion on the simulated AWS: boto3 asks `sim serve` for everything that the model has, and botocore's model of each
//! service judges the answers. The Python part is in `tests/third_opinion/`.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use support::process::Process;

/// How fast the simulated AWS moves, so that waiters have something to see before long.
const SPEED: &str = "10";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn serve(listen: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    command.args(["sim", "serve", "--listen", listen, "--speed", SPEED]);
    command
}

/// Starts it on a free port; gives back its URL too.
fn served() -> (Process, String) {
    let mut process = Process::start(&mut serve("127.0.0.1:0"));
    process.text("is a simulated AWS");
    let url = process.said().split(' ').next().unwrap().to_owned();
    (process, url)
}

/// Every action that the model has, as `service.Action`, read from where requests are told apart.
fn actions() -> Vec<String> {
    let mut found = Vec::new();
    for service in ["ecs", "autoscaling", "sqs", "events"] {
        let source = fs::read_to_string(root().join(format!("src/sim/edge/wire/{service}/mod.rs"))).unwrap();
        let (_, rest) = source.split_once("match action {").unwrap();
        let (arms, _) = rest.split_once("_ => Err(").unwrap();
        let names = arms.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>"));
        found.extend(names.map(|(name, _)| format!("{service}.{name}")));
    }
    assert!(found.len() > 70, "{found:?}");
    found
}

#[test]
fn botocore_finds_nothing_wrong_with_any_answer() {
    let (process, url) = served();
    let python = root().join(".venv/moto/bin/python");
    let mut command = Command::new(&python);
    command.arg("-B").arg(root().join("tests/third_opinion/run.py"));
    command.args(["--endpoint", &url, "--actions", &actions().join(",")]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    let output =
        command.output().unwrap_or_else(|error| panic!("`make emulators` first: {}: {error}", python.display()));
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{errors}");
    let (code, said) = process.stop();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_served_simulation_ends_with_0_also_while_somebody_polls() {
    let (process, url) = served();
    let address = url.strip_prefix("http://").unwrap();
    let mut polling = std::net::TcpStream::connect(address).unwrap();
    let body = r#"{"QueueUrl":"spot-events-dead","WaitTimeSeconds":20}"#;
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {address}\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    std::io::Write::write_all(&mut polling, request.as_bytes()).unwrap();
    let (code, said) = process.stop();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn an_address_that_cannot_be_had_ends_it_with_1_and_one_that_is_none_with_2() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (listen, code) in [(address.as_str(), 1), ("nonsense", 2), ("127.0.0.1:99999", 2)] {
        let output = serve(listen).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{errors}");
        assert!(errors.contains(listen), "{errors}");
        assert!(output.stdout.is_empty(), "nothing is served");
    }
}

//! The simulated AWS beside the emulators: one script of calls asks all of them, and every difference has to stand in
//! `tests/third_opinion/differences.md` with the reason why the simulated AWS is right. The script is in
//! `tests/third_opinion/compare/`.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::path::PathBuf;
use std::process::Command;

use support::emulator::{Emulator, Kind};
use support::process::Process;

/// How fast the simulated AWS moves: an instance takes a minute to be in service.
const SPEED: &str = "10";
/// As many instances as there are in the scenario.
const INSTANCES: usize = 3;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Starts the simulated AWS on a free port; gives back its URL too.
fn served() -> (Process, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    command.args(["sim", "serve", "--listen", "127.0.0.1:0", "--speed", SPEED]);
    command.arg("--scenario").arg(root().join("tests/third_opinion/compare/account.yaml"));
    let mut process = Process::start(&mut command);
    process.text("is a simulated AWS");
    let url = process.said().split(' ').next().unwrap().to_owned();
    (process, url)
}

async fn seeded(kind: Kind) -> Emulator {
    let emulator = Emulator::start(kind).await;
    emulator.seed(INSTANCES);
    emulator
}

/// Runs a script of `tests/third_opinion/compare/` and panics with what it said where it fails.
fn succeeds(script: &str, arguments: &[String]) {
    let python = root().join(".venv/moto/bin/python");
    let mut command = Command::new(&python);
    command.arg("-B").arg(root().join("tests/third_opinion/compare").join(script)).args(arguments);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    let output =
        command.output().unwrap_or_else(|error| panic!("`make emulators` first: {}: {error}", python.display()));
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{errors}");
}

#[tokio::test]
async fn where_an_emulator_answers_otherwise_there_is_a_reason_why_the_simulated_aws_is_right() {
    let (process, sim) = served();
    let moto = seeded(Kind::Moto).await;
    let localstack = seeded(Kind::LocalStack).await;
    let table = root().join("tests/third_opinion/differences.md");
    let mut arguments = vec!["--table".to_owned(), table.display().to_string()];
    for (name, url) in [("sim", &sim), ("moto", &moto.endpoint), ("localstack", &localstack.endpoint)] {
        arguments.extend(["--target".to_owned(), format!("{name}={url}")]);
    }
    succeeds("main.py", &arguments);
    let (code, said) = process.stop();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn the_comparison_can_fail() {
    succeeds("selftest.py", &[]);
}

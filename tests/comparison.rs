//! The simulated AWS beside the emulators: one script of calls asks all of them, and every difference has to stand in
//! `tests/third_opinion/differences.md` with the reason why the simulated AWS is right. The script is in
//! `tests/third_opinion/compare/`.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use support::emulator::{Emulator, Kind};
use support::process::Process;
use support::simulated::{root, serve, served, succeeds};

/// As many instances as there are in the scenario.
const INSTANCES: usize = 3;

/// The simulated AWS with the account of the comparison.
fn simulated() -> (Process, String) {
    served(serve("127.0.0.1:0").arg("--scenario").arg(root().join("tests/third_opinion/compare/account.yaml")))
}

async fn seeded(kind: Kind) -> Emulator {
    let emulator = Emulator::start(kind).await;
    emulator.seed(INSTANCES);
    emulator
}

#[tokio::test]
async fn where_an_emulator_answers_otherwise_there_is_a_reason_why_the_simulated_aws_is_right() {
    let (process, sim) = simulated();
    let moto = seeded(Kind::Moto).await;
    let localstack = seeded(Kind::LocalStack).await;
    let table = root().join("tests/third_opinion/differences.md");
    let mut arguments = vec!["--table".to_owned(), table.display().to_string()];
    for (name, url) in [("sim", &sim), ("moto", &moto.endpoint), ("localstack", &localstack.endpoint)] {
        arguments.extend(["--target".to_owned(), format!("{name}={url}")]);
    }
    succeeds("compare/main.py", &arguments);
    let (code, said) = process.stop();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn the_comparison_can_fail() {
    succeeds("compare/selftest.py", &[""; 0]);
}

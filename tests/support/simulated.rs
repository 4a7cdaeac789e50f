//! The simulated AWS as a process, and the Python scripts that ask it.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use super::process::Process;

/// How fast the simulated AWS moves: an instance takes a minute to be in service, and waiters have something to see.
const SPEED: &str = "10";

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// `sim serve` at an address.
pub fn serve(listen: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    command.args(["sim", "serve", "--listen", listen, "--speed", SPEED]);
    command
}

/// Starts it; gives back its URL too.
pub fn served(command: &mut Command) -> (Process, String) {
    let mut process = Process::start(command);
    process.text("is a simulated AWS");
    let url = process.said().split(' ').next().unwrap().to_owned();
    (process, url)
}

/// Runs a script below `tests/third_opinion/` and panics with what it said where it fails. Nothing of the machine's own
/// AWS settings reaches it.
pub fn succeeds(script: &str, arguments: &[impl AsRef<OsStr>]) {
    let python = root().join(".venv/moto/bin/python");
    let mut command = Command::new(&python);
    command.arg("-B").arg(root().join("tests/third_opinion").join(script)).args(arguments);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    let output =
        command.output().unwrap_or_else(|error| panic!("`make emulators` first: {}: {error}", python.display()));
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{errors}");
}

//! What is logged changes with the manifests.

use std::path::Path;

use crate::support::emulator::free_port;
use crate::support::eventually;
use crate::support::process::Process;
use crate::{GOOD, operator};

/// Writes manifests, asks for them to be read, and waits until they are in force.
async fn tell(process: &Process, server: &str, path: &Path, logs: &str) {
    std::fs::write(path, GOOD.replace("  queues:", &format!("{logs}  queues:"))).unwrap();
    process.signal("HUP");
    let path = path.to_str().unwrap();
    let in_force = || async { operator(&["diff", path, "--server", server]).status.success().then_some(()) };
    eventually("the manifests are in force", in_force).await;
}

#[tokio::test]
async fn less_is_logged_where_the_manifests_say_so_and_more_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("operator.yaml");
    std::fs::write(&path, GOOD).unwrap();
    let mut process = Process::operator(&path, &format!("http://127.0.0.1:{}", free_port()));
    let started = process.line("its start", |line| line["event"] == "operator.started");
    let server = format!("http://{}", started["http"].as_str().unwrap());
    for logs in [
        "  logs: {level: error}\n",
        "  logs: {level: error}\n  paused: true\n",
        "  logs: {level: info}\n  paused: true\n",
        "  logs: {level: info}\n",
    ] {
        tell(&process, &server, &path, logs).await;
    }
    let accepted = |process: &mut Process| process.line("a change", |line| line["event"] == "config.accepted");
    assert_eq!(accepted(&mut process)["generation"], 2, "what was in force said so");
    assert_eq!(accepted(&mut process)["generation"], 5);
    assert_eq!(process.stop().0, Some(0));
}

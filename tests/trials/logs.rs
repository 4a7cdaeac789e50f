//! The log of trials with all their faults: every line is as its schema says, and none is too long.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use ecs_spot_operator::api::LogThreshold;
use ecs_spot_operator::clock::Clock;
use ecs_spot_operator::telemetry::logging;
use ecs_spot_operator::trial::fuzz::fuzz;

/// So many drawn scenarios: all kinds of lines that fuzzing has ever brought about are among theirs.
const SEEDS: u64 = 60;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn logged() -> Vec<u8> {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = logging::json_to(move || writer.clone(), LogThreshold::Debug, &Clock::system());
    tracing::subscriber::with_default(subscriber, || {
        (0..SEEDS).for_each(|seed| drop(fuzz(seed, None).unwrap()));
    });
    log.0.lock().unwrap().clone()
}

#[test]
fn every_line_of_a_fuzzed_run_is_as_its_schema_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lines = logged();
    let longest = lines.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
    assert!(longest.is_some_and(|longest| longest < 256 * 1024), "{longest:?}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    std::fs::write(&file, lines).unwrap();
    let mut command = Command::new(root.join(".venv/moto/bin/python"));
    command.arg(root.join("tests/support/validate.py")).arg(root.join("crds-like-schemas")).arg("--lines").arg(&file);
    let output = command.output().expect("localstack/setup.sh makes it");
    let verdicts = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let wrong: Vec<&str> = verdicts.lines().filter(|line| !line.ends_with("\tok")).take(5).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let events: std::collections::BTreeSet<&str> =
        verdicts.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    assert!(verdicts.lines().count() > 5_000 && events.len() > 18, "{} lines: {events:?}", verdicts.lines().count());
}

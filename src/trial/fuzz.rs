//! Many trials, one a seed, each held to what must hold; and what all of them together have seen.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::check::{Violation, violations};
use super::draw;
use super::play::{Meddler, Trial, TrialError};
use super::transcript::{Line, Source};

/// So many of the last lines are kept of a trial that went wrong.
const LAST_LINES: usize = 60;

/// How often each thing was seen that seeds are to hit.
pub type Coverage = BTreeMap<String, u64>;

/// What came of one seed.
#[derive(Debug)]
pub struct Verdict {
    /// The seed.
    pub seed: u64,
    /// What was wrong.
    pub violations: Vec<Violation>,
    /// What happened last.
    pub last_lines: Vec<String>,
    /// What was seen.
    pub coverage: Coverage,
}

/// Plays the trial of a seed, with `meddler` between the operators and AWS where there is one.
///
/// # Errors
/// When it cannot be played.
pub fn fuzz(seed: u64, meddler: Option<Meddler>) -> Result<Verdict, TrialError> {
    let lines: Arc<Mutex<Vec<Line>>> = Arc::default();
    let heard = Arc::clone(&lines);
    let trial = Trial { scenario: draw::scenario(seed), seed, meddler };
    let end = trial.play_to_end(move |line| heard.lock().unwrap_or_else(PoisonError::into_inner).push(line))?;
    let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
    let major: Vec<String> = lines.iter().filter(|line| !line.minor).map(Line::aligned).collect();
    let last_lines = major.into_iter().rev().take(LAST_LINES).rev().collect();
    Ok(Verdict { seed, violations: violations(&lines, &end), last_lines, coverage: coverage(&lines) })
}

/// What every run of many seeds has to have seen at least once.
pub const EXPECTED: [&str; 14] = [
    "case.noticed",
    "case.replacement_requested",
    "case.replacement_registered",
    "case.draining",
    "case.tasks_stopped",
    "case.at_risk",
    "skipped CapacityRebalancing",
    "skipped LaunchSuspended",
    "skipped LeftGroup",
    "outcome handed_over",
    "outcome late",
    "outcome lossy",
    "outcome not_replaced",
    "outcome returned",
];

fn coverage(lines: &[Line]) -> Coverage {
    let mut coverage = Coverage::new();
    let mut count = |what: String| *coverage.entry(what).or_default() += 1;
    for line in lines.iter().filter(|line| line.source == Source::Operator) {
        let word = |name: &str| line.detail.get(name).and_then(|value| value.as_str());
        match line.event.as_str() {
            "case.closed" => count(format!("outcome {}", word("outcome").unwrap_or("none"))),
            "case.replacement_skipped" => count(format!("skipped {}", word("reason").unwrap_or("none"))),
            other => count(other.to_owned()),
        }
    }
    coverage
}

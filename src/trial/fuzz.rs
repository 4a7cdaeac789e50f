//! Many trials, one a seed, each held to what must hold; and what all of them together have seen.

use std::sync::{Arc, Mutex, PoisonError};

use super::check::{History, Violation, violations};
use super::coverage::Coverage;
use super::draw;
use super::play::{Meddler, Trial, TrialError};
use super::transcript::Line;
use crate::api::ScenarioSpec;

/// So many of the last lines are kept of a trial that went wrong.
const LAST_LINES: usize = 40;

/// What came of one seed.
#[derive(Debug)]
pub struct Verdict {
    /// The seed.
    pub seed: u64,
    /// What was wrong.
    pub violations: Vec<Violation>,
    /// What happened last to whom something went wrong about, or to anybody.
    pub last_lines: Vec<String>,
    /// Everything that happened; of the calls those that people see.
    pub lines: Vec<Line>,
    /// What was seen.
    pub coverage: Coverage,
}

/// Plays the trial of a seed, with `meddler` between the operators and AWS where there is one.
///
/// # Errors
/// When it cannot be played.
pub fn fuzz(seed: u64, meddler: Option<Meddler>) -> Result<Verdict, TrialError> {
    judged(draw::scenario(seed), seed, meddler)
}

/// Plays `scenario` with `seed` and judges it.
///
/// # Errors
/// When it cannot be played.
pub fn judged(scenario: ScenarioSpec, seed: u64, meddler: Option<Meddler>) -> Result<Verdict, TrialError> {
    let lines: Arc<Mutex<Vec<Line>>> = Arc::default();
    let heard = Arc::clone(&lines);
    let trial = Trial { scenario: scenario.clone(), seed, meddler };
    // Most calls are of no interest to the checkers, and most of what happens.
    let hear = move |line: Line| {
        if !line.minor {
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    };
    let end = trial.play_to_end(hear)?;
    let lines = std::mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner));
    let violations = violations(&History { lines: &lines, end: &end, scenario: &scenario });
    let (last_lines, coverage) = (last_lines(&lines, &violations), Coverage::of(&lines, &scenario));
    Ok(Verdict { seed, violations, last_lines, lines, coverage })
}

fn last_lines(lines: &[Line], violations: &[Violation]) -> Vec<String> {
    if violations.is_empty() {
        return Vec::new();
    }
    let concerned = |line: &&Line| {
        let names = [line.object.as_str(), line.field("instance")];
        let named = |name: &str| !name.is_empty() && violations.iter().any(|v| v.message.contains(name));
        names.into_iter().any(named)
    };
    let about: Vec<&Line> = lines.iter().filter(concerned).collect();
    let shown = if about.is_empty() { lines.iter().collect() } else { about };
    shown.iter().rev().take(LAST_LINES).rev().map(|line| line.aligned()).collect()
}

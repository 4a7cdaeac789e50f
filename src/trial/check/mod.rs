//! What must hold in every trial, judged by what really happened and never by the operator's word.
//!
//! One checker a file, each with a history of its own that turns it red.

mod acknowledging;
mod answered;
mod base;
mod bystanders;
mod capacity;
mod convergence;
mod history;
mod hooks;
mod prompt;
mod sigterm;
mod targets;

use std::fmt;

pub use history::{End, GroupEnd, History};

/// What faults have left behind is over so long after they end.
const AFTER_FAULTS_SECS: f64 = 60.0;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What must hold.
    pub invariant: &'static str,
    /// How it did not.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.message)
    }
}

/// All that is wrong with a trial.
#[must_use]
pub fn violations(history: &History<'_>) -> Vec<Violation> {
    [
        acknowledging::check(history),
        answered::check(history),
        base::check(history),
        bystanders::check(history),
        capacity::check(history),
        convergence::check(history),
        hooks::check(history),
        prompt::check(history),
        sigterm::check(history),
        targets::check(history),
    ]
    .concat()
}

fn violation(invariant: &'static str, message: String) -> Violation {
    Violation { invariant, message }
}

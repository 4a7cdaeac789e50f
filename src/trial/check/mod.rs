//! What must hold in every trial, judged by what really happened and never by the operator's word.
//!
//! One checker a file, each with a history of its own that turns it red.

mod bystanders;
mod capacity;
mod convergence;

use std::fmt;

use super::transcript::Line;
use crate::sim::Truth;

/// How the account stands when a trial is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// What really happened to the interrupted instances.
    pub truth: Truth,
    /// The groups.
    pub groups: Vec<GroupEnd>,
    /// Messages in the queue, seen or held.
    pub messages_left: usize,
    /// Messages that became dead letters.
    pub dead_letters: usize,
}

/// How a group stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupEnd {
    /// Its name.
    pub name: String,
    /// Its desired capacity at the start.
    pub desired_at_first: u32,
    /// Its desired capacity.
    pub desired: u32,
    /// Its instances.
    pub members: usize,
    /// Whether its Launch process is suspended, so that nothing can be replaced.
    pub launch_suspended: bool,
}

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
pub fn violations(lines: &[Line], end: &End) -> Vec<Violation> {
    [bystanders::check(lines), capacity::check(end), convergence::check(end)].concat()
}

fn violation(invariant: &'static str, message: String) -> Violation {
    Violation { invariant, message }
}

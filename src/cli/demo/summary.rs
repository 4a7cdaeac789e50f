//! The end of the story: what the operator achieved, by the simulated AWS's own books.

use super::narrator::Ended;
use crate::cli::say;
use crate::sim::{Interruption, Truth};

/// Prints the summary.
pub fn print(ended: &[Ended], truth: &Truth) {
    let closed = |interruption: &&Interruption| ended.iter().any(|ended| ended.instance == interruption.instance_id);
    let interruptions: Vec<&Interruption> = truth.interruptions.iter().filter(closed).collect();
    let cases = interruptions.len();
    let replaced = interruptions.iter().filter(|interruption| in_time(interruption)).count();
    let graceful: usize = interruptions.iter().map(|interruption| interruption.graceful).sum();
    let others: usize = interruptions.iter().map(|interruption| interruption.cut_short + interruption.killed).sum();
    let open = truth.interruptions.len() - cases;
    say(&format!(
        "\nSummary, by the simulated AWS's own books\n  \
         cases closed                  {cases}{}\n  \
         replaced in time              {replaced} of {cases}\n  \
         tasks with SIGTERM in time    {graceful} of {}",
        if open > 0 { format!(" (and {open} handed back to the queue, still open)") } else { String::new() },
        graceful + others,
    ));
}

fn in_time(interruption: &Interruption) -> bool {
    let registered = interruption.replacement.as_ref().and_then(|replacement| replacement.registered);
    registered.is_some_and(|at| at <= interruption.deadline)
}

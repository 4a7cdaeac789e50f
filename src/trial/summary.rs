//! How a trial went: by AWS's own books, and by what the operators said.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::sim::{Interruption, Truth};

/// How a trial went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Instances that got notice.
    pub interruptions: usize,
    /// Of those, the ones whose replacement was registered by the deadline.
    pub replaced_in_time: usize,
    /// Tasks of doomed instances that got SIGTERM and ended before their instance did, or had their whole stopTimeout left.
    pub graceful: usize,
    /// Tasks that got it later than that, and went with their instance.
    pub cut_short: usize,
    /// Tasks that never got it.
    pub killed: usize,
    /// Cases that the operators closed, by outcome.
    pub outcomes: BTreeMap<String, usize>,
    /// Calls, by service and action.
    pub calls: BTreeMap<String, u64>,
    /// Messages left in the queue.
    pub messages_left: usize,
}

impl Summary {
    /// Counts what really happened.
    #[must_use]
    pub fn of(truth: &Truth, outcomes: BTreeMap<String, usize>, calls: &BTreeMap<(String, String), u64>) -> Self {
        let all = &truth.interruptions;
        let sum = |count: fn(&Interruption) -> usize| all.iter().map(count).sum();
        Self {
            interruptions: all.len(),
            replaced_in_time: all.iter().filter(|interruption| replaced_in_time(interruption)).count(),
            graceful: sum(|interruption| interruption.graceful),
            cut_short: sum(|interruption| interruption.cut_short),
            killed: sum(|interruption| interruption.killed),
            outcomes,
            calls: calls.iter().map(|((service, action), count)| (format!("{service}.{action}"), *count)).collect(),
            messages_left: 0,
        }
    }
}

fn replaced_in_time(interruption: &Interruption) -> bool {
    let registered = interruption.replacement.as_ref().and_then(|replacement| replacement.registered);
    registered.is_some_and(|at| at <= interruption.deadline)
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tasks = self.graceful + self.cut_short + self.killed;
        writeln!(f, "interruptions                 {}", self.interruptions)?;
        writeln!(f, "replaced in time              {} of {}", self.replaced_in_time, self.interruptions)?;
        writeln!(f, "tasks with SIGTERM in time    {} of {tasks}", self.graceful)?;
        writeln!(f, "tasks killed without SIGTERM  {}", self.killed)?;
        for (outcome, count) in &self.outcomes {
            writeln!(f, "cases {outcome:<24}{count}")?;
        }
        writeln!(f, "messages left in the queue    {}", self.messages_left)?;
        write!(f, "calls of the API              {}", self.calls.values().sum::<u64>())
    }
}

//! Interruptions in words that `get` and `describe` share. Texts come from AWS too, so nothing in them steers a terminal.

use crate::api::{InterruptionStatus, InterruptionTasks};

/// A text without what a terminal would obey.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// The phase that was reached last.
pub fn phase(status: &InterruptionStatus) -> String {
    // All are written alike, so that the later time is the greater text.
    let latest = status.phases.iter().max_by(|a, b| a.1.cmp(b.1)).map(|(phase, _)| phase.as_str());
    match (&status.outcome, &status.reason) {
        (Some(outcome), _) => format!("closed:{outcome}"),
        (None, Some(reason)) if !status.open => format!("dismissed:{reason}"),
        _ => latest.unwrap_or("unidentified").to_owned(),
    }
}

/// How long there is, in a few characters.
pub fn left(status: &InterruptionStatus) -> String {
    status.seconds_left.filter(|_| status.open).map_or_else(|| "-".to_owned(), |left| format!("{left:.0}s"))
}

/// How its tasks ended.
pub fn tasks(tasks: &InterruptionTasks) -> String {
    format!("{} stopped gracefully, {} killed, {} not ended", tasks.graceful, tasks.killed, tasks.running)
}

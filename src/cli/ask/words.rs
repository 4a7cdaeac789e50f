//! Words and pages that `get` and `describe` share. Texts come from AWS too, so nothing in them steers a terminal.

use crate::api::{InterruptionStatus, InterruptionTasks, ResourceEvent};

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

/// A text, or a dash where there is none.
pub fn or_none(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { plain(text) }
}

/// Events, a line each.
pub fn events(events: &[ResourceEvent]) -> Vec<String> {
    events.iter().map(|event| format!("{}  {:<28}  {}", event.time, event.event, event.message)).collect()
}

/// A page of fields and lists.
#[derive(Default)]
pub struct Page(String);

impl Page {
    /// A field and its value.
    pub fn field(&mut self, name: &str, value: &str) {
        self.0.push_str(&format!("{:<20}{}\n", format!("{name}:"), plain(value)));
    }

    /// A field and its entries, a line each.
    pub fn list(&mut self, name: &str, entries: &[String]) {
        if entries.is_empty() {
            return self.field(name, "none");
        }
        self.0.push_str(&format!("{name}:\n"));
        entries.iter().for_each(|entry| self.0.push_str(&format!("  {}\n", plain(entry))));
    }

    /// A field and some lines that are laid out already.
    pub fn block(&mut self, name: &str, lines: &str) {
        let lines: Vec<String> = lines.lines().map(str::to_owned).collect();
        self.list(name, &lines);
    }

    /// All of it.
    pub fn text(self) -> String {
        self.0
    }
}

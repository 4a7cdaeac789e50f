//! What the doctor says of one thing: how bad it is, what it costs in an interruption, and what mends it.

use serde::Serialize;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// In an interruption something is lost because of it.
    Critical,
    /// In an interruption something may be lost or late because of it.
    Warning,
    /// Good to know.
    Note,
}

impl Severity {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What the doctor says of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The name of the check, such as `LaunchSuspended`. It never changes.
    pub check: &'static str,
    /// What it is about, such as `group web-spot-asg`.
    pub object: String,
    /// What was found.
    pub message: String,
    /// What it costs in an interruption.
    pub cost: String,
    /// What mends it: a command where there is one.
    pub mend: String,
}

/// The findings about one thing.
#[derive(Debug)]
pub struct Sheet<'a> {
    object: String,
    found: &'a mut Vec<Finding>,
}

/// What a check says where it applies: what was found, what that costs, what mends it.
pub type Words = (String, String, String);

impl<'a> Sheet<'a> {
    /// Findings about `object` go to `found`.
    pub fn of(object: impl Into<String>, found: &'a mut Vec<Finding>) -> Self {
        Self { object: object.into(), found }
    }

    /// Notes what `check` found.
    pub fn note(&mut self, severity: Severity, check: &'static str, (message, cost, mend): Words) {
        self.found.push(Finding { severity, check, object: self.object.clone(), message, cost, mend });
    }

    /// The same, where it applies.
    pub fn note_if(&mut self, applies: bool, severity: Severity, check: &'static str, words: impl FnOnce() -> Words) {
        if applies {
            self.note(severity, check, words());
        }
    }
}

//! Listens to the lines of cases while something is played, for the report that closes it.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::say;
use crate::report::{Figures, Stories, Text};

/// What was heard so far. Its copies share it.
#[derive(Clone, Debug, Default)]
pub struct Tape(Arc<Mutex<Stories>>);

impl Tape {
    /// Hears a line as the log would have it.
    pub fn hear(&self, line: &impl Serialize) {
        if let Ok(line) = serde_json::to_string(line) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).read(&line);
        }
    }

    /// Tells what happened, where anything did.
    pub fn play(&self) {
        let figures = Figures::of(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if figures.cases > 0 {
            say(&format!("\nReport, by the operator's own log\n{}", Text(&figures).to_string().trim_end()));
        }
    }
}

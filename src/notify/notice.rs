//! What there is to tell of a case: the occasion, and the fields of its log line.

use jiff::Timestamp;
use serde_json::Value;

use crate::api::Occasion;
use crate::telemetry::CaseLine;

/// What there is to tell.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Why now.
    pub occasion: Occasion,
    /// When.
    pub at: Timestamp,
    /// The fields of the log line.
    pub line: Value,
}

impl Notice {
    /// Nothing where the line is about no such occasion.
    pub fn of(line: &CaseLine, at: Timestamp) -> Option<Self> {
        let occasion = match line.event {
            "case.noticed" => Occasion::Opened,
            "case.at_risk" => Occasion::AtRisk,
            "case.closed" | "case.rehearsed" => Occasion::Closed,
            _ => return None,
        };
        Some(Self { occasion, at, line: serde_json::to_value(line).ok()? })
    }

    /// How the case ended, if it did.
    pub fn outcome(&self) -> Option<&str> {
        self.line.get("outcome")?.as_str()
    }
}

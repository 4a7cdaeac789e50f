//! How a case ended: one list of words for planning, logs, metrics and manifests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All tasks stopped gracefully, and the replacement was registered by the deadline.
    HandedOver,
    /// All tasks stopped gracefully; the replacement was asked for and not registered by the deadline.
    Late,
    /// A task was killed with its instance.
    Lossy,
    /// All tasks stopped gracefully; no replacement was or could be asked for.
    NotReplaced,
    /// The instance lived on.
    Returned,
    /// The instance was gone before anybody told of it.
    Unannounced,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::HandedOver, Self::Late, Self::Lossy, Self::NotReplaced, Self::Returned, Self::Unannounced];

    /// The name that logs, metrics and manifests use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HandedOver => "handed_over",
            Self::Late => "late",
            Self::Lossy => "lossy",
            Self::NotReplaced => "not_replaced",
            Self::Returned => "returned",
            Self::Unannounced => "unannounced",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_its_name() {
        let written = Outcome::ALL.map(|outcome| serde_json::to_value(outcome).unwrap());
        assert_eq!(written, Outcome::ALL.map(|outcome| serde_json::json!(outcome.name())));
    }
}

//! What EC2 Spot does with an instance that it takes back.

use serde::{Deserialize, Serialize};

/// What Spot does with an instance that it takes back (EC2 User Guide, "Spot Instance interruption notices").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is terminated at the end of the lead time.
    #[default]
    Terminate,
    /// It is stopped at the end of the lead time.
    Stop,
    /// It hibernates at the notice, without lead time.
    Hibernate,
}

impl Action {
    /// The name in the event.
    pub(in crate::sim) const fn name(self) -> &'static str {
        match self {
            Self::Terminate => "terminate",
            Self::Stop => "stop",
            Self::Hibernate => "hibernate",
        }
    }
}

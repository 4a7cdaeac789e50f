//! How a managed cluster stands, as people may read it. Plain data: what is judged is judged elsewhere.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::case_line::to_milliseconds;
use crate::api::{CapacityProviderStatus, Condition};

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    True,
    /// It does not.
    False,
    /// Nobody knows yet.
    Unknown,
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}

/// Whether something holds, why, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Whether.
    pub verdict: Verdict,
    /// Why, in one word.
    pub reason: String,
    /// Why, for people.
    pub message: String,
    /// Since when.
    pub since: Timestamp,
}

impl Judgement {
    /// A judgement; since when it holds is for its keeper to say.
    #[must_use]
    pub fn new(verdict: Verdict, reason: &str, message: &str) -> Self {
        Self { verdict, reason: reason.to_owned(), message: message.to_owned(), since: Timestamp::UNIX_EPOCH }
    }

    /// The same as a condition of the type `kind`.
    #[must_use]
    pub fn condition(&self, kind: &str, generation: u64) -> Condition {
        Condition {
            kind: kind.to_owned(),
            status: self.verdict.name().to_owned(),
            reason: self.reason.clone(),
            message: self.message.clone(),
            last_transition_time: to_milliseconds(self.since),
            observed_generation: generation,
        }
    }
}

/// How a managed cluster stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterView {
    /// Its name in ECS.
    pub cluster: String,
    /// Where it is.
    pub region: String,
    /// Its container instances.
    pub instances: usize,
    /// Those that drain.
    pub draining: usize,
    /// When it was last read as a whole.
    pub observed_at: Option<Timestamp>,
    /// Its capacity providers.
    pub pools: Vec<CapacityProviderStatus>,
    /// What holds of it, by the type of the condition.
    pub judgements: BTreeMap<&'static str, Judgement>,
}

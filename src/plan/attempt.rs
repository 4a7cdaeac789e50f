//! A call that changes something, and how it stands.

use jiff::{SignedDuration, Timestamp};

/// Why a call did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setback {
    /// What was said.
    pub why: String,
    /// The call was made; otherwise the gate held it back.
    pub made: bool,
    /// AWS does not accept the request as it is, however often it is repeated.
    pub refused: bool,
    /// Nobody knows whether the call had its effect: its answer was lost.
    pub lost: bool,
    /// Nor has one before it had its effect, if its answer was lost.
    pub disproves: bool,
}

/// A call that changes something, and how it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Attempt {
    /// Not made.
    #[default]
    None,
    /// Made, no answer yet.
    InFlight {
        /// How many there have been before.
        failures: u32,
        /// Nobody knows whether one of those had its effect.
        lost: bool,
    },
    /// Accepted by AWS.
    Accepted {
        /// When its answer came.
        at: Timestamp,
        /// AWS's name for the request.
        request_id: Option<String>,
    },
    /// Refused or lost.
    Failed {
        /// How many in a row.
        failures: u32,
        /// When the last one did.
        at: Timestamp,
        /// What AWS said.
        why: String,
        /// AWS does not accept the request as it is.
        refused: bool,
        /// Nobody knows whether it, or one before it, had its effect: a second try of what has been done may be refused.
        lost: bool,
    },
}

/// The attempt at what was never tried.
pub static NEVER: Attempt = Attempt::None;

impl Attempt {
    /// Failures in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        match self {
            Self::InFlight { failures, .. } | Self::Failed { failures, .. } => *failures,
            Self::None | Self::Accepted { .. } => 0,
        }
    }

    /// AWS's name for the request that was accepted.
    #[must_use]
    pub fn request_id(&self) -> Option<String> {
        match self {
            Self::Accepted { request_id, .. } => request_id.clone(),
            _ => None,
        }
    }

    /// Whether it has been made and not been answered.
    #[must_use]
    pub const fn is_in_flight(&self) -> bool {
        matches!(self, Self::InFlight { .. })
    }

    /// Whether AWS has accepted it.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }

    /// When AWS accepted it.
    #[must_use]
    pub const fn accepted_at(&self) -> Option<Timestamp> {
        match self {
            Self::Accepted { at, .. } => Some(*at),
            _ => None,
        }
    }

    /// Whether AWS does not accept the request as it is, so that repeating it is in vain.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Failed { refused: true, .. })
    }

    /// Whether nobody knows if it, or one before it, had its effect.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        matches!(self, Self::InFlight { lost: true, .. } | Self::Failed { lost: true, .. })
    }

    /// When to try again after a failure: after 1, 2, 4, 8 seconds, then every 10.
    #[must_use]
    pub fn retry_at(&self) -> Option<Timestamp> {
        let Self::Failed { failures, at, .. } = self else { return None };
        let seconds = 1_i64.checked_shl(failures.saturating_sub(1).min(4)).unwrap_or(10).min(10);
        Some(at.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX))
    }

    /// It is being made.
    pub fn begin(&mut self) {
        *self = Self::InFlight { failures: self.failures(), lost: self.is_lost() };
    }

    /// It has been answered at `now`.
    pub fn end(&mut self, result: Result<Option<String>, Setback>, now: Timestamp) {
        *self = match result {
            Ok(request_id) => Self::Accepted { at: now, request_id },
            Err(Setback { why, made, refused, lost, disproves }) => {
                let lost = lost || !disproves && self.is_lost();
                Self::Failed { failures: self.failures().saturating_add(made.into()), at: now, why, refused, lost }
            }
        };
    }
}

//! Durations that differ from case to case.

use std::time::Duration;

/// A duration that differs from case to case: drawn evenly from `min` up to and with `max`, to the millisecond, and in a few
/// cases of 100 evenly from there up to the end of a long tail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The shortest.
    pub min: Duration,
    /// The longest but for the tail.
    pub max: Duration,
    /// How many of 100 cases are in the tail.
    pub tail_percent: u8,
    /// The end of the tail.
    pub tail_max: Duration,
}

impl Spread {
    /// Between two durations.
    #[must_use]
    pub const fn between(min: Duration, max: Duration) -> Self {
        Self { min, max, tail_percent: 0, tail_max: max }
    }

    /// Between two numbers of milliseconds.
    #[must_use]
    pub const fn millis(min: u64, max: u64) -> Self {
        Self::between(Duration::from_millis(min), Duration::from_millis(max))
    }

    /// Between two numbers of seconds.
    #[must_use]
    pub const fn secs(min: u64, max: u64) -> Self {
        Self::between(Duration::from_secs(min), Duration::from_secs(max))
    }

    /// Always the same.
    #[must_use]
    pub const fn exactly(duration: Duration) -> Self {
        Self::between(duration, duration)
    }

    /// The same, but that so many of 100 cases take up to `max`.
    #[must_use]
    pub const fn with_tail(self, percent: u8, max: Duration) -> Self {
        Self { tail_percent: percent, tail_max: max, ..self }
    }

    /// The longest of all.
    #[must_use]
    pub fn longest(&self) -> Duration {
        if self.tail_percent == 0 { self.max } else { self.max.max(self.tail_max) }
    }
}

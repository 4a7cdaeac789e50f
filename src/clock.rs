//! The clock seam: the one place that reads the time or sleeps.
//!
//! Production runs on the machine's clock; the simulated AWS runs the same code on a clock that is scaled, or, under tokio's
//! paused time, virtual. Nothing else in the crate may call `SystemTime::now`, `Instant::now` or `tokio::time` (clippy.toml
//! holds the list).
#![expect(clippy::disallowed_methods, reason = "this module is the seam that the ban points to")]

use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Tells the time and waits. Cheap to clone; clones of a simulated clock tick together.
#[derive(Clone, Debug)]
pub struct Clock {
    kind: Kind,
    started: Instant,
}

#[derive(Clone, Debug)]
enum Kind {
    System,
    Simulated { epoch: Timestamp, speed: f64 },
}

/// Clocks that are wrong.
impl Clock {
    /// A clock that ticks with this one and is ahead of it, or behind.
    #[must_use]
    pub fn ahead_by(&self, by: SignedDuration) -> Self {
        match self.kind {
            Kind::System => self.clone(),
            Kind::Simulated { epoch, speed } => {
                let epoch = epoch.saturating_add(by).unwrap_or(Timestamp::MAX);
                Self { kind: Kind::Simulated { epoch, speed }, started: self.started }
            }
        }
    }
}

impl Clock {
    /// The machine's own clock.
    #[must_use]
    pub fn system() -> Self {
        Self { kind: Kind::System, started: Instant::now() }
    }

    /// A clock that starts at `epoch` and runs `speed` times as fast as tokio's (which tests may have paused).
    ///
    /// A `speed` that is not a positive number counts as 1.
    #[must_use]
    pub fn simulated(epoch: Timestamp, speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Self { kind: Kind::Simulated { epoch, speed }, started: Instant::now() }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self.kind {
            Kind::System => Timestamp::now(),
            Kind::Simulated { epoch, .. } => {
                let elapsed = SignedDuration::try_from(self.elapsed()).unwrap_or(SignedDuration::MAX);
                epoch.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// Time since the clock was made, on a scale that never runs backwards.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        match self.kind {
            Kind::System => self.started.elapsed(),
            Kind::Simulated { speed, .. } => self.started.elapsed().mul_f64(speed),
        }
    }

    /// Waits for `duration` of this clock's time.
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(self.real(duration)).await;
    }

    /// Waits until `moment`; returns at once when it has passed.
    pub async fn sleep_until(&self, moment: Timestamp) {
        let left = moment.duration_since(self.now());
        if let Ok(left) = Duration::try_from(left) {
            self.sleep(left).await;
        }
    }

    /// Runs `work`, giving up after `limit` of this clock's time; `None` when it did not finish.
    pub async fn timeout<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout(self.real(limit), work).await.ok()
    }

    fn real(&self, duration: Duration) -> Duration {
        match self.kind {
            Kind::System => duration,
            Kind::Simulated { speed, .. } => {
                Duration::try_from_secs_f64(duration.as_secs_f64() / speed).unwrap_or(Duration::MAX)
            }
        }
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        Clock::now(self).into()
    }
}

impl AsyncSleep for Clock {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(tokio::time::sleep(self.real(duration)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_simulated_clock_runs_at_its_speed() {
        let epoch: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let clock = Clock::simulated(epoch, 10.0);
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(clock.now(), "2026-01-02T03:04:35Z".parse::<Timestamp>().unwrap());
        clock.sleep_until("2026-01-02T03:05:05Z".parse().unwrap()).await;
        assert_eq!(clock.elapsed().as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn a_skewed_clock_is_off_by_the_same_time_always() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH, 10.0);
        let ahead = clock.ahead_by(SignedDuration::from_secs(2));
        for _ in 0..2 {
            assert_eq!(ahead.now().duration_since(clock.now()).as_secs(), 2);
            tokio::time::advance(Duration::from_secs(3)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_moment_that_has_passed_is_not_waited_for() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH, 1.0);
        clock.sleep_until(Timestamp::MIN).await;
        assert_eq!(clock.elapsed(), Duration::ZERO);
    }
}

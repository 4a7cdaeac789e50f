//! Services as they were last seen: what a hand-over may take from them at a time.
//!
//! Plain data and arithmetic on it.

use std::sync::Arc;

use jiff::Timestamp;

use super::target::Balanced;

/// The least that a service keeps running where nobody says: 100 % (ECS API reference, `DeploymentConfiguration`).
const MINIMUM_HEALTHY_PERCENT: u32 = 100;

/// A service of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Whether it wants one task on each instance, which none takes over from another.
    pub is_daemon: bool,
    /// How many tasks it is to have.
    pub desired: u32,
    /// How many of them run.
    pub running: u32,
    /// How many it keeps running, of 100 that it is to have; more than 100 is possible.
    pub minimum_healthy_percent: u32,
    /// Its containers that are targets of load balancers.
    pub balanced: Vec<Balanced>,
    /// When it was seen so.
    pub observed_at: Timestamp,
}

/// A service in the words of AWS.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words<'a> {
    /// `REPLICA` or `DAEMON`.
    pub strategy: Option<&'a str>,
    /// `desiredCount`.
    pub desired: i32,
    /// `runningCount`.
    pub running: i32,
    /// `deploymentConfiguration.minimumHealthyPercent`.
    pub minimum_healthy_percent: Option<i32>,
}

impl Words<'_> {
    /// The service that was seen so at `observed_at`.
    #[must_use]
    pub fn at(&self, observed_at: Timestamp) -> Service {
        let count = |said: i32| u32::try_from(said).unwrap_or(0);
        Service {
            is_daemon: self.strategy == Some("DAEMON"),
            desired: count(self.desired),
            running: count(self.running),
            minimum_healthy_percent: self.minimum_healthy_percent.map_or(MINIMUM_HEALTHY_PERCENT, count),
            balanced: Vec::new(),
            observed_at,
        }
    }
}

impl Service {
    /// How many running tasks it has beyond those that it keeps. Its least is rounded up (ECS API reference,
    /// `DeploymentConfiguration`).
    #[must_use]
    pub fn spare(&self) -> usize {
        let least = (u64::from(self.desired) * u64::from(self.minimum_healthy_percent)).div_ceil(100);
        usize::try_from(u64::from(self.running).saturating_sub(least)).unwrap_or(usize::MAX)
    }
}

/// The name under which a cluster knows a service.
pub type ServiceName = Arc<str>;

#[cfg(test)]
mod tests {
    use super::*;

    fn spare(desired: i32, running: i32, percent: Option<i32>) -> usize {
        let words = Words { strategy: Some("REPLICA"), desired, running, minimum_healthy_percent: percent };
        words.at(Timestamp::UNIX_EPOCH).spare()
    }

    #[test]
    fn what_is_to_spare_is_beyond_the_least_rounded_up() {
        assert_eq!(spare(4, 4, Some(50)), 2);
        assert_eq!(spare(3, 3, Some(50)), 1, "two of three are kept");
        assert_eq!(spare(4, 4, None), 0);
        assert_eq!(spare(4, 6, Some(100)), 2, "two replacements run already");
        assert_eq!(spare(4, 1, Some(50)), 0);
        assert_eq!(spare(4, 4, Some(0)), 4);
        assert_eq!(spare(-1, -1, Some(-1)), 0);
    }
}

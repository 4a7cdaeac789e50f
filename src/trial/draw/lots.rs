//! The drawing itself.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::api::HumanDuration;

/// Lots of one seed.
pub struct Lots(ChaCha8Rng);

impl Lots {
    pub fn of(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number from 0 up to and without `limit`.
    pub fn below(&mut self, limit: u32) -> u32 {
        self.0.next_u32() % limit.max(1)
    }

    /// A number from `low` up to and with `high`.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    pub fn one_of<T: Copy>(&mut self, choices: &[T], otherwise: T) -> T {
        let index = self.below(u32::try_from(choices.len()).unwrap_or(1));
        choices.get(index as usize).copied().unwrap_or(otherwise)
    }

    /// So many seconds.
    pub fn secs(&mut self, low: u32, high: u32) -> HumanDuration {
        HumanDuration::from_secs(self.between(low, high))
    }

    /// A probability up to `max` in percent; in most cases 0.
    pub fn rate(&mut self, percent_max: u32) -> f64 {
        if self.chance(65) { 0.0 } else { f64::from(self.between(1, percent_max)) / 100.0 }
    }
}

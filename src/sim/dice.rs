//! Chance: one seed, and a generator of its own for each purpose, so that one more API call does not change how long an
//! instance boots.

use std::collections::BTreeMap;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::params::Spread;

/// What a number is drawn for. The discriminants pick the generator: append, never reorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    ResourceIds,
    RequestIds,
    Receipts,
    Boot,
    Shutdown,
    Agent,
    Group,
    Scheduler,
    TaskStart,
    TaskStop,
    EventIds,
    EventLatency,
    ApiLatency,
    Reclaim,
    ServerError,
    AccessDenied,
    TimeOutBefore,
    TimeOutAfter,
    ResetBefore,
    ResetAfter,
    Stale,
    Throttling,
    EventLoss,
    EventDuplicate,
    EventDelay,
    Redelivery,
    BatchEntry,
}

/// The generators.
#[derive(Debug)]
pub struct Dice {
    seed: u64,
    generators: BTreeMap<Purpose, ChaCha8Rng>,
}

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self { seed, generators: BTreeMap::new() }
    }

    pub const fn seed(&self) -> u64 {
        self.seed
    }

    fn next(&mut self, purpose: Purpose) -> u64 {
        let seed = self.seed;
        let generator = self.generators.entry(purpose).or_insert_with(|| {
            let mut generator = ChaCha8Rng::seed_from_u64(seed);
            generator.set_stream(purpose as u64);
            generator
        });
        generator.next_u64()
    }

    /// A number from 0 up to and without `limit`; 0 where `limit` is 0.
    pub fn below(&mut self, purpose: Purpose, limit: u64) -> u64 {
        self.next(purpose).checked_rem(limit).unwrap_or(0)
    }

    /// A duration out of `spread`, each millisecond as likely as the next.
    pub fn duration(&mut self, purpose: Purpose, spread: Spread) -> Duration {
        let (min, max) = (millis(spread.min), millis(spread.max));
        let span = max.saturating_sub(min).saturating_add(1);
        Duration::from_millis(min.saturating_add(self.below(purpose, span)))
    }

    /// True in `chance` of 100 cases.
    pub fn percent(&mut self, purpose: Purpose, chance: u8) -> bool {
        self.below(purpose, 100) < u64::from(chance)
    }

    /// True with a probability of 0 to 1; nothing is drawn where it is 0.
    pub fn chance(&mut self, purpose: Purpose, probability: f64) -> bool {
        const STEPS: u32 = 1 << 30;
        if probability <= 0.0 {
            return false;
        }
        let drawn = u32::try_from(self.below(purpose, u64::from(STEPS))).unwrap_or(0);
        f64::from(drawn) / f64::from(STEPS) < probability
    }

    /// `digits` hexadecimal digits.
    pub fn hex(&mut self, purpose: Purpose, digits: usize) -> String {
        const DIGITS_PER_DRAW: usize = 16;
        let draws = digits.div_ceil(DIGITS_PER_DRAW);
        let mut text: String = (0..draws).map(|_| format!("{:016x}", self.next(purpose))).collect();
        text.truncate(digits);
        text
    }

    /// An id in the form of a UUID.
    pub fn uuid(&mut self, purpose: Purpose) -> String {
        [8, 4, 4, 4, 12].map(|digits| self.hex(purpose, digits)).join("-")
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_purpose_does_not_disturb_another() {
        let (mut calm, mut busy) = (Dice::new(7), Dice::new(7));
        busy.hex(Purpose::RequestIds, 64);
        assert_eq!(calm.hex(Purpose::ResourceIds, 17), busy.hex(Purpose::ResourceIds, 17));
        assert_ne!(calm.hex(Purpose::Boot, 16), calm.hex(Purpose::Agent, 16));
    }

    #[test]
    fn a_duration_stays_within_its_spread_and_moves_in_it() {
        let mut dice = Dice::new(1);
        let spread = Spread::millis(10, 12);
        let drawn: std::collections::BTreeSet<_> =
            (0..100).map(|_| dice.duration(Purpose::Boot, spread).as_millis()).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [10, 11, 12]);
    }
}

//! Chance: one seed, and a generator of its own for each purpose, so that one more API call does not change how long an
//! instance boots.

use std::collections::BTreeMap;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::sim::spec::Spread;

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
    Weather,
    Pools,
    Plan,
    ManagedDraining,
    Fargate,
    Shuffle,
    Imds,
    Maintenance,
    UpdateEntry,
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

    /// A duration out of `spread`, each millisecond as likely as the next but for the tail.
    pub fn duration(&mut self, purpose: Purpose, spread: Spread) -> Duration {
        let in_tail = spread.tail_percent > 0 && self.percent(purpose, spread.tail_percent);
        let (min, max) = if in_tail { (spread.max, spread.tail_max) } else { (spread.min, spread.max) };
        let (min, max) = (millis(min), millis(max));
        let span = max.saturating_sub(min).saturating_add(1);
        Duration::from_millis(min.saturating_add(self.below(purpose, span)))
    }

    /// True in `chance` of 100 cases.
    pub fn percent(&mut self, purpose: Purpose, chance: u8) -> bool {
        self.below(purpose, 100) < u64::from(chance)
    }

    /// True with a probability of 0 to 1; nothing is drawn where it is 0.
    pub fn chance(&mut self, purpose: Purpose, probability: f64) -> bool {
        probability > 0.0 && self.unit(purpose) < probability
    }

    /// A number from 0 up to and without 1.
    pub fn unit(&mut self, purpose: Purpose) -> f64 {
        const STEPS: u32 = 1 << 30;
        let drawn = u32::try_from(self.below(purpose, u64::from(STEPS))).unwrap_or(0);
        f64::from(drawn) / f64::from(STEPS)
    }

    /// The time to the next of events that come at random, `rate` of them in `unit` on average.
    pub fn wait(&mut self, purpose: Purpose, unit: Duration, rate: f64) -> Duration {
        let waits = -(1.0 - self.unit(purpose)).ln() / rate;
        Duration::try_from_secs_f64(waits * unit.as_secs_f64()).unwrap_or(Duration::MAX)
    }

    /// A duration out of `spread`, in which each factor is as likely as the next: most are near the shortest.
    pub fn skewed(&mut self, purpose: Purpose, spread: Spread) -> Duration {
        let (min, max) = (spread.min.as_secs_f64().max(0.001), spread.max.as_secs_f64().max(0.001));
        let drawn = min * (max / min).powf(self.unit(purpose));
        Duration::from_millis(millis(Duration::try_from_secs_f64(drawn).unwrap_or(spread.max)))
    }

    /// Takes up to `count` of `items`, each as likely as the next, in the order of the drawing.
    pub fn sample<T>(&mut self, purpose: Purpose, mut items: Vec<T>, count: usize) -> Vec<T> {
        let count = count.min(items.len());
        let mut taken = Vec::with_capacity(count);
        for _ in 0..count {
            let position = self.below(purpose, items.len() as u64);
            taken.push(items.swap_remove(usize::try_from(position).unwrap_or(0)));
        }
        taken
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

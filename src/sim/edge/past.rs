//! Eventual consistency: ECS and Auto Scaling as they were a while ago, for answers that have not caught up.
//!
//! Pictures of both are taken at calls, only while stale answers can occur, and forgotten soon. A stale answer is the
//! answer that the same request would have got then, in all its parts.

use std::collections::VecDeque;
use std::mem::swap;
use std::time::Duration;

use jiff::Timestamp;

use crate::sim::autoscaling::AutoScaling;
use crate::sim::ecs::Ecs;
use crate::sim::kernel::{Purpose, earlier};
use crate::sim::spec::CallFaults;
use crate::sim::world::World;

/// The age that a stale answer can have at most, in seconds.
pub const STALE_SECONDS_MAX: u64 = 60;

/// Between two pictures at least. With the age above this bounds how many there are.
const INTERVAL: Duration = Duration::from_secs(1);

#[derive(Debug)]
struct Picture {
    at: Timestamp,
    ecs: Ecs,
    autoscaling: AutoScaling,
}

/// Pictures, the oldest first.
#[derive(Debug, Default)]
pub struct Past(VecDeque<Picture>);

impl World {
    /// Takes a picture if one may be asked for and the last one is old.
    pub fn remember(&mut self) {
        let elapsed = self.core.elapsed();
        let may_ask = |faults: &CallFaults| faults.stale > 0.0 && !faults.window.is_over(elapsed);
        let wanted = self.core.faults.calls.iter().any(may_ask);
        let (now, due) = (self.core.now, earlier(self.core.now, INTERVAL));
        let kept = earlier(now, Duration::from_secs(STALE_SECONDS_MAX));
        self.past.0.retain(|picture| wanted && picture.at >= kept);
        if wanted && self.past.0.back().is_none_or(|last| last.at <= due) {
            let picture = Picture { at: now, ecs: self.ecs.clone(), autoscaling: self.autoscaling.clone() };
            self.past.0.push_back(picture);
        }
    }

    /// Does what a call asks for; where it only reads and chance will have it so, in the past.
    pub fn perhaps_in_the_past<T>(&mut self, call: (&str, &str), act: impl FnOnce(&mut Self) -> T) -> T {
        self.remember();
        let Some(position) = self.picture_for(call) else { return act(self) };
        self.exchange_with(position);
        let result = act(self);
        self.exchange_with(position);
        result
    }

    fn picture_for(&mut self, call: (&str, &str)) -> Option<usize> {
        let reads = call.1.starts_with("Describe") || call.1.starts_with("List");
        let age = reads.then(|| self.core.staleness(call)).flatten()?;
        let oldest = earlier(self.core.now, age);
        let too_old = self.past.0.iter().take_while(|picture| picture.at < oldest).count();
        let choice = u64::try_from(self.past.0.len() - too_old).ok()?;
        let drawn = usize::try_from(self.core.dice.below(Purpose::Stale, choice)).ok()?;
        Some(too_old + drawn)
    }

    fn exchange_with(&mut self, position: usize) {
        if let Some(picture) = self.past.0.get_mut(position) {
            swap(&mut self.ecs, &mut picture.ecs);
            swap(&mut self.autoscaling, &mut picture.autoscaling);
        }
    }
}

//! What every service is handed when it acts: the time, the agenda, chance, the parameters, and an ear for what it
//! tells.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::agenda::{Agenda, Timer};
use super::dice::{Dice, Purpose};
use super::fact::Fact;
use super::faults::Faults;
use super::names::Names;
use super::params::{Params, Spread};

/// The means that services share.
#[derive(Debug)]
pub struct Core {
    pub now: Timestamp,
    /// When the run began; the account is older.
    pub started: Timestamp,
    pub params: Params,
    pub names: Names,
    pub dice: Dice,
    pub agenda: Agenda,
    pub facts: VecDeque<Fact>,
    pub faults: Faults,
}

impl Core {
    pub fn new(now: Timestamp, params: Params, names: Names, seed: u64) -> Self {
        let (dice, agenda, facts, faults) = (Dice::new(seed), Agenda::default(), VecDeque::new(), Faults::none());
        Self { now, started: now, params, names, dice, agenda, facts, faults }
    }

    /// The time since the run began.
    pub fn elapsed(&self) -> Duration {
        Duration::try_from(self.now.duration_since(self.started)).unwrap_or(Duration::ZERO)
    }

    /// Lets `timer` fire after `delay`.
    pub fn after(&mut self, delay: Duration, timer: impl Into<Timer>) {
        self.agenda.add(later(self.now, delay), timer.into());
    }

    /// Lets `timer` fire after a time out of `spread`.
    pub fn within(&mut self, purpose: Purpose, spread: Spread, timer: impl Into<Timer>) {
        let delay = self.dice.duration(purpose, spread);
        self.after(delay, timer);
    }

    /// Tells everybody what has happened.
    pub fn tell(&mut self, fact: Fact) {
        self.facts.push_back(fact);
    }
}

/// `moment` and `delay` more, held to what a timestamp can bear.
pub fn later(moment: Timestamp, delay: Duration) -> Timestamp {
    let delay = SignedDuration::try_from(delay).unwrap_or(SignedDuration::MAX);
    moment.saturating_add(delay).unwrap_or(Timestamp::MAX)
}

/// `moment` less `delay`.
pub fn earlier(moment: Timestamp, delay: Duration) -> Timestamp {
    let delay = SignedDuration::try_from(delay).unwrap_or(SignedDuration::MAX);
    moment.saturating_sub(delay).unwrap_or(Timestamp::MIN)
}

//! What every service is handed when it acts: the time, the agenda, chance, the parameters, and an ear for what it
//! tells.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::agenda::Agenda;
use super::dice::{Dice, Purpose};
use super::fact::Fact;
use super::names::Names;
use super::published::{Audience, Published};
use super::timer::Timer;
use crate::sim::spec::{Faults, Params, Spread};

/// Who acts when nobody has called: AWS itself.
pub const AWS: &str = "aws";

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
    /// What has been told and not been heard, with who did it.
    pub facts: VecDeque<(Arc<str>, Fact)>,
    pub faults: Faults,
    pub audience: Audience,
    /// Who acts at the moment: the access key of a caller, or AWS itself.
    pub actor: Arc<str>,
}

impl Core {
    pub fn new(now: Timestamp, params: Params, names: Names, seed: u64) -> Self {
        Self {
            now,
            started: now,
            params,
            names,
            dice: Dice::new(seed),
            agenda: Agenda::default(),
            facts: VecDeque::new(),
            faults: Faults::none(),
            audience: Audience::default(),
            actor: AWS.into(),
        }
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
        self.facts.push_back((Arc::clone(&self.actor), fact));
    }

    /// Tells the event bus, if anybody listens to events of this kind.
    pub fn publish(&mut self, kind: &str, event: impl FnOnce(&Names) -> Event) {
        if self.audience.wants(kind) {
            let Event { source, resources, detail } = event(&self.names);
            let best_effort = source != "aws.ecs";
            let (source, kind) = (source.to_owned(), kind.to_owned());
            self.tell(Fact::Event(Arc::new(Published {
                source,
                kind,
                resources,
                detail,
                id: None,
                time: None,
                best_effort,
            })));
        }
    }
}

/// What a service says in an event.
#[derive(Debug)]
pub struct Event {
    pub source: &'static str,
    pub resources: Vec<String>,
    pub detail: Value,
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

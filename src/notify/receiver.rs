//! Who is told, and of what: made from what people wrote.

use std::time::Duration;

use super::World;
use super::bus::Bus;
use super::notice::Notice;
#[cfg(feature = "otlp")]
use super::traces::Collector;
use super::webhook::Hook;
use crate::api::{Ending, Notifications, Occasion};

/// Who is told.
pub struct Receiver {
    /// Of what.
    pub wish: Wish,
    /// How.
    pub way: Way,
}

/// How somebody is told.
pub enum Way {
    /// By an event bus.
    Bus(Bus),
    /// By a webhook.
    Hook(Hook),
    /// By a trace.
    #[cfg(feature = "otlp")]
    Traces(Box<Collector>),
}

/// What somebody wants to be told.
#[derive(Clone, Debug)]
pub struct Wish {
    /// On these occasions.
    pub on: Vec<Occasion>,
    /// Of cases that ended so, or of all.
    pub outcomes: Vec<Ending>,
}

impl Wish {
    /// Whether a notice is one that is wanted.
    pub fn covers(&self, notice: &Notice) -> bool {
        let ended_so = |outcome: &str| self.outcomes.iter().any(|wanted| wanted.name() == outcome);
        self.on.contains(&notice.occasion)
            && (notice.occasion != Occasion::Closed
                || self.outcomes.is_empty()
                || notice.outcome().is_some_and(ended_so))
    }
}

impl Receiver {
    /// What metrics call it.
    pub const fn kind(&self) -> &'static str {
        match self.way {
            Way::Bus(_) => "event_bus",
            Way::Hook(_) => "webhook",
            #[cfg(feature = "otlp")]
            Way::Traces(_) => "traces",
        }
    }

    /// So many notices go at a time.
    pub const fn batch_max(&self) -> usize {
        match self.way {
            Way::Bus(_) => super::bus::ENTRIES_MAX,
            Way::Hook(_) => super::webhook::LINES_MAX,
            #[cfg(feature = "otlp")]
            Way::Traces(_) => super::traces::CASES_MAX,
        }
    }

    /// Once in so long at most.
    pub const fn every(&self) -> Duration {
        match self.way {
            Way::Bus(_) => super::bus::EVERY,
            Way::Hook(_) => super::webhook::EVERY,
            #[cfg(feature = "otlp")]
            Way::Traces(_) => super::traces::EVERY,
        }
    }
}

/// All that `spec` names. One that cannot be told is left out, and the log says why.
pub fn of(spec: &Notifications, world: &World) -> Vec<Receiver> {
    let mut all = Vec::new();
    if let Some(bus) = &spec.event_bus {
        let wish = Wish { on: bus.on.clone(), outcomes: Vec::new() };
        all.push(Receiver { wish, way: Way::Bus(Bus::new(world.events(), &bus.name)) });
    }
    for (index, webhook) in spec.webhooks.iter().enumerate() {
        let wish = Wish { on: webhook.on.clone(), outcomes: webhook.outcomes.clone() };
        match Hook::new(webhook, &world.clock) {
            Ok(hook) => all.push(Receiver { wish, way: Way::Hook(hook) }),
            Err(error) => {
                let remedy = "nothing is sent there until it is mended and the operator is started again";
                tracing::error!(
                    event = "notification.failed",
                    receiver = "webhook",
                    error,
                    remedy,
                    "webhook {index}: {error}"
                );
            }
        }
    }
    #[cfg(feature = "otlp")]
    if let Some(traces) = &spec.traces {
        let wish = Wish { on: vec![Occasion::Closed], outcomes: Vec::new() };
        all.push(Receiver { wish, way: Way::Traces(Box::new(Collector::new(traces, &world.clock))) });
    }
    all
}

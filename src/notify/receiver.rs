//! Who is told, and of what: made from what people wrote.

use std::time::Duration;

use super::World;
use super::bus::Bus;
use super::notice::Notice;
#[cfg(feature = "otlp")]
use super::traces::Collector;
use super::webhook::Hook;
#[cfg(feature = "otlp")]
use crate::api::Traces;
use crate::api::{EventBus, Notifications, Occasion, Outcome, Webhook};

/// Who is told.
pub struct Receiver {
    /// Where in the manifests it stands.
    pub place: String,
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
    pub outcomes: Vec<Outcome>,
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

    /// What mends it where it cannot be told.
    pub const fn remedy(&self) -> &'static str {
        match self.way {
            Way::Bus(_) => "is the event bus there, and may the operator's role call events:PutEvents on it?",
            Way::Hook(_) => "is the URL the right one, and can the operator reach it?",
            #[cfg(feature = "otlp")]
            Way::Traces(_) => "does a collector listen there for OTLP over HTTP, and can the operator reach it?",
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

/// One that people want told, as they wrote it. Two that are equal are the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An event bus.
    Bus(EventBus),
    /// A webhook.
    Hook(Webhook),
    /// A collector of traces.
    #[cfg(feature = "otlp")]
    Traces(Traces),
}

impl Wanted {
    /// All that `spec` names, each with where it stands there.
    pub fn of(spec: &Notifications) -> Vec<(String, Self)> {
        let bus = spec.event_bus.iter().map(|bus| ("spec.notifications.eventBus".to_owned(), Self::Bus(bus.clone())));
        let hook = |(index, hook): (usize, &Webhook)| {
            (format!("spec.notifications.webhooks[{index}]"), Self::Hook(hook.clone()))
        };
        let all = bus.chain(spec.webhooks.iter().enumerate().map(hook));
        #[cfg(feature = "otlp")]
        let all = all.chain(
            spec.traces.iter().map(|traces| ("spec.notifications.traces".to_owned(), Self::Traces(traces.clone()))),
        );
        all.collect()
    }

    /// How it is told. One that cannot be is left out, and the log says why.
    pub(super) fn receiver(&self, place: &str, world: &World) -> Option<Receiver> {
        let made = match self {
            Self::Bus(bus) => {
                let wish = Wish { on: bus.when.clone(), outcomes: Vec::new() };
                Ok((wish, Way::Bus(Bus::new(world.events(), &bus.name))))
            }
            Self::Hook(hook) => {
                let wish = Wish { on: hook.when.clone(), outcomes: hook.outcomes.clone() };
                Hook::new(hook, &world.clock).map(|hook| (wish, Way::Hook(hook)))
            }
            #[cfg(feature = "otlp")]
            Self::Traces(traces) => {
                let wish = Wish { on: vec![Occasion::Closed], outcomes: Vec::new() };
                Collector::new(traces, &world.clock).map(|collector| (wish, Way::Traces(Box::new(collector))))
            }
        };
        match made {
            Ok((wish, way)) => Some(Receiver { place: place.to_owned(), wish, way }),
            Err(error) => {
                let remedy = "nothing is sent there until it is mended and the operator is started again";
                tracing::error!(event = "notification.failed", place, error, remedy, "{place}: {error}");
                None
            }
        }
    }
}

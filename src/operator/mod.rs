//! The operator: receives, observes, plans, acts, in a loop, until it is told to stop.
//!
//! One task owns all state and thinks synchronously; everything that waits for AWS runs beside it and reports back. It
//! joins the other rooms and decides nothing about instances itself.

mod core;
mod crew;
mod dispatch;
mod gathering;
mod hearing;
mod inbox;
mod intake;
mod keeper;
mod lately;
mod message;
mod objects;
pub mod problems;
mod reaction;
mod receiver;
mod report;
mod setback;
pub mod settings;
mod urgency;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use problems::Problems;
pub use settings::Settings;

use self::core::{Core, Event, Outside};
use crate::act::Actor;
use crate::aws::{self, Clients, Connection, Gates};
use crate::clock::Clock;
use crate::observe::describe::Observer;
use crate::telemetry::Telemetry;
use crew::Crew;
use dispatch::Dispatch;
use inbox::Inbox;
use keeper::Keeper;
use message::Post;

/// Stopping takes at most so long: what is in flight is finished or handed back by then.
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// Messages waiting to be deleted. More are left to come again.
const ACKS_MAX: usize = 16_384;

/// Events waiting for the loop. The senders wait where it is full, and with them the queues.
const EVENTS_MAX: usize = 1024;

/// What the operator runs with.
pub struct Operator {
    /// What it was told.
    pub settings: Settings,
    /// The way to AWS.
    pub connection: Connection,
    /// The time.
    pub clock: Clock,
    /// Where it reports to.
    pub telemetry: Telemetry,
    /// What stands in its way.
    pub problems: Arc<Problems>,
}

impl Operator {
    /// Runs until `stop` is cancelled, then finishes or hands back what is in flight, within 20 s.
    ///
    /// Dropping the future is what a crash is: nothing is handed back, and the queues deliver again what was held.
    pub async fn run(self, stop: CancellationToken) {
        let (crew, clock) = (Crew::default(), self.clock.clone());
        let _guard = crew.guard();
        let receiving = crew.another();
        let (mut core, inbound) = self.assemble(&crew, &receiving, &stop);
        let unread = core.run(inbound, &stop).await;
        tracing::info!(
            event = "operator.stopping",
            "stopping: nothing new is begun, held messages go back to their queues"
        );
        let finish = async {
            // The end of the loop is the keepers' sign to hand back what is held.
            core.finish(unread).await;
            tokio::join!(crew.finished(), receiving.finished());
        };
        match clock.timeout(STOP_WITHIN, finish).await {
            Some(()) => tracing::info!(event = "operator.stopped", "stopped"),
            None => {
                tracing::warn!(event = "operator.stopped", "stopped; the queues deliver again what was not handed back")
            }
        }
    }

    /// Joins the rooms: receivers and keepers for each queue, observer, actor, and the loop in their middle.
    fn assemble(self, crew: &Crew, receiving: &Crew, stop: &CancellationToken) -> (Core, mpsc::Receiver<Event>) {
        let Self { settings, connection, clock, telemetry, problems } = self;
        let (events, inbound) = mpsc::channel(EVENTS_MAX);
        let inbox = Arc::new(Inbox::new(settings.queues.len()));
        let gates = Gates::new(&settings.api, &clock);
        let mut keepers = Vec::new();
        for (index, queue) in settings.queues.iter().enumerate() {
            let sqs = aws::clients::sqs(&connection, queue, &settings.default_region, &gates);
            let post = Post { index, queue: queue.clone(), sqs, clock: clock.clone(), problems: Arc::clone(&problems) };
            let (acks, to_ack) = mpsc::channel(ACKS_MAX);
            keepers.push(acks);
            crew.spawn(Keeper::new(post.clone(), Arc::clone(&inbox), crew.another()).keep(to_ack));
            if !settings.paused {
                receiver::start(receiving, post, events.clone(), stop.clone());
            }
        }
        let clients = Clients::new(&connection, settings.regions(), &gates);
        telemetry.metrics.watch(&gates);
        let addresses = Arc::new(settings.addresses());
        let actor = Actor { clients: clients.clone(), addresses: Arc::clone(&addresses), clock: clock.clone() };
        let outside = Outside {
            observer: Observer::new(clients, addresses, clock.clone()),
            looking: crew.another(),
            dispatch: Dispatch::new(actor, crew.another(), events.clone(), &telemetry.metrics),
            keepers,
            events,
        };
        (Core::new(&settings, outside, inbox, telemetry, problems, clock), inbound)
    }
}

//! The operator: receives, observes, plans, acts, in a loop, until it is told to stop.
//!
//! One task owns all state and thinks synchronously; everything that waits for AWS runs beside it and reports back. It
//! joins the other rooms and decides nothing about instances itself.

mod conditions;
pub mod configuration;
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
mod posts;
pub mod problems;
mod reaction;
mod receiver;
mod report;
mod setback;
pub mod settings;
mod urgency;
mod world;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

pub use configuration::Configuration;
pub use problems::Problems;
pub use settings::Settings;

use self::core::{Core, Event, Outside};
use crate::act::Actor;
use crate::aws::{Clients, Connection, Gates};
use crate::clock::Clock;
use crate::observe::describe::Observer;
use crate::telemetry::Telemetry;
use crew::Crew;
use dispatch::Dispatch;
use inbox::Inbox;
use posts::{Means, Posts};
use world::World;

/// Stopping takes at most so long: what is in flight is finished or handed back by then.
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// Events waiting for the loop. The senders wait where it is full, and with them the queues.
const EVENTS_MAX: usize = 1024;

/// What the operator runs with.
pub struct Operator {
    /// What it is told, now and whenever that changes.
    pub settings: watch::Receiver<Settings>,
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
        let inbox = Arc::new(Inbox::default());
        let first = settings.borrow().clone();
        let gates = Gates::new(&first.api, &clock);
        telemetry.metrics.watch(&gates);
        let posts = Posts::new(Means {
            connection: connection.clone(),
            gates: gates.clone(),
            default_region: first.default_region.clone(),
            inbox: Arc::clone(&inbox),
            problems: Arc::clone(&problems),
            clock: clock.clone(),
            keeping: crew.clone(),
            receiving: receiving.clone(),
            events: events.clone(),
            stop: stop.clone(),
        });
        let world = World { connection, gates, posts, clients: Clients::default(), clock: clock.clone() };
        crew.spawn(pass_on(settings, events.clone(), stop.clone()));
        let nobody = Actor { clients: Clients::default(), addresses: Arc::default(), clock: clock.clone() };
        let outside = Outside {
            observer: Observer::new(Clients::default(), Arc::default(), clock.clone()),
            looking: crew.another(),
            dispatch: Dispatch::new(nobody, crew.another(), events.clone(), &telemetry.metrics),
            world,
            events,
        };
        (Core::new(first, outside, inbox, telemetry, problems, clock), inbound)
    }
}

/// Tells the loop of changed settings.
async fn pass_on(mut settings: watch::Receiver<Settings>, events: mpsc::Sender<Event>, stop: CancellationToken) {
    let changed = async {
        while settings.changed().await.is_ok() {
            let told = Box::new(settings.borrow_and_update().clone());
            if events.send(Event::Told(told)).await.is_err() {
                return;
            }
        }
    };
    let _ = stop.run_until_cancelled(changed).await;
}

//! The operator: receives, observes, plans, acts, in a loop, until it is told to stop.
//!
//! One task owns all state and thinks synchronously; everything that waits for AWS runs beside it and reports back. It
//! joins the other rooms and decides nothing about instances itself.

mod core;
mod inbox;
mod intake;
mod keeper;
mod message;
pub mod problems;
mod receiver;
mod report;
pub mod settings;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use problems::Problems;
pub use settings::Settings;

use self::core::Core;
use crate::act::Actor;
use crate::aws::{Clients, Connection};
use crate::clock::Clock;
use crate::observe::describe::Observer;
use crate::telemetry::Telemetry;
use inbox::Inbox;

/// Stopping takes at most so long: what is in flight is finished or handed back by then.
const STOP_WITHIN: Duration = Duration::from_secs(20);

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
    pub async fn run(self, stop: CancellationToken) {
        let Self { settings, connection, clock, telemetry, problems } = self;
        let clients = Clients::new(&connection, settings.regions(), settings.api_share);
        let (events, inbound) = mpsc::channel(EVENTS_MAX);
        let inbox = Arc::new(Inbox::new(settings.queues.len()));
        let tasks = TaskTracker::new();
        let receiving = TaskTracker::new();
        let mut keepers = Vec::new();
        for (index, queue) in settings.queues.iter().enumerate() {
            let sqs = crate::aws::clients::sqs(&connection, queue, &settings.default_region);
            let (acks, to_ack) = mpsc::channel(EVENTS_MAX);
            keepers.push(acks);
            let post = message::Post {
                index,
                queue: queue.clone(),
                sqs,
                clock: clock.clone(),
                problems: Arc::clone(&problems),
            };
            tasks.spawn(keeper::keep(post.clone(), to_ack, Arc::clone(&inbox)));
            if !settings.paused {
                receiver::start(&receiving, post, events.clone(), stop.clone());
            }
        }
        receiving.close();
        let observer = Observer::new(clients.clone(), settings.addresses(), clock.clone());
        let actor = Actor { clients, addresses: Arc::new(settings.addresses()), clock: clock.clone() };
        let mut core =
            Core::new(&settings, observer, actor, events, inbox, keepers, telemetry, problems, clock.clone());
        let unread = core.run(inbound, &stop).await;
        tracing::info!(
            event = "operator.stopping",
            "stopping: nothing new is begun; messages of open cases go back to their queues"
        );
        let finish = async {
            core.finish(unread, &receiving).await;
            drop(core);
            tasks.close();
            tasks.wait().await;
        };
        if clock.timeout(STOP_WITHIN, finish).await.is_none() {
            tracing::warn!(
                event = "operator.stopped",
                "not all was finished within {STOP_WITHIN:?}; the queues will deliver it again"
            );
        } else {
            tracing::info!(event = "operator.stopped", "stopped");
        }
    }
}

#[cfg(test)]
mod tests;

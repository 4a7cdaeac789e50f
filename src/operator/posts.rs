//! The queues: who receives from each, and who keeps its messages. They change when people change the manifests.
//!
//! A queue that is left is received from no more; what is held of it is kept until its cases are closed.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::core::Event;
use super::crew::Crew;
use super::inbox::Inbox;
use super::keeper::Keeper;
use super::message::{Post, Ticket, queue_object};
use super::problems::Problems;
use super::receiver;
use super::settings::Settings;
use crate::aws::{self, Connection, Gates};
use crate::clock::Clock;
use crate::ids::{QueueUrl, Region};

/// Messages waiting to be deleted. More are left to come again.
const ACKS_MAX: usize = 16_384;

/// What it takes to receive from a queue.
pub struct Means {
    /// The way to AWS.
    pub connection: Connection,
    /// The API budget.
    pub gates: Gates,
    /// The Region of queues whose URL tells none.
    pub default_region: Region,
    /// The messages that are held.
    pub inbox: Arc<Inbox>,
    /// What stands in the way.
    pub problems: Arc<Problems>,
    /// The time.
    pub clock: Clock,
    /// Keeps messages.
    pub keeping: Crew,
    /// Receives them.
    pub receiving: Crew,
    /// Where received messages go.
    pub events: mpsc::Sender<Event>,
    /// The end of receiving.
    pub stop: CancellationToken,
}

/// The queues.
pub struct Posts {
    means: Means,
    known: Vec<Known>,
}

/// A queue, at its place.
struct Known {
    post: Post,
    acks: mpsc::Sender<Ticket>,
    /// What ends receiving from it, where somebody does.
    receiving: Option<CancellationToken>,
}

impl Posts {
    /// No queue yet.
    pub fn new(means: Means) -> Self {
        Self { means, known: Vec::new() }
    }

    /// Receives from the queues of `settings`, and from no others.
    pub fn settle(&mut self, settings: &Settings) {
        for queue in &settings.queues {
            if self.known.iter().all(|known| known.post.queue != *queue) {
                self.add(queue);
            }
        }
        for known in &mut self.known {
            let wanted = !settings.paused && settings.queues.contains(&known.post.queue);
            match (&known.receiving, wanted) {
                (None, true) => {
                    let stop = self.means.stop.child_token();
                    let (events, crew) = (self.means.events.clone(), &self.means.receiving);
                    receiver::start(crew, known.post.clone(), events, stop.clone());
                    known.receiving = Some(stop);
                }
                (Some(stop), false) => {
                    stop.cancel();
                    known.receiving = None;
                    self.means.problems.forget(&queue_object(&known.post.queue));
                }
                _ => {}
            }
        }
    }

    /// Leaves a message to its keeper, to be deleted. One queue that does not answer must not hold the loop up, so where its
    /// keeper has its hands full the message is left alone: it comes again and is known for a duplicate then.
    pub fn delete(&self, ticket: Ticket) {
        let Some(known) = self.known.get(ticket.queue) else { return };
        if known.acks.try_send(ticket).is_err() {
            tracing::debug!(
                event = "message.not_deleted",
                "a message is left to come again: its queue does not keep up"
            );
        }
    }

    fn add(&mut self, queue: &QueueUrl) {
        let Means { connection, gates, default_region, inbox, problems, clock, keeping, .. } = &self.means;
        let sqs = aws::clients::sqs(connection, queue, default_region, gates);
        let index = inbox.add_queue();
        let post = Post { index, queue: queue.clone(), sqs, clock: clock.clone(), problems: Arc::clone(problems) };
        let (acks, to_ack) = mpsc::channel(ACKS_MAX);
        keeping.spawn(Keeper::new(post.clone(), Arc::clone(inbox), keeping.another()).keep(to_ack));
        self.known.push(Known { post, acks, receiving: None });
    }
}

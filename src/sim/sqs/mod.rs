//! Amazon SQS: standard queues. What one queue does is in `queue`, what callers may ask for in `requests`.

mod queue;
mod requests;
mod subject;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

pub use queue::{Message, Queue};
pub use requests::{Receive, invalid_value};

use super::kernel::{Core, Fact, Purpose, later};

/// All queues, by name.
#[derive(Debug, Default)]
pub struct Sqs {
    pub queues: BTreeMap<String, Queue>,
    /// When queues were deleted that are gone.
    pub deleted: BTreeMap<String, Timestamp>,
}

impl Sqs {
    /// Puts a message into a queue; into none where there is no such queue, as EventBridge does without a dead-letter
    /// queue.
    pub fn send(&mut self, queue: &str, body: String, core: &mut Core) -> Option<String> {
        self.send_later(queue, body, None, core)
    }

    /// The same, but that the message can be received only after `delay`; `None` is the queue's own.
    pub fn send_later(
        &mut self,
        queue: &str,
        body: String,
        delay: Option<Duration>,
        core: &mut Core,
    ) -> Option<String> {
        let id = core.dice.uuid(Purpose::Receipts);
        let mut message = Message::new(id.clone(), body, core.now);
        let delay = delay.or_else(|| self.queues.get(queue).map(|queue| queue.delay));
        message.visible_at = later(core.now, delay.unwrap_or_default());
        let (kind, subject) = (message.kind.clone(), message.subject.clone());
        self.queues.get_mut(queue)?.push(message);
        core.tell(Fact::MessageSent { queue: queue.to_owned(), message: id.clone(), kind, subject });
        Some(id)
    }

    /// Moves the messages that were received too often to the dead-letter queue.
    fn redrive(&mut self, name: &str, core: &mut Core) {
        let Some(queue) = self.queues.get_mut(name) else { return };
        let Some(target) = queue.redrive.as_ref().map(|redrive| redrive.queue.clone()) else { return };
        for message in queue.take_dead(core.now) {
            let (queue, id, subject) = (name.to_owned(), message.id.clone(), message.subject.clone());
            core.tell(Fact::MessageDead { queue, message: id, subject });
            self.queues.entry(target.clone()).and_modify(|target| target.push(message));
        }
    }

    /// When the next message that is in flight anywhere becomes visible again.
    pub fn next_visible(&self, now: Timestamp) -> Option<Timestamp> {
        self.queues.values().filter_map(|queue| queue.next_visible(now)).min()
    }
}

//! Amazon SQS: standard queues. What one queue does is in `queue`, what callers may ask for in `requests`.

mod queue;
mod requests;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

pub use queue::{Message, Queue};
pub use requests::{Receive, invalid_value};

use super::core::Core;
use super::dice::Purpose;

/// All queues, by name.
#[derive(Debug, Default)]
pub struct Sqs {
    pub queues: BTreeMap<String, Queue>,
}

impl Sqs {
    /// Puts a message into a queue; into none where there is no such queue, as EventBridge does without a dead-letter
    /// queue.
    pub fn send(&mut self, queue: &str, body: String, core: &mut Core) -> Option<String> {
        let id = core.dice.uuid(Purpose::Receipts);
        self.queues.get_mut(queue)?.push(Message::new(id.clone(), body, core.now));
        Some(id)
    }

    /// Moves the messages that were received too often to the dead-letter queue.
    fn redrive(&mut self, name: &str, now: Timestamp) {
        let Some(queue) = self.queues.get_mut(name) else { return };
        let Some(target) = queue.redrive.as_ref().map(|redrive| redrive.queue.clone()) else { return };
        let dead = queue.take_dead(now);
        if let Some(target) = self.queues.get_mut(&target) {
            dead.into_iter().for_each(|message| target.push(message));
        }
    }

    /// When the next message that is in flight anywhere becomes visible again.
    pub fn next_visible(&self, now: Timestamp) -> Option<Timestamp> {
        self.queues.values().filter_map(|queue| queue.next_visible(now)).min()
    }
}

/// How long a received message is hidden when nobody says otherwise (SQS API reference, `CreateQueue`).
pub const VISIBILITY_DEFAULT: Duration = Duration::from_secs(30);

//! The messages that are held: each notice stays in its queue, invisible to others, until its case is closed.
//!
//! The queue is what remembers a case through a crash, so nothing leaves this room without a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::message::Ticket;
use crate::ids::InstanceId;

/// The messages that are held.
#[derive(Debug, Default)]
pub struct Inbox {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// By queue, then by message id.
    tickets: Vec<BTreeMap<Arc<str>, Ticket>>,
    /// Which messages a case's instance holds: by queue and message id.
    by_instance: BTreeMap<InstanceId, Vec<(usize, Arc<str>)>>,
    /// Those that are held only until their case is recorded.
    passing: BTreeSet<(usize, Arc<str>)>,
}

impl Inbox {
    /// Has a place for the messages of one more queue, and says which.
    pub fn add_queue(&self) -> usize {
        let mut held = self.lock();
        held.tickets.push(BTreeMap::new());
        held.tickets.len() - 1
    }

    /// Holds a message only until its case is recorded elsewhere.
    pub fn hold_until_recorded(&self, instance: &InstanceId, ticket: Ticket) {
        self.lock().passing.insert((ticket.queue, Arc::clone(&ticket.id)));
        self.hold(instance, ticket);
    }

    /// Lets go of the messages that were held until the case of `instance` is recorded.
    pub fn release_recorded(&self, instance: &InstanceId) -> Vec<Ticket> {
        let mut held = self.lock();
        let Held { tickets, by_instance, passing } = &mut *held;
        let Some(messages) = by_instance.get_mut(instance) else { return Vec::new() };
        let gone: Vec<_> = messages.extract_if(.., |message| passing.remove(message)).collect();
        gone.into_iter().filter_map(|(queue, id)| tickets.get_mut(queue)?.remove(&id)).collect()
    }

    /// Holds a message for the case of `instance`, besides those that it holds already.
    pub fn hold(&self, instance: &InstanceId, ticket: Ticket) {
        let mut held = self.lock();
        held.by_instance.entry(instance.clone()).or_default().push((ticket.queue, Arc::clone(&ticket.id)));
        if let Some(queue) = held.tickets.get_mut(ticket.queue) {
            queue.insert(Arc::clone(&ticket.id), ticket);
        }
    }

    /// How many messages the case of `instance` holds.
    #[must_use]
    pub fn held_for(&self, instance: &InstanceId) -> usize {
        self.lock().by_instance.get(instance).map_or(0, Vec::len)
    }

    /// Whether this is another delivery of a message that is held; if so, the newer receipt is the one that counts.
    pub fn redelivered(&self, ticket: &Ticket) -> bool {
        let mut held = self.lock();
        let known = held.tickets.get_mut(ticket.queue).and_then(|queue| queue.get_mut(&ticket.id));
        known.map(|known| known.receipt = Arc::clone(&ticket.receipt)).is_some()
    }

    /// Keeps a message that nobody will look at any more, until all that is held goes back to its queue.
    pub fn return_later(&self, ticket: Ticket) {
        if let Some(queue) = self.lock().tickets.get_mut(ticket.queue) {
            queue.insert(Arc::clone(&ticket.id), ticket);
        }
    }

    /// Lets go of the messages that the case of `instance` holds.
    pub fn release(&self, instance: &InstanceId) -> Vec<Ticket> {
        let mut held = self.lock();
        let messages = held.by_instance.remove(instance).unwrap_or_default();
        held.passing.retain(|message| !messages.contains(message));
        messages.into_iter().filter_map(|(queue, id)| held.tickets.get_mut(queue)?.remove(&id)).collect()
    }

    /// The messages held of a queue.
    #[must_use]
    pub fn of_queue(&self, queue: usize) -> Vec<Ticket> {
        self.lock().tickets.get(queue).map(|tickets| tickets.values().cloned().collect()).unwrap_or_default()
    }

    /// How many are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().tickets.iter().map(BTreeMap::len).sum()
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(id: &str, receipt: &str) -> Ticket {
        Ticket { queue: 0, id: id.into(), receipt: receipt.into() }
    }

    #[test]
    fn the_newest_receipt_of_a_held_message_is_given_back() {
        let inbox = Inbox::default();
        inbox.add_queue();
        inbox.hold(&"i-1".into(), ticket("m-1", "r-1"));
        assert!(inbox.redelivered(&ticket("m-1", "r-2")));
        assert!(!inbox.redelivered(&ticket("m-2", "r-3")), "another message is no redelivery");
        inbox.hold(&"i-1".into(), ticket("m-2", "r-3"));
        assert_eq!(inbox.held_for(&"i-1".into()), 2);
        assert_eq!(inbox.release(&"i-1".into()), [ticket("m-1", "r-2"), ticket("m-2", "r-3")]);
        assert_eq!(inbox.len(), 0);
        assert_eq!(inbox.release(&"i-1".into()), []);
    }
}

//! One standard queue: messages, visible or in flight.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::subject::subject;
use crate::sim::kernel::{Core, Purpose, later};
use crate::sim::spec::{QueueSpec, Redrive};

#[derive(Clone, Debug)]
pub struct Message {
    pub id: String,
    pub body: String,
    /// What kind of message it is, and what it is about, for the record.
    pub kind: String,
    pub subject: String,
    pub sent_at: Timestamp,
    pub visible_at: Timestamp,
    /// When it is received once more although it is hidden.
    pub stray_at: Option<Timestamp>,
    /// How often it was received.
    pub received: u32,
    pub first_received_at: Option<Timestamp>,
    /// The handle that the last receive gave out.
    pub receipt: Option<String>,
}

impl Message {
    pub fn new(id: String, body: String, now: Timestamp) -> Self {
        let (received, first_received_at, receipt) = (0, None, None);
        let (kind, subject) = subject(&body);
        let (sent_at, visible_at, stray_at) = (now, now, None);
        Self { id, body, kind, subject, sent_at, visible_at, stray_at, received, first_received_at, receipt }
    }

    fn is_visible(&self, now: Timestamp) -> bool {
        self.visible_at <= now
    }

    fn is_receivable(&self, now: Timestamp) -> bool {
        self.is_visible(now) || self.stray_at.is_some_and(|moment| moment <= now)
    }
}

#[derive(Debug)]
pub struct Queue {
    pub name: String,
    pub visibility_timeout: Duration,
    pub redrive: Option<Redrive>,
    pub created: Timestamp,
    /// DelaySeconds.
    pub delay: Duration,
    /// Attributes that are told and not acted out.
    pub others: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    purged_at: Option<Timestamp>,
    messages: BTreeMap<u64, Message>,
    pushed: u64,
}

impl Queue {
    pub fn new(spec: QueueSpec, now: Timestamp) -> Self {
        let QueueSpec { name, visibility_timeout, redrive } = spec;
        Self {
            name,
            visibility_timeout,
            redrive,
            created: now,
            delay: Duration::ZERO,
            others: BTreeMap::new(),
            tags: BTreeMap::new(),
            purged_at: None,
            messages: BTreeMap::new(),
            pushed: 0,
        }
    }

    pub fn push(&mut self, message: Message) {
        self.messages.insert(self.pushed, message);
        self.pushed += 1;
    }

    fn is_dead(&self, message: &Message) -> bool {
        self.redrive.as_ref().is_some_and(|redrive| message.received >= redrive.max_receive_count)
    }

    /// Whether there is something to receive.
    pub fn has_visible(&self, now: Timestamp) -> bool {
        self.messages.values().any(|message| message.is_receivable(now) && !self.is_dead(message))
    }

    pub fn next_visible(&self, now: Timestamp) -> Option<Timestamp> {
        let moments = self.messages.values().flat_map(|message| [Some(message.visible_at), message.stray_at]);
        moments.flatten().filter(|moment| *moment > now).min()
    }

    /// Takes out what was received as often as the redrive policy allows, and is visible again.
    pub fn take_dead(&mut self, now: Timestamp) -> Vec<Message> {
        let dead = |(_, message): &(&u64, &Message)| message.is_visible(now) && self.is_dead(message);
        let keys: Vec<u64> = self.messages.iter().filter(dead).map(|(key, _)| *key).collect();
        keys.iter().filter_map(|key| self.messages.remove(key)).collect()
    }

    /// Hands out up to `max` messages and hides them for `visibility`.
    pub fn receive(&mut self, max: usize, visibility: Duration, core: &mut Core) -> Vec<Message> {
        let now = core.now;
        let limit = self.redrive.as_ref().map_or(u32::MAX, |redrive| redrive.max_receive_count);
        let receivable = self.messages.iter().filter(|(_, message)| message.is_receivable(now));
        let mut keys: Vec<u64> = receivable.map(|(key, _)| *key).collect();
        if core.shuffles() {
            keys = core.dice.sample(Purpose::Shuffle, keys, max);
        }
        keys.truncate(max);
        let hand_out = |key: u64| {
            let message = self.messages.get_mut(&key)?;
            message.received += 1;
            message.first_received_at.get_or_insert(now);
            message.visible_at = later(now, visibility);
            message.stray_at = core.redelivery().filter(|_| message.received < limit).map(|delay| later(now, delay));
            message.receipt = Some(format!("{key}#{}", core.dice.hex(Purpose::Receipts, 32)));
            Some(message.clone())
        };
        keys.into_iter().filter_map(hand_out).collect()
    }

    /// The message that a receipt handle was given out for; `None` where it is gone, or was received again since.
    pub fn holding(&mut self, receipt: &str) -> Option<&mut Message> {
        let message = self.messages.get_mut(&key_in(receipt)?)?;
        (message.receipt.as_deref() == Some(receipt)).then_some(message)
    }

    /// Whether the message is there that a receipt handle was given out for, at any receive.
    pub fn has(&self, receipt: &str) -> bool {
        key_in(receipt).is_some_and(|key| self.messages.contains_key(&key))
    }

    /// Deletes by handle. An old handle deletes nothing and is no error (SQS API reference, `DeleteMessage`).
    pub fn delete(&mut self, receipt: &str) -> Option<Message> {
        self.holding(receipt)?;
        self.messages.remove(&key_in(receipt)?)
    }

    /// Forgets everything; once in 60 s (SQS API reference, `PurgeQueue`). Says whether it was let.
    pub fn purge(&mut self, now: Timestamp) -> bool {
        let lately = self.purged_at.is_some_and(|at| now < later(at, Duration::from_secs(60)));
        if !lately {
            self.purged_at = Some(now);
            self.messages.clear();
        }
        !lately
    }

    /// How many messages are visible, and how many are in flight.
    pub fn depth(&self, now: Timestamp) -> (usize, usize) {
        let visible = self.messages.values().filter(|message| message.is_visible(now)).count();
        (visible, self.messages.len() - visible)
    }
}

/// A receipt handle begins with the key of its message, so that it is found among thousands at once.
fn key_in(receipt: &str) -> Option<u64> {
    receipt.split_once('#')?.0.parse().ok()
}

//! A message of a queue, and the queue's side of things.

use std::sync::Arc;

use jiff::Timestamp;

use super::problems::Problems;
use crate::clock::Clock;
use crate::ids::QueueUrl;
use crate::signal;

/// How long a message stays invisible to others; the keeper renews it.
pub const VISIBILITY_SECONDS: i32 = 30;

/// A message as it was received.
#[derive(Clone, Debug)]
pub struct Message {
    /// What it takes to delete it or to let go of it.
    pub ticket: Ticket,
    /// What it says.
    pub body: String,
    /// When it was put into the queue, by SQS's clock.
    pub sent_at: Timestamp,
    /// When we received it.
    pub received_at: Timestamp,
    /// Somebody has received it before, and held it.
    pub held_before: bool,
}

impl Message {
    /// Whether it can be understood. What cannot is never returned to its queue at once.
    #[must_use]
    pub fn is_parsable(&self) -> bool {
        signal::parse(&self.body, self.sent_at).is_ok()
    }
}

/// What it takes to delete a message or to let go of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The queue, by its place in the manifest.
    pub queue: usize,
    /// SQS's name for the message. It stays the same through every delivery.
    pub id: Arc<str>,
    /// SQS's name for this delivery of it.
    pub receipt: Arc<str>,
}

/// One queue and the way to it.
#[derive(Clone, Debug)]
pub struct Post {
    /// The queue's place in the manifest.
    pub index: usize,
    /// Its URL.
    pub queue: QueueUrl,
    /// The client for its Region.
    pub sqs: aws_sdk_sqs::Client,
    /// The time.
    pub clock: Clock,
    /// Where its failures are noted.
    pub problems: Arc<Problems>,
}

impl Post {
    /// The queue's name among the problems.
    #[must_use]
    pub fn object(&self) -> String {
        queue_object(&self.queue)
    }
}

/// A queue's name among the problems.
#[must_use]
pub fn queue_object(queue: &QueueUrl) -> String {
    format!("queue {queue}")
}

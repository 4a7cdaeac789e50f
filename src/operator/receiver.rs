//! Receives from a queue by long polling, with as many receivers as it takes.
//!
//! A receiver that gets a full batch calls for another one; one that does not goes, unless it is the last.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_sqs::types::{self, MessageSystemAttributeName};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::core::Event;
use super::crew::Crew;
use super::keeper;
use super::message::{Message, Post, Ticket, VISIBILITY_SECONDS};
use crate::aws::Failure;

const RECEIVE: &str = "sqs:ReceiveMessage";

/// Messages in one `ReceiveMessage` (SQS API reference).
const BATCH_MAX: usize = 10;

/// How long SQS may hold a call that has nothing to give. Up to 20 s are allowed; stopping waits for it, so it is half.
const WAIT_SECONDS: i32 = 10;

/// The first call does not wait, so that the operator learns at once whether the queue answers.
const FIRST_WAIT_SECONDS: i32 = 0;

/// So many receivers of a queue at once at most.
const RECEIVERS_MAX: usize = 32;

const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_LAST: Duration = Duration::from_secs(30);

/// What the receivers of a queue share.
#[derive(Clone)]
struct Receivers {
    crew: Crew,
    post: Post,
    events: mpsc::Sender<Event>,
    stop: CancellationToken,
    count: Arc<AtomicUsize>,
}

/// Starts receiving from a queue, until `stop` is cancelled.
pub fn start(crew: &Crew, post: Post, events: mpsc::Sender<Event>, stop: CancellationToken) {
    let receivers = Receivers { crew: crew.clone(), post, events, stop, count: Arc::default() };
    receivers.add();
}

impl Receivers {
    fn add(&self) {
        let claim = |count: usize| (count < RECEIVERS_MAX).then_some(count + 1);
        if self.count.fetch_update(Ordering::AcqRel, Ordering::Acquire, claim).is_ok() {
            self.crew.spawn(self.clone().receive_all());
        }
    }

    /// Gives up this receiver's place, unless it is the last one.
    fn leave(&self) -> bool {
        let claim = |count: usize| (count > 1).then(|| count - 1);
        self.count.fetch_update(Ordering::AcqRel, Ordering::Acquire, claim).is_ok()
    }

    async fn receive_all(self) {
        let mut retry_in = RETRY_FIRST;
        let mut wait = FIRST_WAIT_SECONDS;
        while !self.stop.is_cancelled() {
            match self.receive(wait).await {
                Ok(messages) => {
                    wait = WAIT_SECONDS;
                    retry_in = RETRY_FIRST;
                    let count = messages.len();
                    if !self.deliver(messages).await {
                        return;
                    }
                    if count >= BATCH_MAX {
                        self.add();
                    } else if self.leave() {
                        return;
                    }
                }
                Err(_) if self.stop.is_cancelled() => return,
                Err(failure) => {
                    self.post.problems.failed(&self.post.object(), &failure);
                    tokio::select! {
                        biased;
                        () = self.stop.cancelled() => return,
                        () = self.post.clock.sleep(retry_in) => {}
                    }
                    retry_in = (retry_in * 2).min(RETRY_LAST);
                }
            }
        }
    }

    async fn receive(&self, wait_seconds: i32) -> Result<Vec<Message>, Failure> {
        let call = self
            .post
            .sqs
            .receive_message()
            .queue_url(self.post.queue.as_str())
            .max_number_of_messages(10)
            .wait_time_seconds(wait_seconds)
            .visibility_timeout(VISIBILITY_SECONDS)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let answer = call.send().await.map_err(|error| Failure::of(RECEIVE, &error))?;
        self.post.problems.answered(&self.post.object(), Some(RECEIVE));
        let now = self.post.clock.now();
        Ok(answer
            .messages
            .unwrap_or_default()
            .into_iter()
            .filter_map(|message| read(self.post.index, message, now))
            .collect())
    }

    /// Hands messages to the loop, or back to the queue where the loop takes no more in.
    async fn deliver(&self, messages: Vec<Message>) -> bool {
        if messages.is_empty() {
            return true;
        }
        let Err(refused) = self.events.send(Event::Received(messages)).await else { return true };
        if let Event::Received(messages) = refused.0 {
            let known = messages.into_iter().filter(Message::is_parsable);
            let tickets: Vec<Ticket> = known.map(|message| message.ticket).collect();
            keeper::hand_back(&self.post, &tickets).await;
        }
        false
    }
}

fn read(queue: usize, message: types::Message, now: Timestamp) -> Option<Message> {
    let number = |name: MessageSystemAttributeName| message.attributes.as_ref()?.get(&name)?.parse::<i64>().ok();
    let sent_at = number(MessageSystemAttributeName::SentTimestamp);
    let sent_at = sent_at.and_then(|millis| Timestamp::from_millisecond(millis).ok());
    let held_before = number(MessageSystemAttributeName::ApproximateReceiveCount).is_some_and(|count| count > 1);
    let ticket = Ticket { queue, id: message.message_id?.into(), receipt: message.receipt_handle?.into() };
    Some(Message {
        ticket,
        body: message.body.unwrap_or_default(),
        sent_at: sent_at.unwrap_or(now),
        received_at: now,
        held_before,
    })
}

//! Keeps the messages of one queue: renews what is held, deletes what is done, hands back what is left.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry};
use tokio::sync::{Semaphore, mpsc};

use super::crew::Crew;
use super::inbox::Inbox;
use super::message::{Post, Ticket, VISIBILITY_SECONDS};
use crate::aws::Failure;

const CHANGE: &str = "sqs:ChangeMessageVisibility";
const DELETE: &str = "sqs:DeleteMessage";

/// Entries in one batch call (SQS API reference).
const BATCH_MAX: usize = 10;

/// A third of the visibility timeout, so that two renewals may fail.
const RENEW_EVERY: Duration = Duration::from_secs(10);

/// How often a message is tried to be deleted. One that stays comes again and is known for a duplicate then.
const DELETES_MAX: u32 = 5;

/// An ack waits so long for others to be in the same call: each call costs, and nothing waits for it.
const DELETE_WITHIN: Duration = Duration::from_secs(1);

/// Deletes of one keeper under way at once, and as many renewals: neither waits for the other.
const CALLS_MAX: usize = 16;

/// Keeps the messages of one queue.
pub struct Keeper {
    post: Post,
    inbox: Arc<Inbox>,
    crew: Crew,
    deletes: Arc<Semaphore>,
    changes: Arc<Semaphore>,
}

impl Keeper {
    /// A keeper of `inbox`'s messages of one queue, whose calls are made by `crew`.
    pub fn new(post: Post, inbox: Arc<Inbox>, crew: Crew) -> Self {
        let room = || Arc::new(Semaphore::new(CALLS_MAX));
        Self { post, inbox, crew, deletes: room(), changes: room() }
    }

    /// Deletes what comes through `acks`, and renews what is held, until nobody can send an ack any more; then hands the
    /// rest back to the queue.
    pub async fn keep(self, acks: mpsc::Receiver<Ticket>) {
        tokio::select! {
            biased;
            () = self.delete_all(acks) => {}
            () = self.renew_for_ever() => {}
        }
        self.change_all(0).await;
        self.crew.finished().await;
    }

    async fn delete_all(&self, mut acks: mpsc::Receiver<Ticket>) {
        while let Some(first) = acks.recv().await {
            let mut batch = vec![first];
            let more = async { while batch.len() < BATCH_MAX && receive_more(&mut acks, &mut batch).await {} };
            let _ = self.post.clock.timeout(DELETE_WITHIN, more).await;
            let post = self.post.clone();
            self.call(&self.deletes, async move { delete(&post, batch).await }).await;
        }
    }

    async fn renew_for_ever(&self) {
        loop {
            self.post.clock.sleep(RENEW_EVERY).await;
            self.change_all(VISIBILITY_SECONDS).await;
        }
    }

    async fn change_all(&self, seconds: i32) {
        for batch in self.inbox.of_queue(self.post.index).chunks(BATCH_MAX) {
            let (post, batch) = (self.post.clone(), batch.to_vec());
            self.call(&self.changes, async move { change(&post, &batch, seconds).await }).await;
        }
    }

    /// Makes a call beside the others, as soon as there is room for it.
    async fn call(&self, room: &Arc<Semaphore>, work: impl Future<Output = ()> + Send + 'static) {
        // The semaphores are never closed.
        let Ok(place) = Arc::clone(room).acquire_owned().await else { return };
        self.crew.spawn(async move {
            work.await;
            drop(place);
        });
    }
}

/// False once nobody sends any more.
async fn receive_more(acks: &mut mpsc::Receiver<Ticket>, batch: &mut Vec<Ticket>) -> bool {
    acks.recv_many(batch, BATCH_MAX - batch.len()).await > 0
}

/// Makes messages visible to others at once.
pub async fn hand_back(post: &Post, tickets: &[Ticket]) {
    for batch in tickets.chunks(BATCH_MAX) {
        change(post, batch, 0).await;
    }
}

async fn change(post: &Post, tickets: &[Ticket], seconds: i32) {
    let entries = tickets.iter().enumerate().filter_map(|(index, ticket)| {
        let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(index.to_string());
        entry.receipt_handle(&*ticket.receipt).visibility_timeout(seconds).build().ok()
    });
    let call = post.sqs.change_message_visibility_batch().queue_url(post.queue.as_str());
    match call.set_entries(Some(entries.collect())).send().await {
        Ok(answer) => {
            post.problems.answered(&post.object(), Some(CHANGE));
            answer.failed().iter().for_each(|failed| {
                tracing::debug!(event = "message.not_renewed", code = failed.code(), "a message was not renewed");
            });
        }
        Err(error) => post.problems.failed(&post.object(), &Failure::of(CHANGE, &error)),
    }
}

async fn delete(post: &Post, mut tickets: Vec<Ticket>) {
    for attempt in 0..DELETES_MAX {
        if attempt > 0 {
            post.clock.sleep(Duration::from_millis(200) * 2_u32.pow(attempt)).await;
        }
        tickets = delete_once(post, tickets).await;
        if tickets.is_empty() {
            return;
        }
    }
    let count = tickets.len();
    tracing::warn!(
        event = "message.not_deleted",
        count,
        "{count} messages could not be deleted; they will come again and do nothing"
    );
}

/// Gives back those that have to be tried again.
async fn delete_once(post: &Post, tickets: Vec<Ticket>) -> Vec<Ticket> {
    let entries = tickets.iter().enumerate().filter_map(|(index, ticket)| {
        let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
        entry.receipt_handle(&*ticket.receipt).build().ok()
    });
    let call = post.sqs.delete_message_batch().queue_url(post.queue.as_str());
    let answer = match call.set_entries(Some(entries.collect())).send().await {
        Ok(answer) => answer,
        Err(error) => {
            post.problems.failed(&post.object(), &Failure::of(DELETE, &error));
            return tickets;
        }
    };
    post.problems.answered(&post.object(), Some(DELETE));
    // The sender's fault is a receipt that has run out: SQS delivers the message again, with a new one.
    let again: Vec<&str> = answer
        .failed()
        .iter()
        .filter(|failed| !failed.sender_fault())
        .map(aws_sdk_sqs::types::BatchResultErrorEntry::id)
        .collect();
    tickets
        .into_iter()
        .enumerate()
        .filter(|(index, _)| again.contains(&index.to_string().as_str()))
        .map(|(_, t)| t)
        .collect()
}

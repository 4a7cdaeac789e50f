//! From the queue of a receiver to the receiver: what has gathered goes together, not too often, and a few times where it fails.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::notice::Notice;
use super::receiver::{Receiver, Way};
use crate::clock::Clock;
use crate::telemetry::Metrics;

/// Attempts for one batch. What still fails then is given up: the next may be of more use.
const ATTEMPTS_MAX: u32 = 3;

/// How long somebody who asks for it is left alone at most.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// What did not go through.
pub struct Setback {
    /// Which of them.
    pub left: Vec<Arc<Notice>>,
    /// Why.
    pub why: String,
    /// Whether another attempt may do better.
    pub may_pass: bool,
    /// When to try again, where that was said.
    pub after: Option<Duration>,
}

/// Passes notices on until there will be no more.
pub async fn pass_on(
    receiver: Receiver,
    mut waiting: mpsc::Receiver<Arc<Notice>>,
    clock: Clock,
    metrics: Arc<Metrics>,
) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, receiver.batch_max()).await > 0 {
        deliver(&receiver, std::mem::take(&mut batch), &clock, &metrics).await;
        clock.sleep(receiver.every()).await;
    }
}

async fn deliver(receiver: &Receiver, batch: Vec<Arc<Notice>>, clock: &Clock, metrics: &Metrics) {
    let mut left = batch;
    for attempt in 1..=ATTEMPTS_MAX {
        let before = left.len();
        let Err(setback) = send(receiver, left).await else {
            metrics.notified(receiver.kind(), "sent", before);
            return;
        };
        left = setback.left;
        metrics.notified(receiver.kind(), "sent", before.saturating_sub(left.len()));
        if attempt == ATTEMPTS_MAX || !setback.may_pass {
            give_up(receiver, left.len(), &setback.why, metrics);
            return;
        }
        clock.sleep(setback.after.unwrap_or(Duration::from_secs(1 << attempt)).min(PAUSE_MAX)).await;
    }
}

fn give_up(receiver: &Receiver, count: usize, why: &str, metrics: &Metrics) {
    metrics.notified(receiver.kind(), "failed", count);
    let receiver = receiver.kind();
    tracing::warn!(
        event = "notification.failed",
        receiver,
        count,
        error = why,
        "{count} notifications were not delivered ({receiver}): {why}"
    );
}

async fn send(receiver: &Receiver, batch: Vec<Arc<Notice>>) -> Result<(), Setback> {
    match &receiver.way {
        Way::Bus(bus) => bus.send(batch).await,
        Way::Hook(hook) => hook.send(batch).await,
        #[cfg(feature = "otlp")]
        Way::Traces(collector) => collector.send(batch).await,
    }
}

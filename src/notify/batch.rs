//! From the queue of a receiver to the receiver: what has gathered goes together, not too often, and a few times where it fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::notice::Notice;
use super::post::Answer;
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

impl Setback {
    /// What an answer means for `batch`, where statuses that `may_pass` are worth another attempt.
    ///
    /// # Errors
    /// It was not taken.
    pub fn of(
        answer: Result<Answer, String>,
        batch: Vec<Arc<Notice>>,
        may_pass: impl Fn(u16) -> bool,
    ) -> Result<(), Self> {
        match answer {
            Ok(Answer { status: 200..300, .. }) => Ok(()),
            Ok(Answer { status, after }) => {
                Err(Self { left: batch, why: format!("HTTP status {status}"), may_pass: may_pass(status), after })
            }
            Err(why) => Err(Self { left: batch, why, may_pass: true, after: None }),
        }
    }
}

/// Passes notices on until there will be no more, or until `stop` is cancelled: what is left then is given up.
pub async fn pass_on(
    receiver: Receiver,
    mut waiting: mpsc::Receiver<Arc<Notice>>,
    stop: CancellationToken,
    clock: Clock,
    metrics: Arc<Metrics>,
) {
    let in_hand = AtomicUsize::new(0);
    let passing = async {
        let mut batch = Vec::new();
        while waiting.recv_many(&mut batch, receiver.batch_max()).await > 0 {
            in_hand.store(batch.len(), Ordering::Relaxed);
            deliver(&receiver, std::mem::take(&mut batch), &clock, &metrics).await;
            in_hand.store(0, Ordering::Relaxed);
            clock.sleep(receiver.every()).await;
        }
    };
    let cut_off = stop.run_until_cancelled(passing).await.is_none();
    let left = waiting.len() + in_hand.load(Ordering::Relaxed);
    if cut_off && left > 0 {
        give_up(&receiver, left, "it was not told in time before the end", "dropped", &metrics);
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
            give_up(receiver, left.len(), &setback.why, "failed", metrics);
            return;
        }
        let pause = setback.after.unwrap_or(Duration::from_secs(1 << attempt));
        clock.sleep(pause.clamp(receiver.every(), PAUSE_MAX)).await;
    }
}

fn give_up(receiver: &Receiver, count: usize, why: &str, result: &'static str, metrics: &Metrics) {
    metrics.notified(receiver.kind(), result, count);
    let (place, remedy) = (receiver.place.as_str(), receiver.remedy());
    tracing::warn!(
        event = "notification.failed",
        receiver = receiver.kind(),
        place,
        count,
        error = why,
        remedy,
        "{count} notifications were not delivered to {place}: {why}"
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

//! Where notices for one receiver go in: a bounded queue. What has no room is dropped and counted.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::notice::Notice;
use super::receiver::{Receiver, Wish};
use crate::telemetry::Metrics;

/// So many may wait: all cases of the largest storm that anybody reads about.
const WAITING_MAX: usize = 1_000;

/// Where notices for one receiver go in.
pub struct Outlet {
    stop: CancellationToken,
    kind: &'static str,
    wish: Wish,
    queue: mpsc::Sender<Arc<Notice>>,
}

impl Outlet {
    /// One for `receiver`, and where its notices come out.
    pub fn new(receiver: &Receiver, stop: &CancellationToken) -> (Self, mpsc::Receiver<Arc<Notice>>) {
        let (queue, waiting) = mpsc::channel(WAITING_MAX);
        (Self { stop: stop.clone(), kind: receiver.kind(), wish: receiver.wish.clone(), queue }, waiting)
    }

    /// Nothing more is told: people want it no more.
    pub fn cut_off(&self) {
        self.stop.cancel();
    }

    /// Takes a notice that its receiver wants.
    pub fn offer(&self, notice: &Arc<Notice>, metrics: &Metrics) {
        if self.wish.covers(notice) && self.queue.try_send(Arc::clone(notice)).is_err() {
            metrics.notified(self.kind, "dropped", 1);
        }
    }
}

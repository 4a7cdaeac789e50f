//! The tasks that work beside the loop. They end with it: dropping [`Operator::run`](super::Operator::run) leaves nobody
//! behind who would go on renewing messages or calling AWS.

use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// A group of tasks that can be waited for.
#[derive(Clone, Debug, Default)]
pub struct Crew {
    tasks: TaskTracker,
    end: CancellationToken,
}

impl Crew {
    /// Another group that ends with this one.
    #[must_use]
    pub fn another(&self) -> Self {
        Self { tasks: TaskTracker::new(), end: self.end.clone() }
    }

    /// Lets a task work.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let end = self.end.clone();
        self.tasks.spawn(async move {
            let _ = end.run_until_cancelled(work).await;
        });
    }

    /// Waits until every task of this group has ended by itself.
    pub async fn finished(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Ends all groups when it is dropped.
    #[must_use]
    pub fn guard(&self) -> DropGuard {
        self.end.clone().drop_guard()
    }
}

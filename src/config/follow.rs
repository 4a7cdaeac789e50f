//! Reads manifests again and again, so that a change takes effect without a restart.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::Reader;
use crate::api::{self, Manifests, Problems, Text};
use crate::clock::Clock;

/// Reading takes so long at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// Follows a location.
pub struct Follower {
    /// Reads it.
    pub reader: Reader,
    /// The time.
    pub clock: Clock,
    /// Asks for a reading now.
    pub now: Arc<Notify>,
}

impl Follower {
    /// Reads again and again, and offers what was read whenever it is not what was read before, beginning with `last`. It never
    /// ends by itself.
    ///
    /// Whoever writes several files, or one in pieces, is not done at once: what has changed is offered when it is read the same a second
    /// time. A reading that was asked for is believed.
    pub async fn follow(self, last: Vec<Text>, offer: impl Fn(Result<Manifests, Problems>)) {
        let mut last = Ok(last);
        let (mut unsure, mut under_way) = (None, None);
        loop {
            let asked_for = tokio::select! {
                biased;
                () = self.now.notified() => true,
                () = self.clock.sleep(self.reader.every()) => false,
            };
            let read = self.read(&mut under_way).await;
            if read == last {
                unsure = None;
            } else if asked_for || unsure.as_ref() == Some(&read) {
                offer(read.clone().and_then(|texts| api::load(&texts)));
                (last, unsure) = (read, None);
            } else {
                unsure = Some(read);
            }
        }
    }

    /// A reading that does not come to an end is waited for again the next time, and no other is begun beside it.
    async fn read<'a>(&'a self, under_way: &mut Option<Reading<'a>>) -> Result<Vec<Text>, Problems> {
        let reading = under_way.get_or_insert_with(|| Box::pin(self.reader.read()));
        match self.clock.timeout(PATIENCE, reading.as_mut()).await {
            Some(read) => {
                *under_way = None;
                read
            }
            None => {
                let message = format!("cannot be read within {} s", PATIENCE.as_secs());
                Err(api::Problem::with_file(&self.reader.location().to_string(), message).into())
            }
        }
    }
}

type Reading<'a> = Pin<Box<dyn Future<Output = Result<Vec<Text>, Problems>> + Send + 'a>>;

//! Reads manifests again and again, so that a change takes effect without a restart.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::{Location, Reader};
use crate::api::{self, Manifests, Problems, Text};
use crate::clock::Clock;

/// Files are read again after so long.
const EVERY_LOCAL: Duration = Duration::from_secs(2);

/// What costs a call is read again after so long: 8,640 calls a day.
const EVERY_REMOTE: Duration = Duration::from_secs(10);

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
    pub async fn follow(self, mut last: Vec<Text>, offer: impl Fn(Result<Manifests, Problems>)) {
        let every = match self.reader.location() {
            Location::Path(_) => EVERY_LOCAL,
            Location::S3 { .. } | Location::Ssm { .. } => EVERY_REMOTE,
        };
        let mut unreadable = None;
        loop {
            tokio::select! {
                biased;
                () = self.now.notified() => {}
                () = self.clock.sleep(every) => {}
            }
            match self.reader.read().await {
                Ok(texts) if unreadable.is_none() && texts == last => {}
                Ok(texts) => {
                    unreadable = None;
                    offer(api::load(&texts));
                    last = texts;
                }
                Err(problems) if unreadable.as_ref() == Some(&problems) => {}
                Err(problems) => {
                    unreadable = Some(problems.clone());
                    offer(Err(problems));
                }
            }
        }
    }
}

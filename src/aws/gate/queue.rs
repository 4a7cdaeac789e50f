//! One bucket and those who wait for its tokens, the most urgent first.
//!
//! Only the first in the queue sleeps until the next token; who leaves the queue, with a token or without, wakes the next first.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::bucket::{Bucket, Size};
use super::errand::{Errand, Lane};
use super::tally::Tally;
use crate::clock::Clock;

/// A request waits at most so long: a signature holds for five minutes, and a caller wants to hear before that.
pub const WAIT_MAX: Duration = Duration::from_secs(60);

/// What requests in the background leave of a full bucket.
const FLOOR: f64 = 0.2;

/// Why a request was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotSent {
    /// No token came in time.
    Waited,
    /// It would have been of no use any more.
    TooLate,
}

impl NotSent {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Waited, Self::TooLate];

    /// Its name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waited => "waited",
            Self::TooLate => "too_late",
        }
    }
}

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waited => write!(f, "not sent: no token within {} s, the API budget is used up", WAIT_MAX.as_secs()),
            Self::TooLate => f.write_str("not sent: its deadline passed while it waited for the API budget"),
        }
    }
}

impl std::error::Error for NotSent {}

/// A bucket and who waits for it.
#[derive(Debug)]
pub struct Queue {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    bucket: Bucket,
    waiting: BTreeMap<Seat, Arc<Notify>>,
    seats: u64,
    tally: Tally,
}

/// A place in the queue: lane, time, and who came first.
type Seat = (Lane, Timestamp, u64);

/// Leave for one request. Dropped without having been spent, it goes back to its bucket.
#[derive(Debug)]
pub struct Token {
    queue: Arc<Queue>,
    spent: bool,
}

impl Token {
    /// The request is sent.
    pub(super) fn spend(mut self) {
        self.spent = true;
    }

    /// Whether it is from this queue.
    pub(super) fn is_of(&self, queue: &Arc<Queue>) -> bool {
        Arc::ptr_eq(&self.queue, queue)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        if !self.spent {
            let now = self.queue.clock.elapsed();
            let mut state = self.queue.lock();
            state.bucket.put_back(now);
            state.wake_first();
        }
    }
}

impl Queue {
    /// A full bucket for which nobody waits.
    #[must_use]
    pub fn new(size: Size, clock: &Clock) -> Arc<Self> {
        let bucket = Bucket::new(size, clock.elapsed());
        let state = State { bucket, waiting: BTreeMap::new(), seats: 0, tally: Tally::default() };
        Arc::new(Self { clock: clock.clone(), state: Mutex::new(state) })
    }

    /// The bucket has another size from now on.
    pub fn resize(&self, size: Size) {
        let mut state = self.lock();
        state.bucket.resize(size, self.clock.elapsed());
        state.wake_first();
    }

    /// Waits for a token.
    ///
    /// # Errors
    /// None came within [`WAIT_MAX`], or before the errand was of no use any more.
    pub async fn token(self: &Arc<Self>, errand: &Errand) -> Result<Token, NotSent> {
        let began = self.clock.elapsed();
        let chair = self.sit(errand);
        let result = self.wait(errand, &chair, began).await;
        drop(chair);
        let waited = self.clock.elapsed().saturating_sub(began);
        let mut state = self.lock();
        match result {
            Ok(()) => state.tally.let_through(errand.lane(), waited),
            Err(why) => state.tally.held_back(errand.lane(), why, waited),
        }
        drop(state);
        result.map(|()| Token { queue: Arc::clone(self), spent: false })
    }

    async fn wait(&self, errand: &Errand, chair: &Chair<'_>, began: Duration) -> Result<(), NotSent> {
        let floor = if errand.lane() == Lane::Background { FLOOR } else { 0.0 };
        loop {
            let patience = self.patience(errand, began)?;
            let next = {
                let mut state = self.lock();
                let first = state.waiting.first_key_value().is_some_and(|(seat, _)| *seat == chair.seat);
                first.then(|| state.bucket.take(floor, self.clock.elapsed()))
            };
            let sleep = match next {
                Some(Ok(())) => return Ok(()),
                Some(Err(until_next)) => until_next.min(patience),
                None => patience,
            };
            tokio::select! {
                biased;
                () = chair.called.notified() => {}
                () = self.clock.sleep(sleep) => {}
            }
        }
    }

    /// How much longer it may wait.
    fn patience(&self, errand: &Errand, began: Duration) -> Result<Duration, NotSent> {
        let left = match errand.ends_at() {
            Some(end) => Duration::try_from(end.duration_since(self.clock.now()).max(SignedDuration::ZERO)),
            None => Ok(Duration::MAX),
        };
        let left = left.ok().filter(|left| !left.is_zero()).ok_or(NotSent::TooLate)?;
        let patience = (began + WAIT_MAX).saturating_sub(self.clock.elapsed());
        if patience.is_zero() { Err(NotSent::Waited) } else { Ok(left.min(patience)) }
    }

    fn sit<'a>(&'a self, errand: &Errand) -> Chair<'a> {
        let mut state = self.lock();
        state.seats += 1;
        let seat = (errand.lane(), errand.time(), state.seats);
        let called = Arc::new(Notify::new());
        state.waiting.insert(seat, Arc::clone(&called));
        Chair { queue: self, seat, called }
    }

    /// What AWS answered to a request of this bucket.
    pub fn answered(&self, throttled: bool) {
        let now = self.clock.elapsed();
        let mut state = self.lock();
        if throttled {
            state.bucket.throttled(now);
            state.tally.throttled += 1;
        } else {
            let before = state.bucket.rate();
            state.bucket.accepted(now);
            // Who sleeps until the next token has reckoned with the old rate.
            if state.bucket.rate() > before {
                state.wake_first();
            }
        }
    }

    /// The part of a full bucket that is there, 0 to 1, and 0 where somebody waits for more.
    #[must_use]
    pub fn filled(&self) -> f64 {
        let mut state = self.lock();
        if state.waiting.is_empty() { state.bucket.filled(self.clock.elapsed()) } else { 0.0 }
    }

    /// How it stands, and what it has done.
    #[must_use]
    pub fn reading(&self) -> Tally {
        let now = self.clock.elapsed();
        let mut state = self.lock();
        let waiting = state.waiting.keys().fold(BTreeMap::new(), |mut lanes, (lane, ..)| {
            *lanes.entry(*lane).or_insert(0_u64) += 1;
            lanes
        });
        let (tokens, burst, rate) = (state.bucket.tokens(now), state.bucket.burst(), state.bucket.rate());
        Tally { waiting, tokens, burst, rate, ..state.tally.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wake_first(&self) {
        self.waiting.first_key_value().iter().for_each(|(_, called)| called.notify_one());
    }
}

/// Somebody who waits. Who stops waiting, for whatever reason, leaves the queue.
struct Chair<'a> {
    queue: &'a Queue,
    seat: Seat,
    called: Arc<Notify>,
}

impl Drop for Chair<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        let was_first = state.waiting.first_key_value().is_some_and(|(seat, _)| *seat == self.seat);
        state.waiting.remove(&self.seat);
        if was_first {
            state.wake_first();
        }
    }
}

#[cfg(test)]
mod tests;

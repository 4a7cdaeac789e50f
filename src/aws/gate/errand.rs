//! Why a request is made, as far as its place in the gate's queue depends on it: how urgent it is and until when it is of use.
//!
//! It travels with the task that makes the request, because the SDK hands nothing of ours on to the connector. Which errand is
//! how urgent is decided by those who send them.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::queue::Token;

/// How urgent a request is. What comes first here goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// A deadline runs.
    Urgent(Rank),
    /// Something waits for it, but no deadline runs.
    Soon,
    /// Nothing waits for it. It leaves a part of the bucket alone.
    Background,
}

/// What goes first among urgent requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Replacements and drains, and what has to be known for them.
    First,
    /// Marks and hooks, and what tells which tasks there are.
    Second,
    /// Stopping tasks.
    Third,
}

impl Lane {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 5] = [
        Self::Urgent(Rank::First),
        Self::Urgent(Rank::Second),
        Self::Urgent(Rank::Third),
        Self::Soon,
        Self::Background,
    ];

    /// Its name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Urgent(_) => "urgent",
            Self::Soon => "soon",
            Self::Background => "background",
        }
    }
}

/// Why a request is made.
#[derive(Clone)]
pub struct Errand {
    lane: Lane,
    by: Option<Timestamp>,
    until: Option<Timestamp>,
    first: Option<Arc<Mutex<First>>>,
}

/// What is for the first request of an errand only.
#[derive(Default)]
pub(super) struct First {
    /// It pays with this.
    pub(super) token: Option<Token>,
    /// They want to hear that it leaves.
    pub(super) listeners: Vec<Box<dyn FnOnce() + Send>>,
}

tokio::task_local! {
    static ERRAND: Errand;
}

impl Errand {
    /// An errand that is of use whenever it is done.
    #[must_use]
    pub const fn new(lane: Lane) -> Self {
        Self { lane, by: None, until: None, first: None }
    }

    /// Among its like it goes before those that have later times, and before those that have none.
    #[must_use]
    pub fn by(self, by: Option<Timestamp>) -> Self {
        Self { by, ..self }
    }

    /// From then on it is of no use: it is dropped where it still waits.
    #[must_use]
    pub fn until(self, until: Option<Timestamp>) -> Self {
        Self { until, ..self }
    }

    /// The first request of the errand pays with this token, and does not wait for another.
    #[must_use]
    pub fn paid_with(self, token: Token) -> Self {
        self.with_first(|first| first.token = Some(token))
    }

    /// `listener` hears when the first request of the errand leaves.
    #[must_use]
    pub fn when_sent(self, listener: impl FnOnce() + Send + 'static) -> Self {
        self.with_first(|first| first.listeners.push(Box::new(listener)))
    }

    /// Who wanted to hear of `other` hears of this one: it is done by the same request.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        // As long as it is of use to one of them, it is of use.
        self.until = self.until.zip(other.until).map(|(own, others)| own.max(others));
        let listeners = other.take_first().listeners;
        if listeners.is_empty() { self } else { self.with_first(|first| first.listeners.extend(listeners)) }
    }

    fn with_first(mut self, change: impl FnOnce(&mut First)) -> Self {
        let first = self.first.get_or_insert_default();
        change(&mut first.lock().unwrap_or_else(PoisonError::into_inner));
        self
    }

    /// Does `work`, whose requests are all part of this errand.
    pub async fn run<T>(self, work: impl Future<Output = T>) -> T {
        ERRAND.scope(self, work).await
    }

    /// The errand of the running task; one that nobody gave any thought to is done soon.
    pub(super) fn current() -> Self {
        ERRAND.try_with(Self::clone).unwrap_or(Self::new(Lane::Soon))
    }

    /// How urgent it is.
    #[must_use]
    pub const fn lane(&self) -> Lane {
        self.lane
    }

    /// Its time among its like.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.by.unwrap_or(Timestamp::MAX)
    }

    /// Whether it is of no use any more.
    #[must_use]
    pub fn has_passed(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    pub(super) const fn ends_at(&self) -> Option<Timestamp> {
        self.until
    }

    /// What is for its first request; nothing for those after it.
    pub(super) fn take_first(&self) -> First {
        let first = self.first.as_ref();
        first
            .map(|first| std::mem::take(&mut *first.lock().unwrap_or_else(PoisonError::into_inner)))
            .unwrap_or_default()
    }
}

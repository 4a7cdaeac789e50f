//! `/api/v1/events`: says when something that can be read has changed, as server-sent events. What it is, the reader asks for.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::Shown;
use super::refusal::refuse;
use crate::clock::Clock;
use crate::telemetry::case_line::to_milliseconds;

/// So many may listen at a time: people who look at the page.
const STREAMS_MAX: usize = 32;

/// Changes are told of once in so long at most.
const EVERY: Duration = Duration::from_secs(1);

/// How the API budget stands changes all the time; it is told of once in so long, in seconds. So silence means that nobody is there.
const BUDGET_EVERY: u64 = 2;

/// Cases are shown for an hour after they have ended, and then no more; that is looked at once in so long, in seconds.
const AGED_EVERY: u64 = 60;

/// Those who listen.
#[derive(Clone, Debug)]
pub struct Streams {
    shown: Shown,
    seats: Arc<Semaphore>,
    stop: CancellationToken,
    /// Readers live in real time, also those of a simulated AWS.
    pace: Clock,
}

/// Counts what has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Revisions {
    operator: u64,
    clusters: u64,
    interruptions: u64,
}

#[derive(Serialize)]
struct Changed {
    time: String,
    #[serde(flatten)]
    revisions: Revisions,
}

/// One who listens, and what was said last.
struct Listener {
    streams: Streams,
    said: Option<Revisions>,
    _seat: OwnedSemaphorePermit,
}

impl Streams {
    /// Nobody listens yet. When `stop` is cancelled, all are let go.
    #[must_use]
    pub fn new(shown: Shown, stop: &CancellationToken) -> Self {
        Self { shown, seats: Arc::new(Semaphore::new(STREAMS_MAX)), stop: stop.clone(), pace: Clock::system() }
    }

    async fn revisions(&self) -> Revisions {
        let shown = &self.shown;
        let _ = shown.replicas.others().await;
        let in_force = shown.configuration.in_force();
        let (seconds, aged) = (self.pace.elapsed().as_secs(), shown.clock.elapsed().as_secs() / AGED_EVERY);
        let configuration = in_force.generation + u64::from(in_force.refused.is_some());
        let (board, problems, others) = (shown.board.revision(), shown.problems.revision(), shown.replicas.revision());
        Revisions {
            operator: seconds / BUDGET_EVERY + configuration + problems + others,
            clusters: shown.registry.revision() + in_force.generation + problems + board,
            interruptions: board + others + aged,
        }
    }
}

/// Says at once how things stand, and again whenever that has changed.
pub async fn stream(State(streams): State<Streams>) -> Response {
    match Arc::clone(&streams.seats).try_acquire_owned() {
        Ok(seat) => {
            let listener = Listener { streams, said: None, _seat: seat };
            Sse::new(stream::unfold(listener, next)).into_response()
        }
        Err(_) => {
            let message = format!("{STREAMS_MAX} readers listen already; ask for /api/v1/… every few seconds instead");
            refuse(StatusCode::SERVICE_UNAVAILABLE, "TooManyReaders", message)
        }
    }
}

async fn next(mut listener: Listener) -> Option<(Result<Event, Infallible>, Listener)> {
    loop {
        let Streams { shown, stop, pace, .. } = &listener.streams;
        if listener.said.is_some() {
            stop.run_until_cancelled(pace.sleep(EVERY)).await?;
        }
        let revisions = stop.run_until_cancelled(listener.streams.revisions()).await?;
        if listener.said == Some(revisions) {
            continue;
        }
        let changed = Changed { time: to_milliseconds(shown.clock.now()), revisions };
        let data = serde_json::to_string(&changed).ok()?;
        listener.said = Some(revisions);
        return Some((Ok(Event::default().event("changed").data(data)), listener));
    }
}

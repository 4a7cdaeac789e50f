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
use crate::telemetry::case_line::to_milliseconds;

/// So many may listen at a time: people who look at the page.
const STREAMS_MAX: usize = 32;

/// Changes are told of once in so long at most.
const EVERY: Duration = Duration::from_secs(1);

/// And something is told of at least once in so long, so that silence means that nobody is there.
const SILENCE: Duration = Duration::from_secs(5);

/// How the API budget stands changes all the time; it is looked at once in so long.
const BUDGET_EVERY: u64 = 2;

/// Those who listen.
#[derive(Clone, Debug)]
pub struct Streams {
    shown: Shown,
    seats: Arc<Semaphore>,
    stop: CancellationToken,
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
    said: Option<(Revisions, Duration)>,
    _seat: OwnedSemaphorePermit,
}

impl Streams {
    /// Nobody listens yet. When `stop` is cancelled, all are let go.
    #[must_use]
    pub fn new(shown: Shown, stop: &CancellationToken) -> Self {
        Self { shown, seats: Arc::new(Semaphore::new(STREAMS_MAX)), stop: stop.clone() }
    }

    async fn revisions(&self) -> Revisions {
        let shown = &self.shown;
        let _ = shown.replicas.others().await;
        let in_force = shown.configuration.in_force();
        let tick = shown.clock.elapsed().as_secs() / BUDGET_EVERY;
        let configuration = in_force.generation + u64::from(in_force.refused.is_some());
        Revisions {
            operator: tick + configuration,
            clusters: shown.registry.revision() + in_force.generation,
            interruptions: shown.board.revision() + shown.replicas.revision(),
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
        let clock = listener.streams.shown.clock.clone();
        if listener.said.is_some() {
            listener.streams.stop.run_until_cancelled(clock.sleep(EVERY)).await?;
        } else if listener.streams.stop.is_cancelled() {
            return None;
        }
        let (revisions, now) = (listener.streams.revisions().await, clock.elapsed());
        if listener.said.is_some_and(|(said, at)| said == revisions && now.saturating_sub(at) < SILENCE) {
            continue;
        }
        listener.said = Some((revisions, now));
        let changed = Changed { time: to_milliseconds(clock.now()), revisions };
        let data = serde_json::to_string(&changed).ok()?;
        return Some((Ok(Event::default().event("changed").data(data)), listener));
    }
}

//! The operator's own HTTP server: `/healthz`, `/readyz`, `/metrics`, `/api/v1/…`, and at `/` a page for people. Read-only: it
//! shows and changes nothing, and what it shows it is given in plain words (`tests/tidy.rs` keeps planning's types out).

mod asking;
mod declared;
mod events;
mod headers;
mod interruptions;
mod openapi;
mod page;
mod query;
mod refusal;
mod replicas;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::operator::{Configuration, Problems};
use crate::telemetry::{Board, Metrics, Registry, Telemetry};

pub use asking::{Limits, Server, Unanswered};
pub use openapi::openapi;
pub use replicas::Replicas;

/// What metrics are written as.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the server shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What stands in the operator's way.
    pub problems: Arc<Problems>,
    /// What it counts.
    pub metrics: Arc<Metrics>,
    /// The cases, open and lately ended.
    pub board: Arc<Board>,
    /// The clusters, and what happened lately.
    pub registry: Arc<Registry>,
    /// The manifests in force.
    pub configuration: Arc<Configuration>,
    /// The others that share the work.
    pub replicas: Arc<Replicas>,
    /// The time.
    pub clock: Clock,
}

impl Shown {
    /// What an operator shows that reports to `telemetry` and notes its `problems`.
    #[must_use]
    pub fn of(
        telemetry: &Telemetry,
        problems: &Arc<Problems>,
        configuration: &Arc<Configuration>,
        clock: &Clock,
    ) -> Self {
        Self {
            problems: Arc::clone(problems),
            metrics: Arc::clone(&telemetry.metrics),
            board: Arc::clone(&telemetry.board),
            registry: Arc::clone(&telemetry.registry),
            configuration: Arc::clone(configuration),
            replicas: Arc::new(Replicas::of(&configuration.in_force().manifests.operator, clock)),
            clock: clock.clone(),
        }
    }

    /// Sets the gauges of what is known here only.
    pub fn gauge(&self) {
        let readiness = self.problems.readiness();
        self.metrics.ready.set(readiness.ready.into());
        self.metrics.problems.set(i64::try_from(readiness.problems.len()).unwrap_or(i64::MAX));
        let in_force = self.configuration.in_force();
        self.metrics.config_accepted.set(in_force.refused.is_none().into());
        self.metrics.config_generation.set(i64::try_from(in_force.generation).unwrap_or(i64::MAX));
    }
}

/// Takes the address, so that whoever asks from now on is heard.
///
/// # Errors
/// When the address cannot be had.
pub async fn bind(listen: &str) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves on a thread of its own until `stop` is cancelled: readers, however many, do not keep the one who decides from its work.
///
/// # Errors
/// When the thread cannot be had.
pub fn serve_apart(listener: TcpListener, shown: Shown, stop: CancellationToken) -> io::Result<()> {
    let listener = listener.into_std()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let serving = async move {
        let served = async { serve(TcpListener::from_std(listener)?, shown, stop).await };
        if let Err(error) = served.await {
            tracing::error!(%error, "nothing is served over HTTP any more: {error}");
        }
    };
    thread::Builder::new().name("http".to_owned()).spawn(move || runtime.block_on(serving))?;
    Ok(())
}

/// Serves until `stop` is cancelled.
///
/// # Errors
/// When accepting connections fails for good.
pub async fn serve(listener: TcpListener, shown: Shown, stop: CancellationToken) -> io::Result<()> {
    axum::serve(listener, router(shown, &stop)).with_graceful_shutdown(stop.cancelled_owned()).await
}

fn router(shown: Shown, stop: &CancellationToken) -> Router {
    let streams = events::Streams::new(shown.clone(), stop);
    Router::new()
        .route("/", get(page::index))
        .route("/page/{file}", get(page::file))
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/api/v1/events", get(events::stream).with_state(streams))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/api/v1/operator", get(declared::operator))
        .route("/api/v1/clusters", get(declared::clusters))
        .route("/api/v1/clusters/{name}", get(declared::cluster))
        .route("/api/v1/interruptions", get(interruptions::list))
        .route("/api/v1/interruptions/{id}", get(interruptions::one))
        .with_state(shown)
        .layer(axum::middleware::map_response(headers::protect))
}

/// Whether the loop turns.
async fn healthz(State(shown): State<Shown>) -> Response {
    if shown.problems.is_live(shown.clock.now()) {
        (StatusCode::OK, "ok\n").into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the loop does not turn\n").into_response()
    }
}

/// Whether the index was filled and every queue answered; what is wrong, ready or not.
async fn readyz(State(shown): State<Shown>) -> Response {
    let readiness = shown.problems.readiness();
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json(status, &readiness)
}

/// An answer that a program reads as easily as a person.
fn json(status: StatusCode, answer: &impl Serialize) -> Response {
    match serde_json::to_string_pretty(answer) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body + "\n").into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn metrics(State(shown): State<Shown>) -> Response {
    shown.gauge();
    (StatusCode::OK, [(header::CONTENT_TYPE, OPEN_METRICS)], shown.metrics.text()).into_response()
}

#[cfg(test)]
mod tests;

//! The operator's own HTTP server: `/healthz`, `/readyz`, `/metrics`, `/api/v1/…`. Read-only: it shows and changes
//! nothing, and what it shows it is given in plain words (`tests/tidy.rs` keeps planning's types out).

mod declared;
mod interruptions;
mod refusal;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

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
            clock: clock.clone(),
        }
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

/// Serves until `stop` is cancelled.
///
/// # Errors
/// When accepting connections fails for good.
pub async fn serve(listener: TcpListener, shown: Shown, stop: CancellationToken) -> io::Result<()> {
    axum::serve(listener, router(shown)).with_graceful_shutdown(stop.cancelled_owned()).await
}

fn router(shown: Shown) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/api/v1/operator", get(declared::operator))
        .route("/api/v1/clusters", get(declared::clusters))
        .route("/api/v1/clusters/{name}", get(declared::cluster))
        .route("/api/v1/interruptions", get(interruptions::list))
        .route("/api/v1/interruptions/{id}", get(interruptions::one))
        .with_state(shown)
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
    let readiness = shown.problems.readiness();
    shown.metrics.ready.set(readiness.ready.into());
    shown.metrics.problems.set(i64::try_from(readiness.problems.len()).unwrap_or(i64::MAX));
    let in_force = shown.configuration.in_force();
    shown.metrics.config_accepted.set(in_force.refused.is_none().into());
    shown.metrics.config_generation.set(i64::try_from(in_force.generation).unwrap_or(i64::MAX));
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    (StatusCode::OK, [(header::CONTENT_TYPE, OPEN_METRICS)], shown.metrics.text()).into_response()
}

#[cfg(test)]
mod tests;

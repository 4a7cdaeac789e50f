//! The operator's own HTTP server: `/healthz`, `/readyz`, `/metrics`. Read-only: it shows and changes nothing.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::operator::Problems;
use crate::telemetry::Metrics;

/// What the server shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What stands in the operator's way.
    pub problems: Arc<Problems>,
    /// What it counts.
    pub metrics: Arc<Metrics>,
    /// The time.
    pub clock: Clock,
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
    match serde_json::to_string_pretty(&readiness) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body + "\n").into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn metrics(State(shown): State<Shown>) -> Response {
    let readiness = shown.problems.readiness();
    shown.metrics.ready.set(readiness.ready.into());
    shown.metrics.problems.set(i64::try_from(readiness.problems.len()).unwrap_or(i64::MAX));
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    (StatusCode::OK, [(header::CONTENT_TYPE, OPEN_METRICS)], shown.metrics.text()).into_response()
}

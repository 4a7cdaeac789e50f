//! The simulated AWS on the wire: a server for the AWS CLI and any SDK, for programs that are not this one. Carries
//! requests to the model and answers back; knows no action of any service.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::control;
use super::simulation::Simulation;
use crate::clock::Clock;
use crate::sim::edge;
use crate::sim::kernel::Loss;
use crate::sim::spec::Scenario;

/// The longest body that is read: twice what SQS takes as a message or a batch, 1 MiB (SQS Developer Guide, "Amazon SQS
/// message quotas").
const BODY_MAX: usize = 2 * 1024 * 1024;

/// A caller that gets no answer is let go after this long: by then it has given up.
const NEVER: Duration = Duration::from_secs(60);

/// What is served.
#[derive(Debug)]
pub struct Served {
    pub(super) simulation: Simulation,
    pub(super) scenario: Scenario,
    stop: CancellationToken,
}

impl Served {
    /// The account of `scenario`, as [`Simulation::new`] makes it, until `stop`.
    #[must_use]
    pub fn new(scenario: Scenario, seed: u64, clock: Clock, stop: CancellationToken) -> Self {
        Self { simulation: Simulation::new(scenario.clone(), seed, clock), scenario, stop }
    }
}

/// Serves AWS's protocols at any path, and the control API under `/_sim/`. Long polls that wait when it stops are ended.
///
/// # Errors
/// When accepting connections fails for good.
pub async fn serve(listener: TcpListener, served: Served) -> io::Result<()> {
    let (simulation, stop) = (served.simulation.clone(), served.stop.clone());
    let tasks = TaskTracker::new();
    let end = stop.child_token();
    let driver_end = end.clone();
    tasks.spawn(async move { simulation.run(driver_end).await });
    let result = axum::serve(listener, router(Arc::new(served))).with_graceful_shutdown(stop.cancelled_owned()).await;
    end.cancel();
    tasks.close();
    tasks.wait().await;
    result
}

fn router(served: Arc<Served>) -> Router {
    let aws = post(answer).get(answer).with_state(Arc::clone(&served));
    Router::new().nest("/_sim", control::router(served)).fallback_service(aws).layer(DefaultBodyLimit::max(BODY_MAX))
}

async fn answer(
    State(served): State<Arc<Served>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // awsQuery takes its form from the query string as well.
    let form = if method == Method::GET { uri.query().unwrap_or_default().as_bytes().to_vec() } else { body.to_vec() };
    let request = plain(&headers, form);
    tokio::select! {
        answer = served.simulation.exchange(request) => match answer {
            Ok(answer) => http(answer),
            Err(Loss::Reset) => lost(),
            Err(Loss::TimedOut) => never(&served).await,
        },
        () = served.stop.cancelled() => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// A call whose connection is lost. A server can end the connection, not break it; there is no answer of AWS in it.
fn lost() -> Response {
    (StatusCode::BAD_GATEWAY, [(header::CONNECTION, "close")]).into_response()
}

/// A call that is not answered, for as long as any caller would wait.
async fn never(served: &Served) -> Response {
    served.simulation.clock.sleep(NEVER).await;
    lost()
}

fn plain(headers: &HeaderMap, body: Vec<u8>) -> edge::Request {
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let endpoint = headers.get(header::HOST).map(|host| format!("http://{}", text(host)));
    let headers = headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    edge::Request { headers, body, endpoint }
}

fn http(answer: edge::Response) -> Response {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    // What cannot be said in HTTP cannot come out of the model; a 500 would show it.
    response
        .body(Body::from(answer.body))
        .unwrap_or_else(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response())
}

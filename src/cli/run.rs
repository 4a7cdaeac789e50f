//! `run`: the operator against AWS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::reach::{self, default_region};
use super::stop::{Hangups, StopSignals};
use super::{BAD_INPUT, DONE, FAILED, complain};
use crate::api::{self, Manifests, OperatorSpec, Problems, Text};
use crate::aws::Connection;
use crate::clock::Clock;
use crate::config::{Follower, Location, Reader};
use crate::http;
use crate::ids::Region;
use crate::notify::Notifier;
use crate::operator::{Configuration, Operator};
use crate::telemetry::{Listener, LogFormat, Metrics, Telemetry, init_logging};

/// Runs the operator with the manifests at `location`.
pub fn run(location: Location, log_format: LogFormat) -> u8 {
    // One thread: a notice passes several tasks on its way, and on busy cores each change of thread waits for a core.
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let result = runtime.block_on(operate(location, log_format));
            // A disk that does not answer is waited for no longer.
            runtime.shutdown_background();
            match result {
                Ok(()) => DONE,
                Err((code, message)) => {
                    complain(message);
                    code
                }
            }
        }
        Err(error) => {
            complain(format!("the runtime could not be started: {error}"));
            FAILED
        }
    }
}

/// Why it does not run: the exit code, and what is said.
type Refusal = (u8, String);

async fn operate(location: Location, log_format: LogFormat) -> Result<(), Refusal> {
    let clock = Clock::system();
    let connection = Connection::from_environment(&clock).await;
    let reader = Reader::new(location, &connection);
    let bad = |problems: Problems| (BAD_INPUT, problems.to_string());
    let unread = reach::unread(reader.location());
    let texts = reader.read().await.map_err(|problems| (unread, problems.to_string()))?;
    let manifests = api::load(&texts).map_err(bad)?;
    let region = default_region(&connection, &manifests).map_err(|message| (BAD_INPUT, message))?;
    let (listen, logs) = (manifests.operator.spec.http.listen.clone(), manifests.operator.spec.logs.clone());
    let configuration = Arc::new(Configuration::new(manifests, &region, &clock).map_err(bad)?);
    let level = init_logging(log_format, logs.level, &clock).map_err(|error| (FAILED, error.to_string()))?;
    let signals = StopSignals::listen().map_err(|_| (FAILED, "SIGTERM and SIGINT cannot be listened to".to_owned()))?;
    let hangups = Hangups::listen();
    let (listener, address) = http::bind(&listen)
        .await
        .map_err(|error| (FAILED, format!("spec.http.listen: {listen} cannot be listened on: {error}")))?;
    announce(&configuration, &region, address);
    let (stop, settings) = (CancellationToken::new(), configuration.settings());
    let problems = Arc::new(settings.borrow().awaited());
    let metrics = Arc::new(Metrics::default());
    let notifier = Arc::new(Notifier::new(&connection, &region, &clock, &metrics));
    notifier.settle(configuration.in_force().manifests.operator.spec.notifications.as_ref());
    let telemetry = Telemetry::new(metrics, Some(passing_on(&notifier)));
    telemetry.embed(logs.embedded_metrics);
    let shown = http::Shown::of(&telemetry, &problems, &configuration, &clock);
    let (tasks, http_stop) = (TaskTracker::new(), CancellationToken::new());
    let follower = Follower { reader, clock: clock.clone(), now: Arc::default() };
    tasks.spawn(pulse(shown.clone(), telemetry.clone(), stop.clone()));
    let (heard, told) = (telemetry.clone(), Arc::clone(&notifier));
    let offer = move |read| {
        configuration.offer(read);
        let manifests = configuration.in_force().manifests;
        let OperatorSpec { logs, notifications, .. } = &manifests.operator.spec;
        level.set(logs.level);
        heard.embed(logs.embedded_metrics);
        told.settle(notifications.as_ref());
    };
    tasks.spawn(follow(follower, texts, offer, hangups, stop.clone()));
    tasks.spawn(signals.pass_to(stop.clone()));
    http::serve_apart(listener, shown, http_stop.clone())
        .map_err(|error| (FAILED, format!("the HTTP server could not be started: {error}")))?;
    Operator { settings, connection, clock, telemetry, problems }.run(stop).await;
    http_stop.cancel();
    notifier.close().await;
    Ok(())
}

fn passing_on(notifier: &Arc<Notifier>) -> Listener {
    let notifier = Arc::clone(notifier);
    Arc::new(move |line| notifier.hear(line))
}

fn announce(configuration: &Configuration, region: &Region, address: SocketAddr) {
    let (version, manifests) = (env!("CARGO_PKG_VERSION"), configuration.in_force().manifests);
    let (clusters, queues) = (manifests.clusters.len(), manifests.operator.spec.queues.len());
    tracing::info!(
        event = "operator.started",
        version,
        clusters,
        queues,
        http = %address,
        region = region.as_str(),
        "ecs-spot-operator {version}: {clusters} clusters, {queues} queues, http://{address}"
    );
}

/// CloudWatch keeps its usual metrics by the minute.
const PULSE: Duration = Duration::from_secs(60);

async fn pulse(shown: http::Shown, telemetry: Telemetry, stop: CancellationToken) {
    while stop.run_until_cancelled(shown.clock.sleep(PULSE)).await.is_some() {
        shown.gauge();
        telemetry.pulse(shown.clock.now());
    }
}

/// Takes changed manifests over, at the latest a few seconds after they have changed, and at once on SIGHUP.
async fn follow(
    follower: Follower,
    texts: Vec<Text>,
    offer: impl Fn(Result<Manifests, Problems>),
    hangups: Hangups,
    stop: CancellationToken,
) {
    let now = Arc::clone(&follower.now);
    let both = async {
        tokio::join!(follower.follow(texts, offer), hangups.pass_to(&now));
    };
    let _ = stop.run_until_cancelled(both).await;
}

//! `run`: the operator against AWS.

use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::stop::StopSignals;
use super::{BAD_INPUT, DONE, FAILED, complain};
use crate::api::Manifests;
use crate::aws::Connection;
use crate::aws::clients::region_of_queue;
use crate::clock::Clock;
use crate::config;
use crate::http;
use crate::ids::{QueueUrl, Region};
use crate::operator::{Operator, Settings};
use crate::telemetry::{LogFormat, Metrics, Telemetry, init_logging};

/// Runs the operator with the manifests at `config`.
pub fn run(config: &Path, log_format: LogFormat) -> u8 {
    let manifests = match config::load_path(config) {
        Ok(manifests) => manifests,
        Err(problem) => {
            complain(problem);
            return BAD_INPUT;
        }
    };
    // One thread: a notice passes several tasks on its way, and on busy cores each change of thread waits for a core.
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(operate(manifests, log_format)),
        Err(error) => {
            complain(format!("the runtime could not be started: {error}"));
            FAILED
        }
    }
}

async fn operate(manifests: Manifests, log_format: LogFormat) -> u8 {
    let clock = Clock::system();
    if let Err(error) = init_logging(log_format, &clock) {
        complain(error);
        return FAILED;
    }
    let Ok(signals) = StopSignals::listen() else {
        complain("SIGTERM and SIGINT cannot be listened to");
        return FAILED;
    };
    let connection = Connection::from_environment(&clock).await;
    let Some(region) = default_region(&connection, &manifests) else {
        complain("no Region: set AWS_REGION, or name the queues by their https://sqs.<region>.amazonaws.com/… URL");
        return BAD_INPUT;
    };
    let settings = Settings::new(&manifests, &region);
    if let Some((first, second)) = settings.conflict() {
        complain(format!(
            "SpotCluster `{second}` and SpotCluster `{first}` are for the same ECS cluster in the same Region"
        ));
        return BAD_INPUT;
    }
    let listen = &manifests.operator.spec.http.listen;
    let (listener, address) = match http::bind(listen).await {
        Ok(bound) => bound,
        Err(error) => {
            complain(format!("spec.http.listen: {listen} cannot be listened on: {error}"));
            return FAILED;
        }
    };
    let version = env!("CARGO_PKG_VERSION");
    let (clusters, queues) = (manifests.clusters.len(), settings.queues.len());
    tracing::info!(
        event = "operator.started",
        version,
        clusters,
        queues,
        http = %address,
        region = region.as_str(),
        "ecs-spot-operator {version}: {clusters} clusters, {queues} queues, http://{address}"
    );
    let stop = CancellationToken::new();
    let problems = Arc::new(settings.awaited());
    let telemetry = Telemetry::new(Arc::new(Metrics::default()), None);
    let shown = http::Shown::of(&telemetry, &problems, &clock);
    let (tasks, http_stop) = (TaskTracker::new(), CancellationToken::new());
    tasks.spawn(signals.pass_to(stop.clone()));
    let server = tasks.spawn(http::serve(listener, shown, http_stop.clone()));
    Operator { settings, connection, clock, telemetry, problems }.run(stop).await;
    http_stop.cancel();
    drop(server);
    DONE
}

/// The process's own Region, else the one of the first queue that tells.
fn default_region(connection: &Connection, manifests: &Manifests) -> Option<Region> {
    let mut queues = manifests.operator.spec.queues.iter().map(|queue| QueueUrl::from(&queue.url));
    connection.region().or_else(|| queues.find_map(|queue| region_of_queue(&queue)))
}

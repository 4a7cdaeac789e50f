//! `demo`: the operator and a simulated AWS in one process, told as a story. No account is needed and nothing leaves it.

mod narrator;
mod summary;

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::narrator::Narrator;
use super::speed::speed;
use super::stop::StopSignals;
use super::tape::Tape;
use super::{DONE, FAILED, complain};
use crate::api::{self, HumanDuration, Manifests};
use crate::aws::Connection;
use crate::clock::Clock;
use crate::http;
use crate::ids::Region;
use crate::operator::{Configuration, Operator};
use crate::sim::{self, Simulation};
use crate::telemetry::{Listener, Telemetry};

/// The demo's own manifests: the smallest that there are.
const MANIFESTS: &str = include_str!("demo.yaml");

const REGION: &str = "us-east-1";

/// The demo ends by itself after so many hand-overs.
const HAND_OVERS: usize = 3;

/// How long it goes on at most, in simulated time, should no hand-over succeed.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// How the demo runs.
#[derive(Debug, Args)]
pub struct Options {
    /// How many times as fast as real time the simulated AWS moves, from 0.1 to 100.
    #[arg(long, default_value_t = 4.0, value_parser = speed)]
    speed: f64,
    /// End after this long, such as 30s or 2m, if not before.
    #[arg(long)]
    duration: Option<HumanDuration>,
    /// Where chance comes from: which instances are taken, how long each boots.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The address of the page, /healthz, /readyz, /metrics and /api/v1.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
}

/// Runs the demo.
pub fn demo(options: &Options) -> u8 {
    let manifests = match api::load_str("demo.yaml", MANIFESTS) {
        Ok(manifests) => manifests,
        Err(problem) => {
            complain(problem);
            return FAILED;
        }
    };
    match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime.block_on(play(options, &manifests)),
        Err(error) => {
            complain(format!("the runtime could not be started: {error}"));
            FAILED
        }
    }
}

async fn play(options: &Options, manifests: &Manifests) -> u8 {
    let real = Clock::system();
    let clock = Clock::simulated(real.now(), options.speed);
    let Ok(signals) = StopSignals::listen() else {
        complain("SIGTERM and SIGINT cannot be listened to");
        return FAILED;
    };
    let (listener, address) = match http::bind(&options.listen).await {
        Ok(bound) => bound,
        Err(error) => {
            complain(format!("{} cannot be listened on: {error}", options.listen));
            return FAILED;
        }
    };
    let simulation = Simulation::new(sim::demo(), options.seed, clock.clone());
    let stop = CancellationToken::new();
    let narrator = Arc::new(Narrator::new(clock.now(), HAND_OVERS, stop.clone()));
    narrator.introduce(options.speed, &format!("http://{address}"));

    let (teller, tape) = (Arc::clone(&narrator), Tape::default());
    let recorder = tape.clone();
    let told: Listener = Arc::new(move |line| {
        teller.tell(line);
        recorder.hear(line);
    });
    let (telemetry, end) = (Telemetry::new(Arc::default(), Some(told)), CancellationToken::new());
    let region = Region::from(REGION);
    let configuration = match Configuration::new(manifests.clone(), &region, &clock) {
        Ok(configuration) => Arc::new(configuration),
        Err(problems) => {
            complain(problems);
            return FAILED;
        }
    };
    let settings = configuration.settings();
    let problems = Arc::new(settings.borrow().awaited());
    let shown = http::Shown::of(&telemetry, &problems, &configuration, &clock);
    let tasks = TaskTracker::new();
    tasks.spawn(http::serve(listener, shown, end.clone()));
    tasks.spawn(signals.pass_to(stop.clone()));
    tasks.spawn(stop_after(clock.clone(), LONGEST, stop.clone()));
    options.duration.into_iter().for_each(|limit| {
        tasks.spawn(stop_after(real.clone(), limit.unsigned(), stop.clone()));
    });
    let aws = simulation.clone();
    let aws_end = end.clone();
    tasks.spawn(async move { aws.run(aws_end).await });

    let connection = Connection::through(simulation.http_client(), &region, &clock);
    Operator { settings, connection, clock, telemetry, problems }.run(stop).await;
    end.cancel();
    summary::print(&narrator.ended(), &simulation.truth());
    tape.play();
    DONE
}

async fn stop_after(clock: Clock, limit: Duration, stop: CancellationToken) {
    clock.sleep(limit).await;
    stop.cancel();
}

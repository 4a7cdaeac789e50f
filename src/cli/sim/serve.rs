//! `sim serve`: the simulated AWS on an address, until somebody ends it.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cli::speed::speed;
use crate::cli::stop::StopSignals;
use crate::cli::{BAD_INPUT, DONE, FAILED, complain, say};
use crate::clock::Clock;
use crate::config;
use crate::http;
use crate::sim::{self, Scenario, Served};
use crate::trial::account;

/// How long callers who do not read their answers can hold up the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// How it is served.
#[derive(Debug, Args)]
pub struct Options {
    /// The address, such as 127.0.0.1:4566. Anybody who reaches it can do anything there.
    #[arg(long, value_name = "ADDR", value_parser = address)]
    listen: String,
    /// How many times as fast as real time it moves, from 0.1 to 100. Long polls and timeouts of SQS move with it.
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// A YAML file with one Scenario: the account that is served. By default it is the one of the demo.
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Where chance comes from: which instances are taken, how long each boots.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn address(text: &str) -> Result<String, String> {
    let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
    match port {
        Some(Ok(_)) => Ok(text.to_owned()),
        _ => Err("HOST:PORT, such as 127.0.0.1:4566".to_owned()),
    }
}

/// Serves the account.
pub fn serve(options: &Options) -> u8 {
    let scenario = match options.scenario.as_deref().map(config::load_scenario).transpose() {
        Ok(scenario) => scenario.map_or_else(sim::demo, |scenario| account(&scenario.spec)),
        Err(problem) => {
            complain(problem);
            return BAD_INPUT;
        }
    };
    match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime.block_on(until_stopped(options, scenario)),
        Err(error) => {
            complain(format!("the runtime could not be started: {error}"));
            FAILED
        }
    }
}

async fn until_stopped(options: &Options, scenario: Scenario) -> u8 {
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
    let (real, stop) = (Clock::system(), CancellationToken::new());
    let tasks = TaskTracker::new();
    tasks.spawn(signals.pass_to(stop.clone()));
    let clock = Clock::simulated(real.now(), options.speed);
    let served = Served::new(scenario, options.seed, clock, stop.clone());
    say(&introduction(&format!("http://{address}")));
    tokio::select! {
        result = sim::serve(listener, served) => match result {
            Ok(()) => DONE,
            Err(error) => {
                complain(format!("{address} cannot be served any more: {error}"));
                FAILED
            }
        },
        () = farewell(&real, &stop) => DONE,
    }
}

async fn farewell(real: &Clock, stop: &CancellationToken) {
    stop.cancelled().await;
    real.sleep(FAREWELL).await;
}

/// The address comes first, so that a script can cut it out.
fn introduction(url: &str) -> String {
    format!(
        "{url} is a simulated AWS, for any credentials: AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws \
         --endpoint-url {url} --region us-east-1 ecs list-clusters"
    )
}

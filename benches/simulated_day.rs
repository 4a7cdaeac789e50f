//! How much faster than real time the simulated AWS moves, with the real operator and the real SDK on it: a cluster of 1,000
//! instances and 10,000 tasks over a day with 200 interruptions, and drawn scenarios one by one. One thread.
//!
//! `make bench` prints the table. It is no test: nothing fails because a machine is slow.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "a benchmark")]

use ecs_spot_operator::api::{
    HumanDuration, ScenarioCluster, ScenarioGroup, ScenarioService, ScenarioSignal, ScenarioSpec, ScenarioTask,
};
use ecs_spot_operator::clock::Clock;
use ecs_spot_operator::trial::fuzz::fuzz;
use ecs_spot_operator::trial::{Summary, Trial};
use serde_json::{Value, json};

const DAY_SECS: f64 = 86_400.0;
/// Seeds whose times are compared.
const SEEDS: u64 = 200;

fn main() {
    let clock = Clock::system();
    let begun = clock.elapsed();
    let summary = day();
    let took = (clock.elapsed() - begun).as_secs_f64();
    let calls: u64 = summary.calls.values().sum();
    println!("a day of 1,000 instances and 10,000 tasks");
    println!("  interruptions                 {:>10}", summary.interruptions);
    println!("  replaced in time              {:>10}", summary.replaced_in_time);
    println!("  calls of the API              {calls:>10}");
    println!("  seconds                       {took:>10.1}");
    println!("  times as fast as real time    {:>10.0}", DAY_SECS / took);
    let mut times: Vec<f64> = (1..=SEEDS).map(|seed| seconds(&clock, seed)).collect();
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    println!("{SEEDS} drawn scenarios, seconds each");
    println!("  median                        {:>10.3}", at(50));
    println!("  90 of 100 within              {:>10.3}", at(90));
}

fn seconds(clock: &Clock, seed: u64) -> f64 {
    let begun = clock.elapsed();
    let verdict = fuzz(seed, None).expect("a drawn scenario can be played");
    assert!(verdict.violations.is_empty(), "seed {seed}: {:?}", verdict.violations);
    (clock.elapsed() - begun).as_secs_f64()
}

/// Every 1,728 s four instances are taken: 200 in a day. Events tell what happens between resyncs.
fn day() -> Summary {
    let cluster = ScenarioCluster {
        name: "web".to_owned(),
        groups: vec![ScenarioGroup::plain("web-spot", 1_000)],
        services: (0..10).map(service).collect(),
        standalone: Vec::new(),
    };
    let interruption = json!({"after": "10m", "capacityProvider": "web-spot", "count": 4, "every": "1728s"});
    let scenario = ScenarioSpec {
        duration: HumanDuration::from_secs(86_400),
        interruptions: vec![read(interruption)],
        clusters: vec![cluster],
        signals: ScenarioSignal::ALL.to_vec(),
        ..read(json!({"clusters": []}))
    };
    let trial = Trial { scenario, seed: 1, meddler: None };
    trial.play(|_| {}).expect("the day can be played")
}

fn service(number: u32) -> ScenarioService {
    let task = ScenarioTask { cpu: 128, memory: 512, ..ScenarioTask::default() };
    ScenarioService {
        task,
        ..read(json!({
            "name": format!("service-{number}"),
            "desired": 1_000,
            "minimumHealthyPercent": 90,
            "capacityProviders": ["web-spot"],
        }))
    }
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("a part of a scenario")
}

//! From a notice received to both calls because of it on their way, as the operator's own metric has it, on two busy cores.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ecs_spot_operator::clock::Clock;

use crate::process::{Operator, Served, pause};
use crate::table::{Asked, Table};
use crate::world::clusters;

/// Notices, one after the other. So few are open at a time that the loop never rests.
const NOTICES: usize = 90;

/// From one to the next, in seconds.
const EVERY: f64 = 1.0;

/// The buckets of the metric, in seconds.
const BUCKETS: [&str; 9] = ["0.0005", "0.001", "0.002", "0.003", "0.005", "0.01", "0.025", "0.05", "0.1"];

/// Measures it.
pub fn measure(table: &mut Table) {
    let clock = Clock::system();
    let scenario = clusters(1, 5_000, 60);
    let served = Served::start(&scenario);
    let operator = served.operate(&scenario, &clock);
    operator.ready();
    let instances = served.instances();
    let busy = Arc::new(AtomicBool::new(true));
    let spinners = [(); 2].map(|()| {
        let busy = Arc::clone(&busy);
        std::thread::spawn(move || while busy.load(Ordering::Relaxed) {})
    });
    for instance in instances.iter().step_by(instances.len() / NOTICES).take(NOTICES) {
        served.interrupt(std::slice::from_ref(instance));
        pause(&clock, EVERY);
    }
    pause(&clock, 5.0);
    busy.store(false, Ordering::Relaxed);
    spinners.into_iter().for_each(|spinner| drop(spinner.join()));
    for call in ["replacement", "drain", "both"] {
        told(table, &operator, call);
    }
}

fn told(table: &mut Table, operator: &Operator, call: &str) {
    let name = "ecs_spot_operator_notice_to_wire_seconds";
    let all = operator.metric(&format!("{name}_count{{call=\"{call}\"}}"));
    let sum = operator.metric(&format!("{name}_sum{{call=\"{call}\"}}"));
    let within = |bucket: &str| operator.metric(&format!("{name}_bucket{{le=\"{bucket}\",call=\"{call}\"}}"));
    let at = |part: f64| {
        let bucket = BUCKETS.into_iter().find(|bucket| within(bucket) >= all * part).unwrap_or("inf");
        bucket.parse::<f64>().unwrap_or(f64::INFINITY) * 1000.0
    };
    table.note(format!("notice to {call}: notices"), all, "");
    table.note(format!("notice to {call}: mean"), sum / all * 1000.0, "ms");
    table.note(format!("notice to {call}: half of them within"), at(0.5), "ms");
    let asked = if call == "both" { Asked::AtMost(5.0) } else { Asked::Nothing };
    table.figure(format!("notice to {call}: 99 of 100 within"), at(0.99), "ms", asked);
}

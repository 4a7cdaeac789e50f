//! What the operator takes while nothing happens: memory, processor, time to be ready, room on the disk.

use ecs_spot_operator::clock::Clock;

use crate::process::{BINARY, Operator, Served, pause};
use crate::table::{Asked, Table, count};
use crate::world::clusters;

/// A quiet while.
const QUIET: f64 = 30.0;

/// Measures it.
pub fn measure(table: &mut Table) {
    let clock = Clock::system();
    let small = one(table, &clock, (1, 10), None);
    let one_cluster = one(table, &clock, (1, 5_000), Some(64.0));
    let many = one(table, &clock, (100, 1_000), Some(256.0));
    table.note("memory for each further instance, 10 to 5,000", (one_cluster - small) * 1024.0 / 4_990.0, "KiB");
    table.note("memory for each further instance, 5,000 to 100,000", (many - one_cluster) * 1024.0 / 95_000.0, "KiB");
    let size = std::fs::metadata(BINARY).expect("it is built").len();
    let size = count(usize::try_from(size).unwrap_or_default()) / (1024.0 * 1024.0);
    table.figure("the binary, stripped", size, "MiB", Asked::AtMost(20.0));
}

/// Resident memory, in MiB.
fn one(table: &mut Table, clock: &Clock, (number, each): (u32, u32), most: Option<f64>) -> f64 {
    let scenario = clusters(number, each, 60);
    let served = Served::start(&scenario);
    let operator = served.operate(&scenario, clock);
    let ready = operator.ready();
    pause(clock, 2.0);
    let name = format!("{number} x {each} instances");
    started(table, &name, ready, (number, each), &operator);
    let (worked, resident) = (operator.program.worked(), operator.program.resident());
    pause(clock, QUIET);
    let idle = (operator.program.worked() - worked) / QUIET * 100.0;
    table.figure(format!("{name}: memory, resident"), resident, "MiB", most.map_or(Asked::Nothing, Asked::AtMost));
    table.figure(format!("{name}: a core while nothing happens"), idle, "%", Asked::AtMost(1.0));
    resident
}

/// The describe calls one after the other within a cluster, and the buckets, are what a start waits for.
fn started(table: &mut Table, name: &str, ready: f64, (number, each): (u32, u32), operator: &Operator) {
    let indexed = operator.metric("ecs_spot_operator_instances_indexed");
    assert!((indexed - f64::from(number * each)).abs() < 1.0, "{indexed} instances are indexed");
    let reads = operator.metric(
        r#"ecs_spot_operator_gate_requests_total{region="us-east-1",bucket="cluster_resource_read",lane="soon"}"#,
    );
    // 100 at once and 20 a second: ECS API reference, "Request throttling for the Amazon ECS API".
    let bound = ((reads - 100.0) / 20.0).max(0.0);
    table.note(format!("{name}: start to ready"), ready, "s");
    table.note(format!("{name}: calls that read the clusters' instances"), reads, "");
    table.note(format!("{name}: what their bucket alone makes them take"), bound, "s");
}

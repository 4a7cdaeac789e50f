//! Five thousand instances of one account are taken back at once, in virtual time: how close the operator comes to what the API's
//! buckets allow.

use std::sync::{Arc, Mutex};

use ecs_spot_operator::api::{ScenarioCategory, ScenarioNeighbour, ScenarioSpec, ScenarioThrottling};
use ecs_spot_operator::trial::{Line, Source, Summary, Trial};
use serde_json::json;

use crate::table::{Asked, Table, count};
use crate::world::{clusters, read};

/// Instances that are taken back.
const INSTANCES: u32 = 5_000;

/// Container instances in one `UpdateContainerInstancesState` (ECS API reference).
const DRAIN_MAX: u32 = 10;

/// The bucket "Cluster resource modify" (ECS API reference, "Request throttling for the Amazon ECS API").
const BURST: f64 = 100.0;
const RATE: f64 = 40.0;

/// From a notice to the end of its instance.
const WINDOW: f64 = 120.0;

/// Measures the storm over one cluster.
pub fn of_one_cluster(table: &mut Table) {
    one(table, "1 cluster", 1, 0, 1.05);
}

/// Measures the same over five.
pub fn of_five_clusters(table: &mut Table) {
    one(table, "5 clusters", 5, 0, 1.05);
}

/// Measures the same while somebody else takes half of what the bucket gains.
pub fn with_a_neighbour(table: &mut Table) {
    one(table, "with a neighbour", 1, 20, 1.15);
}

/// When the storm begins: the index is filled by then.
const BEGINS: f64 = 120.0;

fn one(table: &mut Table, name: &str, count: u32, neighbour: u32, most: f64) {
    let seen = play(storm(count, neighbour));
    let net = RATE - f64::from(neighbour);
    let calls = f64::from(count * (INSTANCES / count).div_ceil(DRAIN_MAX));
    let bound = (calls - BURST) / net;
    let drained = seen.last_drain - seen.first_message;
    table.figure(format!("{name}: last drain against its bound"), drained / bound, "", Asked::AtMost(most));
    table.note(format!("{name}: the bound, 500 calls of its bucket"), bound, "s");
    table.note(format!("{name}: first message to last drain"), drained, "s");
    table.note(format!("{name}: first message to last message received"), seen.last_message - seen.first_message, "s");
    table.note(format!("{name}: calls that drain"), f64::from(seen.drains), "");
    table.note(format!("{name}: calls that replace"), f64::from(seen.replacements), "");
    table.note(format!("{name}: first message to last replacement"), seen.last_replacement - seen.first_message, "s");
    let throttled = f64::from(seen.throttled) / f64::from(seen.calls.max(1)) * 100.0;
    let asked = if neighbour == 0 { Asked::AtMost(1.0) } else { Asked::Nothing };
    table.figure(format!("{name}: calls that were throttled"), throttled, "%", asked);
    coverage(table, name, (calls, net), &seen.summary);
}

/// Every task of a service whose tasks all go has to be stopped by a call of its own, from the bucket that drains draw on as well.
fn coverage(table: &mut Table, name: &str, (drains, net): (f64, f64), summary: &Summary) {
    let all = summary.graceful + summary.cut_short + summary.killed;
    let bound = (BURST + net * WINDOW - drains).min(count(all));
    table.note(format!("{name}: tasks"), count(all), "");
    table.note(format!("{name}: tasks that the bucket could stop one by one"), bound, "");
    table.note(format!("{name}: tasks with SIGTERM in time"), count(summary.graceful), "");
    table.figure(
        format!("{name}: the same against that bound"),
        count(summary.graceful) / bound,
        "",
        Asked::AtLeast(1.0),
    );
}

fn storm(count: u32, neighbour: u32) -> ScenarioSpec {
    let mut scenario = clusters(count, INSTANCES / count, 6);
    let groups = scenario.clusters.iter().flat_map(|cluster| cluster.groups.iter());
    let interruptions = groups.map(|group| {
        let after = format!("{BEGINS}s");
        read(json!({"after": after, "capacityProvider": group.capacity_provider, "count": group.desired}))
    });
    scenario.interruptions = interruptions.collect();
    let neighbour =
        ScenarioNeighbour { category: ScenarioCategory::ClusterResourceModify, calls_per_second: neighbour };
    let neighbours = Some(neighbour).filter(|neighbour| neighbour.calls_per_second > 0).into_iter().collect();
    scenario.faults.throttling = Some(ScenarioThrottling { neighbours, ..ScenarioThrottling::default() });
    scenario
}

/// What was seen of a storm.
#[derive(Default)]
struct Seen {
    first_message: f64,
    last_message: f64,
    last_drain: f64,
    last_replacement: f64,
    drains: u32,
    replacements: u32,
    calls: u32,
    throttled: u32,
    summary: Summary,
}

fn play(scenario: ScenarioSpec) -> Seen {
    let seen = Arc::new(Mutex::new(Seen { first_message: f64::MAX, ..Seen::default() }));
    let watching = Arc::clone(&seen);
    let trial = Trial { scenario, seed: 1, meddler: None };
    let summary =
        trial.play(move |line| watching.lock().expect("nobody panics").hear(&line)).expect("it can be played");
    let mut seen = std::mem::take(&mut *seen.lock().expect("nobody panics"));
    seen.summary = summary;
    seen
}

impl Seen {
    fn hear(&mut self, line: &Line) {
        if line.t < BEGINS {
            return;
        }
        if line.source == Source::Operator {
            if line.event == "case.noticed" {
                self.first_message = self.first_message.min(line.t);
                self.last_message = line.t;
            }
            return;
        }
        if !line.by_operator() {
            return;
        }
        let Some(answer) = line.detail.as_str().filter(|_| line.event.contains('.')) else { return };
        let accepted = answer == "ok";
        let is_call = ["ecs.", "autoscaling.", "sqs."].iter().any(|service| line.event.starts_with(service));
        let is_call = is_call && line.event.chars().any(char::is_uppercase);
        self.calls += u32::from(is_call);
        self.throttled += u32::from(is_call && answer.contains("Throttling"));
        match line.event.as_str() {
            "ecs.UpdateContainerInstancesState" if accepted => {
                (self.drains, self.last_drain) = (self.drains + 1, line.t);
            }
            "autoscaling.DetachInstances" if accepted => {
                (self.replacements, self.last_replacement) = (self.replacements + 1, line.t);
            }
            _ => {}
        }
    }
}

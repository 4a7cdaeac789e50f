//! The operator beside a Lambda function as people write it (`benches/peers/handler.py`), on the same simulated AWS with the documented
//! buckets, in real time and one after the other. What is measured is what AWS shows.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use ecs_spot_operator::api::{ScenarioSpec, ScenarioThrottling};
use ecs_spot_operator::clock::Clock;
use serde_json::Value;

use crate::process::{Program, Served, pause};
use crate::table::{Table, count};
use crate::world::clusters;

/// Single notices, one after the other.
const SINGLES: usize = 10;

/// From one to the next, in seconds.
const EVERY: f64 = 4.0;

/// Notices of a storm.
const STORM: usize = 1_000;

/// After so many seconds the instances are gone.
const WINDOW: f64 = 120.0;

/// Measures both.
pub fn measure(table: &mut Table) {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/moto/bin/python");
    if !python.exists() {
        eprintln!("boto3 is not there: `make emulators` first");
        return;
    }
    for who in [Peer::Lambda(python), Peer::Operator] {
        singles(table, &who);
        storm(table, &who);
    }
}

enum Peer {
    Lambda(PathBuf),
    Operator,
}

impl Peer {
    const fn name(&self) -> &'static str {
        match self {
            Self::Lambda(_) => "the Lambda",
            Self::Operator => "the operator",
        }
    }

    /// At work on `served`, warm.
    fn start(&self, served: &Served, scenario: &ScenarioSpec) -> Program {
        match self {
            Self::Lambda(python) => {
                let names: Vec<&str> = scenario.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
                let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/lambda.py");
                Program::start(Command::new(python).arg("-B").arg(script).arg(&served.url).arg(names.join(",")))
            }
            Self::Operator => {
                let operator = served.operate(scenario, &Clock::system());
                operator.ready();
                operator.program
            }
        }
    }
}

fn account(instances: u32) -> ScenarioSpec {
    let mut scenario = clusters(1, instances, 60);
    scenario.faults.throttling = Some(ScenarioThrottling::default());
    scenario
}

fn singles(table: &mut Table, who: &Peer) {
    let scenario = account(50);
    let served = Served::start(&scenario);
    let _program = who.start(&served, &scenario);
    let clock = Clock::system();
    let doomed: Vec<String> = served.instances().into_iter().take(SINGLES).collect();
    let times = doomed.iter().map(|instance| {
        let took = watch(&served, std::slice::from_ref(instance), 0.01, EVERY).after;
        pause(&clock, (EVERY - took).max(0.0));
        took
    });
    let mean = times.sum::<f64>() / count(SINGLES);
    let what = format!(
        "one notice: {}: notice to drained and detached, mean of {SINGLES}, delivery of 0.2 to 2 s included",
        who.name()
    );
    table.note(what, mean, "s");
}

fn storm(table: &mut Table, who: &Peer) {
    let scenario = account(2_000);
    let served = Served::start(&scenario);
    let _program = who.start(&served, &scenario);
    let clock = Clock::system();
    // The buckets are full again after the start.
    pause(&clock, 10.0);
    let doomed: Vec<String> = served.instances().into_iter().take(STORM).collect();
    let before = Calls::of(&served);
    let done = watch(&served, &doomed, 0.5, WINDOW);
    let after = Calls::of(&served);
    let name = format!("{STORM} notices: {}", who.name());
    table.note(format!("{name}: notice to the last one drained and detached"), done.after, "s");
    table.note(format!("{name}: drained within the window"), count(done.drained), "");
    table.note(format!("{name}: detached within the window"), count(done.detached), "");
    table.note(format!("{name}: calls of ECS and Auto Scaling"), after.all - before.all, "");
    table.note(format!("{name}: of these throttled"), after.throttled - before.throttled, "");
}

/// How far it has come.
#[derive(Clone, Copy, Default, PartialEq)]
struct Done {
    drained: usize,
    detached: usize,
    after: f64,
}

/// Interrupts instances and watches what becomes of them until all is done, or `limit` seconds are over.
fn watch(served: &Served, doomed: &[String], every: f64, limit: f64) -> Done {
    let clock = Clock::system();
    let begun = clock.elapsed();
    served.interrupt(doomed);
    let mut last = Done::default();
    loop {
        let seconds = (clock.elapsed() - begun).as_secs_f64();
        let (drained, detached) = seen(&served.get("state"), doomed);
        // What goes with the instance was not done by anybody.
        if seconds < limit && (drained, detached) != (last.drained, last.detached) {
            last = Done { drained: drained.max(last.drained), detached: detached.max(last.detached), after: seconds };
        }
        if seconds >= limit || last.drained + last.detached >= doomed.len() * 2 {
            return last;
        }
        pause(&clock, every);
    }
}

/// How many of them drain, and how many have left their group.
fn seen(state: &Value, doomed: &[String]) -> (usize, usize) {
    let doomed: BTreeSet<&str> = doomed.iter().map(String::as_str).collect();
    let all = |list: &str, each: &str| -> Vec<Value> {
        let lists = state[list].as_array().into_iter().flatten();
        lists.flat_map(|one| one[each].as_array().cloned().unwrap_or_default()).collect()
    };
    let ours = |value: &&Value| value["instanceId"].as_str().is_some_and(|id| doomed.contains(id));
    let instances = all("clusters", "containerInstances");
    let drained = instances.iter().filter(ours).filter(|instance| instance["status"] == "DRAINING").count();
    let members = all("groups", "members");
    let kept = |member: &&Value| member["lifecycleState"] == "InService";
    (drained, doomed.len() - members.iter().filter(ours).filter(kept).count())
}

#[derive(Default)]
struct Calls {
    all: f64,
    throttled: f64,
}

impl Calls {
    fn of(served: &Served) -> Self {
        let calls = served.get("calls");
        let is_counted = |action: &&String| action.starts_with("ecs.") || action.starts_with("autoscaling.");
        let sum = |of: &Value, counted: fn(&str) -> bool| -> f64 {
            let actions = of.as_object().into_iter().flatten().filter(|(action, _)| is_counted(action));
            let numbers = actions.flat_map(|(_, by)| by.as_object().into_iter().flatten());
            numbers.filter(|(name, _)| counted(name)).filter_map(|(_, number)| number.as_f64()).sum()
        };
        let throttled = |code: &str| code.contains("Throttling") || code == "RateExceeded";
        Self { all: sum(&calls["calls"], |_| true), throttled: sum(&calls["errors"], throttled) }
    }
}

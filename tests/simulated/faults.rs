//! Faults of every kind for five minutes, then none: everything must come to its end, once.

use std::collections::BTreeSet;
use std::time::Duration;

use ecs_spot_operator::sim::{
    CallFaults, Category, EventFaults, Faults, InterruptionPlan, Neighbour, QueueFaults, Redrive, Scenario, Throttling,
    Window,
};

use crate::rig::*;

const SEEDS: std::ops::RangeInclusive<u64> = 1..=20;

const WINDOW: Window = Window::first(300);

fn mixture() -> Faults {
    let calls = CallFaults {
        window: WINDOW,
        server_error: 0.05,
        access_denied: 0.02,
        time_out_before: 0.02,
        time_out_after: 0.05,
        reset_before: 0.02,
        reset_after: 0.05,
        stale: 0.3,
        stale_seconds: 8,
        latency_factor: 3,
        ..CallFaults::default()
    };
    let events = EventFaults {
        window: WINDOW,
        loss: 0.05,
        duplicate: 0.3,
        delayed: 0.3,
        delay_min_millis: 0,
        delay_max_millis: 20_000,
    };
    let queues = QueueFaults { window: WINDOW, redelivery: 0.1, shuffle: 0.2, entry_failure: 0.2 };
    let neighbour = |category| Neighbour { window: WINDOW, category, tokens_per_second: 25 };
    let neighbours = vec![neighbour(Category::ClusterResourceRead), neighbour(Category::AutoScaling)];
    let throttling = Throttling { enabled: true, neighbours, ..Throttling::default() };
    Faults { calls: vec![calls], events, queues, throttling, ..Faults::none() }
}

fn faulty(faults: Faults) -> Scenario {
    let interruption = |second| InterruptionPlan::new(Duration::from_secs(second), GROUP, 1);
    // Every loss of an answer and every second delivery counts as a receive: five of them can come together by chance.
    let redrive = Redrive { queue: DEAD_LETTERS.into(), max_receive_count: 20 };
    let mut scenario = scenario();
    scenario.queues.iter_mut().filter(|queue| queue.name == QUEUE).for_each(|q| q.redrive = Some(redrive.clone()));
    Scenario { interruptions: [30, 60, 180].map(interruption).to_vec(), faults, ..scenario }
}

/// What is not as it should be when all is over.
fn complaints(rig: &Rig) -> Vec<String> {
    let mut found = Vec::new();
    let mut expect = |what: &str, is: String, expected: &str| {
        if is != expected {
            found.push(format!("{what}: {is}, not {expected}"));
        }
    };
    let group = rig.sim.group(GROUP).unwrap();
    let serving = group.members.iter().filter(|member| member.lifecycle_state == "InService").count();
    expect("desired and serving", format!("{:?}", (group.desired, serving, group.members.len())), "(6, 6, 6)");
    let launches = rig.sim.transcript().iter().filter(|line| line.contains("GroupLaunched")).count();
    expect("launches", launches.to_string(), "3");
    let interruptions = rig.sim.truth().interruptions;
    let replaced: BTreeSet<_> =
        interruptions.iter().filter_map(|seen| seen.replacement.as_ref().map(|r| r.instance_id.clone())).collect();
    expect("interrupted and replaced", format!("{:?}", (interruptions.len(), replaced.len())), "(3, 3)");
    expect("messages", format!("{:?}", rig.depth(QUEUE)), "(0, 0)");
    expect("dead letters", format!("{:?}", rig.depth(DEAD_LETTERS)), "(0, 0)");
    let cases = |event: &str| rig.events(event).iter().map(|line| line.instance_id.to_string()).collect::<Vec<_>>();
    let (mut noticed, mut closed) = (cases("case.noticed"), cases("case.closed"));
    noticed.sort();
    closed.sort();
    expect("closed", format!("{closed:?}"), &format!("{noticed:?}"));
    found
}

/// Runs an operator until long after the faults; tells how many cases it had, and what is wrong at the end.
async fn run(faults: Faults, seed: u64) -> (usize, Vec<String>) {
    let rig = Rig::seeded(faulty(faults), &manifests("", ""), seed);
    let operator = rig.operate();
    rig.secs(900).await;
    let found = complaints(&rig);
    operator.stop().await;
    (rig.events("case.noticed").len(), found)
}

#[tokio::test(start_paused = true)]
async fn once_faults_are_over_everything_has_been_replaced_once_and_closed() {
    let (mut cases, mut found) = (0, Vec::new());
    for seed in SEEDS {
        let (noticed, complaints) = run(mixture(), seed).await;
        cases += noticed;
        found.extend(complaints.iter().map(|complaint| format!("seed {seed}: {complaint}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!((50..=60).contains(&cases), "few of 60 notices are lost: {cases}");
}

/// The answer to the detach is lost, and then Auto Scaling tells nothing of groups for a while.
async fn outcome_with_groups_unseen_until(second: u64) -> Vec<&'static str> {
    let only = |action: &str, until| CallFaults {
        window: Window { from_seconds: 30, until_seconds: Some(until) },
        actions: vec![format!("autoscaling:{action}")],
        ..CallFaults::default()
    };
    let calls = vec![
        CallFaults { reset_after: 1.0, ..only("DetachInstances", 35) },
        CallFaults { server_error: 1.0, ..only("DescribeAutoScalingGroups", second) },
    ];
    let rig = Rig::new(Scenario { faults: Faults { calls, ..Faults::none() }, ..interrupted(1) });
    let operator = rig.operate();
    rig.secs(300).await;
    let interruption = rig.sim.truth().interruptions.remove(0);
    assert!(interruption.replacement.unwrap().registered.unwrap() < interruption.deadline);
    operator.stop().await;
    rig.outcomes()
}

#[tokio::test(start_paused = true)]
async fn a_group_that_can_be_seen_again_before_the_deadline_is_looked_at_before_the_deadline() {
    assert_eq!(outcome_with_groups_unseen_until(125).await, ["handed_over"]);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_told_that_there_is_no_replacement_while_nobody_knows() {
    assert_ne!(outcome_with_groups_unseen_until(200).await, ["not_replaced"]);
}

//! Planned hand-overs, and what becomes of an instance that lives on.

use std::time::Duration;

use ecs_spot_operator::ids::InstanceId;
use ecs_spot_operator::signal::manual;
use ecs_spot_operator::sim::{GroupSpec, HookSpec, InterruptionPlan, RuleSpec, Scenario, TaskSpec};
use serde_json::json;

use crate::rig::*;

const OURS: &str = "ecs-spot-operator-drain";

fn hooked() -> Scenario {
    let mut scenario = interrupted(1);
    scenario.groups[0].hooks = vec![HookSpec::terminating(OURS, Duration::from_secs(300), true)];
    scenario.rules.push(RuleSpec::of("EC2 Instance-terminate Lifecycle Action", QUEUE));
    scenario
}

fn graceful(rig: &Rig) -> (usize, usize) {
    let closed = rig.events("case.closed");
    (closed.iter().map(|line| line.tasks.graceful).sum(), closed.iter().map(|line| line.tasks.killed).sum())
}

#[tokio::test(start_paused = true)]
async fn a_group_whose_hook_waits_for_us_terminates_and_no_instance_is_left_over() {
    let rig = Rig::new(hooked());
    let _operator = rig.operate();
    rig.secs(400).await;
    assert_eq!(rig.outcomes(), ["handed_over"]);
    assert_eq!((rig.calls("DetachInstances"), rig.calls("TerminateInstanceInAutoScalingGroup")), (0, 1));
    assert_eq!(rig.calls("CompleteLifecycleAction"), 1);
    assert_eq!((rig.members().len(), rig.sim.group(GROUP).unwrap().desired), (6, 6));
    assert_eq!(rig.depth(QUEUE), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_scale_in_waits_for_our_hook_until_the_last_task_is_stopped() {
    let mut scenario = hooked();
    scenario.interruptions = Vec::new();
    let rig = Rig::new(scenario);
    let _operator = rig.operate();
    rig.secs(30).await;
    let doomed = rig.members()[0].clone();
    rig.scale_in(&doomed).await;
    rig.secs(300).await;
    let (stopped, killed) = graceful(&rig);
    assert!(stopped > 0 && killed == 0, "{stopped} {killed}");
    assert_eq!((rig.outcomes(), rig.members().len()), (vec!["not_replaced"], 5));
    assert_eq!(rig.calls("CompleteLifecycleAction"), 1);
    assert_eq!(rig.calls("TerminateInstanceInAutoScalingGroup"), 1, "which was not ours");
}

#[tokio::test(start_paused = true)]
async fn somebodys_wish_hands_a_healthy_instance_over_without_losing_capacity() {
    let rig = Rig::new(scenario());
    let _operator = rig.operate();
    rig.secs(30).await;
    let doomed = rig.members()[0].clone();
    rig.send(manual::message(&InstanceId::from(&doomed), None, rig.clock.now()));
    rig.secs(600).await;
    assert_eq!(rig.outcomes(), ["handed_over"]);
    assert_eq!(graceful(&rig).1, 0);
    assert_eq!(rig.calls("LaunchInstances"), 1);
    assert_eq!((rig.members().len(), rig.sim.group(GROUP).unwrap().desired), (6, 6));
    assert!(!rig.members().contains(&doomed));
    assert_eq!(rig.depth(QUEUE), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_operator_that_dies_on_the_way_leaves_no_debt() {
    let rig = Rig::new(scenario());
    let first = rig.operate();
    rig.secs(30).await;
    let doomed = rig.members()[0].clone();
    rig.send(manual::message(&InstanceId::from(&doomed), None, rig.clock.now()));
    rig.secs(15).await;
    assert_eq!(rig.calls("LaunchInstances"), 1);
    first.crash().await;
    let _second = rig.operate();
    rig.secs(900).await;
    assert_eq!(rig.calls("LaunchInstances"), 1);
    assert_eq!((rig.members().len(), rig.sim.group(GROUP).unwrap().desired), (6, 6));
    assert!(!rig.members().contains(&doomed));
}

#[tokio::test(start_paused = true)]
async fn what_ec2_does_not_take_after_all_is_set_back_where_its_group_still_has_it() {
    let mut scenario = interrupted(1);
    let suspended = |group: &mut GroupSpec| group.suspended = vec![ecs_spot_operator::sim::Process::Launch];
    suspended(&mut scenario.groups[0]);
    scenario.interruptions = vec![InterruptionPlan {
        cancelled_after: Some(Duration::from_secs(60)),
        ..InterruptionPlan::new(Duration::from_secs(30), GROUP, 1)
    }];
    let rig = Rig::new(scenario);
    let _operator = rig.operate();
    rig.secs(600).await;
    assert_eq!(rig.outcomes(), ["returned"]);
    assert_eq!(rig.draining(), 0, "it takes tasks again");
}

/// Whoever starts them again would start them where they were, as long as it does not drain.
#[tokio::test(start_paused = true)]
async fn tasks_of_no_service_are_left_alone_until_their_instance_drains() {
    let policy = ", tasks: {standalone: now}, signals: {rebalance: {enabled: true, budget: 1, cooldown: 10s}}";
    let mut account = scenario();
    account.clusters[0].standalone = vec![TaskSpec::default(); 6];
    let rig = Rig::with(account, &manifests("", policy));
    let _operator = rig.operate();
    rig.secs(30).await;
    for instance in &rig.members()[..2] {
        let detail = json!({"instance-id": instance});
        rig.send(json!({"detail-type": "EC2 Instance Rebalance Recommendation", "detail": detail}).to_string());
    }
    rig.secs(20).await;
    assert_eq!((rig.calls("LaunchInstances"), rig.calls("StopTask")), (1, 0));
    rig.secs(100).await;
    assert!(rig.calls("StopTask") > 0, "they are stopped when it drains");
}

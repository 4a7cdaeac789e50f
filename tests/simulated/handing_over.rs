//! The main job.

use std::time::Duration;

use ecs_spot_operator::plan::Phase;
use ecs_spot_operator::sim::{GroupSpec, Process, Scenario};

use crate::rig::*;

#[tokio::test(start_paused = true)]
async fn a_doomed_instance_is_handed_over_and_its_group_ends_as_it_began() {
    let rig = Rig::new(interrupted(1));
    let before = rig.members().len();
    let _operator = rig.operate();
    rig.secs(300).await;
    assert_eq!(rig.outcomes(), ["handed_over"]);
    let truth = rig.sim.truth().interruptions.pop().unwrap();
    assert!(truth.tasks_at_notice > 0);
    assert_eq!((truth.graceful, truth.cut_short, truth.killed), (truth.tasks_at_notice, 0, 0));
    let replacement = truth.replacement.unwrap();
    assert!(replacement.registered.unwrap() < truth.deadline);
    assert_eq!((rig.members().len(), rig.sim.group(GROUP).unwrap().desired), (before, 6));
    assert_eq!(rig.depth(QUEUE), (0, 0));

    let closed = &rig.events("case.closed")[0];
    assert_eq!(closed.replacement.as_ref().unwrap().as_str(), replacement.instance_id);
    assert_eq!(closed.tasks.graceful, truth.tasks_at_notice);
    let closed_at = *closed.phases.last_key_value().unwrap().1;
    assert!(closed_at.duration_since(truth.gone.unwrap()).as_secs() <= 10, "closed within 10 s");
}

#[tokio::test(start_paused = true)]
async fn a_notice_for_a_known_instance_costs_no_look_up_and_both_calls_leave_within_a_second() {
    let rig = Rig::new(interrupted(1));
    let _operator = rig.operate();
    rig.secs(60).await;
    assert_eq!((rig.calls("DetachInstances"), rig.calls("UpdateContainerInstancesState")), (1, 1));
    assert_eq!(rig.calls("DescribeAutoScalingInstances"), 0);
    let noticed = &rig.events("case.noticed")[0];
    for event in ["case.replacement_requested", "case.draining"] {
        let line = &rig.events(event)[0];
        assert!(noticed.seconds_left.unwrap() - line.seconds_left.unwrap() <= 1.0, "{event}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_notice_is_held_until_its_case_is_closed() {
    let rig = Rig::new(interrupted(1));
    let _operator = rig.operate();
    for _ in 0..7 {
        rig.secs(20).await;
        let expected = if rig.events("case.noticed").is_empty() { 0 } else { 1 };
        assert_eq!(rig.depth(QUEUE), (0, expected));
    }
    rig.secs(60).await;
    assert_eq!(rig.depth(QUEUE), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn several_at_once_are_one_batch_for_each_api() {
    let rig = Rig::new(scenario());
    let doomed: Vec<String> = rig.members().into_iter().take(4).collect();
    let _operator = rig.operate();
    rig.secs(15).await;
    rig.sim.interrupt(&doomed, Duration::from_secs(120));
    doomed.iter().for_each(|instance| rig.send(rig.notice(instance, "terminate", 0)));
    rig.secs(10).await;
    assert_eq!(rig.events("case.noticed").len(), 4);
    assert_eq!((rig.calls("DetachInstances"), rig.calls("UpdateContainerInstancesState")), (1, 1));
    rig.secs(300).await;
    assert_eq!(rig.outcomes().len(), 4);
    let replacements: std::collections::BTreeSet<_> =
        rig.events("case.closed").into_iter().filter_map(|line| line.replacement).collect();
    assert_eq!(replacements.len(), 4, "each has one of its own");
    assert_eq!(rig.members().len(), 6);
}

async fn of_a_group(change: impl FnOnce(&mut GroupSpec)) -> Rig {
    let mut scenario = interrupted(1);
    change(&mut scenario.groups[0]);
    let rig = Rig::new(scenario);
    let _operator = rig.operate();
    rig.secs(300).await;
    assert_eq!(rig.calls("DetachInstances"), 0);
    assert_eq!(rig.calls("UpdateContainerInstancesState"), 1, "it is drained all the same");
    rig
}

#[tokio::test(start_paused = true)]
async fn a_group_with_capacity_rebalancing_is_not_detached_from() {
    let rig = of_a_group(|group| group.capacity_rebalance = true).await;
    assert_eq!(rig.events("case.replacement_skipped")[0].reason.as_deref(), Some("CapacityRebalancing"));
    assert_eq!(rig.members().len(), 6, "one replacement, the group's own");
}

#[tokio::test(start_paused = true)]
async fn a_group_whose_launch_is_suspended_is_not_detached_from() {
    let rig = of_a_group(|group| group.suspended = vec![Process::Launch]).await;
    assert_eq!(rig.events("case.replacement_skipped")[0].reason.as_deref(), Some("LaunchSuspended"));
    assert_eq!(rig.outcomes(), ["not_replaced"]);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_draining_already_is_still_replaced() {
    let rig = Rig::new(scenario());
    let doomed = rig.members()[0].clone();
    rig.drain_from_outside(&doomed).await;
    let _operator = rig.operate();
    rig.secs(30).await;
    rig.send(rig.notice(&doomed, "terminate", 0));
    rig.secs(40).await;
    assert!(!rig.members().contains(&doomed));
    assert_eq!(
        (rig.calls("DetachInstances"), rig.calls("UpdateContainerInstancesState")),
        (1, 1),
        "the drain was not ours"
    );
    assert_eq!(rig.events("case.draining").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_orphan_of_a_cancelled_reclaim_is_taken_back_by_its_group_and_terminated() {
    let rig = cancelled(|_| {}).await;
    assert!(rig.events("case.closed")[0].message.contains("its group has taken it back"));
    assert_eq!((rig.calls("AttachInstances"), rig.calls("TerminateInstanceInAutoScalingGroup")), (1, 1));
    assert_eq!((rig.members().len(), rig.sim.group(GROUP).unwrap().desired), (6, 6));
}

#[tokio::test(start_paused = true)]
async fn where_its_group_has_no_room_for_an_orphan_the_commands_are_in_the_log() {
    let rig = cancelled(|group| group.max = 6).await;
    assert!(rig.events("case.closed")[0].message.contains("terminate-instance-in-auto-scaling-group"));
    assert_eq!(rig.calls("AttachInstances"), 0);
}

/// Spot gives notice and changes its mind a minute later.
async fn cancelled(change: impl FnOnce(&mut GroupSpec)) -> Rig {
    let mut scenario = interrupted(1);
    scenario.interruptions[0].cancelled_after = Some(Duration::from_secs(60));
    change(&mut scenario.groups[0]);
    let rig = Rig::new(scenario);
    let _operator = rig.operate();
    rig.secs(600).await;
    assert_eq!(rig.outcomes(), ["returned"]);
    assert_eq!(rig.depth(QUEUE), (0, 0));
    rig
}

#[tokio::test(start_paused = true)]
async fn dry_run_changes_nothing_and_acknowledges() {
    for (mode, event) in [("dryRun", "case.rehearsed"), ("paused", "case.noticed")] {
        let rig = Rig::with(interrupted(1), &manifests("", &format!(", mode: {mode}")));
        let _operator = rig.operate();
        rig.secs(45).await;
        assert_eq!((rig.calls("DetachInstances"), rig.calls("UpdateContainerInstancesState")), (0, 0));
        assert_eq!(rig.events(event).len(), 1);
        assert_eq!(rig.depth(QUEUE), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stopped_or_hibernated_instance_closes_a_minute_after_its_agent_fell_silent() {
    for action in [ecs_spot_operator::sim::Action::Stop, ecs_spot_operator::sim::Action::Hibernate] {
        let mut scenario: Scenario = interrupted(1);
        scenario.interruptions[0].action = action;
        let rig = Rig::new(scenario);
        let _operator = rig.operate();
        rig.secs(300).await;
        let gone = rig.sim.truth().interruptions[0].gone.unwrap();
        let silent_for = rig.events("case.closed")[0].phases[&Phase::Closed].duration_since(gone).as_secs();
        assert!((60..=70).contains(&silent_for), "{action:?}: {silent_for} s");
        assert_eq!(rig.depth(QUEUE), (0, 0));
    }
}

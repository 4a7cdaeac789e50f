//! What is known of services: how much of one moves at a time, and whose tasks stop last.

use super::scenario::*;
use crate::ids::ClusterKey;
use crate::observe::service::Words;
use crate::observe::snapshot::InstanceStatus;
use crate::observe::task::{Owner, Task};
use crate::observe::{Look, Observation};
use crate::plan::Deed;
use crate::signal::SignalKind;

const REPLICAS: Words<'_> =
    Words { strategy: Some("REPLICA"), desired: 4, running: 4, minimum_healthy_percent: Some(50) };

const DAEMONS: Words<'_> = Words { strategy: Some("DAEMON"), ..REPLICAS };

fn told(scenario: &mut Scenario, name: &str, words: Words<'_>) {
    let found = vec![(name.into(), words.at(scenario.now))];
    let (cluster, asked) = (ClusterKey::from("web"), vec![name.into()]);
    scenario.snapshot.apply(Observation::Services { cluster, asked, found }, scenario.now);
}

/// Somebody wants both instances drained, which have a task of `app` each; the first drains.
fn two_to_drain() -> Scenario {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    for id in ["i-1", "i-2"] {
        scenario.at("03:05:00").says(id, SignalKind::ManualDrain, None);
        scenario.tasks(id, &[false]);
    }
    scenario.group(&[("i-1", "InService"), ("i-2", "InService")], |group| group.launch_suspended = true);
    assert_eq!(drained(&scenario.steps()), ["i-1"], "nothing is known of the service");
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.at("03:05:01").tasks("i-1", &[false]);
    let _ = scenario.plan();
    scenario.looks_answered();
    scenario.at("03:05:02");
    scenario
}

#[test]
fn a_service_with_tasks_to_spare_gives_up_those_of_two_instances_at_once() {
    let mut scenario = two_to_drain();
    told(&mut scenario, "app", REPLICAS);
    assert_eq!(drained(&scenario.steps()), ["i-2"]);
}

#[test]
fn one_that_would_fall_below_its_least_does_not() {
    let mut scenario = two_to_drain();
    told(&mut scenario, "app", Words { running: 3, ..REPLICAS });
    assert_eq!(drained(&scenario.steps()), [""; 0]);
    assert!(scenario.reasons("i-2").contains(&"ServiceMoves"));
    scenario.at("03:05:03").tasks("i-1", &[true]);
    let steps = [scenario.steps(), scenario.at("03:05:04").steps()].concat();
    assert_eq!(drained(&steps), [""; 0], "the first is through, and nothing is known of what came in its place");
    told(&mut scenario, "app", Words { running: 3, ..REPLICAS });
    assert_eq!(drained(&scenario.steps()), ["i-2"]);
}

#[test]
fn what_was_seen_of_a_service_before_a_task_stopped_counts_that_task() {
    let mut scenario = two_to_drain();
    scenario.tasks("i-1", &[false, false, false]);
    told(&mut scenario, "app", Words { running: 5, ..REPLICAS });
    assert_eq!(drained(&scenario.steps()), [""; 0], "three and one, with three to spare");
    scenario.at("03:05:04").tasks("i-1", &[true, true, false]);
    assert_eq!(drained(&scenario.steps()), [""; 0], "two of the five have ended since");
    told(&mut scenario, "app", Words { running: 5, ..REPLICAS });
    assert_eq!(drained(&scenario.steps()), ["i-2"], "and two others run in their place");
}

#[test]
fn what_was_seen_of_a_service_is_not_believed_for_long() {
    let mut scenario = two_to_drain();
    told(&mut scenario, "app", REPLICAS);
    scenario.at("03:05:20");
    let plan = scenario.plan();
    assert_eq!(drained(&plan.steps), [""; 0]);
    assert!(plan.looks.iter().any(|look| matches!(look, Look::Services { .. })), "{:?}", plan.looks);
}

#[test]
fn tasks_of_a_daemon_service_keep_no_instance_waiting() {
    let mut scenario = two_to_drain();
    told(&mut scenario, "app", DAEMONS);
    assert_eq!(drained(&scenario.steps()), ["i-2"]);
}

#[test]
fn a_notice_that_moves_tasks_of_a_service_keeps_a_planned_hand_over_waiting() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.accepted("i-1");
    scenario.tasks("i-1", &[false]);
    scenario.says("i-2", SignalKind::ManualDrain, None);
    scenario.tasks("i-2", &[false]);
    scenario.group(&[("i-1", "Detached"), ("i-2", "InService")], |group| group.launch_suspended = true);
    let _ = scenario.at("03:05:01").plan();
    assert!(scenario.reasons("i-2").contains(&"ServiceMoves"));
}

#[test]
fn of_tasks_with_the_same_last_moment_those_of_daemons_are_stopped_last() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.accepted("i-1");
    let agent = Task { owner: Owner::Service("agent".into()), ..scenario.task() };
    let tasks = vec![agent, scenario.task()];
    scenario.listed("i-1", tasks);
    scenario.defined("arn:task-definition/app:1", 30);
    told(&mut scenario, "agent", DAEMONS);
    let _ = scenario.at("03:05:01").plan();
    assert_eq!(stopped(&scenario.at("03:06:25").steps()), ["arn:task/i-1/1", "arn:task/i-1/0"]);
}

#[test]
fn a_service_is_looked_at_once_a_resync_for_all_its_tasks() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    let asks = |looks: &[Look]| looks.iter().filter(|look| matches!(look, Look::Services { .. })).count();
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.accepted("i-1");
    let _ = scenario.at("03:05:01").plan();
    scenario.tasks("i-1", &[false, false]);
    assert_eq!(asks(&scenario.looks()), 1);
    scenario.looks_answered();
    scenario.notice("i-2");
    let _ = scenario.plan();
    scenario.accepted("i-2");
    let _ = scenario.at("03:05:02").plan();
    scenario.tasks("i-2", &[false]);
    assert_eq!(asks(&scenario.looks()), 0);
}

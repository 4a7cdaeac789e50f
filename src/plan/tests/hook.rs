//! Instances that wait for a hook before their group terminates them.

use super::scenario::*;
use crate::observe::Look;
use crate::observe::snapshot::InstanceStatus;
use crate::plan::{Admission, Deed, Dismissal, Outcome, Phase, Step};

const OURS: &str = "ecs-spot-operator-drain";
const WAITS: &str = "Terminating:Wait";

/// The group terminates one of its two instances at 03:05:00, and the message of our hook arrives.
fn terminating() -> Scenario {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.hooks(&[OURS, "theirs"], |_| {});
    scenario.at("03:05:00").held("i-1", OURS);
    scenario.group(&[("i-1", WAITS), ("i-2", "InService")], |_| {});
    scenario
}

/// It has been drained, and one task runs.
fn draining() -> Scenario {
    let mut scenario = terminating();
    let _ = scenario.plan();
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.defined("arn:task-definition/app:1", 30);
    scenario.tasks("i-1", &[false]);
    let _ = scenario.plan();
    scenario
}

#[test]
fn it_is_drained_and_nothing_is_asked_of_the_group() {
    let mut scenario = terminating();
    let steps = scenario.steps();
    assert_eq!(drained(&steps), ["i-1"]);
    assert_eq!((detached(&steps).len(), terminated(&steps).len(), skipped(&steps)), (0, 0, Some("GroupTerminates")));
    assert!(steps.iter().any(|step| matches!(step, Step::Record { .. })), "the hook remembers it: the message may go");
    assert_eq!(completed(&steps).0, [""; 0]);
}

#[test]
fn our_hook_is_completed_when_the_last_task_is_stopped_and_not_before() {
    let mut scenario = draining();
    assert!(scenario.reasons("i-1").contains(&"HookWaits"));
    scenario.at("03:06:00").tasks("i-1", &[true]);
    assert_eq!(completed(&scenario.steps()).0, [OURS], "and not that of others");
    assert!(scenario.cases.of(&"i-1".into()).unwrap().has(Phase::TasksStopped));
    scenario.answered(Deed::Complete(OURS.into()), "i-1", Ok(()));
    assert_eq!(completed(&scenario.at("03:06:30").steps()), (vec![], vec![]));
}

#[test]
fn heartbeats_keep_it_waiting_at_half_of_the_time_out() {
    let mut scenario = draining();
    assert_eq!(completed(&scenario.at("03:07:29").steps()).1, [""; 0]);
    assert_eq!(completed(&scenario.at("03:07:30").steps()).1, [OURS]);
    scenario.answered(Deed::Heartbeat(OURS.into()), "i-1", Ok(()));
    assert_eq!(completed(&scenario.at("03:09:59").steps()).1, [""; 0]);
    assert_eq!(completed(&scenario.at("03:10:00").steps()).1, [OURS]);
}

#[test]
fn what_never_registered_goes_on_at_once() {
    let mut scenario = Scenario::with(&["i-2"]);
    scenario.hooks(&[OURS], |_| {});
    scenario.group(&[("i-1", WAITS), ("i-2", "InService")], |_| {});
    scenario.at("03:05:00").held("i-1", OURS);
    let _ = scenario.plan();
    scenario.looks_answered();
    assert_eq!(completed(&scenario.steps()).0, [OURS]);
}

#[test]
fn the_hook_of_others_is_information_only() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").held("i-1", "theirs");
    let dismissed = |step: &Step| matches!(step, Step::Dismiss { why: Dismissal::OthersHook, .. });
    let steps = scenario.steps();
    assert!(steps.iter().any(dismissed) && drained(&steps).is_empty(), "{steps:?}");
}

#[test]
fn one_that_nobody_told_of_is_found() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.hooks(&[OURS], |_| {});
    scenario.group(&[("i-1", WAITS), ("i-2", "InService")], |_| {});
    let steps = scenario.steps();
    assert!(matches!(steps.as_slice(), [Step::Open(signal)] if signal.instance == "i-1".into()), "{steps:?}");
    assert_eq!(drained(&scenario.steps()), ["i-1"]);
}

#[test]
fn a_notice_joins_it_and_its_deadline_ends_the_wait() {
    let mut scenario = draining();
    assert_eq!(scenario.at("03:05:30").notice("i-1"), Admission::Joined);
    assert_eq!(completed(&scenario.at("03:07:31").steps()).0, [""; 0], "our clock may be ahead");
    assert_eq!(completed(&scenario.at("03:07:32").steps()).0, [OURS], "it is dead, whatever runs");
}

#[test]
fn a_hook_joins_the_case_of_its_notice() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.accepted("i-1");
    assert_eq!(scenario.at("03:05:10").held("i-1", OURS), Admission::Joined);
    assert_eq!(scenario.held("i-1", OURS), Admission::Duplicate);
    let deadline = scenario.cases.of(&"i-1".into()).unwrap().deadline;
    assert_eq!(deadline, Some(time("03:07:00")));
}

#[test]
fn it_ends_when_the_instance_is_gone_and_says_that_nothing_was_asked_for() {
    let mut scenario = draining();
    scenario.at("03:06:00").tasks("i-1", &[true]);
    let _ = scenario.plan();
    scenario.answered(Deed::Complete(OURS.into()), "i-1", Ok(()));
    scenario.at("03:06:30").group(&[("i-2", "InService")], |_| {});
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Inactive);
    let closed = |step: &Step| matches!(step, Step::Close { outcome: Outcome::NotReplaced, .. });
    assert!(scenario.steps().iter().any(closed));
}

#[test]
fn a_list_without_tasks_right_after_the_drain_is_taken_again_before_it_is_believed() {
    let mut scenario = terminating();
    let _ = scenario.plan();
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.tasks("i-1", &[]);
    let lists = |looks: &[Look]| looks.iter().any(|look| matches!(look, Look::TasksOf { .. }));
    let _ = scenario.at("03:05:01").plan();
    scenario.tasks("i-1", &[]);
    let plan = scenario.plan();
    assert!(completed(&plan.steps).0.is_empty() && !lists(&plan.looks));
    assert!(plan.wake_at.is_some_and(|at| at <= time("03:05:11")));
    scenario.looks_answered();
    let plan = scenario.at("03:05:11").plan();
    assert!(completed(&plan.steps).0.is_empty() && lists(&plan.looks));
    scenario.tasks("i-1", &[]);
    assert_eq!(completed(&scenario.steps()).0, [OURS]);
}

//! When a case closes, and with which outcome.

use super::scenario::*;
use crate::observe::snapshot::InstanceStatus;
use crate::plan::{Admission, Outcome, Phase, Step};

fn closed(steps: &[Step]) -> Option<Outcome> {
    steps.iter().find_map(|step| match step {
        Step::Close { outcome, .. } => Some(*outcome),
        _ => None,
    })
}

/// `i-1` was doomed at 03:05:00, and both calls were accepted.
fn under_way() -> Scenario {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.accepted("i-1");
    scenario.steps();
    scenario
}

fn replaced(scenario: &mut Scenario, at: &str) {
    scenario.at(at).instance("i-9", |_| {});
    scenario.steps();
}

#[test]
fn handed_over_when_all_stopped_and_replaced_by_the_deadline() {
    let mut scenario = under_way();
    scenario.tasks("i-1", &[true, true]);
    assert!(scenario.steps().iter().any(|step| matches!(step, Step::Reach { phase: Phase::TasksStopped, .. })));
    replaced(&mut scenario, "03:06:00");
    scenario.at("03:07:05").missing("i-1");
    assert_eq!(closed(&scenario.steps()), Some(Outcome::HandedOver));
    assert!(scenario.cases.is_empty());
}

#[test]
fn late_when_the_replacement_registered_after_the_deadline_or_not_yet() {
    let mut scenario = under_way();
    replaced(&mut scenario, "03:07:01");
    scenario.at("03:07:05").missing("i-1");
    assert_eq!(closed(&scenario.steps()), Some(Outcome::Late));
    let mut scenario = under_way();
    scenario.at("03:07:05").missing("i-1");
    assert_eq!(closed(&scenario.steps()), Some(Outcome::Late));
}

#[test]
fn not_replaced_when_none_could_be_asked_for() {
    let mut scenario = Scenario::with(&["i-1"]).policy(", replacement: {method: none}");
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.at("03:07:05").missing("i-1");
    assert_eq!(closed(&scenario.steps()), Some(Outcome::NotReplaced));
}

#[test]
fn lossy_when_a_task_went_with_its_instance() {
    let mut scenario = under_way();
    scenario.tasks("i-1", &[true, false]);
    replaced(&mut scenario, "03:06:00");
    scenario.at("03:07:05").missing("i-1");
    let plan = scenario.plan();
    assert_eq!(closed(&plan.steps), None, "its tasks are looked at once more");
    scenario.at("03:07:06").tasks("i-1", &[true, false]);
    assert_eq!(closed(&scenario.steps()), Some(Outcome::Lossy));
}

#[test]
fn the_last_count_may_still_find_all_stopped_and_does_not_wait_for_ever() {
    let mut scenario = under_way();
    scenario.tasks("i-1", &[false]);
    replaced(&mut scenario, "03:06:00");
    scenario.at("03:07:05").missing("i-1");
    scenario.steps();
    scenario.tasks("i-1", &[true]);
    assert_eq!(closed(&scenario.steps()), Some(Outcome::HandedOver));
    let mut scenario = under_way();
    scenario.tasks("i-1", &[false]);
    scenario.at("03:07:05").missing("i-1");
    scenario.steps();
    assert_eq!(closed(&scenario.at("03:07:10").steps()), Some(Outcome::Lossy));
}

#[test]
fn tasks_that_had_ended_before_the_notice_do_not_count() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:04:00").tasks("i-1", &[true]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    let case = scenario.cases.of(&"i-1".into()).unwrap();
    assert_eq!(crate::plan::tally(&scenario.snapshot, case), crate::plan::Tally::default());
}

#[test]
fn a_silent_agent_counts_as_gone_a_minute_past_the_deadline() {
    let mut scenario = under_way();
    scenario.at("03:06:30").instance("i-1", |instance| {
        instance.status = InstanceStatus::Draining;
        instance.disconnected_since = Some(time("03:06:30"));
    });
    assert_eq!(closed(&scenario.at("03:07:59").steps()), None);
    assert_eq!(closed(&scenario.at("03:08:00").steps()), Some(Outcome::Late));
}

#[test]
fn an_instance_that_lives_on_has_returned() {
    let mut scenario = under_way();
    scenario.at("03:11:59").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    assert_eq!(closed(&scenario.steps()), None);
    assert_eq!(closed(&scenario.at("03:12:00").steps()), Some(Outcome::Returned));
}

#[test]
fn an_instance_that_nobody_saw_lately_has_not_returned() {
    let mut scenario = under_way();
    assert_eq!(closed(&scenario.at("03:12:00").steps()), None);
    assert_eq!(closed(&scenario.at("03:21:59").steps()), None);
    assert_eq!(closed(&scenario.at("03:22:00").steps()), Some(Outcome::Late), "one day it has to end");
}

#[test]
fn a_detach_that_is_under_way_is_heard_before_the_close() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.missing("i-1");
    assert_eq!(closed(&scenario.steps()), None);
    scenario.answered(crate::plan::Deed::Detach, "i-1", Ok(()));
    assert!(closed(&scenario.steps()).is_some());
}

#[test]
fn an_instance_doomed_before_it_registered_is_replaced_and_closed() {
    let mut scenario = Scenario::with(&["i-2"]);
    scenario.group(&[("i-1", "InService"), ("i-2", "InService")], |_| {});
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.looks_answered();
    assert_eq!(detached(&scenario.at("03:05:01").steps()), ["i-1"]);
    scenario.answered(crate::plan::Deed::Detach, "i-1", Ok(()));
    assert_eq!(closed(&scenario.at("03:07:59").steps()), None);
    assert!(closed(&scenario.at("03:08:00").steps()).is_some());
}

#[test]
fn a_detach_that_is_never_answered_does_not_hold_the_close_for_ever() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.missing("i-1");
    assert_eq!(closed(&scenario.at("03:05:04").steps()), None);
    assert!(closed(&scenario.at("03:05:05").steps()).is_some());
}

#[test]
fn a_notice_that_comes_again_after_the_close_is_known() {
    let mut scenario = under_way();
    let again = signal("i-1", "terminate", time("03:05:00"));
    scenario.at("03:06:30").missing("i-1");
    assert!(closed(&scenario.steps()).is_some());
    assert_eq!(scenario.cases.admit(&again, false, scenario.now), Admission::Closed);
}

#[test]
fn risks_are_told_once_while_there_is_time() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    let plan = scenario.plan();
    assert!(plan.wake_at.is_some_and(|at| at <= time("03:05:30")));
    let risks = |steps: &[Step]| steps.iter().filter(|step| matches!(step, Step::AtRisk { .. })).count();
    assert_eq!(risks(&scenario.at("03:05:29").steps()), 0);
    assert_eq!(risks(&scenario.at("03:05:30").steps()), 1, "the drain is not accepted");
    assert_eq!(risks(&scenario.at("03:06:00").steps()), 1, "the replacement is not requested");
    scenario.tasks("i-1", &[false]);
    assert_eq!(risks(&scenario.at("03:06:27").steps()), 0);
    assert_eq!(risks(&scenario.at("03:06:28").steps()), 1, "a task should have got SIGTERM three seconds ago");
    assert_eq!(risks(&scenario.at("03:06:29").steps()), 0);
}

#[test]
fn a_notice_picked_up_late_is_no_risk_before_anything_was_tried() {
    let mut scenario = Scenario::with(&["i-1"]);
    let late = signal("i-1", "terminate", time("03:04:00"));
    scenario.at("03:05:00").cases.admit(&late, false, time("03:05:00"));
    let risks = |steps: &[Step]| steps.iter().filter(|step| matches!(step, Step::AtRisk { .. })).count();
    assert_eq!(risks(&scenario.steps()), 0);
    assert_eq!(risks(&scenario.at("03:05:05").steps()), 2);
}

#[test]
fn while_the_tasks_of_a_silent_instance_are_counted_the_loop_sleeps() {
    let mut scenario = under_way();
    scenario.at("03:06:00").instance("i-1", |instance| {
        instance.status = InstanceStatus::Draining;
        instance.disconnected_since = Some(time("03:06:00"));
    });
    scenario.tasks("i-1", &[false]);
    let _ = scenario.at("03:08:00").plan();
    let wake_at = scenario.plan().wake_at;
    assert!(wake_at.is_some_and(|at| at > time("03:08:00")), "{wake_at:?}");
}

//! When tasks are told to stop.

use super::scenario::*;
use crate::observe::Look;
use crate::observe::snapshot::InstanceStatus;
use crate::observe::task::{Owner, Task};
use crate::plan::{Deed, Phase};

const DEFINITION: &str = "arn:task-definition/app:1";

/// One instance, noticed at 03:05:00 and draining, with these tasks, whose stopTimeout is 40 s.
fn draining(policy: &str, tasks: impl FnOnce(&Scenario) -> Vec<Task>) -> Scenario {
    let mut scenario = Scenario::with(&["i-1"]).policy(policy);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.accepted("i-1");
    scenario.defined(DEFINITION, 40);
    scenario.tasks("i-1", &[false]);
    let _ = scenario.plan();
    let tasks = tasks(&scenario);
    scenario.listed("i-1", tasks);
    scenario.looks_answered();
    scenario
}

fn standalone(scenario: &Scenario) -> Task {
    Task { owner: Owner::Nobody, ..scenario.task() }
}

#[test]
fn a_service_task_is_left_to_the_scheduler_until_its_last_moment() {
    let mut scenario = draining("", |scenario| vec![scenario.task()]);
    let plan = scenario.at("03:06:14").plan();
    assert_eq!(stopped(&plan.steps), [""; 0]);
    assert!(plan.wake_at.is_some_and(|at| at <= time("03:06:15")), "and then it is thought of");
    // The deadline, 40 s of stopTimeout, 5 s of margin.
    assert_eq!(stopped(&scenario.at("03:06:15").steps()), ["arn:task/i-1/0"]);
    assert_eq!(stopped(&scenario.at("03:06:16").steps()), [""; 0], "once");
}

#[test]
fn a_task_that_has_got_sigterm_is_left_alone() {
    let mut scenario = draining("", |scenario| vec![Task { told_to_stop: true, ..scenario.task() }]);
    assert_eq!(stopped(&scenario.at("03:06:30").steps()), [""; 0]);
}

#[test]
fn a_refused_stop_is_tried_again() {
    let mut scenario = draining("", |scenario| vec![scenario.task()]);
    let _ = scenario.at("03:06:15").plan();
    scenario.answered(Deed::Stop("arn:task/i-1/0".into()), "i-1", Err("no"));
    assert_eq!(stopped(&scenario.steps()), [""; 0]);
    assert_eq!(stopped(&scenario.at("03:06:16").steps()), ["arn:task/i-1/0"]);
    scenario.answered(Deed::Stop("arn:task/i-1/0".into()), "i-1", Ok(()));
    assert_eq!(stopped(&scenario.at("03:06:40").steps()), [""; 0]);
}

#[test]
fn standalone_tasks_are_stopped_as_the_policy_says() {
    let one = |scenario: &Scenario| vec![standalone(scenario)];
    let mut latest = draining("", one);
    assert_eq!(stopped(&latest.at("03:06:14").steps()), [""; 0]);
    assert_eq!(stopped(&latest.at("03:06:15").steps()).len(), 1);
    let mut now = draining(", tasks: {standalone: now}", one);
    assert_eq!(stopped(&now.steps()).len(), 1);
    let mut leave = draining(", tasks: {standalone: leave}", one);
    assert_eq!(stopped(&leave.at("03:06:50").steps()), [""; 0]);
    let mut leave_of_service = draining(", tasks: {standalone: leave}", |scenario| vec![scenario.task()]);
    assert_eq!(stopped(&leave_of_service.at("03:06:50").steps()).len(), 1, "that is about standalone tasks only");
}

#[test]
fn the_margin_is_the_policys() {
    let mut scenario = draining(", tasks: {margin: 20s}", |scenario| vec![scenario.task()]);
    assert_eq!(stopped(&scenario.at("03:05:59").steps()), [""; 0]);
    assert_eq!(stopped(&scenario.at("03:06:00").steps()).len(), 1);
}

#[test]
fn a_definition_is_read_once_and_until_then_the_agents_default_counts() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.accepted("i-1");
    scenario.tasks("i-1", &[false]);
    scenario.looks_answered();
    let asks = |looks: &[Look]| looks.iter().filter(|look| matches!(look, Look::Definition { .. })).count();
    assert_eq!(asks(&scenario.at("03:05:05").looks()), 1);
    assert_eq!(stopped(&scenario.at("03:06:24").steps()), [""; 0]);
    assert_eq!(stopped(&scenario.at("03:06:25").steps()).len(), 1, "30 s and the margin");
    let mut known = draining("", |scenario| vec![scenario.task()]);
    assert_eq!(asks(&known.at("03:05:05").looks()), 0);
}

#[test]
fn what_needs_longer_than_there_is_is_stopped_at_once_and_reported_with_the_numbers() {
    let mut scenario = draining("", |scenario| {
        vec![
            scenario.task(),
            Task {
                definition: "arn:task-definition/slow:1".into(),
                owner: Owner::Service("slow".into()),
                ..scenario.task()
            },
        ]
    });
    scenario.defined("arn:task-definition/slow:1", 300);
    let plan = scenario.at("03:05:01").plan();
    assert_eq!(stopped(&plan.steps), ["arn:task/i-1/1"]);
    let reasons: Vec<String> = plan.report.of(&scenario.case("i-1")).iter().map(ToString::to_string).collect();
    let told = "service slow may need 305 s to stop and had 120 s: shorten its stopTimeout to have its work saved";
    assert!(reasons.iter().any(|reason| reason == told), "{reasons:?}");
}

#[test]
fn many_last_moments_are_spread_over_what_the_api_bears() {
    let mut scenario = draining("", |scenario| vec![scenario.task(); 320]);
    // 32 calls a second are 80 % of the bucket's refill: the first has to go ten seconds before the last.
    assert_eq!(stopped(&scenario.at("03:06:05").steps()), [""; 0]);
    let first = stopped(&scenario.at("03:06:06").steps()).len();
    assert!((1..=33).contains(&first), "{first}");
    let rest = stopped(&scenario.at("03:06:15").steps()).len();
    assert_eq!(first + rest, 320);
}

#[test]
fn nothing_is_stopped_once_the_notice_is_history() {
    let mut scenario = draining("", |scenario| vec![scenario.task()]);
    assert_eq!(stopped(&scenario.at("03:07:00").steps()), [""; 0]);
}

#[test]
fn an_instance_that_outlived_a_notice_and_was_set_back_is_drained_at_the_next() {
    let mut scenario = draining("", |scenario| {
        vec![Task { stopped: true, told_to_stop: true, stopped_at: Some(scenario.now), ..scenario.task() }]
    });
    let _ = scenario.at("03:05:10").plan();
    scenario.at("03:08:00").instance("i-1", |instance| instance.status = InstanceStatus::Active);
    let again = signal("i-1", "terminate", time("03:09:00"));
    scenario.at("03:09:01").cases.admit(&again, false, time("03:09:01"));
    let steps = scenario.steps();
    assert_eq!((detached(&steps), drained(&steps)), (vec![], vec!["i-1".to_owned()]), "the replacement is there");
    let case = scenario.cases.of(&"i-1".into()).unwrap();
    assert_eq!((case.deadline, case.has(Phase::TasksStopped)), (Some(time("03:11:00")), false));
}

#[test]
fn what_has_to_stop_at_once_is_stopped_with_the_first_thought() {
    let late = |policy: &str| {
        let mut scenario = Scenario::with(&["i-1"]).policy(policy);
        scenario.tasks("i-1", &[false]);
        scenario.defined(DEFINITION, 90);
        let notice = signal("i-1", "terminate", time("03:00:00"));
        scenario.at("03:01:00").cases.admit(&notice, false, time("03:01:00"));
        stopped(&scenario.steps())
    };
    assert_eq!(late(""), ["arn:task/i-1/0"]);
    assert_eq!(late(", mode: dryRun"), [""; 0]);
}

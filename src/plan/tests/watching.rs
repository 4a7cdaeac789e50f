//! The pace of observing.

use super::scenario::*;
use crate::observe::{Look, Observation, Subject};

#[test]
fn a_quiet_cluster_is_read_again_after_the_resync_and_not_before() {
    let mut scenario = Scenario::with(&["i-1"]);
    let plan = scenario.at("03:09:59").plan();
    assert!(plan.looks.is_empty() && plan.wake_at == Some(time("03:10:00")), "{plan:?}");
    let looks = scenario.at("03:10:00").looks();
    assert_eq!(looks, [Look::Cluster("web".into()), Look::Hooks(group_key())]);
}

#[test]
fn failed_looks_slow_down() {
    let mut scenario = Scenario::with(&["i-1"]);
    let cluster = Subject::Cluster("web".into());
    scenario.at("03:10:00");
    let mut pauses = Vec::new();
    for _ in 0..7 {
        assert!(scenario.looks().contains(&Look::Cluster("web".into())));
        scenario.snapshot.end(vec![cluster.clone()], true);
        scenario.snapshot.end(vec![Subject::Hooks(group_key())], false);
        let wake_at = scenario.plan().wake_at.unwrap();
        pauses.push(wake_at.duration_since(scenario.now));
        scenario.now = wake_at;
    }
    assert_eq!(pauses, [2, 4, 8, 16, 30, 30, 30].map(seconds));
}

#[test]
fn an_open_case_is_looked_at_every_few_seconds() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.accepted("i-1");
    scenario.steps();
    scenario.tasks("i-1", &[false]);
    scenario.looks_answered();
    let kinds = |looks: &[Look]| {
        let instance = looks.iter().any(|look| matches!(look, Look::Instances { .. }));
        let group = looks.iter().any(|look| matches!(look, Look::Groups { .. }));
        let tasks = looks.iter().any(|look| matches!(look, Look::Tasks { .. }));
        (instance, group, tasks)
    };
    assert_eq!(kinds(&scenario.at("03:05:03").looks()), (true, true, false));
    scenario.looks_answered();
    assert_eq!(kinds(&scenario.at("03:05:05").looks()), (false, false, true));
}

/// Whether the group is looked at three and fifteen seconds after a case began, whose replacement has been asked for or not.
fn group_looks(told: bool, asked: bool) -> [bool; 2] {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    if asked {
        scenario.accepted("i-1");
    }
    if told {
        scenario.at("03:05:01").snapshot.apply(Observation::Moved { group: group_key().name }, time("03:05:01"));
    }
    scenario.steps();
    scenario.looks_answered();
    scenario.at("03:05:02").steps();
    scenario.looks_answered();
    scenario.group(&[("i-1", "Pending")], |_| {});
    ["03:05:08", "03:05:20"].map(|at| {
        let looks = scenario.at(at).looks();
        scenario.looks_answered();
        scenario.group(&[("i-1", "Pending")], |_| {});
        looks.iter().any(|look| matches!(look, Look::Groups { .. }))
    })
}

#[test]
fn a_group_that_events_tell_of_is_looked_at_less_once_it_has_been_asked() {
    assert_eq!(group_looks(true, true), [false, true]);
    assert_eq!(group_looks(false, true), [true, true]);
    assert_eq!(group_looks(true, false), [true, true]);
}

#[test]
fn nothing_is_asked_twice_at_a_time() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-9");
    assert_eq!(scenario.looks().len(), 1);
    assert_eq!(scenario.at("03:05:30").looks(), [], "the first answer is still out");
}

#[test]
fn an_instance_that_a_list_left_out_is_asked_about_by_its_name() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.snapshot.unlisted.insert("i-1".into());
    let looks = scenario.at("03:05:00").looks();
    assert!(matches!(&looks[..], [Look::Instances { instances, .. }] if instances[0].0 == "i-1".into()), "{looks:?}");
}

/// A case whose instance and task were looked at at 03:05:00.
fn watched() -> Scenario {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.accepted("i-1");
    scenario.steps();
    scenario.tasks("i-1", &[false]);
    scenario.looks_answered();
    scenario
}

/// Whether it looks at the instance, and at its tasks.
fn looks_at(scenario: &mut Scenario, at: &str) -> (bool, bool) {
    let looks = scenario.at(at).looks();
    scenario.looks_answered();
    let instance = looks.iter().any(|look| matches!(look, Look::Instances { .. }));
    (instance, looks.iter().any(|look| matches!(look, Look::Tasks { .. })))
}

#[test]
fn a_look_that_an_event_has_forestalled_is_left_out_and_the_next_one_keeps_the_beat() {
    let mut scenario = watched();
    scenario.snapshot.told.insert(Subject::Instance("i-1".into()), time("03:05:02"));
    scenario.snapshot.told.insert(Subject::Tasks("i-1".into()), time("03:05:05"));
    assert_eq!(looks_at(&mut scenario, "03:05:03"), (false, false));
    assert_eq!(looks_at(&mut scenario, "03:05:05"), (false, false));
    assert_eq!(looks_at(&mut scenario, "03:05:06"), (true, false));
    assert_eq!(looks_at(&mut scenario, "03:05:09"), (true, false), "no event since the last look");
    assert_eq!(looks_at(&mut scenario, "03:05:10"), (false, true));
    assert_eq!(looks_at(&mut scenario, "03:05:15"), (true, true));
}

#[test]
fn events_that_never_end_do_not_end_the_looks() {
    let mut scenario = watched();
    let mut looked = Vec::new();
    for second in 1..=20 {
        let at = format!("03:05:{second:02}");
        scenario.snapshot.told.insert(Subject::Tasks("i-1".into()), time(&at));
        if looks_at(&mut scenario, &at).1 {
            looked.push(second);
        }
    }
    assert_eq!(looked, [15]);
}

#[test]
fn an_instance_that_only_an_event_told_of_is_searched_for() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.snapshot.heard_of.insert("i-2".into(), "web".into());
    let looks = scenario.at("03:05:00").looks();
    assert_eq!(looks, [Look::Find { cluster: "web".into(), instances: vec!["i-2".into()] }]);
}

#[test]
fn an_answer_about_a_group_that_came_too_late_is_asked_for_again_at_once() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.group(&[("i-2", "InService")], |_| {});
    scenario.at("03:05:00").notice("i-1");
    let looks = |scenario: &mut Scenario| {
        let looks = scenario.looks();
        looks.iter().any(|look| matches!(look, Look::Groups { .. }))
    };
    assert!(looks(&mut scenario), "it has joined since");
    scenario.looks_answered();
    assert!(!looks(scenario.at("03:05:00.2")), "a second is not over");
    let leaving = Observation::Leaving { group: group_key(), instances: vec!["i-2".into()], state: "Detaching" };
    scenario.snapshot.apply(leaving, scenario.now);
    assert!(looks(scenario.at("03:05:00.3")), "we have made another one leave since");
}

#[test]
fn whoever_joined_after_the_first_of_a_groups_cases_asked_is_looked_for() {
    let mut scenario = Scenario::with(&["i-1", "i-2", "i-3"]);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.accepted("i-1");
    let _ = scenario.plan();
    let members = [("i-2", "InService"), ("i-3", "InService"), ("i-new", "Pending")];
    scenario.at("03:05:20").group(&members, |_| {});
    scenario.at("03:05:30").notice("i-2");
    let _ = scenario.plan();
    scenario.accepted("i-2");
    let _ = scenario.plan();
    scenario.looks_answered();
    let looks = scenario.at("03:05:34").looks();
    let sought = |look: &Look| matches!(look, Look::Find { instances, .. } if instances.contains(&"i-new".into()));
    assert!(looks.iter().any(sought), "the first case waits for it, though the second does not: {looks:?}");
}

//! Many cases at once: the API's limits decide, so that looks go together.

use super::scenario::*;
use crate::observe::snapshot::InstanceStatus;
use crate::observe::{Look, Subject};
use crate::plan::Deed;

/// So many instances, each with a notice, and a hundred tasks on the whole cluster.
fn crowd(count: usize) -> Scenario {
    let ids: Vec<String> = (0..count).map(|number| format!("i-{number:04}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut scenario = Scenario::with(&ids);
    scenario.at("03:05:00");
    ids.iter().for_each(|id| assert_eq!(scenario.notice(id), crate::plan::Admission::Opened));
    scenario
}

fn listings(looks: &[Look]) -> (usize, Vec<usize>) {
    let singles = looks.iter().filter(|look| matches!(look, Look::TasksOf { .. })).count();
    let together = looks.iter().filter_map(|look| match look {
        Look::TasksIn { instances, .. } => Some(instances.len()),
        _ => None,
    });
    (singles, together.collect())
}

#[test]
fn the_tasks_of_a_few_are_listed_one_by_one() {
    let mut scenario = crowd(32);
    assert_eq!(listings(&scenario.looks()), (32, vec![]));
}

#[test]
fn the_tasks_of_many_are_listed_together_once_no_more_notices_come() {
    let mut scenario = crowd(33);
    assert_eq!(listings(&scenario.looks()), (0, vec![]), "others may come");
    assert_eq!(listings(&scenario.at("03:05:01").looks()), (0, vec![33]));
    let latecomers: Vec<String> = (0..40).map(|number| format!("i-late-{number:02}")).collect();
    for id in &latecomers {
        scenario.instance(id, |_| {});
        scenario.notice(id);
    }
    assert_eq!(listings(&scenario.at("03:05:04").looks()), (0, vec![]), "one list at a time");
    scenario.looks_answered();
    let subject = Subject::TasksIn("web".into());
    assert!(!scenario.snapshot.asked[&subject].in_flight);
    assert_eq!(listings(&scenario.looks()).1.len(), 1, "and then another one");
}

#[test]
fn where_a_cluster_has_too_many_others_the_doomed_are_listed_one_by_one_a_few_at_a_time() {
    let mut scenario = crowd(60);
    for number in 0..100 {
        scenario.instance(&format!("i-safe-{number:03}"), |instance| instance.tasks = 90);
    }
    assert_eq!(listings(&scenario.looks()), (32, vec![]), "9,000 tasks are 181 calls, and those of 60 instances 180");
    assert_eq!(listings(&scenario.at("03:05:05").looks()), (0, vec![]), "as long as those are not answered");
    scenario.looks_answered();
    assert!(listings(&scenario.at("03:05:06").looks()).0 > 0);
}

fn looked_at(looks: &[Look]) -> Vec<usize> {
    let batches = looks.iter().filter_map(|look| match look {
        Look::Instances { instances, .. } => Some(instances.len()),
        _ => None,
    });
    batches.collect()
}

/// A crowd whose instances have been looked at.
fn seen(count: usize) -> Scenario {
    let mut scenario = crowd(count);
    let _ = scenario.plan();
    let ids: Vec<String> = scenario.cases.iter().map(|case| case.instance.to_string()).collect();
    ids.iter().for_each(|id| scenario.instance(id, |_| {}));
    scenario.looks_answered();
    scenario
}

/// The same, all but the first half a second later.
fn out_of_step(count: usize) -> Scenario {
    let mut scenario = seen(count);
    let late: Vec<_> = scenario.cases.iter().map(|case| case.instance.clone()).skip(1).collect();
    for id in late {
        let asked = scenario.snapshot.asked.get_mut(&Subject::Instance(id)).unwrap();
        asked.at = time("03:05:00") + jiff::SignedDuration::from_millis(500);
    }
    scenario
}

#[test]
fn in_a_crowd_a_look_takes_others_along_that_are_due_soon() {
    assert_eq!(looked_at(&out_of_step(100).at("03:05:03").looks()), [100]);
    assert_eq!(looked_at(&out_of_step(99).at("03:05:03").looks()), [1], "a few keep their own beats");
}

#[test]
fn the_more_there_are_the_less_often_each_is_looked_at() {
    let mut scenario = seen(2_000);
    assert_eq!(looked_at(&scenario.at("03:05:04").looks()), [0; 0], "2,000 at 320 a second take 6 s");
    assert_eq!(looked_at(&scenario.at("03:05:07").looks()).iter().sum::<usize>(), 2_000);
}

#[test]
fn a_few_more_are_listed_while_all_are() {
    let mut scenario = crowd(40);
    assert_eq!(listings(&scenario.at("03:05:01").looks()), (0, vec![40]));
    for id in ["i-late-1", "i-late-2"] {
        scenario.instance(id, |_| {});
        scenario.notice(id);
    }
    assert_eq!(listings(&scenario.at("03:05:02").looks()), (2, vec![]));
}

#[test]
fn where_listing_all_failed_they_are_listed_one_by_one() {
    let mut scenario = crowd(40);
    let looks = scenario.at("03:05:01").looks();
    let together = looks.iter().find(|look| matches!(look, Look::TasksIn { .. })).unwrap();
    scenario.snapshot.end(together.subjects(), true);
    assert_eq!(listings(&scenario.at("03:05:09").looks()), (32, vec![]));
}

#[test]
fn while_drains_are_under_way_marks_wait_but_not_for_ever() {
    let mut scenario = crowd(100);
    let _ = scenario.plan();
    scenario.at("03:05:01").instance("i-late", |_| {});
    scenario.notice("i-late");
    let steps = scenario.steps();
    assert_eq!((drained(&steps).len(), marks(&steps).len()), (1, 0));
    scenario.answered(Deed::Drain, "i-late", Ok(()));
    scenario.at("03:05:02").instance("i-late", |instance| instance.status = InstanceStatus::Draining);
    assert_eq!(marks(&scenario.at("03:05:20").steps()).len(), 0);
    assert_eq!(marks(&scenario.at("03:05:21").steps()).len(), 1, "its own");
}

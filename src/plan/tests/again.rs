//! A second word about an instance: what of the first still counts.

use std::collections::BTreeMap;

use super::scenario::*;
use crate::ids::CapacityProviderName;
use crate::observe::Look;
use crate::observe::snapshot::{Behind, ClusterState, InstanceStatus};
use crate::plan::{Admission, Deed, Dismissal, Phase, Step, plan};
use crate::signal::SignalKind;

#[test]
fn a_deadline_that_the_instance_has_outlived_does_not_count_at_a_notice() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").says("i-1", SignalKind::Maintenance, Some("03:06:00"));
    let _ = scenario.plan();
    assert_eq!(scenario.at("03:09:00").notice("i-1"), Admission::Joined);
    let case = scenario.cases.of(&"i-1".into()).unwrap();
    assert_eq!(case.deadline, Some(time("03:11:00")));
}

#[test]
fn one_that_is_still_ahead_does() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").says("i-1", SignalKind::Maintenance, Some("03:06:00"));
    let _ = scenario.plan();
    scenario.at("03:05:30").notice("i-1");
    let case = scenario.cases.of(&"i-1".into()).unwrap();
    assert_eq!(case.deadline, Some(time("03:06:00")));
}

#[test]
fn a_notice_of_the_same_second_as_a_recommendation_that_was_dismissed_opens_a_case() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").says("i-1", SignalKind::RebalanceRecommendation, None);
    let dismissed = |step: &Step| matches!(step, Step::Dismiss { why: Dismissal::SignalDisabled, .. });
    assert!(scenario.steps().iter().any(dismissed));
    assert_eq!(scenario.says("i-1", SignalKind::RebalanceRecommendation, None), Admission::Closed);
    assert_eq!(scenario.notice("i-1"), Admission::Opened);
    assert_eq!(detached(&scenario.steps()), ["i-1"]);
}

#[test]
fn who_has_set_it_back_to_active_did_not_know_of_the_notice_that_came_after() {
    let mut scenario = Scenario::with(&["i-1"]).policy(", replacement: {method: none}");
    scenario.at("03:05:00").says("i-1", SignalKind::ManualDrain, None);
    scenario.instance("i-1", |_| {});
    scenario.tasks("i-1", &[false]);
    scenario.group(&[("i-1", "InService")], |_| {});
    assert_eq!([drained(&scenario.steps()), drained(&scenario.steps())].concat(), ["i-1"]);
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    scenario.at("03:05:01").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    let _ = scenario.plan();
    scenario.at("03:06:00").instance("i-1", |_| {});
    assert_eq!(drained(&scenario.steps()), [""; 0], "that is their decision");
    scenario.at("03:07:00").notice("i-1");
    assert_eq!(drained(&scenario.steps()), ["i-1"]);
}

#[test]
fn one_that_is_drained_again_has_its_tasks_listed_again() {
    let mut scenario = Scenario::with(&["i-1"]).policy(", replacement: {method: none}");
    scenario.at("03:05:00").says("i-1", SignalKind::ManualDrain, None);
    scenario.instance("i-1", |_| {});
    scenario.tasks("i-1", &[true]);
    scenario.group(&[("i-1", "InService")], |_| {});
    assert_eq!([drained(&scenario.steps()), drained(&scenario.steps())].concat(), ["i-1"]);
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    scenario.at("03:05:01").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.tasks("i-1", &[false]);
    let _ = scenario.plan();
    scenario.tasks("i-1", &[true]);
    let stopped = |step: &Step| matches!(step, Step::Reach { phase: Phase::TasksStopped, .. });
    assert!(scenario.steps().iter().any(stopped));
    scenario.at("03:06:00").instance("i-1", |_| {});
    scenario.looks_answered();
    scenario.notice("i-1");
    assert_eq!(drained(&scenario.steps()), ["i-1"]);
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    scenario.at("03:06:10").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    let plan = scenario.plan();
    assert!(!plan.steps.iter().any(stopped), "a task may have been started on it: {:?}", plan.steps);
    let looks = [plan.looks, scenario.at("03:06:12").looks()].concat();
    assert!(looks.iter().any(|look| matches!(look, Look::TasksOf { .. })), "{looks:?}");
}

#[test]
fn only_a_notice_shows_that_a_deadline_was_wrong() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.at("03:07:30").says("i-1", SignalKind::ManualDrain, Some("03:17:30"));
    let case = scenario.cases.of(&"i-1".into()).unwrap();
    assert_eq!(case.deadline, Some(time("03:07:00")));
}

/// The instance is known, and the rest of its cluster is not read yet; with the capacity providers that it will turn out to have.
fn unread() -> (Scenario, BTreeMap<CapacityProviderName, Behind>) {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.snapshot.member_of.clear();
    scenario.snapshot.groups.clear();
    let cluster = scenario.snapshot.clusters.get_mut(&"web".into()).unwrap();
    cluster.state = ClusterState::Unread;
    let providers = std::mem::take(&mut cluster.providers);
    (scenario, providers)
}

#[test]
fn a_notice_while_the_cluster_is_being_read_waits_for_its_groups() {
    let (mut scenario, providers) = unread();
    scenario.at("03:05:00").notice("i-1");
    scenario.located("i-1", Some(group_key()));
    let steps = scenario.steps();
    assert_eq!((skipped(&steps), drained(&steps)), (None, vec!["i-1".to_owned()]));
    let cluster = scenario.snapshot.clusters.get_mut(&"web".into()).unwrap();
    (cluster.state, cluster.providers) = (ClusterState::Read { at: time("03:05:00") }, providers);
    scenario.at("03:05:02").group(&[("i-1", "InService")], |_| {});
    let Scenario { snapshot, cases, policies, now } = &scenario;
    assert_eq!(detached(&plan(snapshot, cases, policies, *now).steps), ["i-1"]);
}

#[test]
fn one_that_others_owe_for_is_given_back_once_its_group_is_known() {
    let (mut scenario, providers) = unread();
    let mark = crate::observe::mark::Mark {
        kind: "maintenance".into(),
        said_at: time("03:01:00"),
        deadline: None,
        launched: Some("i-new".into()),
        paid: false,
        held_until: None,
    };
    scenario.instance("i-1", |instance| instance.mark = Some(mark));
    scenario.at("03:05:00").notice("i-1");
    scenario.located("i-1", Some(group_key()));
    assert_eq!(given_back(&scenario.steps()), []);
    let cluster = scenario.snapshot.clusters.get_mut(&"web".into()).unwrap();
    (cluster.state, cluster.providers) = (ClusterState::Read { at: time("03:05:00") }, providers);
    scenario.at("03:05:02").group(&[("i-1", "InService")], |_| {});
    let Scenario { snapshot, cases, policies, now } = &scenario;
    assert_eq!(given_back(&plan(snapshot, cases, policies, *now).steps).len(), 1);
}

//! What a notice is about, and whether anything is done.

use super::scenario::*;
use crate::observe::Look;
use crate::observe::snapshot::{ClusterState, InstanceStatus};
use crate::plan::{Admission, Call, Dismissal, Step};

fn dismissed(steps: &[Step]) -> Option<Dismissal> {
    steps.iter().find_map(|step| match step {
        Step::Dismiss { why, .. } => Some(*why),
        _ => None,
    })
}

#[test]
fn a_known_instance_is_replaced_and_drained_at_once_and_without_a_look_up() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.at("03:05:00").notice("i-1");
    let plan = scenario.plan();
    assert_eq!((detached(&plan.steps), drained(&plan.steps)), (vec!["i-1".into()], vec!["i-1".into()]));
    let detach = plan.steps.iter().position(|step| matches!(step, Step::Call(Call::Replace { .. })));
    let drain = plan.steps.iter().position(|step| matches!(step, Step::Call(Call::Drain { .. })));
    assert!(detach < drain, "capacity first, drain second");
    assert!(!plan.looks.iter().any(|look| matches!(look, Look::Locate { .. })), "{:?}", plan.looks);
}

#[test]
fn every_action_is_acted_on() {
    for action in ["terminate", "stop", "hibernate"] {
        let mut scenario = Scenario::with(&["i-1"]);
        scenario.at("03:05:00").notice_of("i-1", action);
        let steps = scenario.steps();
        assert_eq!((detached(&steps).len(), drained(&steps).len()), (1, 1), "{action}");
    }
}

#[test]
fn one_instance_has_one_case_with_the_earliest_deadline() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:30");
    assert_eq!(scenario.notice("i-1"), Admission::Opened);
    assert_eq!(detached(&scenario.steps()).len(), 1);
    let earlier = signal("i-1", "terminate", time("03:05:00"));
    assert_eq!(scenario.cases.admit(&earlier, false, scenario.now), Admission::Duplicate);
    assert_eq!(scenario.cases.of(&"i-1".into()).unwrap().deadline, Some(time("03:07:00")));
    let later = signal("i-1", "terminate", time("03:05:31"));
    assert_eq!(scenario.cases.admit(&later, false, scenario.now), Admission::Renewed, "EC2 has changed its mind twice");
    assert_eq!(scenario.cases.of(&"i-1".into()).unwrap().deadline, Some(time("03:07:00")));
    assert_eq!(detached(&scenario.steps()), Vec::<String>::new());
}

#[test]
fn a_notice_to_an_instance_that_outlived_another_counts_anew() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    let anew = signal("i-1", "terminate", time("03:11:00"));
    scenario.at("03:11:02");
    assert_eq!(scenario.cases.admit(&anew, false, scenario.now), Admission::Renewed);
    assert_eq!(scenario.cases.of(&"i-1".into()).unwrap().deadline, Some(time("03:13:00")));
}

#[test]
fn an_unknown_instance_is_looked_up_in_batches_before_it_is_called_foreign() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00");
    let ids: Vec<String> = (0..120).map(|n| format!("i-f{n}")).collect();
    ids.iter().for_each(|id| {
        scenario.notice(id);
    });
    let plan = scenario.plan();
    assert_eq!(dismissed(&plan.steps), None);
    let sizes: Vec<usize> = plan
        .looks
        .iter()
        .filter_map(|look| match look {
            Look::Locate { instances, .. } => Some(instances.len()),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [50, 50, 20]);
    ids.iter().for_each(|id| scenario.located(id, None));
    scenario.looks_answered();
    let steps = scenario.steps();
    assert_eq!(steps.len(), 120);
    assert_eq!(dismissed(&steps), Some(Dismissal::Foreign));
}

#[test]
fn an_instance_of_somebody_elses_group_is_foreign() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-9");
    scenario.steps();
    let other = crate::ids::GroupKey { region: "us-east-1".into(), name: "other".into() };
    scenario.located("i-9", Some(other));
    scenario.looks_answered();
    assert_eq!(dismissed(&scenario.steps()), Some(Dismissal::Foreign));
}

#[test]
fn an_instance_that_somebody_has_detached_before_is_looked_for_in_the_clusters() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-9");
    scenario.steps();
    scenario.located("i-9", None);
    scenario.looks_answered();
    assert_eq!(dismissed(&scenario.steps()), Some(Dismissal::Foreign), "at the first word");
    let again = signal("i-9", "terminate", scenario.now);
    assert_eq!(scenario.cases.admit(&again, false, scenario.now), Admission::Closed);
    assert_eq!(scenario.cases.admit(&again, true, scenario.now), Admission::Opened, "somebody has held it since");
    scenario.looks_answered();
    let looks = scenario.looks();
    assert!(looks.iter().any(|look| matches!(look, Look::Find { .. })), "{looks:?}");
    scenario.looks_answered();
    assert_eq!(dismissed(&scenario.steps()), Some(Dismissal::Foreign), "no cluster has it");
}

#[test]
fn an_instance_launched_since_the_last_resync_is_found_and_handed_over() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-9");
    scenario.steps();
    scenario.located("i-9", Some(group_key()));
    scenario.looks_answered();
    let looks = scenario.looks();
    assert!(
        looks.iter().any(|look| matches!(look, Look::Find { instances, .. } if instances[0] == "i-9".into())),
        "{looks:?}"
    );
    scenario.looks_answered();
    scenario.instance("i-9", |_| {});
    scenario.group(&[("i-1", "InService"), ("i-9", "InService")], |_| {});
    let steps = scenario.steps();
    assert_eq!((detached(&steps), drained(&steps)), (vec!["i-9".into()], vec!["i-9".into()]));
}

#[test]
fn nobody_is_called_foreign_while_a_cluster_is_unread() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.snapshot.clusters.get_mut(&"web".into()).unwrap().state = ClusterState::Unread;
    scenario.at("03:05:00").notice("i-9");
    scenario.located("i-9", None);
    assert_eq!(scenario.reasons("i-9"), ["LookingUp"]);
    scenario.snapshot.end(vec![crate::observe::Subject::Cluster("web".into())], true);
    assert_eq!(scenario.reasons("i-9"), ["ClusterUnread"]);
    scenario.snapshot.clusters.get_mut(&"web".into()).unwrap().state = ClusterState::Missing { at: scenario.now };
    assert_eq!(
        dismissed(&scenario.steps()),
        Some(Dismissal::Foreign),
        "a cluster that does not exist has no instances"
    );
}

#[test]
fn known_instances_are_served_while_the_index_still_fills() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.snapshot.clusters.get_mut(&"web".into()).unwrap().state = ClusterState::Unread;
    scenario.at("03:05:00").notice("i-1");
    assert_eq!(detached(&scenario.steps()), ["i-1"]);
}

#[test]
fn what_nobody_could_place_in_time_is_history() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-9");
    let wake_at = scenario.plan().wake_at.unwrap();
    assert!(wake_at <= time("03:07:00"));
    scenario.at("03:07:00");
    assert_eq!(dismissed(&scenario.steps()), Some(Dismissal::Expired));
}

#[test]
fn an_instance_that_is_gone_needs_nothing() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").missing("i-1");
    scenario.notice("i-1");
    let plan = scenario.plan();
    assert!(dismissed(&plan.steps).is_none() && plan.looks.len() == 1, "it may be back: that is asked once");
    scenario.looks_answered();
    assert_eq!(dismissed(&scenario.steps()), Some(Dismissal::Gone));
}

#[test]
fn an_instance_that_was_gone_and_is_back_is_handed_over() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:04:00").instance("i-1", |instance| instance.status = InstanceStatus::Inactive);
    scenario.at("03:05:00").notice("i-1");
    assert_eq!(drained(&scenario.steps()).len(), 0);
    scenario.looks_answered();
    scenario.instance("i-1", |instance| instance.arn = "arn:container-instance/web/other".into());
    assert_eq!(drained(&scenario.steps()), ["i-1"]);
}

#[test]
fn nothing_new_is_begun_once_the_notice_is_history() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.answered(crate::plan::Deed::Detach, "i-1", Err("no"));
    scenario.answered(crate::plan::Deed::Drain, "i-1", Err("no"));
    let steps = scenario.at("03:07:00").steps();
    assert!(!steps.iter().any(Step::changes_aws), "{steps:?}");
    assert!(scenario.reasons("i-1").contains(&"TooLate"));
}

#[test]
fn who_opted_out_is_left_alone() {
    for (spec, why) in [
        (", capacityProviders: [{name: web-spot, managed: false}]", Dismissal::Unmanaged),
        (", signals: {interruption: {enabled: false}}", Dismissal::SignalDisabled),
    ] {
        let mut scenario = Scenario::with(&["i-1"]).policy(spec);
        scenario.at("03:05:00").notice("i-1");
        let steps = scenario.steps();
        assert_eq!((dismissed(&steps), steps.len()), (Some(why), 1));
    }
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.instance("i-1", |instance| instance.ignored = true);
    scenario.at("03:05:00").notice("i-1");
    assert_eq!(dismissed(&scenario.steps()), Some(Dismissal::Ignored));
}

#[test]
fn dry_run_says_what_it_would_do_and_changes_nothing() {
    let mut scenario = Scenario::with(&["i-1"]).policy(", mode: dryRun");
    scenario.at("03:05:00").notice("i-1");
    let steps = scenario.steps();
    assert!(!steps.iter().any(Step::changes_aws), "{steps:?}");
    let would = steps.iter().find_map(|step| match step {
        Step::Rehearse { would, .. } => Some(would.clone()),
        _ => None,
    });
    let would = would.unwrap();
    assert_eq!((detached(&would), drained(&would)), (vec!["i-1".into()], vec!["i-1".into()]));
    assert_eq!(dismissed(&steps), Some(Dismissal::DryRun));
}

#[test]
fn paused_does_nothing() {
    let mut scenario = Scenario::with(&["i-1"]).policy(", mode: paused");
    scenario.at("03:05:00").notice("i-1");
    let steps = scenario.steps();
    assert!(!steps.iter().any(Step::changes_aws), "{steps:?}");
    assert_eq!(dismissed(&steps), Some(Dismissal::Paused));
}

#[test]
fn a_storm_is_a_few_calls_as_large_as_the_apis_take() {
    let ids: Vec<String> = (0..45).map(|n| format!("i-{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut scenario = Scenario::with(&ids);
    scenario.at("03:05:00");
    ids.iter().for_each(|id| {
        scenario.notice(id);
    });
    let steps = scenario.steps();
    let sizes = |wanted: fn(&Step) -> Option<usize>| steps.iter().filter_map(wanted).collect::<Vec<_>>();
    let detaches =
        sizes(|step| if let Step::Call(Call::Replace { instances, .. }) = step { Some(instances.len()) } else { None });
    let drains =
        sizes(|step| if let Step::Call(Call::Drain { instances, .. }) = step { Some(instances.len()) } else { None });
    assert_eq!((detaches, drains), (vec![20, 20, 5], vec![10, 10, 10, 10, 5]));
}

#[test]
fn a_member_of_the_group_that_the_cluster_does_not_have_is_gone_once_it_was_asked_for_again() {
    let mut scenario = Scenario::with(&["i-2"]);
    scenario.group(&[("i-1", "InService"), ("i-2", "InService")], |_| {});
    scenario.snapshot.strangers.insert("i-1".into());
    scenario.at("03:05:00").notice("i-1");
    let plan = scenario.plan();
    assert!(dismissed(&plan.steps).is_none() && plan.looks.iter().any(|look| matches!(look, Look::Find { .. })));
    scenario.looks_answered();
    assert!(scenario.steps().is_empty(), "one answer may not have caught up");
    let plan = scenario.at("03:05:05").plan();
    assert!(dismissed(&plan.steps).is_none() && plan.looks.iter().any(|look| matches!(look, Look::Find { .. })));
    scenario.looks_answered();
    assert_eq!(dismissed(&scenario.steps()), Some(Dismissal::Gone));
}

#[test]
fn an_unregistered_member_waits_until_the_cluster_has_been_read() {
    let mut scenario = Scenario::with(&["i-2"]);
    scenario.group(&[("i-1", "InService"), ("i-2", "InService")], |_| {});
    scenario.snapshot.clusters.get_mut(&"web".into()).unwrap().state = ClusterState::Unread;
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.looks_answered();
    assert_eq!(detached(&scenario.steps()).len(), 0, "nobody can say yet whether it is about to register or gone");
    scenario.snapshot.clusters.get_mut(&"web".into()).unwrap().state = ClusterState::Read { at: scenario.now };
    scenario.looks_answered();
    assert_eq!(detached(&scenario.steps()), ["i-1"]);
}

//! Whether the group is asked for a replacement, row by row.

use super::scenario::*;
use crate::observe::Look;
use crate::observe::snapshot::{Behind, InstanceStatus};
use crate::plan::{Call, Deed, Phase, Step, Way};

/// The steps for a notice about `i-1`, with its group seen in this state a moment later.
fn with_group(state: Option<&str>, change: impl FnOnce(&mut crate::observe::snapshot::Group)) -> Vec<Step> {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.at("03:05:00");
    let members: Vec<(&str, &str)> =
        state.map(|state| ("i-1", state)).into_iter().chain([("i-2", "InService")]).collect();
    scenario.group(&members, change);
    scenario.notice("i-1");
    scenario.steps()
}

#[test]
fn in_service_is_detached() {
    assert_eq!(detached(&with_group(Some("InService"), |_| {})), ["i-1"]);
}

#[test]
fn a_group_with_capacity_rebalancing_replaces_by_itself() {
    let steps = with_group(Some("InService"), |group| group.capacity_rebalance = true);
    assert_eq!((detached(&steps).len(), drained(&steps).len()), (0, 1));
    assert_eq!(skipped(&steps), Some("CapacityRebalancing"));
}

#[test]
fn a_group_whose_launch_is_suspended_is_not_detached_from() {
    let steps = with_group(Some("InService"), |group| group.launch_suspended = true);
    assert_eq!((detached(&steps).len(), drained(&steps).len()), (0, 1));
    assert_eq!(skipped(&steps), Some("LaunchSuspended"));
}

#[test]
fn standby_is_drained_only() {
    let steps = with_group(Some("Standby"), |_| {});
    assert_eq!((detached(&steps).len(), drained(&steps).len()), (0, 1));
    assert_eq!(skipped(&steps), Some("Standby"));
}

#[test]
fn what_is_leaving_or_has_left_is_being_replaced() {
    for state in [Some("Terminating:Wait"), Some("Terminated"), Some("Detaching"), None] {
        let steps = with_group(state, |_| {});
        assert_eq!((detached(&steps).len(), drained(&steps).len()), (0, 1), "{state:?}");
        assert!(matches!(skipped(&steps), Some("Leaving" | "LeftGroup")), "{state:?}");
        let requested = |step: &Step| matches!(step, Step::Reach { phase: Phase::ReplacementRequested, .. });
        assert!(steps.iter().any(requested), "{state:?}: somebody has asked for it");
    }
}

#[test]
fn pending_is_looked_at_again_soon_and_detached_when_it_can_be() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.group(&[("i-1", "Pending:Wait")], |_| {});
    scenario.at("03:05:00").notice("i-1");
    let plan = scenario.plan();
    assert_eq!((detached(&plan.steps).len(), skipped(&plan.steps)), (0, None));
    assert!(plan.looks.iter().any(|look| matches!(look, Look::Groups { .. })));
    scenario.looks_answered();
    scenario.at("03:05:02").group(&[("i-1", "InService")], |_| {});
    assert_eq!(detached(&scenario.steps()), ["i-1"]);
}

#[test]
fn an_unknown_state_is_waited_for() {
    let steps = with_group(Some("Quarantined"), |_| {});
    assert_eq!((detached(&steps).len(), skipped(&steps)), (0, None));
}

#[test]
fn nothing_is_given_up_on_old_knowledge() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.group(&[("i-2", "InService")], |group| group.launch_suspended = true);
    scenario.at("03:05:00").notice("i-1");
    assert!(scenario.reasons("i-1").contains(&"GroupStale"));
    scenario.looks_answered();
    scenario.group(&[("i-1", "InService")], |_| {});
    assert_eq!(detached(&scenario.steps()), ["i-1"], "it has joined since, and Launch was resumed");
}

#[test]
fn an_instance_in_no_group_is_drained_only() {
    let mut scenario = Scenario::with(&[]);
    scenario.instance("i-1", |instance| instance.provider = None);
    scenario.at("03:05:00").notice("i-1");
    let steps = scenario.steps();
    assert_eq!(
        (detached(&steps).len(), drained(&steps)),
        (0, vec!["i-1".to_owned()]),
        "the drain does not wait for the look-up"
    );
    scenario.located("i-1", None);
    scenario.looks_answered();
    assert_eq!(skipped(&scenario.steps()), Some("NotInGroup"));
}

#[test]
fn what_is_not_supported_is_named_and_drained_at_least() {
    let mut scenario = Scenario::with(&[]);
    let cluster = scenario.snapshot.clusters.get_mut(&"web".into()).unwrap();
    cluster.providers.insert("managed".into(), Behind::ManagedInstances);
    scenario.instance("i-1", |instance| instance.provider = Some("managed".into()));
    scenario.at("03:05:00").notice("i-1");
    assert_eq!(drained(&scenario.steps()), ["i-1"]);
    scenario.located("i-1", None);
    scenario.looks_answered();
    assert_eq!(skipped(&scenario.steps()), Some("ManagedInstances"));
}

#[test]
fn an_instance_that_is_draining_already_is_still_replaced() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.at("03:05:00").notice("i-1");
    let steps = scenario.steps();
    assert_eq!((detached(&steps), drained(&steps).len()), (vec!["i-1".to_owned()], 0));
    assert!(steps.iter().any(|step| matches!(step, Step::Reach { phase: Phase::Draining, .. })));
}

#[test]
fn the_policy_may_ask_for_none() {
    let mut scenario = Scenario::with(&["i-1"]).policy(", replacement: {method: none}");
    scenario.at("03:05:00").notice("i-1");
    let steps = scenario.steps();
    assert_eq!((detached(&steps).len(), drained(&steps).len(), skipped(&steps)), (0, 1, Some("MethodNone")));
}

#[test]
fn failed_calls_are_tried_again_later_and_each_on_its_own() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.answered(Deed::Detach, "i-1", Err("no"));
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    let plan = scenario.plan();
    assert_eq!(detached(&plan.steps).len(), 0, "not at once");
    assert!(plan.wake_at.unwrap() <= time("03:05:01"));
    let steps = scenario.at("03:05:01").steps();
    assert_eq!((detached(&steps).len(), drained(&steps).len()), (1, 0));
    scenario.answered(Deed::Detach, "i-1", Err("no"));
    assert_eq!(detached(&scenario.at("03:05:02").steps()).len(), 0, "the second pause is longer");
    assert_eq!(detached(&scenario.at("03:05:03").steps()).len(), 1);
}

#[test]
fn after_an_accepted_detach_no_second_one_follows() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.accepted("i-1");
    scenario.steps();
    scenario.at("03:06:00").group(&[("i-2", "InService")], |_| {});
    scenario.looks_answered();
    let plan = scenario.plan();
    assert_eq!(detached(&plan.steps).len(), 0);
    let case = scenario.case("i-1");
    assert!(plan.report.of(&case).iter().any(|reason| reason.name() == "ReplacementNotSeen"), "it is reported");
}

#[test]
fn newcomers_of_the_group_take_over_one_case_each() {
    let mut scenario = Scenario::with(&["i-1", "i-2", "i-3"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.notice("i-2");
    scenario.steps();
    scenario.accepted("i-1");
    scenario.accepted("i-2");
    scenario.steps();
    scenario.looks_answered();
    scenario.at("03:05:10").group(&[("i-3", "InService"), ("i-8", "Pending"), ("i-9", "Pending")], |_| {});
    let looks = scenario.looks();
    let searched = |id: &str| {
        looks.iter().any(|look| matches!(look, Look::Find { instances, .. } if instances.contains(&id.into())))
    };
    assert!(searched("i-8") && searched("i-9"), "{looks:?}");
    scenario.looks_answered();
    scenario.at("03:05:50").instance("i-9", |_| {});
    let registered = |steps: &[Step]| {
        let mut found = steps.iter().filter_map(|step| match step {
            Step::Reach { case, replacement: Some(by), .. } => Some((case.instance.to_string(), by.to_string())),
            _ => None,
        });
        (found.next(), found.next())
    };
    assert_eq!(registered(&scenario.steps()), (Some(("i-1".into(), "i-9".into())), None));
    scenario.at("03:05:55").instance("i-8", |_| {});
    assert_eq!(registered(&scenario.steps()), (Some(("i-2".into(), "i-8".into())), None));
}

#[test]
fn a_newcomer_that_only_one_case_can_take_is_not_taken_by_another() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.accepted("i-1");
    scenario.steps();
    scenario.at("03:05:05").group(&[("i-2", "InService"), ("i-9", "Pending")], |_| {});
    scenario.notice("i-2");
    scenario.steps();
    scenario.accepted("i-2");
    scenario.steps();
    scenario.at("03:05:50").instance("i-8", |_| {});
    scenario.instance("i-9", |_| {});
    let steps = scenario.steps();
    let takers = steps.iter().filter_map(|step| match step {
        Step::Reach { case, replacement: Some(by), .. } => Some((case.instance.to_string(), by.to_string())),
        _ => None,
    });
    let takers: Vec<_> = takers.collect();
    let expected = [("i-1", "i-9"), ("i-2", "i-8")].map(|(case, by)| (case.to_owned(), by.to_owned()));
    assert_eq!(takers, expected, "i-9 was there when i-2 was detached");
}

#[test]
fn who_was_there_before_or_is_of_another_group_is_no_replacement() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.accepted("i-1");
    scenario.at("03:05:30").instance("i-2", |instance| instance.registered_at = time("03:05:20"));
    scenario.instance("i-9", |instance| instance.provider = Some("other".into()));
    let registered = |step: &Step| matches!(step, Step::Reach { phase: Phase::ReplacementRegistered, .. });
    assert!(!scenario.steps().iter().any(registered));
}

/// With the policy's `method: launch`.
fn launching(change: impl FnOnce(&mut crate::observe::snapshot::Group)) -> Scenario {
    let mut scenario = Scenario::with(&["i-1", "i-2"]).policy(", replacement: {method: launch}");
    scenario.group(&[("i-1", "InService"), ("i-2", "InService")], change);
    scenario.at("03:05:00").notice("i-1");
    scenario
}

fn launched(steps: &[Step]) -> Vec<String> {
    let calls = steps.iter().filter_map(|step| match step {
        Step::Call(Call::Launch { zone, deed: Deed::Launch, .. }) => Some(zone.to_string()),
        _ => None,
    });
    calls.collect()
}

#[test]
fn where_the_policy_launches_one_more_comes_elsewhere_and_the_instance_is_given_back() {
    let mut scenario = launching(|_| {});
    let steps = scenario.steps();
    assert_eq!((launched(&steps), drained(&steps)), (vec!["us-east-1b".to_owned()], vec!["i-1".to_owned()]));
    assert_eq!((detached(&steps).len(), terminated(&steps).len()), (0, 0));
    scenario.launched("i-1", "i-new");
    let steps = scenario.at("03:05:01").steps();
    assert!(steps.iter().any(|step| matches!(step, Step::Call(Call::GiveBack { way: Way::Detach, .. }))));
    assert_eq!(detached(&steps), [""; 0]);
}

#[test]
fn a_group_that_cannot_launch_on_request_replaces_it_like_any_other() {
    let steps = launching(|group| group.max = 2).steps();
    assert_eq!((launched(&steps).len(), detached(&steps).len()), (0, 1), "it is at MaxSize");
    let mut scenario = launching(|_| {});
    let _ = scenario.plan();
    scenario.answered(Deed::Launch, "i-1", Err("no capacity in us-east-1b"));
    assert_eq!(launched(&scenario.at("03:05:01").steps()).len(), 1, "another try at once");
    scenario.answered(Deed::Launch, "i-1", Err("no capacity anywhere"));
    let steps = scenario.at("03:05:02").steps();
    assert_eq!((launched(&steps).len(), detached(&steps).len()), (0, 1));
}

#[test]
fn one_that_had_joined_before_its_group_was_asked_is_no_replacement() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:04:00").group(&[("i-1", "InService"), ("i-2", "Pending")], |_| {});
    scenario.at("03:05:00").notice("i-1");
    assert_eq!(detached(&scenario.steps()), ["i-1"]);
    scenario.accepted("i-1");
    let _ = scenario.plan();
    scenario.at("03:05:20").group(&[("i-2", "Pending")], |_| {});
    assert!(scenario.reasons("i-1").contains(&"ReplacementNotSeen"));
    scenario.at("03:05:21").instance("i-2", |_| {});
    assert!(!scenario.cases.of(&"i-1".into()).unwrap().has(Phase::ReplacementRegistered));
    scenario.at("03:05:22").group(&[("i-2", "InService"), ("i-3", "Pending")], |_| {});
    assert!(scenario.reasons("i-1").contains(&"ReplacementNotRegistered"));
    assert!(!scenario.cases.of(&"i-1".into()).unwrap().has(Phase::ReplacementRegistered), "i-2 was there before");
}

#[test]
fn a_launch_that_never_left_has_not_failed() {
    let mut scenario = launching(|_| {});
    for at in ["03:05:00", "03:05:02", "03:05:04", "03:05:06"] {
        assert_eq!(launched(&scenario.at(at).steps()).len(), 1, "{at}");
        scenario.answered(Deed::Launch, "i-1", Err("not made"));
    }
    let case = scenario.cases.of(&"i-1".into()).unwrap();
    assert!(!case.attempt(&Deed::Launch).is_lost());
}

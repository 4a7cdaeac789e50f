//! Planned hand-overs: the replacement first.

use super::scenario::*;
use crate::observe::Look;
use crate::observe::mark::Mark;
use crate::observe::snapshot::InstanceStatus;
use crate::plan::{Call, Deed, Dismissal, Phase, Step, Way};
use crate::signal::SignalKind;

const TWO: [(&str, &str); 2] = [("i-1", "InService"), ("i-2", "InService")];

/// Two instances, and a word about the first at 03:05:00, since which the group has been seen.
fn told(kind: SignalKind, policy: &str) -> Scenario {
    let mut scenario = Scenario::with(&["i-1", "i-2"]).policy(policy);
    scenario.at("03:05:00").says("i-1", kind, None);
    scenario.instance("i-1", |_| {});
    scenario.group(&TWO, |_| {});
    scenario.tasks("i-1", &[false]);
    scenario
}

fn launches(steps: &[Step]) -> Vec<(String, String)> {
    let calls = steps.iter().filter_map(|step| match step {
        Step::Call(Call::Launch { case, zone, .. }) => Some((case.instance.to_string(), zone.to_string())),
        _ => None,
    });
    calls.collect()
}

/// One more has been launched, and it has registered.
fn replaced(mut scenario: Scenario) -> Scenario {
    let _ = scenario.plan();
    scenario.launched("i-1", "i-new");
    scenario.at("03:06:00").instance("i-new", |_| {});
    let _ = scenario.plan();
    scenario
}

/// It drains, and its one task is stopped.
fn emptied(scenario: Scenario) -> Scenario {
    let mut scenario = replaced(scenario);
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.tasks("i-1", &[false]);
    let _ = scenario.at("03:06:01").plan();
    scenario.tasks("i-1", &[true]);
    scenario
}

#[test]
fn one_more_is_launched_first_then_it_drains_then_the_group_loses_it_and_wants_one_less() {
    let mut scenario = told(SignalKind::ManualDrain, "");
    let steps = scenario.steps();
    assert_eq!(launches(&steps), [("i-1".to_owned(), "us-east-1b".to_owned())], "not where the instance is");
    assert!(drained(&steps).is_empty() && detached(&steps).is_empty() && terminated(&steps).is_empty());
    scenario.launched("i-1", "i-new");
    assert_eq!(drained(&scenario.at("03:05:50").steps()), [""; 0], "it has not registered");
    scenario.at("03:06:00").instance("i-new", |_| {});
    let steps = scenario.steps();
    assert!(steps.iter().any(|step| matches!(step, Step::Reach { phase: Phase::ReplacementRegistered, .. })));
    assert_eq!(drained(&steps), ["i-1"]);
    let mut emptied = emptied(told(SignalKind::ManualDrain, ""));
    assert_eq!(given_back(&emptied.steps()), [("i-1".to_owned(), Way::Terminate)]);
    emptied.answered(Deed::GiveBack, "i-1", Ok(()));
    assert_eq!(given_back(&emptied.at("03:07:00").steps()), []);
}

#[test]
fn a_call_that_decrements_is_read_back_before_it_is_made_again() {
    let mut scenario = emptied(told(SignalKind::ManualDrain, ""));
    let _ = scenario.plan();
    scenario.answered(Deed::GiveBack, "i-1", Err("lost"));
    assert_eq!(given_back(&scenario.at("03:06:20").steps()), [], "nobody has looked");
    scenario.group(&TWO, |_| {});
    assert_eq!(given_back(&scenario.steps()).len(), 1, "it is still there: the call was not done");
    let mut done = emptied(told(SignalKind::ManualDrain, ""));
    let _ = done.plan();
    done.answered(Deed::GiveBack, "i-1", Err("lost"));
    done.at("03:06:20").group(&[("i-1", "Terminating"), ("i-2", "InService")], |_| {});
    assert_eq!(given_back(&done.steps()), [], "it was done");
}

#[test]
fn a_notice_on_the_way_pays_the_debt_back_and_asks_for_nothing_more() {
    let mut scenario = told(SignalKind::ManualDrain, "");
    let _ = scenario.plan();
    scenario.launched("i-1", "i-new");
    scenario.at("03:05:30").notice("i-1");
    let steps = scenario.steps();
    assert_eq!(given_back(&steps), [("i-1".to_owned(), Way::Detach)]);
    assert_eq!((detached(&steps).len(), terminated(&steps).len(), drained(&steps).len()), (0, 0, 1));
}

#[test]
fn whoever_comes_after_us_knows_of_the_debt_by_the_mark() {
    let mut before = told(SignalKind::ManualDrain, "");
    let _ = before.plan();
    before.answered(Deed::Mark, "i-1", Ok(()));
    before.launched("i-1", "i-new");
    let mark = marks(&before.at("03:05:01").steps()).pop().unwrap();
    assert_eq!(mark.launched, Some("i-new".into()));
    let mut after = Scenario::with(&["i-1", "i-2"]);
    assert_eq!(mark.held_until, Some(time("03:10:01")));
    after.at("03:10:00").instance("i-1", |instance| instance.mark = Some(mark.clone()));
    assert!(!after.steps().iter().any(|step| matches!(step, Step::Open(_))), "somebody has it in hand");
    after.at("03:10:01").instance("i-1", |instance| instance.mark = Some(mark));
    after.instance("i-new", |_| {});
    after.group(&TWO, |_| {});
    after.tasks("i-1", &[false]);
    assert!(matches!(after.steps().as_slice(), [Step::Open(signal)] if signal.kind == SignalKind::ManualDrain));
    let steps = after.steps();
    assert_eq!((launches(&steps), drained(&steps)), (vec![], vec!["i-1".to_owned()]));
}

#[test]
fn its_message_goes_when_it_is_marked_and_not_before() {
    let recorded = |steps: &[Step]| steps.iter().any(|step| matches!(step, Step::Record { .. }));
    let mut scenario = told(SignalKind::ManualDrain, "");
    assert!(!recorded(&scenario.steps()));
    scenario.answered(Deed::Mark, "i-1", Ok(()));
    assert!(recorded(&scenario.steps()));
}

#[test]
fn a_group_that_cannot_have_one_more_is_said_so_and_the_instance_drains_all_the_same() {
    for (reason, change) in [
        ("AtMaxSize", (|group| group.max = group.desired) as fn(&mut crate::observe::snapshot::Group)),
        ("LaunchRefused", |group| group.launch_refusal = Some("the group has a warm pool")),
        ("LaunchSuspended", |group| group.launch_suspended = true),
    ] {
        let mut scenario = told(SignalKind::ManualDrain, "");
        scenario.group(&TWO, change);
        let steps = scenario.steps();
        assert_eq!((launches(&steps).len(), skipped(&steps)), (0, Some(reason)));
        assert_eq!(drained(&steps), ["i-1"], "{reason}");
    }
}

#[test]
fn a_recommendation_is_followed_only_where_the_policy_says_so_and_capacity_can_be_had() {
    let dismissed = |steps: &[Step]| {
        steps.iter().find_map(|step| if let Step::Dismiss { why, .. } = step { Some(*why) } else { None })
    };
    let enabled = ", signals: {rebalance: {enabled: true}}";
    let mut off = told(SignalKind::RebalanceRecommendation, "");
    assert_eq!(dismissed(&off.steps()), Some(Dismissal::SignalDisabled));
    let mut on = told(SignalKind::RebalanceRecommendation, enabled);
    assert_eq!(launches(&on.steps()).len(), 1);
    let mut full = told(SignalKind::RebalanceRecommendation, enabled);
    full.group(&TWO, |group| group.max = group.desired);
    let steps = full.steps();
    assert_eq!((dismissed(&steps), drained(&steps).len()), (Some(Dismissal::CannotReplace), 0));
    let mut rebalanced = told(SignalKind::RebalanceRecommendation, enabled);
    rebalanced.group(&TWO, |group| group.capacity_rebalance = true);
    assert_eq!(launches(&rebalanced.steps()).len(), 0, "the group does it by itself");
}

#[test]
fn no_more_of_a_pool_at_a_time_than_its_budget() {
    let started = |policy: &str, kind: SignalKind| {
        let ids = ["i-1", "i-2", "i-3", "i-4"];
        let mut scenario = Scenario::with(&ids).policy(policy);
        for id in ids {
            scenario.at("03:05:00").says(id, kind, None);
        }
        let members: Vec<(&str, &str)> = ids.iter().map(|id| (*id, "InService")).collect();
        scenario.group(&members, |_| {});
        launches(&scenario.steps()).len()
    };
    assert_eq!(started("", SignalKind::Maintenance), 1, "10 % of four is one");
    assert_eq!(started(", signals: {maintenance: {budget: 50%}}", SignalKind::Maintenance), 2);
    assert_eq!(started(", signals: {maintenance: {budget: 3}}", SignalKind::Maintenance), 3);
    assert_eq!(started(", signals: {maintenance: {budget: 0}}", SignalKind::Maintenance), 0);
    assert_eq!(started("", SignalKind::ManualDrain), 4, "who asks for it gets it");
}

#[test]
fn after_a_recommendation_the_pool_is_left_in_peace_for_a_while() {
    let policy = ", signals: {rebalance: {enabled: true, budget: 2, cooldown: 10m}}";
    let mut scenario = told(SignalKind::RebalanceRecommendation, policy);
    assert_eq!(launches(&scenario.steps()).len(), 1);
    scenario.at("03:08:00").says("i-2", SignalKind::RebalanceRecommendation, None);
    scenario.group(&TWO, |_| {});
    assert_eq!(launches(&scenario.steps()).len(), 0);
    assert!(scenario.reasons("i-2").contains(&"CoolingDown"));
    scenario.at("03:15:00").group(&TWO, |_| {});
    assert_eq!(launches(&scenario.steps()).len(), 1);
}

#[test]
fn two_instances_of_one_service_drain_one_after_the_other() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    for id in ["i-1", "i-2"] {
        scenario.at("03:05:00").says(id, SignalKind::ManualDrain, None);
    }
    scenario.group(&TWO, |group| group.launch_suspended = true);
    assert_eq!(drained(&scenario.steps()), [""; 0], "their tasks have not been listed");
    scenario.tasks("i-1", &[false]);
    scenario.tasks("i-2", &[false]);
    scenario.looks_answered();
    assert_eq!(drained(&scenario.steps()), ["i-1"]);
    assert!(scenario.reasons("i-2").contains(&"ServiceMoves"));
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.at("03:05:01").tasks("i-1", &[false]);
    let _ = scenario.plan();
    scenario.tasks("i-1", &[true]);
    let steps = [scenario.steps(), scenario.at("03:05:02").steps()].concat();
    assert_eq!(drained(&steps), ["i-2"]);
}

#[test]
fn with_no_more_than_a_notices_time_left_nothing_is_waited_for() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.at("03:05:00").says("i-1", SignalKind::Maintenance, Some("03:20:00"));
    scenario.group(&TWO, |_| {});
    let _ = scenario.plan();
    assert_eq!(drained(&scenario.at("03:17:59").steps()), [""; 0]);
    assert_eq!(drained(&scenario.at("03:18:00").steps()), ["i-1"]);
}

#[test]
fn a_zone_that_has_just_lost_capacity_is_avoided() {
    let mut scenario = Scenario::with(&["i-1", "i-2", "i-3"]);
    scenario.instance("i-3", |instance| instance.availability_zone = Some("us-east-1b".into()));
    scenario.at("03:04:00").notice("i-3");
    let _ = scenario.plan();
    scenario.at("03:05:00").says("i-1", SignalKind::ManualDrain, None);
    scenario.group(&TWO, |_| {});
    assert_eq!(launches(&scenario.steps()), [("i-1".to_owned(), "us-east-1a".to_owned())]);
}

#[test]
fn where_somebody_else_took_the_old_one_out_the_launched_one_is_too_many_and_goes() {
    let mut scenario = told(SignalKind::ManualDrain, "");
    let _ = scenario.plan();
    scenario.launched("i-1", "i-new");
    scenario.at("03:06:00").instance("i-new", |_| {});
    scenario.group(&[("i-2", "InService"), ("i-new", "InService"), ("i-3", "Pending")], |_| {});
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Inactive);
    scenario.tasks("i-1", &[true]);
    let steps = scenario.steps();
    let surplus = |step: &Step| matches!(step, Step::Open(signal) if signal.kind == SignalKind::Surplus);
    assert!(steps.iter().any(surplus) && steps.iter().any(|step| matches!(step, Step::Close { .. })), "{steps:?}");
    scenario.tasks("i-new", &[false]);
    scenario.group(&[("i-2", "InService"), ("i-new", "InService"), ("i-3", "Pending")], |_| {});
    let steps = scenario.steps();
    assert_eq!((launches(&steps).len(), drained(&steps)), (0, vec!["i-new".to_owned()]));
    scenario.answered(Deed::Drain, "i-new", Ok(()));
    scenario.instance("i-new", |instance| instance.status = InstanceStatus::Draining);
    scenario.at("03:06:05").tasks("i-new", &[false]);
    let _ = scenario.plan();
    scenario.tasks("i-new", &[true]);
    assert_eq!(given_back(&scenario.steps()), [("i-new".to_owned(), Way::Terminate)]);
}

#[test]
fn a_mark_is_renewed_while_its_case_is_open() {
    let mut scenario = told(SignalKind::ManualDrain, "");
    let mark = marks(&scenario.steps()).pop().unwrap();
    scenario.answered(Deed::Mark, "i-1", Ok(()));
    scenario.instance("i-1", |instance| instance.mark = Some(mark));
    assert_eq!(marks(&scenario.at("03:07:30").steps()), []);
    let renewed = marks(&scenario.at("03:07:31").steps()).pop().unwrap();
    assert_eq!(renewed.held_until, Some(time("03:12:31")));
}

#[test]
fn one_that_somebody_else_got_the_notice_of_is_left_to_them() {
    let mut scenario = told(SignalKind::ManualDrain, "");
    let _ = scenario.plan();
    let mut mark = marks(&told(SignalKind::ManualDrain, "").steps()).pop().unwrap();
    mark.kind = "interruption_notice".into();
    scenario.instance("i-1", |instance| instance.mark = Some(mark));
    let dismissed = |step: &Step| matches!(step, Step::Dismiss { why: Dismissal::Duplicate, .. });
    assert!(scenario.steps().iter().any(dismissed));
}

#[test]
fn whoever_gets_the_notice_of_an_instance_in_other_hands_says_so_on_it() {
    let mark = marks(&told(SignalKind::ManualDrain, "").steps()).pop().unwrap();
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.at("03:05:30").notice("i-1");
    let plan = scenario.plan();
    assert_eq!(marks(&plan.steps), [], "what stands there is read before it is written over");
    assert!(plan.looks.iter().any(|look| matches!(look, Look::Instances { .. })));
    scenario.instance("i-1", |instance| instance.mark = Some(mark));
    let kinds: Vec<String> = marks(&scenario.steps()).into_iter().map(|mark| mark.kind.to_string()).collect();
    assert_eq!(kinds, ["interruption_notice"]);
}

#[test]
fn a_hook_does_not_overwrite_the_mark_of_a_planned_hand_over() {
    let mark = marks(&told(SignalKind::ManualDrain, "").steps()).pop().unwrap();
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.hooks(&["ecs-spot-operator-drain"], |_| {});
    scenario.instance("i-1", |instance| {
        instance.mark = Some(mark.clone());
        instance.status = InstanceStatus::Draining;
    });
    scenario.at("03:05:30").held("i-1", "ecs-spot-operator-drain");
    assert_eq!(marks(&scenario.steps()), []);
    scenario.at("03:05:40").instance("i-1", |instance| instance.mark = Some(Mark { paid: true, ..mark }));
    assert_eq!(marks(&scenario.steps()), []);
}

#[test]
fn a_launch_that_may_have_come_is_asked_for_again_as_it_was() {
    let asked = |steps: &[Step]| {
        steps.iter().find_map(|step| match step {
            Step::Call(Call::Launch { token, .. }) => Some(token.clone()),
            _ => None,
        })
    };
    let mut scenario = told(SignalKind::ManualDrain, "");
    let first = asked(&scenario.steps()).unwrap();
    scenario.answered(Deed::Launch, "i-1", Err("lost"));
    assert_eq!(asked(&scenario.at("03:05:10").steps()).as_ref(), Some(&first));
    scenario.answered(Deed::Launch, "i-1", Err("throttled"));
    assert_eq!(asked(&scenario.at("03:05:20").steps()).as_ref(), Some(&first));
    scenario.answered(Deed::Launch, "i-1", Err("none of it was done"));
    scenario.cases.found_no_capacity(&group_key(), &"us-east-1b".into(), scenario.now);
    assert_ne!(asked(&scenario.at("03:05:30").steps()), Some(first), "there is none in that zone");
}

#[test]
fn those_that_are_done_without_a_replacement_before_keep_to_the_budget_too() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    for id in ["i-1", "i-2"] {
        scenario.at("03:05:00").says(id, SignalKind::Maintenance, Some("09:00:00"));
        scenario.instance(id, |_| {});
        scenario.tasks(id, &[]);
    }
    scenario.group(&TWO, |group| group.launch_suspended = true);
    assert_eq!([drained(&scenario.steps()), drained(&scenario.steps())].concat(), ["i-1"]);
    assert!(scenario.reasons("i-2").contains(&"BudgetSpent"), "also while the first is being drained");
}

#[test]
fn one_that_is_through_and_that_nobody_ends_keeps_no_other_waiting() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]).policy(", replacement: {method: none}");
    for id in ["i-1", "i-2"] {
        scenario.at("03:05:00").says(id, SignalKind::Maintenance, Some("09:00:00"));
        scenario.instance(id, |_| {});
        scenario.tasks(id, &[]);
    }
    scenario.group(&TWO, |_| {});
    assert_eq!(drained(&scenario.steps()), ["i-1"]);
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    scenario.at("03:05:01").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.tasks("i-1", &[false]);
    assert_eq!(drained(&scenario.steps()), [""; 0]);
    scenario.tasks("i-1", &[true]);
    let steps = [scenario.steps(), scenario.at("03:05:02").steps()].concat();
    assert_eq!(drained(&steps), ["i-2"]);
}

#[test]
fn after_a_restart_what_drains_counts_and_goes_on() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    for id in ["i-1", "i-2"] {
        scenario.at("03:05:00").says(id, SignalKind::Maintenance, Some("09:00:00"));
    }
    scenario.instance("i-1", |_| {});
    scenario.instance("i-2", |instance| instance.status = InstanceStatus::Draining);
    scenario.tasks("i-1", &[]);
    scenario.tasks("i-2", &[false]);
    scenario.group(&TWO, |group| group.launch_suspended = true);
    let steps = scenario.steps();
    let goes_on =
        |step: &Step| matches!(step, Step::Reach { case, phase: Phase::Draining, .. } if case.instance == "i-2".into());
    assert!(steps.iter().any(goes_on), "{steps:?}");
    assert_eq!(drained(&steps), [""; 0]);
}

#[test]
fn two_that_drain_already_do_not_wait_for_each_other() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    for id in ["i-1", "i-2"] {
        scenario.at("03:05:00").says(id, SignalKind::Maintenance, Some("09:00:00"));
        scenario.instance(id, |instance| instance.status = InstanceStatus::Draining);
        scenario.tasks(id, &[false]);
    }
    scenario.group(&TWO, |_| {});
    assert_eq!(launches(&scenario.steps()).len(), 2);
}

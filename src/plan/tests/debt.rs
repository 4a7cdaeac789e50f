//! Debts: one more was launched, and some instance has to pay for it.

use super::scenario::*;
use crate::observe::mark::Mark;
use crate::observe::snapshot::{ContainerInstance, InstanceStatus};
use crate::observe::{Look, Observation};
use crate::plan::{Call, Deed, Outcome, Step, Way, plan};
use crate::signal::SignalKind;

/// The instances that are one too many from here on.
fn surplus(steps: &[Step]) -> Vec<String> {
    let opened = steps.iter().filter_map(|step| match step {
        Step::Open(signal) if signal.kind == SignalKind::Surplus => Some(signal.instance.to_string()),
        _ => None,
    });
    opened.collect()
}

fn closed(steps: &[Step]) -> Option<Outcome> {
    steps.iter().find_map(|step| match step {
        Step::Close { outcome, .. } => Some(*outcome),
        _ => None,
    })
}

const MEMBERS: [(&str, &str); 4] =
    [("i-1", "InService"), ("i-2", "InService"), ("i-3", "InService"), ("i-new", "InService")];

/// Somebody wants `i-1` drained, and `i-new` was launched for it at 03:05:00.
fn indebted() -> Scenario {
    let mut scenario = Scenario::with(&["i-1", "i-2", "i-3"]);
    scenario.at("03:05:00").says("i-1", SignalKind::ManualDrain, None);
    scenario.instance("i-1", |_| {});
    scenario.group(&MEMBERS[..3], |_| {});
    scenario.tasks("i-1", &[false]);
    let _ = scenario.plan();
    scenario.launched("i-1", "i-new");
    scenario
}

/// What `i-1` carries then.
fn mark_of_a_debtor() -> Mark {
    let mut scenario = indebted();
    scenario.answered(Deed::Mark, "i-1", Ok(()));
    marks(&scenario.at("03:05:01").steps()).pop().unwrap()
}

/// Somebody else has taken `i-1` out of the group, which has these members now.
fn taken_out(scenario: &mut Scenario, members: &[(&str, &str)]) {
    scenario.group(members, |_| {});
    let mark = scenario.snapshot.instances[&"i-1".into()].mark.clone();
    scenario.instance("i-1", |instance| (instance.status, instance.mark) = (InstanceStatus::Inactive, mark));
    scenario.tasks("i-1", &[true]);
}

#[test]
fn it_waits_for_the_launched_one_as_long_as_that_boots() {
    let mut scenario = indebted();
    taken_out(scenario.at("03:06:00"), &[("i-2", "InService"), ("i-3", "InService"), ("i-new", "Pending:Wait")]);
    let plan = scenario.plan();
    assert!(plan.report.of(&scenario.case("i-1")).iter().any(|reason| reason.name() == "DebtOpen"));
    assert!(
        plan.looks.iter().any(|look| matches!(look, Look::Find { instances, .. } if instances == &["i-new".into()]))
    );
    scenario.at("03:06:30").group(&MEMBERS[1..], |_| {});
    assert_eq!(surplus(&scenario.steps()), [""; 0], "it has not registered");
    scenario.at("03:06:40").instance("i-new", |_| {});
    let steps = scenario.steps();
    assert_eq!((surplus(&steps), closed(&steps).is_some()), (vec!["i-new".to_owned()], true));
}

#[test]
fn where_the_launched_one_is_gone_the_newest_of_the_emptiest_pays() {
    let mut scenario = indebted();
    let two = [("i-2", "InService"), ("i-3", "InService"), ("i-4", "InService"), ("i-5", "InService")];
    scenario.at("03:05:30").instance("i-4", |_| {});
    scenario.at("03:05:40").instance("i-5", |instance| instance.tasks = 1);
    taken_out(scenario.at("03:06:00"), &two);
    assert_eq!(surplus(&scenario.steps()), ["i-4"]);
}

#[test]
fn one_that_somebody_else_took_out_of_its_group_and_that_lives_on_owes_no_longer() {
    let mut scenario = indebted();
    scenario.at("03:06:00").instance("i-new", |_| {});
    scenario.group(&MEMBERS[1..], |_| {});
    assert_eq!(surplus(&scenario.steps()), [""; 0], "its mark is read before");
    scenario.at("03:06:03").instance("i-1", |_| {});
    let steps = plan(&scenario.snapshot, &scenario.cases, &scenario.policies, scenario.now).steps;
    assert_eq!((surplus(&steps), closed(&steps)), (vec!["i-new".to_owned()], None));
    steps.iter().for_each(|step| drop(scenario.cases.apply(step, scenario.now)));
    let steps = scenario.at("03:06:04").steps();
    assert_eq!(surplus(&steps), [""; 0], "once");
    scenario.answered(Deed::Mark, "i-1", Ok(()));
    let said = [marks(&steps), marks(&scenario.at("03:06:05").steps())].concat();
    assert!(said.iter().any(|mark| mark.paid), "{said:?}");
}

#[test]
fn what_somebody_else_owes_for_one_that_was_taken_out_is_not_called_paid_by_us() {
    let theirs = Mark { kind: "maintenance".into(), held_until: Some(time("03:30:00")), ..mark_of_a_debtor() };
    let mut scenario = Scenario::with(&["i-1", "i-2", "i-3"]);
    scenario.at("03:20:00").says("i-1", SignalKind::ManualDrain, None);
    let marked = theirs.clone();
    scenario.instance("i-1", |instance| instance.mark = Some(marked));
    scenario.tasks("i-1", &[false]);
    let _ = scenario.plan();
    scenario.at("03:20:10").group(&MEMBERS[1..3], |_| {});
    scenario.at("03:20:13").instance("i-1", |instance| instance.mark = Some(theirs));
    let steps = [scenario.steps(), scenario.at("03:20:14").steps()].concat();
    assert!(surplus(&steps).is_empty() && marks(&steps).is_empty(), "{steps:?}");
}

#[test]
fn nor_is_one_waited_for_that_is_gone_and_still_a_member() {
    let mut scenario = indebted();
    scenario.at("03:05:30").instance("i-new", |_| {});
    scenario.at("03:05:50").instance("i-new", |instance| instance.status = InstanceStatus::Inactive);
    taken_out(scenario.at("03:06:00"), &MEMBERS[1..]);
    assert_eq!(surplus(&scenario.steps()), ["i-2"]);
    let mut unseen = indebted();
    unseen.snapshot.strangers.insert("i-new".into());
    taken_out(unseen.at("03:06:00"), &MEMBERS[1..]);
    assert_eq!(surplus(&unseen.steps()), ["i-2"], "it was gone before we came");
}

#[test]
fn nobody_pays_who_is_drained_opted_out_or_in_other_hands() {
    let mut scenario = indebted();
    scenario.instance("i-2", |instance| instance.status = InstanceStatus::Draining);
    scenario.instance("i-3", |instance| instance.ignored = true);
    scenario.at("03:05:30").notice("i-4");
    taken_out(scenario.at("03:06:00"), &[("i-2", "InService"), ("i-3", "InService"), ("i-4", "InService")]);
    assert_eq!(surplus(&scenario.steps()), [""; 0]);
    scenario.instance("i-2", |_| {});
    assert_eq!(surplus(&scenario.at("03:06:01").steps()), ["i-2"]);
}

#[test]
fn a_notice_for_one_too_many_makes_the_group_want_one_less() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.at("03:05:00").says("i-1", SignalKind::Surplus, None);
    scenario.tasks("i-1", &[false]);
    let _ = scenario.plan();
    scenario.at("03:05:10").notice("i-1");
    let steps = scenario.steps();
    assert_eq!(given_back(&steps), [("i-1".to_owned(), Way::Detach)]);
    assert_eq!(
        (detached(&steps).len(), terminated(&steps).len(), drained(&steps).len()),
        (0, 0, 0),
        "it drains already"
    );
}

/// `i-1` carries this mark when we come, and leaves its group some way.
fn taken_over(mark: Mark) -> Vec<Step> {
    let mut scenario = Scenario::with(&["i-1", "i-2", "i-3"]);
    scenario.at("03:20:00").instance("i-1", |instance| instance.mark = Some(mark));
    let _ = scenario.plan();
    let _ = scenario.plan();
    taken_out(scenario.at("03:20:10"), &MEMBERS[1..3]);
    scenario.at("03:20:30").steps()
}

#[test]
fn what_others_have_launched_and_by_their_mark_not_taken_back_is_paid_by_a_third() {
    assert_eq!(surplus(&taken_over(mark_of_a_debtor())), ["i-2"]);
}

#[test]
fn who_pays_what_somebody_else_owes_says_so_in_their_mark() {
    let theirs = Mark { kind: "maintenance".into(), held_until: Some(time("03:30:00")), ..mark_of_a_debtor() };
    let mut scenario = Scenario::with(&["i-1", "i-2", "i-3"]);
    let marked = theirs.clone();
    scenario.at("03:20:00").instance("i-1", |instance| instance.mark = Some(marked));
    scenario.says("i-1", SignalKind::Maintenance, Some("03:21:00"));
    scenario.group(&MEMBERS, |_| {});
    scenario.tasks("i-1", &[]);
    assert_eq!(drained(&scenario.steps()), ["i-1"]);
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    let marked = theirs.clone();
    scenario.at("03:20:01").instance("i-1", |instance| {
        (instance.status, instance.mark) = (InstanceStatus::Draining, Some(marked));
    });
    scenario.tasks("i-1", &[false]);
    let _ = scenario.plan();
    scenario.at("03:20:02").tasks("i-1", &[true]);
    let paying = plan(&scenario.snapshot, &scenario.cases, &scenario.policies, scenario.now).steps;
    paying.iter().for_each(|step| drop(scenario.cases.apply(step, scenario.now)));
    assert_eq!(given_back(&paying).len(), 1, "{paying:?}");
    assert!(marks(&scenario.at("03:20:03").steps()).is_empty(), "nobody knows yet");
    scenario.answered(Deed::GiveBack, "i-1", Ok(()));
    let steps = scenario.steps();
    assert_eq!(marks(&steps), [Mark { launched: None, paid: true, ..theirs }]);
}

#[test]
fn a_notice_to_one_that_others_owe_for_waits_for_its_group_however_late_that_is_read() {
    let mut scenario = Scenario::with(&["i-1", "i-2", "i-3"]);
    let mark = mark_of_a_debtor();
    scenario.at("03:20:00").instance("i-1", |instance| instance.mark = Some(mark));
    scenario.snapshot.groups.clear();
    scenario.notice("i-1");
    let _ = scenario.plan();
    scenario.instance("i-new", |_| {});
    let _ = scenario.plan();
    scenario.snapshot.apply(Observation::Moved { group: group_key().name }, scenario.now);
    scenario.looks_answered();
    let looks = [scenario.at("03:20:01").looks(), scenario.at("03:20:04").looks()].concat();
    assert!(looks.iter().any(|look| matches!(look, Look::Groups { .. })), "{looks:?}");
    scenario.at("03:20:05").group(&MEMBERS, |_| {});
    assert_eq!(given_back(&scenario.steps()), [("i-1".to_owned(), Way::Detach)]);
}

#[test]
fn what_others_found_to_be_too_many_is_not_paid_by_a_third() {
    let steps = taken_over(Mark { kind: "surplus".into(), launched: None, ..mark_of_a_debtor() });
    assert_eq!((surplus(&steps).len(), closed(&steps).is_some()), (0, true), "they may have taken it back");
}

#[test]
fn what_was_one_too_many_and_is_wanted_again_is_set_back() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.at("03:05:00").says("i-1", SignalKind::Surplus, None);
    let _ = scenario.plan();
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    scenario.at("03:05:10").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.group(&MEMBERS[..2], |group| (group.desired, group.min) = (2, 2));
    let steps = scenario.steps();
    let activated = |step: &Step| matches!(step, Step::Call(Call::Activate { .. }));
    assert!(steps.iter().any(activated) && given_back(&steps).is_empty(), "{steps:?}");
}

#[test]
fn a_launched_one_that_is_gone_is_not_waited_for_once_the_group_is_whole() {
    let mut scenario = indebted();
    let whole = [("i-1", "InService"), ("i-2", "InService"), ("i-3", "InService")];
    scenario.at("03:06:00").group(&whole, |group| group.desired = 4);
    assert_eq!(drained(&scenario.steps()), [""; 0]);
    scenario.at("03:07:00").group(&whole, |group| group.desired = 3);
    assert_eq!(drained(&scenario.steps()), ["i-1"]);
}

#[test]
fn a_mark_that_says_too_much_is_corrected_whoever_drained() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    let mark = mark_of_a_debtor();
    let draining = |instance: &mut ContainerInstance| {
        instance.status = InstanceStatus::Draining;
        instance.mark = Some(mark);
    };
    scenario.at("03:05:30").instance("i-1", draining);
    scenario.notice("i-1");
    let mark = marks(&scenario.steps()).pop().unwrap();
    assert_eq!(mark.launched, Some("i-new".into()));
    scenario.answered(Deed::Mark, "i-1", Ok(()));
    scenario.answered(Deed::GiveBack, "i-1", Ok(()));
    scenario.at("03:05:31").instance("i-1", |instance| {
        instance.status = InstanceStatus::Draining;
        instance.mark = Some(mark);
    });
    assert_eq!(marks(&scenario.steps()).pop().map(|mark| mark.launched), Some(None));
}

#[test]
fn a_debt_whose_payment_is_under_way_is_not_passed_on() {
    let mut scenario = indebted();
    scenario.at("03:05:30").notice("i-1");
    assert_eq!(given_back(&scenario.steps()), [("i-1".to_owned(), Way::Detach)]);
    taken_out(scenario.at("03:06:00"), &MEMBERS[1..]);
    scenario.instance("i-new", |_| {});
    let steps = scenario.at("03:06:20").steps();
    assert_eq!((surplus(&steps).len(), closed(&steps)), (0, None), "nobody knows yet");
    scenario.answered(Deed::GiveBack, "i-1", Ok(()));
    let steps = scenario.at("03:06:21").steps();
    assert_eq!((surplus(&steps).len(), closed(&steps).is_some()), (0, true));
}

/// It is being paid since 03:05:30, and so its mark is to say.
fn paying() -> (Scenario, Mark) {
    let mut scenario = indebted();
    scenario.answered(Deed::Mark, "i-1", Ok(()));
    scenario.at("03:05:30").notice("i-1");
    assert_eq!(given_back(&scenario.steps()).len(), 1);
    scenario.answered(Deed::Mark, "i-1", Ok(()));
    let mark = marks(&scenario.at("03:05:30").steps()).pop().unwrap();
    assert!(mark.paid, "{mark:?}");
    (scenario, mark)
}

#[test]
fn a_payment_that_was_refused_is_ours_to_make_again_also_while_the_mark_is_corrected() {
    let (mut scenario, mark) = paying();
    scenario.answered(Deed::Mark, "i-1", Ok(()));
    scenario.instance("i-1", |instance| instance.mark = Some(mark));
    scenario.answered(Deed::GiveBack, "i-1", Err("throttled"));
    let steps = scenario.at("03:05:31").steps();
    assert!(marks(&steps).iter().all(|mark| !mark.paid));
    assert_eq!((detached(&steps).len(), given_back(&steps).len()), (0, 0), "its group is looked at first");
    scenario.group(&MEMBERS, |_| {});
    let steps = scenario.at("03:05:32").steps();
    assert_eq!((detached(&steps).len(), given_back(&steps).len()), (0, 1));
}

#[test]
fn a_payment_that_was_refused_after_one_whose_answer_was_lost_was_made() {
    let mut scenario = indebted();
    scenario.answered(Deed::Mark, "i-1", Ok(()));
    scenario.at("03:05:30").notice("i-1");
    assert_eq!(given_back(&scenario.steps()).len(), 1);
    scenario.answered(Deed::GiveBack, "i-1", Err("lost"));
    let steps = scenario.at("03:05:31").steps();
    assert!(marks(&steps).iter().all(|mark| mark.paid), "who comes after us must not pay again");
    scenario.at("03:05:33").group(&MEMBERS, |_| {});
    assert_eq!(given_back(&scenario.steps()).len(), 1, "a stale answer shows it in service");
    scenario.answered(Deed::GiveBack, "i-1", Err("refused"));
    taken_out(scenario.at("03:06:00"), &MEMBERS[1..]);
    scenario.instance("i-new", |_| {});
    let steps = scenario.at("03:08:00").steps();
    assert_eq!((surplus(&steps).len(), closed(&steps).is_some()), (0, true));
}

/// The launch that a plan asks for.
fn asked(steps: &[Step]) -> Option<(String, String)> {
    steps.iter().find_map(|step| match step {
        Step::Call(Call::Launch { token, zone, .. }) => Some((token.clone(), zone.to_string())),
        _ => None,
    })
}

/// Somebody wants `i-1` drained, and the answer to the launch was lost at 03:05:00.
fn unsure() -> (Scenario, Option<(String, String)>) {
    let mut scenario = Scenario::with(&["i-1", "i-2", "i-3"]);
    scenario.at("03:05:00").says("i-1", SignalKind::ManualDrain, None);
    scenario.instance("i-1", |_| {});
    scenario.group(&MEMBERS[..3], |_| {});
    scenario.tasks("i-1", &[false]);
    let before = asked(&scenario.steps());
    assert!(before.is_some());
    scenario.answered(Deed::Launch, "i-1", Err("lost"));
    (scenario, before)
}

#[test]
fn a_launch_whose_answer_was_lost_is_asked_for_again_as_it_was_before_a_notice_makes_the_group_replace() {
    let (mut scenario, before) = unsure();
    scenario.at("03:05:30").notice("i-1");
    let steps = scenario.steps();
    assert_eq!((asked(&steps), detached(&steps).len()), (before, 0));
    scenario.launched("i-1", "i-new");
    assert_eq!(given_back(&scenario.at("03:05:31").steps()), [("i-1".to_owned(), Way::Detach)]);
}

#[test]
fn a_lost_launch_is_not_forgotten_by_one_that_was_throttled() {
    let (mut scenario, before) = unsure();
    assert_eq!(asked(&scenario.at("03:05:02").steps()), before);
    scenario.answered(Deed::Launch, "i-1", Err("throttled"));
    scenario.at("03:05:30").notice("i-1");
    let steps = scenario.steps();
    assert_eq!((asked(&steps), detached(&steps).len()), (before, 0));
    scenario.answered(Deed::Launch, "i-1", Err("none of it was done"));
    assert_eq!(detached(&scenario.at("03:05:31").steps()), ["i-1"]);
}

#[test]
fn a_lost_launch_that_may_have_filled_the_group_is_asked_for_again() {
    let (mut scenario, before) = unsure();
    scenario.at("03:05:10").group(&MEMBERS, |group| (group.desired, group.max) = (4, 4));
    assert_eq!(asked(&scenario.steps()), before);
    let (mut scenario, before) = unsure();
    scenario.at("03:05:10").group(&MEMBERS, |group| (group.desired, group.max) = (4, 4));
    scenario.notice("i-1");
    assert_eq!(asked(&scenario.steps()), before);
}

#[test]
fn a_lost_launch_is_asked_for_again_after_a_pause_at_a_notice_too() {
    let (mut scenario, before) = unsure();
    scenario.notice("i-1");
    let steps = scenario.steps();
    assert_eq!((asked(&steps), detached(&steps).len()), (None, 0));
    assert_eq!(asked(&scenario.at("03:05:01").steps()), before);
}

#[test]
fn a_paid_mark_whose_answer_was_lost_is_ours() {
    let (mut scenario, mark) = paying();
    scenario.answered(Deed::Mark, "i-1", Err("lost"));
    scenario.answered(Deed::GiveBack, "i-1", Err("throttled"));
    scenario.at("03:05:31").instance("i-1", |instance| instance.mark = Some(mark));
    scenario.group(&MEMBERS, |_| {});
    let steps = scenario.at("03:05:33").steps();
    assert_eq!((detached(&steps).len(), given_back(&steps).len()), (0, 1));
}

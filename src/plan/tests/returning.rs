//! Instances that live on.

use super::scenario::*;
use crate::observe::Look;
use crate::observe::mark::Mark;
use crate::observe::snapshot::InstanceStatus;
use crate::plan::{Call, Deed, Outcome, Plan, Step};

fn set_back(steps: &[Step]) -> usize {
    steps.iter().filter(|step| matches!(step, Step::Call(Call::Activate { .. }))).count()
}

fn returned(steps: &[Step]) -> bool {
    steps.iter().any(|step| matches!(step, Step::Close { outcome: Outcome::Returned, .. }))
}

/// Noticed at 03:05:00 and drained by us; its group, which does not launch, has not replaced it. It lives on.
fn living_on() -> Scenario {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.group(&[("i-1", "InService")], |group| group.launch_suspended = true);
    scenario.at("03:05:00").notice("i-1");
    scenario.group(&[("i-1", "InService")], |group| group.launch_suspended = true);
    let _ = scenario.plan();
    scenario.answered(Deed::Drain, "i-1", Ok(()));
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    let _ = scenario.plan();
    scenario.at("03:12:00").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario
}

#[test]
fn what_we_drained_is_set_back_before_its_case_is_closed() {
    let mut scenario = living_on();
    let steps = scenario.steps();
    assert_eq!((set_back(&steps), returned(&steps)), (1, false));
    scenario.answered(Deed::Activate, "i-1", Ok(()));
    let steps = scenario.steps();
    assert_eq!((set_back(&steps), returned(&steps)), (0, true));
}

#[test]
fn what_somebody_else_drained_is_not() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.group(&[("i-1", "InService")], |group| group.launch_suspended = true);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.at("03:12:00").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    let steps = scenario.steps();
    assert_eq!((set_back(&steps), returned(&steps)), (0, true));
}

#[test]
fn nor_what_was_seen_draining_before_our_drain_was_accepted() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.group(&[("i-1", "InService")], |group| group.launch_suspended = true);
    scenario.at("03:05:00").notice("i-1");
    scenario.group(&[("i-1", "InService")], |group| group.launch_suspended = true);
    assert_eq!(drained(&scenario.steps()), ["i-1"]);
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    let _ = scenario.plan();
    scenario.at("03:05:01").answered(Deed::Drain, "i-1", Ok(()));
    assert!(marks(&scenario.steps()).is_empty(), "ECS accepts to drain what drains already");
    scenario.at("03:12:00").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    let steps = scenario.steps();
    assert_eq!((set_back(&steps), returned(&steps)), (0, true));
}

#[test]
fn nor_what_was_seen_draining_while_our_drain_waited_to_leave() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.group(&[("i-1", "InService")], |group| group.launch_suspended = true);
    assert_eq!(drained(&scenario.steps()), ["i-1"]);
    scenario.at("03:05:03").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    let _ = scenario.plan();
    let case = scenario.case("i-1");
    scenario.cases.drain_left(&case, time("03:05:10"));
    scenario.at("03:05:11").answered(Deed::Drain, "i-1", Ok(()));
    assert!(marks(&scenario.steps()).is_empty(), "a person was faster");
    scenario.at("03:12:00").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    let steps = scenario.steps();
    assert_eq!((set_back(&steps), returned(&steps)), (0, true));
}

#[test]
fn what_we_drained_is_ours_also_where_the_answer_came_late() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.group(&[("i-1", "InService")], |group| group.launch_suspended = true);
    assert_eq!(drained(&scenario.steps()), ["i-1"]);
    scenario.at("03:05:02").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    let _ = scenario.plan();
    scenario.at("03:05:03").answered(Deed::Drain, "i-1", Ok(()));
    let _ = scenario.plan();
    scenario.at("03:12:00").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    assert_eq!(set_back(&scenario.steps()), 1);
}

#[test]
fn what_was_replaced_is_one_too_many_and_gets_no_work_again() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.accepted("i-1");
    let _ = scenario.plan();
    scenario.at("03:12:00").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    let steps = scenario.steps();
    assert_eq!((set_back(&steps), returned(&steps)), (0, true));
}

#[test]
fn after_several_refusals_it_is_left_to_a_person() {
    let mut scenario = living_on();
    for minute in ["03:12:00", "03:12:10", "03:12:20", "03:12:30", "03:12:40"] {
        assert_eq!(set_back(&scenario.at(minute).steps()), 1);
        scenario.answered(Deed::Activate, "i-1", Err("no"));
        scenario.instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    }
    let steps = scenario.at("03:12:50").steps();
    assert_eq!((set_back(&steps), returned(&steps)), (0, true));
}

#[test]
fn one_that_nobody_set_back_is_found_by_its_mark_and_by_nothing_else() {
    let mark = || Mark {
        kind: "interruption_notice".into(),
        said_at: time("02:50:00"),
        deadline: Some(time("02:52:00")),
        launched: None,
        paid: false,
        held_until: None,
    };
    let mut marked = Scenario::with(&["i-1"]);
    marked.group(&[("i-1", "InService")], |group| group.launch_suspended = true);
    marked.instance("i-1", |instance| {
        instance.status = InstanceStatus::Draining;
        instance.mark = Some(mark());
    });
    assert!(matches!(marked.steps().as_slice(), [Step::Open(_)]));
    let _ = marked.plan();
    marked.at("03:05:00").instance("i-1", |instance| {
        instance.status = InstanceStatus::Draining;
        instance.mark = Some(mark());
    });
    let steps = marked.steps();
    assert_eq!((set_back(&steps), detached(&steps).len(), drained(&steps).len()), (1, 0, 0), "{steps:?}");
    let mut unmarked = Scenario::with(&["i-1"]);
    unmarked.instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    assert_eq!(unmarked.steps(), [], "somebody's drain is somebody's business");
    let mut recent = Scenario::with(&["i-1"]);
    recent.instance("i-1", |instance| {
        instance.status = InstanceStatus::Draining;
        instance.mark = Some(Mark { said_at: time("02:57:00"), deadline: Some(time("02:59:00")), ..mark() });
    });
    assert_eq!(recent.steps(), [], "somebody has it in hand");
}

#[test]
fn what_was_seen_of_a_marked_instance_before_its_time_is_looked_at_again_before_anybody_meddles() {
    let seen = |scenario: &mut Scenario, status: InstanceStatus| {
        scenario.instance("i-1", |instance| {
            instance.status = status;
            instance.mark = Some(Mark {
                kind: "interruption_notice".into(),
                said_at: time("03:00:00"),
                deadline: Some(time("03:02:00")),
                launched: Some("i-9".into()),
                paid: false,
                held_until: None,
            });
        });
    };
    for (status, opened) in [(InstanceStatus::Draining, true), (InstanceStatus::Inactive, false)] {
        let mut scenario = Scenario::with(&["i-1"]);
        seen(scenario.at("03:01:00"), InstanceStatus::Draining);
        let asks = |plan: &Plan| plan.looks.iter().any(|look| matches!(look, Look::Instances { .. }));
        let plan = scenario.at("03:08:59").plan();
        assert!(plan.steps.is_empty() && !asks(&plan), "somebody has it in hand");
        let plan = scenario.at("03:09:00").plan();
        assert!(plan.steps.is_empty() && asks(&plan), "that was long ago");
        scenario.looks_answered();
        seen(&mut scenario, status);
        let opens = scenario.steps().iter().any(|step| matches!(step, Step::Open(_)));
        assert_eq!(opens, opened);
    }
}

#[test]
fn who_drains_without_a_notice_a_mark_or_its_groups_doing_is_named_and_left_alone() {
    let seen = |scenario: &mut Scenario, at: &str| {
        scenario.at(at).instance("i-1", |instance| instance.status = InstanceStatus::Draining);
        let plan = scenario.plan();
        assert_eq!(plan.steps, []);
        plan.report.others().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let mut scenario = Scenario::with(&["i-1"]);
    assert_eq!(seen(&mut scenario, "03:01:00"), [""; 0]);
    assert_eq!(seen(&mut scenario, "03:02:59"), [""; 0], "a notice may be about to come");
    assert_eq!(seen(&mut scenario, "03:03:00"), ["i-1"]);
    scenario.group(&[("i-1", "Terminating:Wait")], |_| {});
    assert_eq!(seen(&mut scenario, "03:03:01"), [""; 0], "its group gives it up");
    scenario.group(&[("i-1", "InService")], |_| {});
    assert_eq!(seen(&mut scenario, "03:03:02"), ["i-1"]);
    scenario.instance("i-1", |_| {});
    assert_eq!(seen(&mut scenario, "03:09:00"), [""; 0], "it was ACTIVE in between");
}

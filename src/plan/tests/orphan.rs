//! Instances that were detached and that EC2 did not take.

use super::scenario::*;
use crate::observe::snapshot::{Group, InstanceStatus};
use crate::plan::{Call, Deed, Outcome, Step, Way};

/// `i-1` was detached, and five minutes past its deadline it is there, with no task.
fn orphaned(stopped: bool, change: impl FnOnce(&mut Group)) -> Scenario {
    let mut scenario = Scenario::with(&["i-1", "i-2"]);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.accepted("i-1");
    scenario.tasks("i-1", &[false]);
    let _ = scenario.plan();
    scenario.tasks("i-1", &[stopped]);
    let _ = scenario.plan();
    scenario.at("03:12:00").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.group(&[("i-2", "InService"), ("i-new", "InService")], change);
    scenario
}

fn attached(steps: &[Step]) -> usize {
    steps.iter().filter(|step| matches!(step, Step::Call(Call::Attach { .. }))).count()
}

fn closed(steps: &[Step]) -> bool {
    steps.iter().any(|step| matches!(step, Step::Close { outcome: Outcome::Returned, .. }))
}

#[test]
fn its_group_takes_it_back_and_terminates_it() {
    let mut scenario = orphaned(true, |_| {});
    assert_eq!(attached(&scenario.steps()), 1);
    scenario.answered(Deed::Attach, "i-1", Ok(()));
    assert!(scenario.at("03:12:01").reasons("i-1").contains(&"GoesHome"));
    scenario.at("03:12:10").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.group(&[("i-1", "InService"), ("i-2", "InService"), ("i-new", "InService")], |group| group.desired = 3);
    let back = |step: &Step| matches!(step, Step::Call(Call::GiveBack { way: Way::Terminate, .. }));
    assert!(scenario.steps().iter().any(back));
    scenario.answered(Deed::GiveBack, "i-1", Ok(()));
    assert!(closed(&scenario.at("03:12:11").steps()));
}

#[test]
fn it_is_left_to_a_person_where_there_is_no_room_or_work() {
    let steps = orphaned(true, |group| group.max = 2).steps();
    assert_eq!((attached(&steps), closed(&steps)), (0, true), "its group is at MaxSize");
    let steps = orphaned(false, |_| {}).steps();
    assert_eq!((attached(&steps), closed(&steps)), (0, true), "a task runs on it");
}

#[test]
fn after_some_failures_it_is_left_to_a_person() {
    let mut scenario = orphaned(true, |_| {});
    for at in ["03:12:00", "03:12:10", "03:12:20"] {
        scenario.at(at).instance("i-1", |instance| instance.status = InstanceStatus::Draining);
        scenario.group(&[("i-2", "InService"), ("i-new", "InService")], |_| {});
        assert_eq!(attached(&scenario.steps()), 1, "{at}");
        scenario.answered(Deed::Attach, "i-1", Err("refused"));
    }
    scenario.at("03:12:30").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    assert!(closed(&scenario.steps()));
}

#[test]
fn where_the_answer_was_lost_and_it_is_a_member_it_is_terminated_and_one_that_others_attached_is_not() {
    let members = [("i-1", "InService"), ("i-2", "InService"), ("i-new", "InService")];
    let back = |step: &Step| matches!(step, Step::Call(Call::GiveBack { .. }));
    let mut scenario = orphaned(true, |_| {});
    let _ = scenario.plan();
    scenario.answered(Deed::Attach, "i-1", Err("lost"));
    scenario.at("03:12:10").instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.group(&members, |group| group.desired = 3);
    assert!(scenario.steps().iter().any(back));
    let mut scenario = orphaned(true, |_| {});
    scenario.at("03:12:01").group(&members, |group| group.desired = 3);
    let steps = scenario.steps();
    assert!(!steps.iter().any(back) && attached(&steps) == 0 && closed(&steps), "{steps:?}");
}

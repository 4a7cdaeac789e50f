//! Detaching or terminating: which way a group is asked.

use super::scenario::*;
use crate::observe::hooks::{Hooks, MANAGED_DRAINING};
use crate::observe::snapshot::Group;
use crate::observe::{Look, Subject};
use crate::plan::Deed;

const OURS: &str = "ecs-spot-operator-drain";

/// A noticed instance of a group with these hooks, which have been looked at since.
fn noticed(policy: &str, hooks: &[&str], change: impl Fn(&mut Hooks), group: impl Fn(&mut Group)) -> Scenario {
    let mut scenario = Scenario::with(&["i-1"]).policy(policy);
    scenario.group(&[("i-1", "InService")], group);
    scenario.at("03:05:00").notice("i-1");
    scenario.hooks(hooks, change);
    scenario
}

fn asked(policy: &str, hooks: &[&str], change: impl Fn(&mut Hooks), group: impl Fn(&mut Group)) -> (usize, usize) {
    let steps = noticed(policy, hooks, change, group).steps();
    (detached(&steps).len(), terminated(&steps).len())
}

#[test]
fn where_every_hook_waits_for_the_tasks_the_group_terminates() {
    assert_eq!(asked("", &[OURS], |_| {}, |_| {}), (0, 1));
    assert_eq!(asked("", &[MANAGED_DRAINING], |_| {}, |_| {}), (0, 1));
    assert_eq!(asked("", &[OURS, MANAGED_DRAINING], |_| {}, |_| {}), (0, 1));
    assert_eq!(asked(", signals: {lifecycleHooks: [mine]}", &["mine"], |_| {}, |_| {}), (0, 1));
}

#[test]
fn everywhere_else_it_lets_go() {
    assert_eq!(asked("", &[], |_| {}, |_| {}), (1, 0), "no hook would wait");
    assert_eq!(asked("", &[OURS, "theirs"], |_| {}, |_| {}), (1, 0));
    assert_eq!(asked(", signals: {lifecycleHooks: []}", &[OURS], |_| {}, |_| {}), (1, 0));
    assert_eq!(asked("", &[OURS], |hooks| hooks.terminating[0].continues = false, |_| {}), (1, 0), "it abandons");
    assert_eq!(asked("", &[OURS], |hooks| hooks.refreshing = Some(true), |_| {}), (1, 0));
    assert_eq!(asked("", &[OURS], |hooks| hooks.refreshing = None, |_| {}), (1, 0), "nobody can tell");
    assert_eq!(asked("", &[OURS], |_| {}, |group| group.terminate_suspended = true), (1, 0));
}

#[test]
fn a_method_of_the_policy_is_taken_as_it_is() {
    assert_eq!(asked(", replacement: {method: detach}", &[OURS], |_| {}, |_| {}), (1, 0));
    assert_eq!(asked(", replacement: {method: terminate}", &[], |_| {}, |_| {}), (0, 1));
    assert_eq!(asked(", replacement: {method: none}", &[OURS], |_| {}, |_| {}), (0, 0));
}

#[test]
fn hooks_that_were_seen_before_the_notice_are_looked_at_again_first() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.hooks(&[OURS], |_| {});
    scenario.at("03:05:00").notice("i-1");
    let plan = scenario.plan();
    assert_eq!((detached(&plan.steps).len(), terminated(&plan.steps).len()), (0, 0));
    assert_eq!(drained(&plan.steps), ["i-1"], "the drain does not wait for it");
    assert!(plan.looks.contains(&Look::Hooks(group_key())));
    scenario.hooks(&[], |_| {});
    scenario.looks_answered();
    assert_eq!(detached(&scenario.steps()), ["i-1"], "the hook was taken away since");
}

#[test]
fn where_the_hooks_cannot_be_looked_at_it_lets_go() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.hooks(&[OURS], |_| {});
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.snapshot.end(vec![Subject::Hooks(group_key())], true);
    assert_eq!(detached(&scenario.steps()), ["i-1"]);
}

#[test]
fn a_refused_termination_is_followed_by_a_detach_and_an_accepted_one_by_nothing() {
    let mut refused = noticed("", &[OURS], |_| {}, |_| {});
    let _ = refused.plan();
    refused.answered(Deed::Terminate, "i-1", Err("no"));
    assert_eq!(detached(&refused.at("03:05:01").steps()), ["i-1"]);
    let mut accepted = noticed("", &[OURS], |_| {}, |_| {});
    let _ = accepted.plan();
    accepted.answered(Deed::Terminate, "i-1", Ok(()));
    let steps = accepted.at("03:05:30").steps();
    assert_eq!((detached(&steps).len(), terminated(&steps).len()), (0, 0));
}

#[test]
fn hooks_that_were_seen_for_another_one_a_moment_before_are_not_asked_for_again() {
    let asked = |seen: &str| {
        let mut scenario = Scenario::with(&["i-1"]);
        scenario.at(seen).hooks(&[OURS], |_| {});
        scenario.at("03:05:00").notice("i-1");
        let plan = scenario.plan();
        (terminated(&plan.steps).len(), plan.looks.contains(&Look::Hooks(group_key())))
    };
    assert_eq!((asked("03:04:55"), asked("03:04:54")), ((1, false), (0, true)));
}

//! The On-Demand base of the pool's own group: raised where it has no capacity, and lowered again.

mod lowering;

use super::scenario::*;
use crate::observe::hooks::{Hooks, MANAGED_DRAINING};
use crate::observe::mix::{BaseNote, Mix};
use crate::observe::snapshot::{Behind, Group, LaunchFailure};
use crate::observe::{Look, Observation, Subject};
use crate::plan::{Call, Plan, Setback, Step};

const POLICY: &str = ", replacement: {fallback: {onDemandBaseCapacity: true, max: 2}}";

const BOTH: [(&str, &str); 2] = [("i-1", "InService"), ("i-2", "InService")];

/// The group is seen with these members, this base, and what is noted about that.
fn seen(scenario: &mut Scenario, members: &[(&str, &str)], base: u32, note: Option<(u32, u32, u32)>) {
    seen_as(scenario, members, base, note, |_| {});
}

fn seen_as(
    scenario: &mut Scenario,
    members: &[(&str, &str)],
    base: u32,
    note: Option<(u32, u32, u32)>,
    change: impl FnOnce(&mut Group),
) {
    scenario.group(members, |group| {
        group.desired = 3;
        group.mix = Some(Mix { base, percent_above: 0 });
        group.base_note = note.map(|(original, from, to)| BaseNote { original, from, to });
        change(group);
    });
}

fn launch_failed(scenario: &mut Scenario, at: &str) {
    let latest = Some(LaunchFailure { at: time(at), why: "no Spot capacity".into() });
    scenario.snapshot.apply(Observation::LaunchFailure { group: group_key(), latest }, scenario.now);
}

/// `i-1` got notice and was detached at 03:05:00, and no launch of its group has succeeded since.
fn dry(policy: &str) -> Scenario {
    let mut scenario = Scenario::with(&["i-1", "i-2", "i-3"]).policy(policy);
    seen(&mut scenario, &[("i-1", "InService"), ("i-2", "InService"), ("i-3", "InService")], 0, None);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.accepted("i-1");
    let _ = scenario.plan();
    scenario.hooks(&[MANAGED_DRAINING], |_| {});
    seen(scenario.at("03:05:04"), &[("i-2", "InService"), ("i-3", "InService")], 0, None);
    launch_failed(&mut scenario, "03:05:02");
    scenario
}

/// The changes of the base that a plan makes: from and to.
fn changes(plan: &Plan) -> Vec<(u32, u32, u32)> {
    let notes = plan.steps.iter().filter_map(|step| match step {
        Step::Call(Call::SetBase { note, .. }) => Some((note.original, note.from, note.to)),
        _ => None,
    });
    notes.collect()
}

fn forgets(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| matches!(step, Step::Call(Call::ForgetBase { .. })))
}

/// Why the base stays raised.
fn kept(plan: &Plan) -> Option<&'static str> {
    plan.report.groups().map(|(_, reason)| reason.name()).next()
}

fn answered(scenario: &mut Scenario, result: Result<(), &str>) {
    let setback = |why: &str| Setback {
        why: why.to_owned(),
        made: why != "not made",
        refused: why == "refused",
        lost: false,
        disproves: true,
    };
    let result = result.map(|()| None).map_err(setback);
    scenario.cases.base_answered(&group_key(), result, scenario.now);
}

#[test]
fn a_launch_that_failed_since_raises_the_base_once() {
    let mut scenario = dry(POLICY);
    launch_failed(&mut scenario, "03:04:59");
    assert_eq!(changes(&scenario.plan()), [], "that was before it was asked");
    let mut scenario = dry(POLICY);
    assert_eq!(changes(&scenario.plan()), [(0, 0, 1)]);
    assert!(scenario.reasons("i-1").contains(&"FallingBack"), "and no more while that is under way");
    answered(&mut scenario, Ok(()));
    seen(scenario.at("03:05:08"), &[("i-2", "InService"), ("i-3", "InService")], 1, Some((0, 0, 1)));
    assert_eq!(changes(&scenario.plan()), [], "nor as long as no launch has failed since");
}

#[test]
fn without_the_choice_nobody_touches_the_base() {
    let mut scenario = dry("");
    assert_eq!(changes(&scenario.plan()), []);
}

#[test]
fn what_fails_again_raises_it_further_and_within_the_bound() {
    let mut scenario = dry(POLICY);
    let _ = scenario.plan();
    answered(&mut scenario, Ok(()));
    let short = [("i-2", "InService"), ("i-3", "InService")];
    seen(scenario.at("03:05:08"), &short, 1, Some((0, 0, 1)));
    launch_failed(&mut scenario, "03:05:10");
    assert_eq!(changes(&scenario.plan()), [], "it may have begun before the change, by another clock");
    launch_failed(&mut scenario, "03:05:10.1");
    assert_eq!(changes(&scenario.plan()), [(0, 1, 2)]);
    answered(&mut scenario, Ok(()));
    seen(scenario.at("03:05:12"), &short, 2, Some((0, 1, 2)));
    launch_failed(&mut scenario, "03:05:15");
    assert_eq!(changes(&scenario.plan()), []);
    assert!(scenario.reasons("i-1").contains(&"FallbackSpent"));
}

#[test]
fn no_more_than_the_cases_wait_for_and_the_group_lacks() {
    for (members, expected) in [(2, 1), (1, 1), (3, 0)] {
        let mut scenario = dry(POLICY);
        let all = [("i-2", "InService"), ("i-3", "InService"), ("i-4", "Pending")];
        seen(scenario.at("03:05:05"), &all[..members], 0, None);
        let raised: u32 = changes(&scenario.plan()).iter().map(|(_, from, to)| to - from).sum();
        assert_eq!(raised, expected, "with {members} of 3");
    }
}

/// `i-2` got notice as well and was detached, and the change for the first one has failed.
fn dry_for_two() -> Scenario {
    let mut scenario = dry(POLICY);
    scenario.notice("i-2");
    let _ = scenario.plan();
    answered(&mut scenario, Err("the first one fails"));
    scenario.accepted("i-2");
    let _ = scenario.plan();
    scenario
}

#[test]
fn several_cases_are_one_change() {
    let mut scenario = dry_for_two();
    seen(scenario.at("03:05:09"), &[("i-3", "InService")], 0, None);
    launch_failed(&mut scenario, "03:05:08");
    assert_eq!(changes(&scenario.plan()), [(0, 0, 2)]);
}

#[test]
fn where_a_share_is_on_demand_the_base_goes_up_until_one_more_is() {
    let mut scenario = dry(POLICY);
    let members = [("i-2", "InService"), ("i-3", "InService"), ("i-4", "InService"), ("i-5", "InService")];
    ["i-4", "i-5"].iter().for_each(|id| scenario.instance(id, |_| {}));
    seen_as(&mut scenario, &members, 0, None, |group| {
        group.desired = 5;
        group.mix = Some(Mix { base: 0, percent_above: 50 });
    });
    assert_eq!(changes(&scenario.plan()), [(0, 0, 2)], "2 and half of 3 are 4, as half of 5 are 3");
}

#[test]
fn it_is_not_raised_where_the_way_back_is_barred() {
    type Change = fn(&mut Group);
    let groups: [(&str, Change); 4] = [
        ("no policy", |group| group.mix = None),
        ("On-Demand", |group| group.mix = Some(Mix { base: 0, percent_above: 100 })),
        ("Launch", |group| group.launch_suspended = true),
        ("Terminate", |group| group.terminate_suspended = true),
    ];
    for (why, change) in groups {
        let mut scenario = dry(POLICY);
        seen_as(&mut scenario, &[("i-2", "InService"), ("i-3", "InService")], 0, None, change);
        assert_eq!(changes(&scenario.plan()), [], "{why}");
        assert!(scenario.reasons("i-1").contains(&"FallbackRefused"), "{why}");
    }
    type Hook = (&'static [&'static str], fn(&mut Hooks));
    let hooks: [Hook; 4] = [
        (&[], |_| {}),
        (&["theirs"], |_| {}),
        (&[MANAGED_DRAINING], |hooks| hooks.refreshing = Some(true)),
        (&[MANAGED_DRAINING], |hooks| hooks.refreshing = None),
    ];
    for (names, change) in hooks {
        let mut scenario = dry(POLICY);
        scenario.hooks(names, change);
        assert_eq!(changes(&scenario.plan()), [], "{names:?}");
        assert!(scenario.reasons("i-1").contains(&"FallbackRefused"), "{names:?}");
    }
}

#[test]
fn a_change_that_failed_is_made_again_from_what_is_seen_then() {
    let mut scenario = dry(POLICY);
    let _ = scenario.plan();
    answered(&mut scenario, Err("throttled"));
    assert!(scenario.reasons("i-1").contains(&"FallbackRefused"));
    scenario.at("03:05:06");
    assert_eq!(changes(&scenario.plan()), [], "nobody knows yet what came of it");
    seen(&mut scenario, &[("i-2", "InService"), ("i-3", "InService")], 0, Some((0, 0, 1)));
    assert_eq!(changes(&scenario.plan()), [(0, 0, 1)]);
    answered(&mut scenario, Err("refused"));
    seen(scenario.at("03:05:30"), &[("i-2", "InService"), ("i-3", "InService")], 0, Some((0, 0, 1)));
    assert_eq!(changes(&scenario.plan()), [], "what AWS does not accept is left alone for a while");
}

#[test]
fn an_answer_that_was_lost_raises_nothing_twice() {
    let mut scenario = dry(POLICY);
    let _ = scenario.plan();
    answered(&mut scenario, Err("no answer"));
    seen(scenario.at("03:05:06"), &[("i-2", "InService"), ("i-3", "InService")], 1, Some((0, 0, 1)));
    assert_eq!(changes(&scenario.plan()), [], "the group has not tried yet with what it has now");
    assert!(scenario.reasons("i-1").contains(&"FallingBack"));
}

#[test]
fn what_another_operator_has_raised_is_tried_before_it_is_raised_again() {
    let mut scenario = dry(POLICY);
    seen(scenario.at("03:05:06"), &[("i-2", "InService"), ("i-3", "InService")], 1, Some((0, 0, 1)));
    assert_eq!(changes(&scenario.plan()), []);
    launch_failed(&mut scenario, "03:05:09");
    assert_eq!(changes(&scenario.plan()), [(0, 1, 2)]);
}

#[test]
fn what_the_group_lacks_for_other_reasons_nobody_is_raised_for() {
    let mut scenario = dry(POLICY);
    let one_comes = [("i-2", "InService"), ("i-3", "InService"), ("i-4", "Pending")];
    seen_as(&mut scenario, &one_comes, 0, None, |group| group.desired = 8);
    assert_eq!(changes(&scenario.plan()), [], "what the case waits for is on its way");
}

#[test]
fn where_nothing_was_asked_of_the_group_nothing_is_raised() {
    let mut scenario = Scenario::with(&["i-1", "i-2"]).policy(POLICY);
    scenario.hooks(&[MANAGED_DRAINING], |_| {});
    launch_failed(&mut scenario, "02:00:00");
    seen_as(scenario.at("03:05:00"), &BOTH, 0, None, |group| (group.desired, group.launch_suspended) = (2, true));
    scenario.notice("i-1");
    let plan = scenario.plan();
    assert_eq!((skipped(&plan.steps), changes(&plan)), (Some("LaunchSuspended"), vec![]));
    assert!(scenario.reasons("i-1").contains(&"FallbackRefused"));
    seen_as(scenario.at("03:05:05"), &BOTH, 0, None, |group| group.desired = 2);
    assert_eq!(changes(&scenario.plan()), [], "it has all that it wants");
    assert!(!scenario.reasons("i-1").contains(&"FallingBack"), "nobody was asked");
}

#[test]
fn a_budget_that_would_never_lower_it_does_not_raise_it() {
    let mut scenario = dry(&format!("{POLICY}, signals: {{rebalance: {{budget: 0}}}}"));
    assert_eq!(changes(&scenario.plan()), []);
    assert!(scenario.reasons("i-1").contains(&"FallbackRefused"));
}

#[test]
fn a_note_that_another_operator_has_overwritten_is_left_again() {
    let mut scenario = dry(POLICY);
    assert_eq!(changes(&scenario.plan()), [(0, 0, 1)]);
    answered(&mut scenario, Ok(()));
    scenario.looks_answered();
    seen(scenario.at("03:05:08"), &[("i-2", "InService"), ("i-3", "InService")], 1, Some((0, 0, 0)));
    let plan = scenario.plan();
    assert_eq!((changes(&plan), forgets(&plan)), (vec![(0, 1, 1)], false));
}

#[test]
fn no_more_than_the_group_lacks_however_many_cases_wait() {
    let mut scenario = dry_for_two();
    seen(scenario.at("03:05:09"), &[("i-3", "InService"), ("i-4", "Pending")], 0, None);
    launch_failed(&mut scenario, "03:05:08");
    assert_eq!(changes(&scenario.plan()), [(0, 0, 1)], "one of two is on its way");
}

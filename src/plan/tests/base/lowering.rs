//! The way down of a raised On-Demand base.

use super::super::scenario::*;
use super::*;

/// Whether launches have failed has just been asked, and the answer has come.
fn failures_asked(scenario: &mut Scenario) {
    scenario.snapshot.begin(vec![Subject::Activities(group_key())], scenario.now);
    scenario.snapshot.end(vec![Subject::Activities(group_key())], false);
}

/// The base was 0, and somebody has raised it to 2 and noted that; it was first seen so at 03:10:00, with all instances there.
fn raised() -> Scenario {
    let mut scenario = Scenario::with(&["i-1", "i-2"]).policy(POLICY);
    seen(scenario.at("03:10:00"), &BOTH, 2, Some((0, 0, 2)));
    raised_at(&mut scenario, "03:10:00", 2);
    scenario
}

fn raised_at(scenario: &mut Scenario, at: &str, base: u32) {
    scenario.at(at).hooks(&[MANAGED_DRAINING], |_| {});
    failures_asked(scenario);
    seen_as(scenario, &BOTH, base, Some((0, 0, 2)), |group| group.desired = 2);
}

#[test]
fn whoever_comes_after_lowers_it_step_by_step_and_forgets_it() {
    let mut scenario = raised();
    let plan = scenario.plan();
    assert_eq!((changes(&plan).len(), kept(&plan)), (0, Some("BaseRests")));
    scenario.at("03:10:31").looks_answered();
    assert!(scenario.looks().contains(&Look::Activities(group_key())), "it is looked whether launches fail");
    raised_at(&mut scenario, "03:20:00", 2);
    assert_eq!(changes(&scenario.plan()), [(0, 2, 1)]);
    answered(&mut scenario, Ok(()));
    scenario.looks_answered();
    scenario.at("03:20:05");
    seen_as(&mut scenario, &BOTH, 1, Some((0, 2, 1)), |group| group.desired = 2);
    assert_eq!(kept(&scenario.plan()), Some("BaseRests"));
    scenario.at("03:30:05").hooks(&[MANAGED_DRAINING], |_| {});
    failures_asked(&mut scenario);
    seen_as(&mut scenario, &BOTH, 1, Some((0, 2, 1)), |group| group.desired = 2);
    assert_eq!(
        (changes(&scenario.plan()), kept(&scenario.plan())),
        (vec![], Some("BaseRests")),
        "it has replaced nobody yet"
    );
    let renewed = [("i-2", "InService"), ("i-7", "InService")];
    seen_as(&mut scenario, &renewed, 1, Some((0, 2, 1)), |group| group.desired = 2);
    assert_eq!(changes(&scenario.plan()), [(0, 1, 0)]);
    answered(&mut scenario, Ok(()));
    scenario.looks_answered();
    scenario.at("03:30:10");
    seen_as(&mut scenario, &BOTH, 0, Some((0, 1, 0)), |group| group.desired = 2);
    assert!(!forgets(&scenario.plan()));
    assert!(!forgets(&scenario.at("03:35:20").plan()), "that was seen long ago");
    seen_as(scenario.at("03:35:21"), &BOTH, 0, Some((0, 1, 0)), |group| group.desired = 2);
    assert!(forgets(&scenario.plan()));
}

#[test]
fn it_stays_raised_while_the_group_is_not_whole_and_calm_or_has_failed_lately() {
    let three = [BOTH[0], BOTH[1], ("i-3", "Terminating:Wait")];
    for members in [&BOTH[..1], &three] {
        let mut scenario = raised();
        raised_at(&mut scenario, "03:25:00", 2);
        seen_as(&mut scenario, members, 2, Some((0, 0, 2)), |group| group.desired = 2);
        let plan = scenario.plan();
        assert_eq!((changes(&plan).len(), kept(&plan)), (0, Some("BaseNeeded")), "{members:?}");
    }
    let mut scenario = raised();
    raised_at(&mut scenario, "03:25:00", 2);
    launch_failed(&mut scenario, "03:15:01");
    assert_eq!(kept(&scenario.plan()), Some("BaseRests"));
    raised_at(&mut scenario, "03:25:01", 2);
    assert_eq!(changes(&scenario.plan()).len(), 1);
}

#[test]
fn it_stays_raised_where_no_hook_would_hold_what_the_group_terminates() {
    let mut scenario = raised();
    raised_at(&mut scenario, "03:25:00", 2);
    scenario.hooks(&["theirs"], |_| {});
    let plan = scenario.plan();
    assert_eq!((changes(&plan).len(), kept(&plan)), (0, Some("BaseBarred")));
}

#[test]
fn what_it_is_lowered_on_has_only_just_been_seen() {
    let mut scenario = raised();
    raised_at(&mut scenario, "03:25:00", 2);
    let plan = scenario.at("03:25:06").plan();
    assert_eq!((changes(&plan), kept(&plan)), (vec![], Some("GroupStale")));
    assert!(plan.looks.contains(&Look::Hooks(group_key())) && plan.looks.contains(&Look::Activities(group_key())));
    assert!(plan.looks.iter().any(|look| matches!(look, Look::Groups { .. })));
    scenario.looks_answered();
    raised_at(&mut scenario, "03:25:06.2", 2);
    assert_eq!(changes(&scenario.plan()), [(0, 2, 1)]);
}

#[test]
fn it_stays_raised_where_the_group_cannot_replace_or_is_to_replace_others() {
    type Change = fn(&mut Group);
    let changes_of: [Change; 2] = [|group| group.launch_suspended = true, |group| group.terminate_suspended = true];
    for change in changes_of {
        let mut scenario = raised();
        raised_at(&mut scenario, "03:25:00", 2);
        seen_as(&mut scenario, &BOTH, 2, Some((0, 0, 2)), |group| {
            group.desired = 2;
            change(group);
        });
        let plan = scenario.plan();
        assert_eq!((changes(&plan), kept(&plan)), (vec![], Some("BaseBarred")));
    }
    let mut scenario = raised();
    raised_at(&mut scenario, "03:25:00", 2);
    scenario.hooks(&[MANAGED_DRAINING], |hooks| hooks.refreshing = Some(true));
    assert_eq!(kept(&scenario.plan()), Some("BaseBarred"));
    let mut scenario = raised();
    raised_at(&mut scenario, "03:25:00", 2);
    scenario.notice("i-1");
    let plan = scenario.plan();
    assert_eq!((changes(&plan), kept(&plan)), (vec![], Some("BaseNeeded")), "EC2 has just said that it takes one");
}

#[test]
fn a_note_that_somebody_has_taken_away_is_left_again_by_whoever_has_set_the_base() {
    let mut scenario = raised();
    raised_at(&mut scenario, "03:25:00", 2);
    assert_eq!(changes(&scenario.plan()), [(0, 2, 1)]);
    answered(&mut scenario, Ok(()));
    seen_as(scenario.at("03:25:10"), &BOTH, 1, None, |group| group.desired = 2);
    assert_eq!(changes(&scenario.plan()), [(0, 1, 1)]);
}

#[test]
fn of_several_pools_with_one_group_those_rules_count_whose_hook_it_has() {
    let policy = ", capacityProviders: [{name: web-spot, signals: {lifecycleHooks: [other]}}, {name: web-too, signals: {lifecycleHooks: [ours]}}]";
    let mut scenario = raised().policy(policy);
    let providers = ["web-spot", "web-too"].map(|name| (name.into(), Behind::Group(group_key()))).into();
    let cluster = Observation::Cluster { cluster: "web".into(), name: "web".into(), providers };
    scenario.snapshot.apply(cluster, scenario.now);
    raised_at(&mut scenario, "03:25:00", 2);
    scenario.hooks(&["ours"], |_| {});
    assert_eq!(changes(&scenario.plan()), [(0, 2, 1)]);
}

#[test]
fn a_large_group_gives_back_as_many_at_a_time_as_the_budget_allows() {
    let policy = ", signals: {rebalance: {budget: 2}}, replacement: {fallback: {onDemandBaseCapacity: true, max: 5}}";
    let mut scenario = raised().policy(policy);
    raised_at(&mut scenario, "03:25:00", 2);
    seen_as(&mut scenario, &BOTH, 2, Some((0, 0, 2)), |group| group.desired = 2);
    assert_eq!(changes(&scenario.plan()), [(0, 2, 0)]);
}

#[test]
fn what_somebody_else_has_set_since_is_theirs() {
    let mut scenario = raised();
    let theirs = |scenario: &mut Scenario, at: &str| {
        seen_as(scenario.at(at), &BOTH, 5, Some((0, 0, 2)), |group| group.desired = 2);
    };
    theirs(&mut scenario, "03:25:00");
    let plan = scenario.plan();
    assert!(changes(&plan).is_empty() && !forgets(&plan));
    theirs(&mut scenario, "03:30:00");
    let plan = scenario.plan();
    assert!(changes(&plan).is_empty() && forgets(&plan));
}

#[test]
fn where_nothing_may_be_changed_it_is_left_as_it_is() {
    for policy in [", mode: dryRun", ", capacityProviders: [{name: web-spot, managed: false}]"] {
        let mut scenario = raised().policy(policy);
        raised_at(&mut scenario, "03:25:00", 2);
        let plan = scenario.plan();
        assert_eq!((changes(&plan), kept(&plan)), (vec![], Some("BaseBarred")), "{policy}");
        seen_as(scenario.at("03:26:00"), &BOTH, 0, Some((0, 0, 2)), |group| group.desired = 2);
        seen_as(scenario.at("03:32:00"), &BOTH, 0, Some((0, 0, 2)), |group| group.desired = 2);
        assert!(!forgets(&scenario.plan()), "{policy}");
    }
}

#[test]
fn two_steps_are_two_minutes_apart_however_short_the_pause_of_the_policy() {
    let policy =
        ", signals: {rebalance: {cooldown: 1s}}, replacement: {fallback: {onDemandBaseCapacity: true, max: 5}}";
    let mut scenario = raised().policy(policy);
    raised_at(&mut scenario, "03:11:59", 2);
    assert_eq!(kept(&scenario.plan()), Some("BaseRests"));
    raised_at(&mut scenario, "03:12:00", 2);
    assert_eq!(changes(&scenario.plan()), [(0, 2, 1)]);
}

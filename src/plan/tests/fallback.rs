//! The fallback: another pool launches where the instance's own has no capacity.

use super::scenario::*;
use crate::ids::GroupKey;
use crate::observe::snapshot::{Behind, Group, InstanceStatus, LaunchFailure};
use crate::observe::{Look, Observation};
use crate::plan::{Call, Deed, Phase, Step, Way};
use crate::signal::SignalKind;

const POLICY: &str = ", replacement: {fallback: {capacityProvider: on-demand, max: 1}}";

fn other_key() -> GroupKey {
    GroupKey { region: "us-east-1".into(), name: "od-asg".into() }
}

/// `i-1` and `i-2` behind `web-spot`, `i-9` behind `on-demand`.
fn two_pools(policy: &str) -> Scenario {
    let mut scenario = Scenario::with(&["i-1", "i-2"]).policy(policy);
    let providers =
        [("web-spot".into(), Behind::Group(group_key())), ("on-demand".into(), Behind::Group(other_key()))].into();
    scenario
        .snapshot
        .apply(Observation::Cluster { cluster: "web".into(), name: "web".into(), providers }, scenario.now);
    elsewhere(&mut scenario, &[("i-9", "InService")], |_| {});
    scenario.snapshot.begin(vec![crate::observe::Subject::Hooks(other_key())], scenario.now);
    scenario.snapshot.end(vec![crate::observe::Subject::Hooks(other_key())], false);
    scenario.instance("i-9", |instance| instance.provider = Some("on-demand".into()));
    scenario
}

/// The other group is seen with these members.
fn elsewhere(scenario: &mut Scenario, members: &[(&str, &str)], change: impl FnOnce(&mut Group)) {
    let mut group = Group {
        desired: 1,
        max: 10,
        zones: vec!["us-east-1a".into()],
        members: members.iter().map(|(id, state)| ((*id).into(), member(state))).collect(),
        observed_at: scenario.now,
        ..Group::default()
    };
    change(&mut group);
    scenario.snapshot.apply(Observation::Groups { found: vec![(other_key(), group)], missing: vec![] }, scenario.now);
}

/// `i-1` got notice and was detached at 03:05:00, and its group lacks an instance since.
fn noticed(policy: &str) -> Scenario {
    let mut scenario = two_pools(policy);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.accepted("i-1");
    let _ = scenario.plan();
    scenario.at("03:05:04").group(&[("i-2", "InService")], |_| {});
    scenario
}

fn launch_failed(scenario: &mut Scenario, at: &str) {
    let latest = Some(LaunchFailure { at: time(at), why: "no Spot capacity".into() });
    scenario.snapshot.apply(Observation::LaunchFailure { group: group_key(), latest }, scenario.now);
}

/// The other pool has launched `i-od` for `i-1`.
fn launched_elsewhere(scenario: &mut Scenario) {
    let case = scenario.case("i-1");
    scenario.cases.launched(&case, &"i-od".into(), scenario.now);
    scenario.answered(Deed::FallBack, "i-1", Ok(()));
}

fn fallen_back(steps: &[Step]) -> Vec<(String, String)> {
    let calls = steps.iter().filter_map(|step| match step {
        Step::Call(Call::Launch { deed: Deed::FallBack, group, case, .. }) => {
            Some((case.instance.to_string(), group.name.to_string()))
        }
        _ => None,
    });
    calls.collect()
}

#[test]
fn only_a_launch_that_failed_since_makes_the_other_pool_launch() {
    let mut scenario = noticed(POLICY);
    let plan = scenario.plan();
    assert_eq!(fallen_back(&plan.steps), []);
    assert!(plan.looks.contains(&Look::Activities(group_key())), "it is looked whether one has failed");
    launch_failed(&mut scenario, "03:04:59");
    assert_eq!(fallen_back(&scenario.steps()), [], "that was before");
    launch_failed(&mut scenario, "03:05:02");
    assert_eq!(fallen_back(&scenario.steps()), [("i-1".to_owned(), "od-asg".to_owned())]);
}

#[test]
fn without_a_policy_nothing_falls_back_and_nothing_is_asked() {
    let mut scenario = noticed("");
    launch_failed(&mut scenario, "03:05:02");
    let plan = scenario.plan();
    assert_eq!(fallen_back(&plan.steps), []);
    assert!(!plan.looks.contains(&Look::Activities(group_key())));
}

#[test]
fn a_group_whose_launch_is_suspended_has_no_capacity_either() {
    let mut scenario = two_pools(POLICY);
    scenario.at("03:05:00").notice("i-1");
    scenario.group(&[("i-1", "InService"), ("i-2", "InService")], |group| group.launch_suspended = true);
    let steps = scenario.steps();
    assert_eq!((skipped(&steps), fallen_back(&steps).len()), (Some("LaunchSuspended"), 1));
}

/// `i-1` and `i-2` got notice, and their group has these members since, and could not launch.
fn both_noticed(max: u32, members: &[(&str, &str)]) -> Scenario {
    let mut scenario = two_pools(&POLICY.replace("max: 1", &format!("max: {max}")));
    scenario.at("03:05:00").notice("i-1");
    scenario.notice("i-2");
    let _ = scenario.plan();
    ["i-1", "i-2"].iter().for_each(|id| scenario.accepted(id));
    let _ = scenario.plan();
    scenario.at("03:05:04").group(members, |_| {});
    launch_failed(&mut scenario, "03:05:02");
    scenario
}

#[test]
fn no_more_fall_back_than_the_group_lacks() {
    assert_eq!(fallen_back(&both_noticed(2, &[]).steps()).len(), 2);
    let mut scenario = both_noticed(2, &[("i-new", "Pending")]);
    assert_eq!(fallen_back(&scenario.steps()).len(), 1);
    launched_elsewhere(&mut scenario);
    scenario.at("03:06:00").instance("i-od", |instance| instance.provider = Some("on-demand".into()));
    assert_eq!(fallen_back(&scenario.steps()), [], "what stands in counts as long as it does");
}

#[test]
fn no_more_fall_back_than_the_policy_allows() {
    let mut scenario = both_noticed(1, &[]);
    let plan = scenario.plan();
    assert_eq!(fallen_back(&plan.steps).len(), 1);
    let second = scenario.case("i-2");
    assert!(plan.report.of(&second).iter().any(|reason| reason.name() == "FallbackSpent"));
}

#[test]
fn what_stands_in_counts_from_the_moment_at_which_its_case_opens() {
    let mut scenario = both_noticed(1, &[]);
    scenario.instance("i-od", |instance| instance.provider = Some("on-demand".into()));
    scenario.says("i-od", SignalKind::Fallback, None);
    assert_eq!(fallen_back(&scenario.steps()), []);
}

#[test]
fn a_pool_that_has_no_room_or_is_not_to_be_changed_does_not_stand_in() {
    let mut scenario = noticed(POLICY);
    elsewhere(&mut scenario, &[("i-9", "InService")], |group| group.max = 1);
    launch_failed(&mut scenario, "03:05:02");
    assert!(scenario.reasons("i-1").contains(&"FallbackRefused"));
    let mut scenario = noticed(&format!("{POLICY}, capacityProviders: [{{name: on-demand, managed: false}}]"));
    launch_failed(&mut scenario, "03:05:02");
    assert!(scenario.reasons("i-1").contains(&"FallbackRefused"));
}

#[test]
fn a_newcomer_of_its_own_group_is_not_taken_for_what_was_launched_elsewhere() {
    let mut scenario = noticed(POLICY);
    launch_failed(&mut scenario, "03:05:02");
    let _ = scenario.plan();
    launched_elsewhere(&mut scenario);
    scenario.at("03:05:40").instance("i-new", |_| {});
    scenario.group(&[("i-2", "InService"), ("i-new", "InService")], |_| {});
    let _ = scenario.plan();
    scenario.at("03:07:10").instance("i-1", |instance| instance.status = InstanceStatus::Inactive);
    scenario.tasks("i-1", &[true]);
    assert!(!scenario.steps().iter().any(|step| matches!(step, Step::Open(_))), "it has not registered");
    scenario.at("03:07:20").instance("i-od", |instance| instance.provider = Some("on-demand".into()));
    let opened = |step: &Step| matches!(step, Step::Open(signal) if signal.instance == "i-od".into());
    assert!(scenario.steps().iter().any(opened));
}

#[test]
fn one_that_stands_in_and_is_wanted_drained_is() {
    let mut scenario = two_pools(POLICY);
    scenario.at("03:20:00").says("i-9", SignalKind::Fallback, None);
    scenario.group(&[("i-1", "InService")], |_| {});
    let _ = scenario.plan();
    scenario.says("i-9", SignalKind::ManualDrain, None);
    scenario.tasks("i-9", &[false]);
    assert_eq!(drained(&scenario.at("03:20:05").steps()), ["i-9"]);
}

#[test]
fn one_that_left_the_other_group_before_it_registered_is_waited_for_no_longer() {
    let mut scenario = noticed(POLICY);
    launch_failed(&mut scenario, "03:05:04");
    let _ = scenario.plan();
    launched_elsewhere(&mut scenario);
    scenario.at("03:07:10").instance("i-1", |instance| instance.status = InstanceStatus::Inactive);
    elsewhere(&mut scenario, &[("i-9", "InService"), ("i-od", "Pending")], |_| {});
    let closes = |steps: &[Step]| steps.iter().any(|step| matches!(step, Step::Close { .. }));
    assert!(!closes(&scenario.at("03:08:00").steps()));
    elsewhere(&mut scenario, &[("i-9", "InService")], |_| {});
    assert!(closes(&scenario.at("03:08:01").steps()));
}

#[test]
fn what_was_launched_elsewhere_takes_over_and_gets_a_case_of_its_own() {
    let mut scenario = stood_in();
    let case = scenario.cases.of(&"i-1".into()).unwrap();
    assert!(case.has(Phase::ReplacementRegistered));
    assert_eq!(case.replacement, Some("i-od".into()));
    scenario.at("03:07:10").instance("i-1", |instance| instance.status = InstanceStatus::Inactive);
    scenario.tasks("i-1", &[true]);
    let steps = scenario.steps();
    let opened = steps.iter().find_map(|step| match step {
        Step::Open(signal) => Some((signal.instance.to_string(), signal.kind)),
        _ => None,
    });
    assert_eq!(opened, Some(("i-od".to_owned(), SignalKind::Fallback)));
    assert!(steps.iter().any(|step| matches!(step, Step::Close { .. })));
}

/// `i-od` was launched elsewhere for `i-1` and has registered.
fn stood_in() -> Scenario {
    let mut scenario = noticed(POLICY);
    launch_failed(&mut scenario, "03:05:02");
    let _ = scenario.plan();
    launched_elsewhere(&mut scenario);
    scenario.at("03:06:00").instance("i-od", |instance| instance.provider = Some("on-demand".into()));
    elsewhere(&mut scenario, &[("i-9", "InService"), ("i-od", "InService")], |group| group.desired = 2);
    let _ = scenario.plan();
    scenario
}

#[test]
fn it_is_given_back_when_its_pool_is_whole_again_and_has_not_failed_for_a_while() {
    let mut scenario = two_pools(POLICY);
    scenario.at("03:20:00").says("i-9", SignalKind::Fallback, None);
    elsewhere(&mut scenario, &[("i-9", "InService")], |_| {});
    scenario.tasks("i-9", &[false]);
    scenario.group(&[("i-1", "InService")], |_| {});
    launch_failed(&mut scenario, "03:15:00");
    assert!(scenario.reasons("i-9").contains(&"StandsIn"), "one is missing");
    scenario.at("03:24:59").group(&[("i-1", "InService"), ("i-2", "InService")], |_| {});
    assert_eq!(drained(&scenario.steps()), [""; 0], "it failed not long ago");
    assert_eq!(drained(&scenario.at("03:25:00").steps()), ["i-9"]);
    scenario.answered(Deed::Drain, "i-9", Ok(()));
    scenario.at("03:25:05").instance("i-9", |instance| {
        instance.provider = Some("on-demand".into());
        instance.status = InstanceStatus::Draining;
    });
    let _ = scenario.plan();
    scenario.tasks("i-9", &[true]);
    assert_eq!(given_back(&scenario.at("03:25:10").steps()), [("i-9".to_owned(), Way::Terminate)]);
}

#[test]
fn a_notice_for_one_that_stands_in_has_it_replaced_as_long_as_it_is_needed() {
    let mut scenario = two_pools(POLICY);
    scenario.at("03:20:00").says("i-9", SignalKind::Fallback, None);
    scenario.group(&[("i-1", "InService")], |_| {});
    let _ = scenario.plan();
    scenario.at("03:21:00").notice("i-9");
    let steps = scenario.steps();
    assert_eq!((detached(&steps), given_back(&steps)), (vec!["i-9".to_owned()], vec![]));
}

#[test]
fn one_that_stands_in_for_a_group_that_wants_no_more_than_it_has_to_stays() {
    let mut scenario = two_pools(POLICY);
    scenario.at("03:20:00").says("i-9", SignalKind::Fallback, None);
    let _ = scenario.plan();
    elsewhere(scenario.at("03:20:10"), &[("i-9", "InService")], |group| group.min = 1);
    scenario.instance("i-9", |instance| instance.provider = Some("on-demand".into()));
    let steps = scenario.steps();
    assert!(steps.iter().any(|step| matches!(step, Step::Close { .. })), "{steps:?}");
    assert_eq!((drained(&steps).len(), given_back(&steps).len()), (0, 0));
}

//! Losses that nobody announced.

use super::scenario::*;
use crate::observe::snapshot::InstanceStatus;
use crate::observe::{Look, Observation, Subject};
use crate::plan::{Outcome, Step};

impl Scenario {
    /// EC2 says that the instance is being terminated.
    fn ends(&mut self, id: &str) {
        self.snapshot.apply(Observation::Ending { instance: id.into(), said_at: self.now }, self.now);
    }

    fn lost(&mut self) -> Vec<String> {
        let steps = self.steps().into_iter().map(|step| match step {
            Step::Lost { signal, place } => {
                assert_eq!((place.group, place.provider), (Some(group_key()), Some("web-spot".into())));
                signal.instance.to_string()
            }
            other => panic!("{other:?}"),
        });
        steps.collect()
    }

    /// Looks at everything that the loss is asked about, and finds the instance with its group in `state` and in ECS in
    /// `status`.
    fn looked_into(&mut self, id: &str, state: &str, status: &str) {
        self.group(&[(id, state)], |_| {});
        self.instance(id, |instance| instance.status = InstanceStatus::from(status));
        self.tasks(id, &[false, true]);
        self.looks_answered();
        self.now += seconds(40);
    }
}

#[test]
fn an_instance_that_its_group_counts_on_is_lost_once() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").ends("i-1");
    let looks = scenario.looks();
    assert!(matches!(&looks[..], [Look::Groups { .. }]), "its group alone: {looks:?}");
    scenario.group(&[("i-1", "InService")], |_| {});
    let looks = scenario.looks();
    assert!(matches!(&looks[..], [Look::Instances { .. }]), "{looks:?}");
    scenario.instance("i-1", |_| {});
    let looks = scenario.looks();
    assert!(matches!(&looks[..], [Look::TasksOf { .. }]), "{looks:?}");
    scenario.tasks("i-1", &[false]);
    scenario.looks_answered();
    scenario.group(&[("i-1", "Terminating")], |_| {});
    let plan = scenario.at("03:05:39").plan();
    assert!(plan.steps.is_empty() && plan.wake_at == Some(time("03:05:40")), "a notice may be on its way: {plan:?}");
    assert_eq!(scenario.at("03:05:40").lost(), ["i-1"], "its group has found out in between");
    scenario.at("03:05:49").ends("i-1");
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Inactive);
    assert_eq!(scenario.lost(), [""; 0]);
    assert_eq!(Outcome::Unannounced.name(), "unannounced");
}

#[test]
fn one_that_its_group_gives_up_is_none() {
    for state in ["Terminating", "Terminating:Wait", "Detaching", "Standby", "Terminated"] {
        let mut scenario = Scenario::with(&["i-1"]);
        scenario.at("03:05:00").ends("i-1");
        scenario.looked_into("i-1", state, "ACTIVE");
        assert_eq!(scenario.lost(), [""; 0], "{state}");
        assert_eq!(scenario.looks(), [], "{state}");
    }
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").ends("i-1");
    scenario.group(&[], |_| {});
    scenario.looked_into("i-1", "InService", "ACTIVE");
    assert_eq!(scenario.lost(), [""; 0], "it was no member any more");
}

#[test]
fn one_that_somebody_drained_or_wants_left_alone_is_none() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").ends("i-1");
    scenario.looked_into("i-1", "InService", "DRAINING");
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Inactive);
    assert_eq!(scenario.lost(), [""; 0]);

    let mut scenario = Scenario::with(&["i-1"]);
    scenario.instance("i-1", |instance| instance.status = InstanceStatus::Draining);
    scenario.at("03:05:00").ends("i-1");
    scenario.looked_into("i-1", "InService", "INACTIVE");
    assert_eq!(scenario.lost(), [""; 0]);

    let mut scenario = Scenario::with(&["i-1"]);
    scenario.instance("i-1", |instance| instance.ignored = true);
    scenario.at("03:05:00").ends("i-1");
    assert_eq!(scenario.looks(), []);
}

#[test]
fn one_that_has_or_had_a_case_was_announced() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.at("03:07:00").ends("i-1");
    scenario.looked_into("i-1", "InService", "ACTIVE");
    assert!(!scenario.steps().iter().any(|step| matches!(step, Step::Lost { .. })));

    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").ends("i-1");
    scenario.looked_into("i-1", "InService", "ACTIVE");
    scenario.notice("i-1");
    assert!(!scenario.steps().iter().any(|step| matches!(step, Step::Lost { .. })), "the notice was overtaken");

    let mut scenario = Scenario::with(&["i-1"]).policy(", mode: dryRun");
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    assert!(scenario.cases.is_empty());
    scenario.at("03:07:00").ends("i-1");
    assert_eq!(scenario.looks(), []);
}

#[test]
fn where_nobody_listens_nothing_is_announced() {
    for (policy, told) in [
        (", mode: paused", false),
        (", signals: {interruption: {enabled: false}}", false),
        (", capacityProviders: [{name: web-spot, managed: false}]", false),
        (", mode: dryRun", true),
    ] {
        let mut scenario = Scenario::with(&["i-1"]).policy(policy);
        scenario.at("03:05:00").ends("i-1");
        scenario.looked_into("i-1", "InService", "ACTIVE");
        assert_eq!(scenario.lost().len(), usize::from(told), "{policy}");
    }
}

#[test]
fn one_that_is_seen_gone_while_its_group_counts_on_it_is_lost_too() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:10:00").missing("i-1");
    scenario.group(&[("i-1", "InService")], |_| {});
    assert!(scenario.looks().contains(&Look::TasksOf {
        cluster: "web".into(),
        instance: "i-1".into(),
        arn: "arn:container-instance/web/i-1".into()
    }));
    scenario.snapshot.end(vec![Subject::Tasks("i-1".into())], true);
    scenario.snapshot.end(vec![Subject::Cluster("web".into()), Subject::Hooks(group_key())], false);
    assert_eq!(scenario.at("03:10:40").lost(), ["i-1"], "what it took along cannot be known");
}

#[test]
fn a_group_that_does_not_answer_is_not_asked_for_ever() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:04:00").ends("i-1");
    assert_eq!(scenario.looks().len(), 1);
    scenario.snapshot.end(vec![Subject::Group(group_key())], true);
    scenario.at("03:08:59");
    assert_eq!(scenario.looks().len(), 1);
    scenario.snapshot.end(vec![Subject::Group(group_key())], true);
    assert_eq!(scenario.at("03:09:05").looks(), []);
}

#[test]
fn an_open_case_is_looked_at_closely_while_its_instance_ends_and_its_group_once_it_moves() {
    let mut scenario = Scenario::with(&["i-1"]);
    scenario.at("03:05:00").notice("i-1");
    scenario.steps();
    scenario.accepted("i-1");
    scenario.steps();
    scenario.tasks("i-1", &[]);
    scenario.looks_answered();
    scenario.at("03:05:03").steps();
    scenario.group(&[("i-1", "Detaching")], |_| {});
    scenario.looks_answered();
    assert_eq!(scenario.at("03:05:04").looks(), []);
    scenario.ends("i-1");
    let looks = scenario.looks();
    assert!(matches!(&looks[..], [Look::Instances { .. }]), "{looks:?}");
    scenario.snapshot.ending.clear();
    scenario.looks_answered();
    assert_eq!(scenario.at("03:05:05").looks(), []);
    scenario.snapshot.apply(Observation::Moved { group: group_key().name }, scenario.now);
    let looks = scenario.looks();
    assert!(matches!(&looks[..], [Look::Groups { .. }]), "{looks:?}");
}

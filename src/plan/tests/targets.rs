//! Targets of tasks that we stop: when they are taken out of their target group.

use jiff::SignedDuration;

use super::scenario::*;
use crate::ids::ClusterKey;
use crate::observe::service::{Service, Words};
use crate::observe::target::{Balanced, Endpoint, Reached};
use crate::observe::task::Task;
use crate::observe::{Look, Observation};
use crate::plan::{Call, Deed, Step};

const ALLOWED: &str = ", tasks: {deregisterTargets: true}";

/// `i-1` got notice at 03:05:00 and drains. It has these tasks of a service behind a load balancer, whose stopTimeout of 30 s
/// and the margin make 03:06:25 the last moment.
fn doomed(policy: &str, tasks: impl Fn(Task) -> Vec<Task>) -> Scenario {
    let mut scenario = Scenario::with(&["i-1"]).policy(policy);
    scenario.at("03:05:00").notice("i-1");
    let _ = scenario.plan();
    scenario.accepted("i-1");
    let reached = Reached::Through { container_port: 8_080, host_port: 32_768 };
    let endpoints = vec![Endpoint { container: "app".into(), reached }];
    let task = Task { endpoints, ..scenario.task() };
    scenario.listed("i-1", tasks(task));
    scenario.defined("arn:task-definition/app:1", 30);
    let words = Words { strategy: Some("REPLICA"), desired: 1, running: 1, minimum_healthy_percent: None };
    let balanced = vec![Balanced { group: "arn:tg".into(), container: "app".into(), port: 8_080 }];
    let found = vec![("app".into(), Service { balanced, ..words.at(scenario.now) })];
    let (cluster, asked) = (ClusterKey::from("web"), vec!["app".into()]);
    scenario.snapshot.apply(Observation::Services { cluster, asked, found }, scenario.now);
    scenario
}

fn drains_for(scenario: &mut Scenario, seconds: i64) {
    let delay = SignedDuration::from_secs(seconds);
    scenario.snapshot.apply(Observation::TargetGroup { group: "arn:tg".into(), delay }, scenario.now);
}

/// The targets that a plan takes out, call by call.
fn taken_out(steps: &[Step]) -> Vec<Vec<String>> {
    let calls = steps.iter().filter_map(|step| match step {
        Step::Call(Call::Deregister { group, targets, .. }) => {
            let name = |target: &crate::observe::target::Target| format!("{group} {}:{}", target.id, target.port);
            Some(targets.iter().map(|(_, target)| name(target)).collect())
        }
        _ => None,
    });
    calls.collect()
}

#[test]
fn a_target_drains_as_long_as_its_group_lets_it_before_its_task_is_stopped() {
    let mut scenario = doomed(ALLOWED, |task| vec![task]);
    drains_for(&mut scenario, 20);
    assert!(taken_out(&scenario.at("03:06:04").steps()).is_empty());
    let steps = scenario.at("03:06:05").steps();
    assert_eq!((taken_out(&steps), stopped(&steps).len()), (vec![vec!["arn:tg i-1:32768".to_owned()]], 0));
    let target = crate::observe::target::Target { group: "arn:tg".into(), id: "i-1".into(), port: 32_768 };
    scenario.answered(Deed::Deregister(target), "i-1", Ok(()));
    let steps = scenario.at("03:06:25").steps();
    assert_eq!((taken_out(&steps).len(), stopped(&steps).len()), (0, 1));
}

#[test]
fn no_target_is_taken_out_half_a_minute_ahead() {
    for known in [false, true] {
        let mut scenario = doomed(ALLOWED, |task| vec![task]);
        if known {
            drains_for(&mut scenario, 300);
        }
        assert!(taken_out(&scenario.at("03:05:54").steps()).is_empty());
        assert_eq!(taken_out(&scenario.at("03:05:55").steps()).len(), 1);
    }
}

#[test]
fn only_where_the_policy_allows_it() {
    let mut scenario = doomed("", |task| vec![task]);
    let asks = |looks: &[Look]| looks.iter().any(|look| matches!(look, Look::TargetGroup { .. }));
    assert!(!asks(&scenario.at("03:05:01").looks()));
    let steps = scenario.at("03:06:25").steps();
    assert_eq!((taken_out(&steps).len(), stopped(&steps).len()), (0, 1));
    assert!(asks(&doomed(ALLOWED, |task| vec![task]).at("03:05:01").looks()));
}

#[test]
fn what_the_scheduler_takes_out_itself_is_left_to_it() {
    let deactivating = |task: Task| vec![Task { is_deactivating: true, ..task }];
    let mut scenario = doomed(ALLOWED, deactivating);
    let steps = scenario.at("03:06:25").steps();
    assert_eq!((taken_out(&steps).len(), stopped(&steps).len()), (0, 1));
}

#[test]
fn targets_of_one_group_are_one_call() {
    let two = |task: Task| {
        let reached = Reached::At("10.0.0.7".into());
        let other = Endpoint { container: "app".into(), reached };
        vec![task.clone(), Task { endpoints: vec![other], ..task }]
    };
    let calls = taken_out(&doomed(ALLOWED, two).at("03:05:56").steps());
    assert_eq!(calls.len(), 1);
    let mut names = calls[0].clone();
    names.sort();
    assert_eq!(names, ["arn:tg 10.0.0.7:8080", "arn:tg i-1:32768"]);
}

#[test]
fn an_event_about_a_task_does_not_lose_its_port() {
    let mut scenario = doomed(ALLOWED, |task| vec![task]);
    let task = Task { endpoints: Vec::new(), observed_at: time("03:05:30"), ..scenario.task() };
    let told = crate::observe::fold::TaskTold {
        cluster: "web".into(),
        host: "arn:container-instance/web/i-1".into(),
        arn: "arn:task/i-1/0".into(),
        task,
    };
    scenario.at("03:05:31").snapshot.apply(Observation::TaskTold(told), time("03:05:31"));
    assert_eq!(taken_out(&scenario.at("03:05:56").steps()).len(), 1);
}

#[test]
fn one_that_is_out_is_stopped_when_it_was_to_be_even_if_it_turns_out_to_need_less() {
    let mut scenario = doomed(ALLOWED, |task| vec![task]);
    assert_eq!(taken_out(&scenario.at("03:05:55").steps()).len(), 1);
    let target = crate::observe::target::Target { group: "arn:tg".into(), id: "i-1".into(), port: 32_768 };
    scenario.answered(Deed::Deregister(target), "i-1", Ok(()));
    scenario.defined("arn:task-definition/app:1", 5);
    assert_eq!(stopped(&scenario.at("03:06:25").steps()).len(), 0);
    assert_eq!(stopped(&scenario.at("03:06:26").steps()).len(), 1);
}

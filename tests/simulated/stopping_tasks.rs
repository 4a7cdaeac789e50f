//! The tasks of doomed instances: what ECS left alone loses, and what the operator saves of it.

use std::time::Duration;

use ecs_spot_operator::sim::{Launch, ManagedScaling, Scenario, ServiceSpec, TaskSpec, TaskView, Truth};

use crate::rig::*;

fn task(stop_timeout: u64) -> TaskSpec {
    let family = format!("stops-in-{stop_timeout}");
    TaskSpec { family, stop_timeout: Duration::from_secs(stop_timeout), ..TaskSpec::default() }
}

/// Every instance full, launch type EC2, minimumHealthyPercent 100: no task can move before there is room.
fn without_headroom() -> Scenario {
    let mut scenario = interrupted(2);
    let full = TaskSpec { cpu: 2048, memory: 4096, ..task(30) };
    scenario.clusters[0].services = vec![ServiceSpec {
        name: "frontend".into(),
        desired: 6,
        min_healthy_percent: 100,
        launch: Launch::Type,
        task: full,
        ..ServiceSpec::default()
    }];
    scenario
}

fn lost(truth: &Truth) -> usize {
    truth.interruptions.iter().map(|interruption| interruption.killed).sum()
}

async fn played(scenario: Scenario, operated: bool) -> Truth {
    let rig = Rig::new(scenario);
    let _operator = operated.then(|| rig.operate());
    rig.secs(600).await;
    rig.sim.truth()
}

#[tokio::test(start_paused = true)]
async fn without_headroom_no_task_is_lost_where_ecs_left_alone_loses_some() {
    let agents = || {
        let mut scenario = without_headroom();
        scenario.groups[0].agent_draining = true;
        scenario
    };
    assert!(lost(&played(without_headroom(), false).await) > 0, "nothing at all");
    let managed = || {
        let mut scenario = without_headroom();
        scenario.groups[0].managed_draining = true;
        scenario.groups[0].managed_scaling = Some(ManagedScaling::default());
        scenario
    };
    assert!(lost(&played(agents(), false).await) > 0, "the agents' draining alone");
    assert!(lost(&played(managed(), false).await) > 0, "managed draining and managed scaling alone");
    let saved = played(without_headroom(), true).await;
    assert!(saved.interruptions.iter().all(|interruption| interruption.tasks_at_notice > 0));
    assert_eq!(lost(&saved), 0);
}

#[tokio::test(start_paused = true)]
async fn standalone_tasks_get_sigterm_with_all_their_time_left() {
    let mut scenario = interrupted(6);
    scenario.clusters[0].services = Vec::new();
    scenario.clusters[0].standalone = vec![task(90), task(20), task(60)];
    let truth = played(scenario, true).await;
    let sums = truth.interruptions.iter().fold((0, 0, 0), |(graceful, cut, killed), interruption| {
        (graceful + interruption.graceful, cut + interruption.cut_short, killed + interruption.killed)
    });
    assert_eq!(sums, (3, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_deregistration_delay_longer_than_the_notice_does_not_keep_sigterm_from_a_task() {
    let mut scenario = interrupted(1);
    scenario.clusters[0].services[0].deregistration_delay = Some(Duration::from_secs(300));
    let truth = played(scenario, true).await;
    assert_eq!(lost(&truth), 0);
}

/// For how long the target of each task drained that got SIGTERM on an instance with notice.
async fn drained(policy: &str) -> Vec<Option<Duration>> {
    let mut scenario = without_headroom();
    scenario.clusters[0].services[0].deregistration_delay = Some(Duration::from_secs(20));
    let rig = Rig::with(scenario, &manifests("", policy));
    let _operator = rig.operate();
    rig.secs(25).await;
    let before = rig.sim.tasks("web");
    rig.secs(300).await;
    let doomed: Vec<String> = rig.sim.truth().interruptions.into_iter().map(|it| it.instance_id).collect();
    let on_doomed = |task: &TaskView| task.instance_id.as_ref().is_some_and(|id| doomed.contains(id));
    let theirs: Vec<String> = before.into_iter().filter(on_doomed).map(|task| task.arn).collect();
    let ended = rig.sim.tasks("web").into_iter().filter(|task| theirs.contains(&task.arn));
    ended.map(|task| task.drained_for).collect()
}

#[tokio::test(start_paused = true)]
async fn requests_meet_no_container_that_stops_where_the_policy_allows_to_deregister_targets() {
    assert_eq!(drained("").await, [None, None]);
    let drained = drained(", tasks: {deregisterTargets: true}").await;
    let whole = |time: &Option<Duration>| time.is_some_and(|time| time >= Duration::from_secs(19));
    assert!(drained.len() == 2 && drained.iter().all(whole), "{drained:?}");
}

#[tokio::test(start_paused = true)]
async fn a_standalone_task_is_left_alone_where_the_policy_says_so() {
    let mut scenario = interrupted(6);
    scenario.clusters[0].services = Vec::new();
    scenario.clusters[0].standalone = vec![task(20)];
    let rig = Rig::with(scenario, &manifests("", ", tasks: {standalone: leave}"));
    let _operator = rig.operate();
    rig.secs(300).await;
    assert_eq!((rig.calls("StopTask"), lost(&rig.sim.truth())), (0, 1));
}

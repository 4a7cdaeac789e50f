//! What AWS tells in events that are no signals.

use std::time::Duration;

use ecs_spot_operator::sim::{
    Action, Deed, InterruptionPlan, Launch, Planned, Process, RuleSpec, Scenario, ServiceSpec,
};
use serde_json::json;

use crate::rig::*;

const STATE: &str = "EC2 Instance State-change Notification";

const CONTAINER_INSTANCE: &str = "ECS Container Instance State Change";
const TASK: &str = "ECS Task State Change";

/// The same, with these kinds of events reaching the queue.
fn hearing(scenario: Scenario, kinds: &[&str]) -> Scenario {
    let rules = scenario.rules.iter().cloned().chain(kinds.iter().map(|kind| RuleSpec::of(kind, QUEUE)));
    Scenario { rules: rules.collect(), ..scenario }
}

#[tokio::test(start_paused = true)]
async fn where_events_tell_of_tasks_they_are_asked_about_less_often_and_the_case_ends_the_same() {
    let play = async |kinds: &[&str]| {
        let rig = Rig::new(hearing(interrupted(1), kinds));
        let _operator = rig.operate();
        rig.secs(300).await;
        let closed = rig.events("case.closed").remove(0);
        let gone = rig.sim.truth().interruptions[0].gone.unwrap();
        let closed_after = closed.phases.last_key_value().unwrap().1.duration_since(gone).as_secs();
        assert_eq!(rig.depth(QUEUE), (0, 0));
        assert!(closed_after <= 10, "{closed_after} s");
        (rig.calls("DescribeTasks"), closed.outcome, closed.tasks.graceful, closed.tasks.killed)
    };
    let (with, without) = (play(&[CONTAINER_INSTANCE, TASK]).await, play(&[]).await);
    assert!(with.0 < without.0, "{with:?} {without:?}");
    assert_eq!((with.1, with.2, with.3), (without.1, without.2, without.3));
}

/// An event about a container instance, as EventBridge writes it.
fn told(rig: &Rig, instance: &str, status: &str, version: i64) -> String {
    json!({
        "detail-type": CONTAINER_INSTANCE,
        "source": "aws.ecs",
        "time": rig.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "detail": {
            "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/web",
            "containerInstanceArn": rig.sim.container_instance(instance).unwrap().arn,
            "ec2InstanceId": instance,
            "status": status,
            "agentConnected": true,
            "version": version,
            "updatedAt": rig.clock.now().to_string(),
        },
    })
    .to_string()
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_late_ends_no_case_and_a_new_one_does() {
    let rig = Rig::new(interrupted(1));
    let _operator = rig.operate();
    rig.secs(60).await;
    let doomed = rig.events("case.noticed")[0].instance_id.to_string();
    assert_eq!(rig.status(&doomed), "DRAINING");
    rig.send(told(&rig, &doomed, "INACTIVE", 1));
    rig.secs(20).await;
    assert_eq!(rig.outcomes(), [""; 0]);
    rig.send(told(&rig, &doomed, "INACTIVE", 1_000));
    rig.secs(2).await;
    assert_eq!(rig.outcomes().len(), 1);
}

/// An interruption that nobody is told of.
fn silent() -> Scenario {
    let plan = InterruptionPlan { silent: true, ..InterruptionPlan::new(Duration::from_secs(30), GROUP, 1) };
    Scenario { interruptions: vec![plan], ..scenario() }
}

#[tokio::test(start_paused = true)]
async fn a_silent_interruption_is_told_of_once_with_the_tasks_that_it_took_along() {
    for kinds in [&[STATE][..], &[STATE, CONTAINER_INSTANCE, TASK], &[CONTAINER_INSTANCE]] {
        let rig = Rig::new(hearing(silent(), kinds));
        let running = rig.operate();
        rig.secs(900).await;
        assert_eq!(rig.outcomes(), ["unannounced"], "{kinds:?}");
        let closed = rig.events("case.closed").remove(0);
        assert_eq!((closed.signal, closed.tasks.killed, closed.tasks.graceful), ("instance_state_change", 2, 0));
        assert_eq!(rig.lines.lock().unwrap().len(), 1, "one line and no other");
        assert!(rig.metrics.text().contains("cases_closed_total{outcome=\"unannounced\"} 1"));
        assert_eq!((rig.calls("DetachInstances"), rig.calls("UpdateContainerInstancesState")), (0, 0));
        assert_eq!(rig.depth(QUEUE), (0, 0));
        assert_eq!(rig.sim.truth().unannounced, 1);
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_loss_that_no_event_tells_of_is_found_at_the_next_resync_where_its_group_has_not_noticed() {
    let mut scenario = silent();
    scenario.groups[0].suspended = vec![Process::HealthCheck];
    let rig = Rig::new(scenario);
    let _operator = rig.operate();
    rig.secs(100).await;
    rig.stop_tasks().await;
    rig.secs(490).await;
    assert_eq!(rig.outcomes(), [""; 0]);
    rig.secs(1_200).await;
    assert_eq!(rig.outcomes(), ["unannounced"]);
    let tasks = rig.events("case.closed")[0].tasks;
    assert!(tasks.killed > 0 && tasks.graceful == 0, "those that ended before had nothing to do with it: {tasks:?}");
}

#[tokio::test(start_paused = true)]
async fn what_people_and_groups_give_up_is_no_loss() {
    let (group, count) = (GROUP.to_owned(), 2);
    for deed in [
        Deed::Resize { group: group.clone(), desired: 3 },
        Deed::Terminate { group: group.clone(), count },
        Deed::Detach { group: group.clone(), count },
        Deed::Refresh { group },
    ] {
        let plan = vec![Planned { after: Duration::from_secs(30), deed: deed.clone() }];
        let rig = Rig::new(hearing(Scenario { plan, ..scenario() }, &[STATE, CONTAINER_INSTANCE, TASK]));
        let running = rig.operate();
        rig.secs(900).await;
        assert_eq!(rig.outcomes(), [""; 0], "{deed:?}");
        assert_eq!(rig.depth(QUEUE), (0, 0));
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_fargate_spot_takes_back_is_counted_once() {
    let fargate =
        ServiceSpec { name: "edge".into(), desired: 2, launch: Launch::FargateSpot, ..ServiceSpec::default() };
    let mut scenario = hearing(scenario(), &[TASK]);
    scenario.clusters[0].services.push(fargate);
    let deed = Deed::InterruptFargate { cluster: "web".into(), count: 2 };
    let rig = Rig::new(Scenario { plan: vec![Planned { after: Duration::from_secs(90), deed }], ..scenario });
    let _operator = rig.operate();
    rig.secs(300).await;
    assert!(rig.metrics.text().contains("fargate_interruptions_total 2"), "{}", rig.metrics.text());
    assert_eq!((rig.lines.lock().unwrap().len(), rig.depth(QUEUE)), (0, (0, 0)));
}

#[tokio::test(start_paused = true)]
async fn an_announced_interruption_is_no_loss_besides() {
    let rig = Rig::new(hearing(interrupted(2), &[STATE, CONTAINER_INSTANCE, TASK]));
    let _operator = rig.operate();
    rig.secs(900).await;
    assert_eq!(rig.outcomes(), ["handed_over"; 2]);

    for seed in 1..=6 {
        let mut hibernated = hearing(interrupted(2), &[STATE, CONTAINER_INSTANCE, TASK]);
        hibernated.interruptions[0].action = Action::Hibernate;
        let rig = Rig::seeded(hibernated, &manifests("", ""), seed);
        let running = rig.operate();
        rig.secs(300).await;
        assert_eq!(rig.events("case.noticed").len(), 2, "{seed}: whichever word comes first");
        assert!(!rig.outcomes().contains(&"unannounced"), "{seed}");
        running.stop().await;
    }
}

//! Tasks on Fargate, and what Fargate Spot takes back.

use aws_sdk_ecs::types::{LaunchType, Task, TaskStopCode};
use serde_json::json;

use super::*;

/// Four tasks on Fargate and no instance, of which Fargate Spot wants one back after 10 s.
fn on_fargate(launch: Launch) -> Account {
    let services = vec![ServiceSpec { desired: 4, launch, ..service() }];
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services, standalone: Vec::new() }];
    let deed = Deed::InterruptFargate { cluster: CLUSTER.into(), count: 1 };
    let plan = vec![Planned { after: Duration::from_secs(10), deed }];
    let rules = vec![RuleSpec {
        name: "taken-back".into(),
        pattern: json!({
            "source": ["aws.ecs"],
            "detail-type": ["ECS Task State Change"],
            "detail": {"stopCode": ["SpotInterruption"]},
        }),
        queues: vec!["spot-events".into()],
    }];
    let scenario = Scenario { params: exact(), clusters, groups: Vec::new(), plan, rules, ..small() };
    Account::new(scenario, 1)
}

fn running(account: &Account) -> Vec<String> {
    let tasks = account.sim.tasks(CLUSTER).into_iter().filter(|task| task.last_status == "RUNNING");
    tasks.map(|task| task.arn).collect()
}

async fn described(account: &Account, task: &str) -> Task {
    let answer = account.ecs.describe_tasks().cluster(CLUSTER).tasks(task).send().await.unwrap();
    answer.tasks.unwrap().remove(0)
}

#[tokio::test(start_paused = true)]
async fn tasks_run_without_instances() {
    for (launch, provider) in [(Launch::Fargate, "FARGATE"), (Launch::FargateSpot, "FARGATE_SPOT")] {
        let account = on_fargate(launch);
        let tasks = running(&account);
        assert_eq!((tasks.len(), account.sim.container_instances(CLUSTER).len()), (4, 0));
        let task = described(&account, &tasks[0]).await;
        assert_eq!(task.launch_type(), Some(&LaunchType::Fargate));
        assert_eq!((task.capacity_provider_name(), task.container_instance_arn()), (Some(provider), None));
    }
}

#[tokio::test(start_paused = true)]
async fn the_warning_is_an_event_and_sigterm_comes_with_it() {
    let account = on_fargate(Launch::FargateSpot);
    account.secs(12).await;
    let told = account.messages().await.remove(0);
    let detail = &told["detail"];
    assert_eq!(detail["stoppedReason"], "Your Spot Task was interrupted.");
    assert_eq!(detail["lastStatus"], "RUNNING");
    assert_eq!(detail["desiredStatus"], "STOPPED");
    assert_eq!(detail["capacityProviderName"], "FARGATE_SPOT");
    let task = described(&account, detail["taskArn"].as_str().unwrap()).await;
    assert_eq!((task.last_status(), task.stop_code()), (Some("STOPPING"), Some(&TaskStopCode::SpotInterruption)));
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_within_two_minutes_and_is_replaced() {
    let account = on_fargate(Launch::FargateSpot);
    let before = running(&account);
    account.secs(130).await;
    let told = account.messages().await;
    let task = described(&account, told[0]["detail"]["taskArn"].as_str().unwrap()).await;
    assert_eq!(task.last_status(), Some("STOPPED"));
    let now = running(&account);
    assert_eq!(now.len(), 4);
    assert_eq!(now.iter().filter(|task| before.contains(task)).count(), 3);
}

#[tokio::test(start_paused = true)]
async fn fargate_itself_takes_nothing_back() {
    let account = on_fargate(Launch::Fargate);
    let before = running(&account);
    account.secs(300).await;
    assert_eq!(running(&account), before);
    assert!(account.messages().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn another_starts_as_soon_as_one_is_taken_back() {
    let account = on_fargate(Launch::FargateSpot);
    account.secs(13).await;
    let there = account.sim.tasks(CLUSTER).into_iter().filter(|task| task.last_status != "STOPPED");
    assert_eq!(there.count(), 5, "the one that stops, and one in its place");
}

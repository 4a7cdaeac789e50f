//! The demo's account.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_demo_starts_full_and_steady() {
    let account = Account::new(super::super::demo(), 1);
    let instances = account.sim.container_instances(CLUSTER);
    assert_eq!(instances.iter().filter(|instance| instance.status == "ACTIVE").count(), 20);
    let healthy = account.sim.tasks(CLUSTER).into_iter().filter(|task| task.healthy && task.last_status == "RUNNING");
    assert_eq!(healthy.count(), 24 + 16 + 20 + 12);
}

#[tokio::test(start_paused = true)]
async fn the_demo_is_interrupted_early_and_often() {
    let account = Account::new(super::super::demo(), 1);
    account.secs(4).await;
    assert_eq!(account.sim.truth().interruptions.len(), 1);
    account.secs(180).await;
    assert!(account.sim.truth().interruptions.len() >= 6);
    account.secs(200).await;
    let truth = account.sim.truth();
    assert!(truth.interruptions.iter().filter(|i| i.gone.is_some()).all(|i| i.killed > 0 && i.graceful == 0));
}

/// Hands over whatever notices arrive, until `end`.
async fn hand_over_all(account: &Account, end: Timestamp) {
    while account.now() < end {
        let call = account.sqs.receive_message().queue_url(QUEUE_URL).wait_time_seconds(20).visibility_timeout(600);
        for message in call.send().await.unwrap().messages() {
            let event: serde_json::Value = serde_json::from_str(message.body().unwrap()).unwrap();
            let instance = event.pointer("/detail/instance-id").unwrap().as_str().unwrap().to_owned();
            let found = account.autoscaling.describe_auto_scaling_instances().instance_ids(&instance).send().await;
            let group =
                found.unwrap().auto_scaling_instances().first().unwrap().auto_scaling_group_name().unwrap().to_owned();
            account.detach_from(&group, std::slice::from_ref(&instance)).await.unwrap();
            account.drain(&instance).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_demo_can_be_handed_over_without_loss() {
    for seed in 1..=5 {
        let account = Account::new(super::super::demo(), seed);
        hand_over_all(&account, account.now() + Duration::from_secs(360)).await;
        let truth = account.sim.truth();
        let done: Vec<_> = truth.interruptions.iter().filter(|interruption| interruption.gone.is_some()).collect();
        assert!(done.len() >= 6);
        for interruption in done {
            assert_eq!(interruption.killed, 0, "{interruption:?}");
            assert!(interruption.replacement.as_ref().unwrap().registered.unwrap() < interruption.deadline);
        }
    }
}

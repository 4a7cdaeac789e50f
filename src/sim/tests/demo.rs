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
    account.secs(100).await;
    assert!(account.sim.truth().interruptions.len() >= 6);
    account.secs(200).await;
    let truth = account.sim.truth();
    assert!(truth.interruptions.iter().filter(|i| i.gone.is_some()).all(|i| i.killed > 0 && i.graceful == 0));
}

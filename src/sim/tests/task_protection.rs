//! Task scale-in protection: who is not stopped, and for how long.

use aws_sdk_ecs::operation::update_task_protection::UpdateTaskProtectionOutput;
use aws_sdk_ecs::types::ProtectedTask;

use super::*;

fn account(changed: impl FnOnce(Params) -> Params) -> Account {
    Account::new(Scenario { params: changed(exact()), ..small() }, 1)
}

async fn protect(account: &Account, tasks: &[String], minutes: Option<i32>) -> UpdateTaskProtectionOutput {
    let call = account.ecs.update_task_protection().cluster(CLUSTER).set_tasks(Some(tasks.to_vec()));
    call.protection_enabled(true).set_expires_in_minutes(minutes).send().await.unwrap()
}

async fn described(account: &Account, task: &str) -> ProtectedTask {
    let answer = account.ecs.get_task_protection().cluster(CLUSTER).tasks(task).send().await.unwrap();
    answer.protected_tasks.unwrap().remove(0)
}

/// The tasks that are meant to run.
fn wanted(account: &Account) -> Vec<String> {
    let tasks = account.sim.tasks(CLUSTER).into_iter().filter(|task| task.desired_status == "RUNNING");
    tasks.map(|task| task.arn).collect()
}

#[tokio::test(start_paused = true)]
async fn a_scale_in_stops_no_protected_task_until_its_protection_ends() {
    let account = account(|params| params);
    let safe = &wanted(&account)[..2];
    protect(&account, safe, Some(1)).await;
    account.scale_app(0).await;
    account.secs(50).await;
    assert_eq!(wanted(&account), safe);
    account.secs(30).await;
    assert!(wanted(&account).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_protection_that_is_lifted_protects_no_longer() {
    let account = account(|params| params);
    let safe = &wanted(&account)[..2];
    protect(&account, safe, None).await;
    account.scale_app(0).await;
    account.secs(600).await;
    assert_eq!(wanted(&account), safe);
    let call = account.ecs.update_task_protection().cluster(CLUSTER).set_tasks(Some(safe.to_vec()));
    call.protection_enabled(false).send().await.unwrap();
    account.secs(30).await;
    assert!(wanted(&account).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_protected_task_may_hold_up_a_drain_and_may_not() {
    for (protection_holds_drains, stays) in [(true, true), (false, false)] {
        let account = account(|params| Params { protection_holds_drains, ..params });
        let victim = account.victim();
        let here: Vec<String> = account.tasks_on(&victim).into_iter().map(|task| task.arn).collect();
        protect(&account, &here, Some(2)).await;
        account.drain(&victim).await;
        account.secs(100).await;
        assert_eq!(account.tasks_on(&victim).is_empty(), !stays, "holds drains: {protection_holds_drains}");
        account.secs(100).await;
        assert!(account.tasks_on(&victim).is_empty(), "it has ended");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployment_leaves_protected_tasks_alone() {
    let account = account(|params| params);
    let safe = wanted(&account)[..2].to_vec();
    protect(&account, &safe, Some(10)).await;
    let call = account.ecs.update_service().cluster(CLUSTER).service("app").force_new_deployment(true);
    call.send().await.unwrap();
    account.secs(300).await;
    let now = wanted(&account);
    assert!(safe.iter().all(|task| now.contains(task)));
    account.secs(600).await;
    let now = wanted(&account);
    assert!(now.len() == 8 && !safe.iter().any(|task| now.contains(task)), "it has ended");
}

#[tokio::test(start_paused = true)]
async fn a_protection_is_for_two_hours_unless_the_caller_says_otherwise() {
    let account = account(|params| params);
    let task = wanted(&account).remove(0);
    assert!(!described(&account, &task).await.protection_enabled());
    for (minutes, expected) in [(None, 7_200), (Some(5), 300)] {
        protect(&account, std::slice::from_ref(&task), minutes).await;
        let found = described(&account, &task).await;
        let left = found.expiration_date().unwrap().secs() - account.now().as_second();
        assert_eq!((found.protection_enabled(), left), (true, expected));
    }
    account.secs(301).await;
    let found = described(&account, &task).await;
    assert_eq!((found.protection_enabled(), found.expiration_date()), (false, None));
}

#[tokio::test(start_paused = true)]
async fn only_tasks_of_services_are_protected() {
    let standalone = vec![TaskSpec { family: "batch".into(), ..TaskSpec::default() }];
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services: vec![service()], standalone }];
    let account = Account::new(Scenario { params: exact(), clusters, ..small() }, 1);
    let (batch, of_service): (Vec<_>, Vec<_>) =
        account.sim.tasks(CLUSTER).into_iter().partition(|task| task.group == "family:batch");
    let tasks = [batch[0].arn.clone(), of_service[0].arn.clone(), "unknown".to_owned()];
    let answer = protect(&account, &tasks, None).await;
    let protected: Vec<_> = answer.protected_tasks().iter().map(|task| task.task_arn().unwrap()).collect();
    assert_eq!(protected, [of_service[0].arn.as_str()]);
    let mut reasons: Vec<_> = answer.failures().iter().map(|failure| failure.reason().unwrap()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["MISSING", "TASK_NOT_VALID"]);
}

#[tokio::test(start_paused = true)]
async fn too_many_tasks_and_too_long_a_time_are_refused() {
    let account = account(|params| params);
    let task = wanted(&account).remove(0);
    for (count, minutes) in [(11, 60), (1, 0), (1, 2_881)] {
        let tasks = vec![task.clone(); count];
        let call = account.ecs.update_task_protection().cluster(CLUSTER).set_tasks(Some(tasks));
        let error = call.protection_enabled(true).expires_in_minutes(minutes).send().await.unwrap_err();
        assert!(error.into_service_error().is_invalid_parameter_exception(), "{count} tasks, {minutes} min");
    }
    assert!(!described(&account, &task).await.protection_enabled());
}

#[tokio::test(start_paused = true)]
async fn tasks_can_protect_themselves_when_they_start() {
    let services = vec![ServiceSpec { protected_for: Some(Duration::from_secs(600)), ..service() }];
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services, standalone: Vec::new() }];
    let account = Account::new(Scenario { params: exact(), clusters, ..small() }, 1);
    let before = wanted(&account);
    account.scale_app(9).await;
    account.secs(30).await;
    let new = wanted(&account).into_iter().find(|task| !before.contains(task)).unwrap();
    assert!(described(&account, &new).await.protection_enabled());
    assert!(!described(&account, &before[0]).await.protection_enabled(), "that one started long ago");
    account.scale_app(0).await;
    account.secs(60).await;
    assert_eq!(wanted(&account), [new]);
}

#[tokio::test(start_paused = true)]
async fn a_scale_in_stops_others_instead_of_the_protected() {
    let account = account(|params| params);
    let tasks = wanted(&account);
    let safe = &tasks[tasks.len() - 2..];
    protect(&account, safe, None).await;
    account.scale_app(2).await;
    account.secs(60).await;
    assert_eq!(wanted(&account), safe);
}

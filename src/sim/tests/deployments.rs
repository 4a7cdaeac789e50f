//! UpdateService: deployments within the percentages, and changes that need one.

use aws_sdk_ecs::operation::update_service::builders::UpdateServiceFluentBuilder;
use aws_sdk_ecs::types::{CapacityProviderStrategyItem, DeploymentConfiguration, Service};

use super::*;

fn account(changed: impl FnOnce(ServiceSpec) -> ServiceSpec) -> Account {
    let services = vec![changed(service())];
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services, standalone: Vec::new() }];
    Account::new(Scenario { params: exact(), clusters, ..small() }, 1)
}

fn update(account: &Account) -> UpdateServiceFluentBuilder {
    account.ecs.update_service().cluster(CLUSTER).service("app")
}

fn through(provider: &str) -> CapacityProviderStrategyItem {
    CapacityProviderStrategyItem::builder().capacity_provider(provider).weight(1).build().unwrap()
}

async fn described(account: &Account) -> Service {
    let answer = account.ecs.describe_services().cluster(CLUSTER).services("app").send().await.unwrap();
    answer.services.unwrap().remove(0)
}

fn running(account: &Account) -> Vec<String> {
    let tasks = account.sim.tasks(CLUSTER).into_iter().filter(|task| task.last_status == "RUNNING");
    tasks.map(|task| task.arn).collect()
}

/// The fewest healthy tasks and the most tasks of all in the next `seconds`.
async fn extremes(account: &Account, seconds: u64) -> (usize, usize) {
    let (mut fewest, mut most) = (usize::MAX, 0);
    for _ in 0..seconds {
        account.secs(1).await;
        let tasks = account.sim.tasks(CLUSTER);
        let there = tasks.iter().filter(|task| task.last_status != "STOPPED");
        let healthy = tasks.iter().filter(|task| task.last_status == "RUNNING" && task.healthy);
        (fewest, most) = (fewest.min(healthy.count()), most.max(there.count()));
    }
    (fewest, most)
}

#[tokio::test(start_paused = true)]
async fn a_new_deployment_replaces_all_tasks_within_the_percentages() {
    for (min_healthy_percent, max_percent) in [(50, 100), (50, 200), (100, 150), (100, 200), (75, 125)] {
        let account = account(|service| ServiceSpec { min_healthy_percent, max_percent, ..service });
        let before = running(&account);
        update(&account).force_new_deployment(true).send().await.unwrap();
        let (fewest, most) = extremes(&account, 600).await;
        let bounds = format!("{fewest} to {most} for {min_healthy_percent} % to {max_percent} %");
        assert!(fewest >= 8 * min_healthy_percent / 100 && most <= 8 * max_percent / 100, "{bounds}");
        let now = running(&account);
        assert_eq!(now.len(), 8, "{bounds}");
        assert!(now.iter().all(|task| !before.contains(task)), "{bounds}");
    }
}

#[tokio::test(start_paused = true)]
async fn both_deployments_are_described_until_the_old_one_is_gone() {
    let account = account(|service| service);
    assert_eq!(described(&account).await.deployments().len(), 1);
    update(&account).force_new_deployment(true).send().await.unwrap();
    account.secs(10).await;
    let found = described(&account).await;
    let seen: Vec<_> = found.deployments().iter().map(|d| (d.status().unwrap(), d.running_count())).collect();
    assert_eq!((seen.len(), seen[0].0, seen[1].0), (2, "PRIMARY", "ACTIVE"));
    assert_eq!(found.deployments()[0].rollout_state().unwrap().as_str(), "IN_PROGRESS");
    assert_eq!(seen[1].1, 4, "half of the old ones may stop at once");
    account.secs(200).await;
    let found = described(&account).await;
    assert_eq!(found.deployments().len(), 1);
    assert_eq!(found.deployments()[0].rollout_state().unwrap().as_str(), "COMPLETED");
    assert_eq!((found.running_count(), found.desired_count()), (8, 8));
}

#[tokio::test(start_paused = true)]
async fn another_strategy_needs_a_new_deployment() {
    let account = account(|service| service);
    let before = running(&account);
    let call = update(&account).capacity_provider_strategy(through("web-spot"));
    let error = call.send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_parameter_exception(), "{error:?}");
    account.secs(120).await;
    assert_eq!(running(&account), before);

    let call = update(&account).capacity_provider_strategy(through("web-spot")).force_new_deployment(true);
    call.send().await.unwrap();
    account.secs(300).await;
    let now = running(&account);
    assert!(now.len() == 8 && now.iter().all(|task| !before.contains(task)));
    let answer = account.ecs.describe_tasks().cluster(CLUSTER).set_tasks(Some(now)).send().await.unwrap();
    assert!(answer.tasks().iter().all(|task| task.capacity_provider_name() == Some("web-spot")));
    let strategy = described(&account).await;
    assert_eq!(strategy.capacity_provider_strategy().first().unwrap().capacity_provider(), "web-spot");
}

#[tokio::test(start_paused = true)]
async fn a_capacity_provider_that_the_cluster_lacks_is_refused() {
    let account = account(|service| service);
    let call = update(&account).capacity_provider_strategy(through("nope")).force_new_deployment(true);
    let error = call.send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_parameter_exception(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_not_there_is_an_error_of_its_own() {
    let account = account(|service| service);
    let error = account.ecs.update_service().cluster(CLUSTER).service("nope").send().await.unwrap_err();
    assert!(error.into_service_error().is_service_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn the_desired_count_needs_no_new_deployment() {
    let account = account(|service| service);
    let before = running(&account);
    account.scale_app(10).await;
    account.secs(30).await;
    let now = running(&account);
    assert!(now.len() == 10 && before.iter().all(|task| now.contains(task)));
    account.scale_app(3).await;
    account.secs(60).await;
    assert_eq!(running(&account).len(), 3);
    assert_eq!(described(&account).await.deployments().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn other_percentages_count_from_then_on() {
    let account = account(|service| ServiceSpec { min_healthy_percent: 100, max_percent: 100, ..service });
    let victim = account.victim();
    account.drain(&victim).await;
    account.secs(120).await;
    assert!(!account.tasks_on(&victim).is_empty(), "nothing may move");
    let percentages = DeploymentConfiguration::builder().minimum_healthy_percent(50).maximum_percent(100).build();
    update(&account).deployment_configuration(percentages).send().await.unwrap();
    account.secs(60).await;
    assert!(account.tasks_on(&victim).is_empty());
    assert_eq!(running(&account).len(), 8);
}

//! LaunchInstances: instances launched while the caller waits.

use aws_sdk_autoscaling::error::ProvideErrorMetadata;
use aws_sdk_autoscaling::operation::launch_instances::LaunchInstancesOutput;
use aws_sdk_autoscaling::types::RetryStrategy;

use super::*;

const ZONE: &str = "us-east-1b";

fn account(changed: impl FnOnce(GroupSpec) -> GroupSpec) -> Account {
    Account::new(Scenario { params: exact(), groups: vec![changed(group())], ..small() }, 1)
}

async fn launch(
    account: &Account,
    count: i32,
    token: &str,
    retry: RetryStrategy,
) -> Result<LaunchInstancesOutput, aws_sdk_autoscaling::Error> {
    let call = account.autoscaling.launch_instances().auto_scaling_group_name(GROUP).requested_capacity(count);
    Ok(call.client_token(token).availability_zones(ZONE).retry_strategy(retry).send().await?)
}

fn launched(answer: &LaunchInstancesOutput) -> Vec<String> {
    answer.instances().iter().flat_map(|found| found.instance_ids().to_vec()).collect()
}

fn desired(account: &Account) -> u32 {
    account.sim.group(GROUP).unwrap().desired
}

#[tokio::test(start_paused = true)]
async fn the_caller_is_told_what_was_launched_and_the_group_wants_so_many_more() {
    let account = account(|group| group);
    let before = account.members();
    let answer = launch(&account, 2, "a", RetryStrategy::None).await.unwrap();
    let found = answer.instances().first().unwrap();
    assert_eq!((found.instance_type(), found.market_type()), (Some("m5.large"), Some("spot")));
    assert_eq!(found.availability_zone(), Some(ZONE));
    assert_eq!((launched(&answer).len(), answer.errors().len(), desired(&account)), (2, 0, 6));
    assert!(launched(&answer).iter().all(|id| account.state_of(id) == Some("Pending")));
    account.secs(60).await;
    assert!(launched(&answer).iter().all(|id| account.state_of(id) == Some("InService")));
    assert_eq!(account.newcomers(&before).len(), 2, "and no more");
}

#[tokio::test(start_paused = true)]
async fn a_token_launches_once() {
    let account = account(|group| group);
    let first = launch(&account, 2, "a", RetryStrategy::None).await.unwrap();
    account.secs(60).await;
    let again = launch(&account, 2, "a", RetryStrategy::None).await.unwrap();
    assert_eq!(launched(&first), launched(&again));
    assert_eq!((account.members().len(), desired(&account)), (6, 6));
    let other = launch(&account, 2, "b", RetryStrategy::None).await.unwrap();
    assert_ne!(launched(&first), launched(&other));
    assert_eq!((account.members().len(), desired(&account)), (8, 8));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_for_one_request() {
    let account = account(|group| group);
    launch(&account, 2, "a", RetryStrategy::None).await.unwrap();
    let error = launch(&account, 1, "a", RetryStrategy::None).await.unwrap_err();
    assert_eq!(error.code(), Some("IdempotentParameterMismatch"));
    assert_eq!((account.members().len(), desired(&account)), (6, 6));
}

#[tokio::test(start_paused = true)]
async fn a_group_of_several_zones_needs_to_be_told_one_of_them() {
    let account = account(|group| group);
    let call = |token: &str| {
        let call = account.autoscaling.launch_instances().auto_scaling_group_name(GROUP).requested_capacity(1);
        call.client_token(token)
    };
    assert_eq!(call("a").send().await.unwrap_err().code(), Some("ValidationError"));
    let foreign = call("b").availability_zones("us-east-1f").send().await.unwrap_err();
    assert_eq!(foreign.code(), Some("ValidationError"));
    assert_eq!((account.members().len(), desired(&account)), (4, 4));
    let answer = call("c").subnet_ids("subnet-b").send().await.unwrap();
    let found = answer.instances().first().unwrap();
    assert_eq!((found.availability_zone(), found.subnet_id()), (Some(ZONE), Some("subnet-b")));
}

#[tokio::test(start_paused = true)]
async fn a_group_of_one_zone_needs_not_be_told() {
    let account = account(|group| GroupSpec { zones: vec![ZONE.into()], ..group });
    let call = account.autoscaling.launch_instances().auto_scaling_group_name(GROUP).requested_capacity(1);
    let answer = call.client_token("a").send().await.unwrap();
    assert_eq!(answer.instances().first().unwrap().availability_zone(), Some(ZONE));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_launched_beyond_the_maximum() {
    let account = account(|group| group);
    let error = launch(&account, 5, "a", RetryStrategy::None).await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationError"));
    assert_eq!((account.members().len(), desired(&account)), (4, 4));
    launch(&account, 4, "b", RetryStrategy::None).await.unwrap();
    assert_eq!((account.members().len(), desired(&account)), (8, 8));
}

#[tokio::test(start_paused = true)]
async fn groups_that_cannot_be_launched_in_refuse() {
    let mixed = Market { on_demand_base: 1, on_demand_percent_above: 0 };
    for (name, changed) in [
        ("On-Demand and Spot", GroupSpec { market: mixed, ..group() }),
        ("a launch configuration", GroupSpec { launch_template: false, ..group() }),
        ("a warm pool", GroupSpec { warm_pool: Some(1), ..group() }),
        ("Launch suspended", GroupSpec { suspended: vec![Process::Launch], ..group() }),
    ] {
        let account = account(|_| changed);
        let refused = launch(&account, 1, "a", RetryStrategy::RetryWithGroupConfiguration).await;
        assert!(refused.is_err(), "{name}");
        account.secs(60).await;
        assert_eq!((account.members().len(), desired(&account)), (4, 4), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_of_on_demand_instances_launches_those() {
    let market = Market { on_demand_base: 0, on_demand_percent_above: 100 };
    let account = account(|group| GroupSpec { market, ..group });
    let answer = launch(&account, 1, "a", RetryStrategy::None).await.unwrap();
    assert_eq!(answer.instances().first().unwrap().market_type(), Some("on-demand"));
}

/// Two instances of two types, in pools that hold one more each until 100 s have passed.
fn nearly_dry() -> Account {
    let types = ["m5.large", "c5.large"];
    let pool = |name: &str| PoolSpec { instance_type: name.into(), zone: ZONE.into(), capacity: 2 };
    let deed = Deed::Capacity { instance_type: None, zone: None, capacity: None };
    let instance_types = types.map(str::to_owned).to_vec();
    let groups = vec![GroupSpec { zones: vec![ZONE.into()], instance_types, desired: 2, ..group() }];
    let plan = vec![Planned { after: Duration::from_secs(100), deed }];
    Account::new(Scenario { params: exact(), groups, pools: types.map(pool).to_vec(), plan, ..small() }, 1)
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_launched_is_an_error_beside_what_can() {
    let account = nearly_dry();
    let answer = launch(&account, 4, "a", RetryStrategy::None).await.unwrap();
    let types: Vec<_> = answer.instances().iter().map(|found| found.instance_type().unwrap()).collect();
    assert_eq!((types, launched(&answer).len()), (vec!["m5.large", "c5.large"], 2));
    let errors: Vec<_> = answer.errors().iter().map(|e| (e.instance_type(), e.error_code())).collect();
    let dry = Some("InsufficientInstanceCapacity");
    assert_eq!(errors, [(Some("m5.large"), dry), (Some("c5.large"), dry)]);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_launched_is_launched_later_where_the_caller_says_so() {
    for (retry, expected) in [(RetryStrategy::None, 4), (RetryStrategy::RetryWithGroupConfiguration, 6)] {
        let account = nearly_dry();
        launch(&account, 4, "a", retry).await.unwrap();
        assert_eq!((account.members().len(), desired(&account)), (4, expected));
        account.secs(200).await;
        assert_eq!(account.in_state("InService").len(), expected as usize);
    }
}

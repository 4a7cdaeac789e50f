//! Token buckets: a burst, then the rate, and what neighbours leave of both.

use aws_sdk_ecs::error::ProvideErrorMetadata;

use super::*;

/// An account whose answers take no time, so that a burst is one.
fn throttled(throttling: Throttling) -> Account {
    let params = Params { api_latency: Spread::exactly(Duration::ZERO), ..Params::default() };
    let throttling = Throttling { enabled: true, ..throttling };
    Account::once(Scenario { params, faults: Faults { throttling, ..Faults::none() }, ..small() }, 1)
}

/// How many of `count` calls get through now.
async fn get_through(account: &Account, count: u32) -> u32 {
    let mut passed = 0;
    for _ in 0..count {
        passed += u32::from(account.ecs.list_clusters().send().await.is_ok());
    }
    passed
}

#[tokio::test(start_paused = true)]
async fn a_bucket_gives_its_burst_and_then_its_rate() {
    let account = throttled(Throttling::default());
    assert_eq!(get_through(&account, 60).await, 50, "the documented burst of ClusterRead");
    account.secs(1).await;
    assert_eq!(get_through(&account, 60).await, 20, "the documented rate");
    account.secs(60).await;
    assert_eq!(get_through(&account, 60).await, 50, "no more than full");
    account.ecs.list_services().cluster(CLUSTER).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn every_service_says_so_in_its_own_words() {
    for (documented_name, expected) in [(false, "Throttling"), (true, "RateExceeded")] {
        let auto_scaling = BucketSize { burst: 1, per_second: 1 };
        let account = throttled(Throttling { documented_name, auto_scaling, ..Throttling::default() });
        account.autoscaling.describe_auto_scaling_groups().send().await.unwrap();
        let error = account.autoscaling.describe_auto_scaling_groups().send().await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Some(expected), Some("Rate exceeded")));
        assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
        get_through(&account, 50).await;
        let error = account.ecs.list_clusters().send().await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Some("ThrottlingException"), Some("Rate exceeded")));
        assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    }
}

fn with_neighbour(tokens_per_second: u32) -> Account {
    let window = Window { from_seconds: 0, until_seconds: Some(100) };
    let neighbour = Neighbour { window, category: Category::ClusterRead, tokens_per_second };
    throttled(Throttling { neighbours: vec![neighbour], ..Throttling::default() })
}

#[tokio::test(start_paused = true)]
async fn a_neighbour_leaves_less_while_it_is_there() {
    let account = with_neighbour(15);
    assert_eq!(get_through(&account, 60).await, 50);
    account.secs(1).await;
    assert_eq!(get_through(&account, 60).await, 5);
    account.secs(100).await;
    get_through(&account, 60).await;
    account.secs(1).await;
    assert_eq!(get_through(&account, 60).await, 20, "it has gone");
}

#[tokio::test(start_paused = true)]
async fn a_neighbour_that_takes_more_than_there_is_leaves_a_share() {
    let account = with_neighbour(80);
    account.secs(10).await;
    let passed = get_through(&account, 400).await;
    assert!((70..=130).contains(&passed), "a quarter of 400: {passed}");
}

#[tokio::test(start_paused = true)]
async fn without_the_switch_nothing_is_throttled() {
    let account = throttled(Throttling::default());
    account.sim.set_faults(Faults::none());
    assert_eq!(get_through(&account, 300).await, 300);
}

//! Spot's pools: what a group does when one holds no more, and when one shrinks.

use aws_sdk_autoscaling::types::Activity;

use super::*;

/// What the group says of a launch that failed (EC2 Auto Scaling User Guide, "Troubleshoot").
const NO_CAPACITY: &str =
    "There is no Spot capacity available that matches your request. Launching EC2 instance failed.";

fn zone(letter: char) -> String {
    format!("us-east-1{letter}")
}

/// A group without cluster in some zones, and what the first of them holds.
fn scenario(desired: u32, zones: &[char], capacity: u32) -> Scenario {
    let zones: Vec<String> = zones.iter().map(|letter| zone(*letter)).collect();
    let pools = vec![PoolSpec { instance_type: "m5.large".into(), zone: zones[0].clone(), capacity }];
    let groups = vec![GroupSpec { cluster: None, capacity_provider: None, desired, zones, ..group() }];
    Scenario { params: exact(), clusters: Vec::new(), groups, pools, ..small() }
}

fn capacity_in_a(after: u64, capacity: Option<u32>) -> Planned {
    let (instance_type, zone) = (Some("m5.large".to_owned()), Some(zone('a')));
    Planned { after: Duration::from_secs(after), deed: Deed::Capacity { instance_type, zone, capacity } }
}

async fn zone_of(account: &Account, id: &str) -> String {
    let call = account.autoscaling.describe_auto_scaling_instances().instance_ids(id);
    let answer = call.send().await.unwrap();
    answer.auto_scaling_instances().first().unwrap().availability_zone().unwrap().to_owned()
}

async fn failed(account: &Account) -> Vec<Activity> {
    let call = account.autoscaling.describe_scaling_activities().auto_scaling_group_name(GROUP);
    let all = call.send().await.unwrap().activities.unwrap_or_default();
    all.into_iter().filter(|activity| activity.status_code().unwrap().as_str() == "Failed").collect()
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_finds_no_capacity_fails_and_the_group_says_so() {
    let rules = vec![RuleSpec::of("EC2 Instance Launch Unsuccessful", "spot-events")];
    let account = Account::new(Scenario { rules, ..scenario(2, &['a'], 2) }, 1);
    account.detach(&[account.victim()]).await.unwrap();
    account.secs(10).await;
    assert_eq!(account.members().len(), 1);
    let activity = failed(&account).await.remove(0);
    assert_eq!(activity.status_message(), Some(NO_CAPACITY));
    assert!(activity.description().unwrap().starts_with("Launching a new EC2 instance"));
    assert!(activity.description().unwrap().contains(NO_CAPACITY));
    let told = account.messages().await.remove(0);
    assert_eq!(told["source"], "aws.autoscaling");
    assert_eq!(told["detail"]["StatusCode"], "Failed");
    assert_eq!(told["detail"]["StatusMessage"], NO_CAPACITY);
    assert_eq!(told["detail"]["AutoScalingGroupName"], GROUP);
}

#[tokio::test(start_paused = true)]
async fn the_group_tries_again_until_there_is_capacity() {
    let plan = vec![capacity_in_a(200, Some(3))];
    let account = Account::new(Scenario { plan, ..scenario(2, &['a'], 2) }, 1);
    account.detach(&[account.victim()]).await.unwrap();
    account.secs(195).await;
    assert_eq!(account.members().len(), 1);
    assert!(failed(&account).await.len() > 5, "every 15 s");
    account.secs(60).await;
    assert_eq!(account.in_state("InService").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn capacity_that_somebody_gives_back_is_used() {
    let account = Account::new(scenario(2, &['a'], 2), 1);
    account.terminate(&account.victim(), false).await.unwrap();
    account.secs(60).await;
    assert_eq!(account.in_state("InService").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_group_goes_to_another_pool() {
    let account = Account::new(scenario(2, &['a', 'b'], 1), 1);
    let before = account.members();
    for id in &before {
        if zone_of(&account, id).await == zone('a') {
            account.detach(std::slice::from_ref(id)).await.unwrap();
        }
    }
    account.secs(60).await;
    let newcomers = account.newcomers(&before);
    assert_eq!(newcomers.len(), 1);
    assert_eq!(zone_of(&account, &newcomers[0]).await, zone('b'), "the instance that was detached still holds a place");
    assert!(failed(&account).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_shrinks_takes_back_what_is_too_much() {
    let plan = vec![capacity_in_a(10, Some(1))];
    let account = Account::new(Scenario { plan, ..scenario(4, &['a'], 10) }, 1);
    account.secs(9).await;
    assert!(account.sim.truth().interruptions.is_empty());
    account.secs(2).await;
    let taken = account.sim.truth().interruptions;
    assert_eq!(taken.len(), 3);
    assert!(taken.iter().all(|seen| seen.deadline.duration_since(seen.notice).as_secs() == 120));
    account.secs(200).await;
    assert_eq!((account.members().len(), account.sim.group(GROUP).unwrap().desired), (1, 4));
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_grows_takes_nothing_back() {
    for capacity in [Some(4), Some(20), None] {
        let plan = vec![capacity_in_a(10, capacity)];
        let account = Account::new(Scenario { plan, ..scenario(4, &['a'], 4) }, 1);
        account.secs(300).await;
        assert!(account.sim.truth().interruptions.is_empty(), "{capacity:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_that_is_woken_often_still_tries_every_now_and_then() {
    let account = Account::new(scenario(2, &['a'], 2), 1);
    for desired in [3, 4, 3, 4, 3, 4] {
        account.resize(desired).await;
        account.secs(3).await;
    }
    let before = failed(&account).await.len();
    account.secs(300).await;
    let attempts = failed(&account).await.len() - before;
    assert!((18..=21).contains(&attempts), "{attempts} in 300 s, one every 15 s");
}

#[tokio::test(start_paused = true)]
async fn what_leaves_a_pool_already_counts_where_it_shrinks() {
    let plan = vec![capacity_in_a(10, Some(3)), capacity_in_a(20, Some(2))];
    let account = Account::new(Scenario { plan, ..scenario(4, &['a'], 10) }, 1);
    account.secs(25).await;
    assert_eq!(account.sim.truth().interruptions.len(), 2);
}

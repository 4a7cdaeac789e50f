//! On-Demand and Spot in one group, and members that are replaced one by one: to reach another mix, or all of them.

use aws_sdk_autoscaling::types::{InstanceRefresh, InstancesDistribution, MixedInstancesPolicy};

use super::*;

fn mixed(on_demand_base: u32, on_demand_percent_above: u32) -> Account {
    let market = Market { on_demand_base, on_demand_percent_above };
    let instance_types = vec!["m5.large".into(), "m4.large".into()];
    let groups = vec![GroupSpec { market, instance_types, ..group() }];
    Account::new(Scenario { params: exact(), groups, ..small() }, 1)
}

/// Spot has so many more, and takes nobody back.
fn spot_holds(account: &Account, capacity: Option<u32>) {
    let pools = ["m5.large", "m4.large"].map(|name| ['a', 'b', 'c'].map(|zone| (name, format!("us-east-1{zone}"))));
    account.sim.change(|world| {
        for (name, zone) in pools.into_iter().flatten() {
            world.ec2.set_capacity(&(name.to_owned(), zone), capacity, &mut world.core);
        }
    });
}

/// The On-Demand Instances that the group means to keep.
fn on_demand(account: &Account) -> Vec<String> {
    let world = account.sim.present();
    let members = world.autoscaling.groups.get(GROUP).unwrap().members.values();
    let kept = members.filter(|member| !member.spot && !member.state.is_leaving());
    kept.map(|member| member.instance.clone()).collect()
}

async fn set_base(account: &Account, base: i32) {
    try_set_base(account, base).await.unwrap();
}

async fn try_set_base(account: &Account, base: i32) -> Result<(), aws_sdk_autoscaling::Error> {
    let distribution = InstancesDistribution::builder().on_demand_base_capacity(base);
    let distribution = distribution.on_demand_percentage_above_base_capacity(0).build();
    let policy = MixedInstancesPolicy::builder().instances_distribution(distribution).build();
    let call = account.autoscaling.update_auto_scaling_group().auto_scaling_group_name(GROUP);
    call.mixed_instances_policy(policy).send().await?;
    Ok(())
}

/// How many members run at once at most in the next `seconds`, and how many at least serve.
async fn extremes(account: &Account, seconds: u64) -> (usize, usize) {
    let (mut most, mut least) = (0, usize::MAX);
    for _ in 0..seconds {
        account.secs(1).await;
        most = most.max(account.running());
        least = least.min(account.in_state("InService").len());
    }
    (most, least)
}

#[tokio::test(start_paused = true)]
async fn so_many_are_on_demand() {
    for (base, above, expected) in [(0, 0, 0), (2, 0, 2), (1, 50, 3), (0, 100, 4), (9, 0, 4)] {
        assert_eq!(on_demand(&mixed(base, above)).len(), expected, "{base} and {above} %");
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_that_grows_launches_its_share_on_demand() {
    let account = mixed(1, 50);
    account.resize(8).await;
    account.secs(60).await;
    assert_eq!((on_demand(&account).len(), account.in_state("InService").len()), (5, 8), "1, and half of 7 rounded up");
}

#[tokio::test(start_paused = true)]
async fn spot_never_takes_what_is_on_demand() {
    let account = mixed(2, 0);
    let kept = on_demand(&account);
    account.sim.interrupt(&account.members(), Duration::from_secs(10));
    assert_eq!(account.sim.truth().interruptions.len(), 2);
    account.secs(120).await;
    assert_eq!(on_demand(&account), kept);
    assert!(kept.iter().all(|id| account.sim.container_instance(id).unwrap().agent_connected));
    assert_eq!(account.in_state("InService").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_on_demand_instance_that_goes_is_replaced_by_another() {
    let account = mixed(2, 0);
    let gone = on_demand(&account).remove(0);
    account.terminate(&gone, false).await.unwrap();
    account.secs(60).await;
    let now = on_demand(&account);
    assert_eq!((now.len(), now.contains(&gone)), (2, false));
}

#[tokio::test(start_paused = true)]
async fn another_base_is_reached_one_by_one_the_new_one_first() {
    for (from, to) in [(0, 2), (3, 1)] {
        let account = mixed(from, 0);
        let before = account.members();
        set_base(&account, i32::try_from(to).unwrap()).await;
        assert_eq!(extremes(&account, 120).await, (5, 4));
        assert_eq!((on_demand(&account).len(), account.in_state("InService").len()), (to, 4));
        assert_eq!(account.newcomers(&before).len(), 2, "no more than it takes");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_group_lacks_comes_as_the_new_mix_wants_it_and_nobody_else_is_replaced() {
    let account = mixed(0, 0);
    let before = account.members();
    spot_holds(&account, Some(0));
    account.terminate(&before[0], false).await.unwrap();
    account.secs(30).await;
    assert_eq!(account.in_state("InService").len(), 3);
    set_base(&account, 1).await;
    account.secs(120).await;
    assert_eq!((on_demand(&account).len(), account.in_state("InService").len()), (1, 4));
    assert_eq!(account.newcomers(&before).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_is_to_make_room_for_spot_serves_until_spot_has_capacity() {
    let account = mixed(1, 0);
    let base = on_demand(&account);
    spot_holds(&account, Some(0));
    set_base(&account, 0).await;
    account.secs(300).await;
    assert!(account.in_state("InService").contains(&base[0]));
    set_base(&account, 1).await;
    account.secs(300).await;
    assert_eq!((on_demand(&account), account.in_state("InService").len()), (base, 4));
    set_base(&account, 0).await;
    spot_holds(&account, None);
    account.secs(300).await;
    assert_eq!((on_demand(&account).len(), account.in_state("InService").len()), (0, 4));
}

#[tokio::test(start_paused = true)]
async fn a_replacement_that_ends_on_its_way_is_made_up_for_and_the_one_that_it_was_for_goes_after_all() {
    let account = mixed(1, 0);
    let (base, before) = (on_demand(&account), account.members());
    set_base(&account, 0).await;
    while account.newcomers(&before).is_empty() {
        account.secs(1).await;
    }
    let first = account.newcomers(&before).remove(0);
    account.sim.change(|world| world.ec2.terminate(&first, &mut world.core));
    account.secs(600).await;
    assert_eq!((on_demand(&account).len(), account.in_state("InService").len()), (0, 4));
    assert!(account.state_of(&base[0]).is_none());
}

#[tokio::test(start_paused = true)]
async fn who_could_not_be_ended_while_the_process_was_suspended_is_ended_when_it_is_resumed() {
    let account = mixed(1, 0);
    let base = on_demand(&account);
    let suspend = account.autoscaling.suspend_processes().auto_scaling_group_name(GROUP);
    suspend.scaling_processes("Terminate").send().await.unwrap();
    set_base(&account, 0).await;
    account.secs(300).await;
    assert_eq!((account.in_state("InService").len(), account.state_of(&base[0])), (5, Some("InService")));
    let resume = account.autoscaling.resume_processes().auto_scaling_group_name(GROUP);
    resume.scaling_processes("Terminate").send().await.unwrap();
    account.secs(120).await;
    assert_eq!((account.in_state("InService").len(), account.state_of(&base[0])), (4, None));
}

#[tokio::test(start_paused = true)]
async fn a_mix_that_is_changed_during_a_refresh_is_reached_after_it() {
    let account = mixed(0, 0);
    start_refresh(&account).await;
    account.secs(20).await;
    set_base(&account, 4).await;
    account.secs(1_200).await;
    assert_eq!((on_demand(&account).len(), account.in_state("InService").len()), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn a_group_without_a_mixed_instances_policy_has_no_base() {
    let account = Account::new(Scenario { params: exact(), groups: vec![group()], ..small() }, 1);
    assert!(try_set_base(&account, 1).await.is_err());
}

async fn refreshes(account: &Account) -> Vec<InstanceRefresh> {
    let call = account.autoscaling.describe_instance_refreshes().auto_scaling_group_name(GROUP);
    call.send().await.unwrap().instance_refreshes.unwrap_or_default()
}

async fn start_refresh(account: &Account) -> String {
    let call = account.autoscaling.start_instance_refresh().auto_scaling_group_name(GROUP);
    call.send().await.unwrap().instance_refresh_id.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_refresh_replaces_all_members_one_after_another() {
    let account = mixed(1, 0);
    let before = account.members();
    let id = start_refresh(&account).await;
    let (most, least) = extremes(&account, 400).await;
    assert_eq!((most, least), (4, 3), "one at a time, and never more than are desired");
    assert!(before.iter().all(|id| account.state_of(id).is_none()));
    assert_eq!((account.in_state("InService").len(), on_demand(&account).len()), (4, 1));
    let done = refreshes(&account).await.remove(0);
    assert_eq!((done.instance_refresh_id(), done.percentage_complete()), (Some(id.as_str()), Some(100)));
    assert_eq!((done.status().unwrap().as_str(), done.end_time().is_some()), ("Successful", true));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_is_described_while_it_goes_on_and_blocks_another() {
    let account = mixed(0, 0);
    start_refresh(&account).await;
    account.secs(60).await;
    let found = refreshes(&account).await.remove(0);
    assert_eq!((found.status().unwrap().as_str(), found.end_time()), ("InProgress", None));
    let (done, left) = (found.percentage_complete().unwrap(), found.instances_to_update().unwrap());
    assert!((1..100).contains(&done) && (1..4).contains(&left), "{done} %, {left} left");
    let call = account.autoscaling.start_instance_refresh().auto_scaling_group_name(GROUP);
    let error = call.send().await.unwrap_err().into_service_error();
    assert!(error.is_instance_refresh_in_progress_fault());
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_cancelled_leaves_the_others() {
    let account = mixed(0, 0);
    let before = account.members();
    start_refresh(&account).await;
    account.secs(40).await;
    account.autoscaling.cancel_instance_refresh().auto_scaling_group_name(GROUP).send().await.unwrap();
    account.secs(300).await;
    assert_eq!(refreshes(&account).await.remove(0).status().unwrap().as_str(), "Cancelled");
    assert_eq!(account.in_state("InService").len(), 4);
    assert!(before.iter().filter(|id| account.state_of(id).is_some()).count() >= 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_waits_for_the_protected_and_fails_after_an_hour() {
    let account = mixed(0, 0);
    let safe = account.victim();
    let call = account.autoscaling.set_instance_protection().auto_scaling_group_name(GROUP);
    call.instance_ids(&safe).protected_from_scale_in(true).send().await.unwrap();
    start_refresh(&account).await;
    account.secs(1_000).await;
    assert_eq!(refreshes(&account).await.remove(0).instances_to_update(), Some(1));
    account.secs(3_600).await;
    assert_eq!(refreshes(&account).await.remove(0).status().unwrap().as_str(), "Failed");
    assert_eq!(account.state_of(&safe), Some("InService"));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_stands_still_while_its_process_is_suspended() {
    let account = mixed(0, 0);
    let before = account.members();
    let call = account.autoscaling.suspend_processes().auto_scaling_group_name(GROUP);
    call.scaling_processes("InstanceRefresh").send().await.unwrap();
    start_refresh(&account).await;
    account.secs(300).await;
    assert_eq!(account.members(), before);
}

#[tokio::test(start_paused = true)]
async fn a_scale_in_keeps_the_zones_even_and_the_on_demand_base() {
    for seed in 0..10 {
        let market = Market { on_demand_base: 1, on_demand_percent_above: 0 };
        let groups = vec![GroupSpec { market, desired: 8, ..group() }];
        let account = Account::new(Scenario { params: exact(), groups, ..small() }, seed);
        let base = on_demand(&account);
        account.resize(3).await;
        account.secs(60).await;
        let answer = account.autoscaling.describe_auto_scaling_instances().send().await.unwrap();
        let zones = answer.auto_scaling_instances().iter().map(|i| i.availability_zone().unwrap());
        assert_eq!(zones.collect::<std::collections::BTreeSet<_>>().len(), 3);
        assert_eq!(on_demand(&account), base);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_of_a_group_that_stays_short_fails_after_an_hour() {
    let account = mixed(0, 0);
    start_refresh(&account).await;
    let call = account.autoscaling.suspend_processes().auto_scaling_group_name(GROUP);
    call.scaling_processes("Launch").send().await.unwrap();
    account.secs(4_000).await;
    assert_eq!(refreshes(&account).await.remove(0).status().unwrap().as_str(), "Failed");
}

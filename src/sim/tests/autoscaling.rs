//! Auto Scaling, over its own protocol.

use aws_sdk_autoscaling::error::ProvideErrorMetadata;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_group_is_described_as_the_sdk_expects() {
    let scenario = Scenario { groups: vec![GroupSpec { suspended: vec![Process::AZRebalance], ..group() }], ..small() };
    let account = Account::new(scenario, 1);
    let answer = account.autoscaling.describe_auto_scaling_groups().auto_scaling_group_names(GROUP).send().await;
    let answer = answer.unwrap();
    let found = answer.auto_scaling_groups().first().unwrap();
    assert_eq!((found.min_size(), found.max_size(), found.desired_capacity()), (Some(0), Some(8), Some(4)));
    assert_eq!(found.capacity_rebalance(), Some(false));
    assert_eq!(found.suspended_processes().first().unwrap().process_name(), Some("AZRebalance"));
    assert_eq!(found.tags().first().unwrap().key(), Some("AmazonECSManaged"));
    let zones: std::collections::BTreeSet<_> = found.instances().iter().map(|i| i.availability_zone()).collect();
    assert_eq!(zones.len(), 3);
    let state = found.instances().first().unwrap().lifecycle_state().unwrap().as_str();
    assert_eq!(state, "InService");
}

#[tokio::test(start_paused = true)]
async fn pages_of_groups_follow_each_other() {
    let named = |n: u32| GroupSpec { name: format!("g{n}"), ..GroupSpec::default() };
    let account = Account::new(Scenario { groups: (0..5).map(named).collect(), ..Scenario::default() }, 1);
    let mut pages = account.autoscaling.describe_auto_scaling_groups().max_records(2).into_paginator().send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().auto_scaling_groups().len());
    }
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn unknown_instances_are_left_out() {
    let account = Account::new(small(), 1);
    let call = account.autoscaling.describe_auto_scaling_instances();
    let answer = call.instance_ids("i-0unknown").instance_ids(account.victim()).send().await.unwrap();
    assert_eq!(answer.auto_scaling_instances().len(), 1);
    let found = answer.auto_scaling_instances().first().unwrap();
    assert_eq!(found.auto_scaling_group_name(), Some(GROUP));
}

#[tokio::test(start_paused = true)]
async fn a_detach_is_for_all_or_for_none() {
    let account = Account::new(small(), 1);
    let mut ids = account.members();
    ids.truncate(1);
    account.detach(&ids).await.unwrap();
    let error = account.detach(&account.members()).await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationError"));
    let id = ids.first().unwrap();
    assert_eq!(error.message(), Some(format!("The instance {id} is not in InService or Standby.").as_str()));
    let serving = account.sim.group(GROUP).unwrap().members;
    assert_eq!(serving.iter().filter(|member| member.lifecycle_state == "InService").count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_foreign_instance_cannot_be_detached() {
    let account = Account::new(small(), 1);
    let error = account.detach(&["i-0foreign".to_owned()]).await.unwrap_err();
    let expected = format!("The instance i-0foreign is not part of Auto Scaling group {GROUP}.");
    assert_eq!(error.message(), Some(expected.as_str()));
}

#[tokio::test(start_paused = true)]
async fn a_detach_that_decrements_keeps_the_minimum() {
    let account = Account::new(Scenario { groups: vec![GroupSpec { min: 4, ..group() }], ..small() }, 1);
    let call = account.autoscaling.detach_instances().auto_scaling_group_name(GROUP);
    let call = call.instance_ids(account.victim()).should_decrement_desired_capacity(true);
    let error = call.send().await.unwrap_err();
    assert!(error.message().unwrap().contains("has min-size=4"), "{error:?}");
    assert_eq!(account.sim.group(GROUP).unwrap().desired, 4);
}

#[tokio::test(start_paused = true)]
async fn a_terminated_member_is_replaced_unless_the_capacity_shrinks() {
    let account = Account::new(small(), 1);
    for (decrement, members) in [(false, 4), (true, 3)] {
        let call = account.autoscaling.terminate_instance_in_auto_scaling_group();
        let call = call.instance_id(account.victim()).should_decrement_desired_capacity(decrement);
        assert!(call.send().await.unwrap().activity().unwrap().activity_id().is_some());
        account.secs(120).await;
        assert_eq!(account.members().len(), members);
    }
}

#[tokio::test(start_paused = true)]
async fn a_desired_capacity_out_of_bounds_is_refused() {
    let account = Account::new(small(), 1);
    let call = account.autoscaling.set_desired_capacity().auto_scaling_group_name(GROUP);
    let error = call.desired_capacity(9).send().await.unwrap_err();
    let expected = "New SetDesiredCapacity value 9 is above max value 8 for the AutoScalingGroup.";
    assert_eq!(error.message(), Some(expected));
}

#[tokio::test(start_paused = true)]
async fn capacity_rebalancing_replaces_at_the_notice() {
    let groups = vec![GroupSpec { capacity_rebalance: true, ..group() }];
    let account = Account::new(Scenario { groups, ..small() }, 1);
    account.sim.interrupt(&[account.victim()], Duration::from_secs(120));
    account.secs(300).await;
    let seen = account.interruption();
    let replacement = seen.replacement.unwrap();
    assert!(replacement.launched < seen.notice + Duration::from_secs(10));
    assert!(seen.gone.unwrap() < seen.deadline, "the group terminates what it has replaced");
    assert_eq!((account.members().len(), account.sim.group(GROUP).unwrap().desired), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn capacity_rebalancing_replaces_once_also_when_the_instance_dies_first() {
    let groups = vec![GroupSpec { capacity_rebalance: true, ..group() }];
    let params = Params { health_check: Spread::secs(1, 1), ..Params::default() };
    let account = Account::new(Scenario { groups, params, ..small() }, 1);
    account.sim.interrupt(&[account.victim()], Duration::from_secs(10));
    account.secs(300).await;
    let replacement = account.interruption().replacement;
    assert_eq!(account.members().len(), 4);
    account.detach(&[account.victim()]).await.unwrap();
    account.secs(120).await;
    assert_eq!(account.interruption().replacement, replacement, "the next launch is for another loss");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_launched_while_launch_is_suspended() {
    let groups = vec![GroupSpec { suspended: vec![Process::Launch], ..group() }];
    let account = Account::new(Scenario { groups, ..small() }, 1);
    account.detach(&[account.victim()]).await.unwrap();
    account.secs(300).await;
    assert_eq!(account.members().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn activities_tell_what_the_group_did() {
    let account = Account::new(small(), 1);
    account.detach(&[account.victim()]).await.unwrap();
    account.secs(120).await;
    let call = account.autoscaling.describe_scaling_activities().auto_scaling_group_name(GROUP);
    let answer = call.send().await.unwrap();
    let latest: Vec<_> = answer
        .activities()
        .iter()
        .take(2)
        .map(|a| (a.description().unwrap().split(':').next().unwrap(), a.status_code().unwrap().as_str()))
        .collect();
    assert_eq!(latest, [("Launching a new EC2 instance", "Successful"), ("Detaching EC2 instance", "Successful")]);
}

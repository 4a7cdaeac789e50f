//! Standby, detaching, attaching, terminating and protecting members.

use aws_sdk_autoscaling::error::ProvideErrorMetadata;

use super::*;

type Refused = aws_sdk_autoscaling::Error;

fn account(changed: impl FnOnce(GroupSpec) -> GroupSpec) -> Account {
    Account::new(Scenario { params: exact(), groups: vec![changed(group())], ..small() }, 1)
}

async fn enter_standby(account: &Account, id: &str, decrement: bool) -> Result<(), Refused> {
    let call = account.autoscaling.enter_standby().auto_scaling_group_name(GROUP).instance_ids(id);
    call.should_decrement_desired_capacity(decrement).send().await?;
    Ok(())
}

async fn exit_standby(account: &Account, id: &str) -> Result<(), Refused> {
    account.autoscaling.exit_standby().auto_scaling_group_name(GROUP).instance_ids(id).send().await?;
    Ok(())
}

async fn attach(account: &Account, id: &str) -> Result<(), Refused> {
    account.autoscaling.attach_instances().auto_scaling_group_name(GROUP).instance_ids(id).send().await?;
    Ok(())
}

async fn protect(account: &Account, ids: &[String]) -> Result<(), Refused> {
    let call = account.autoscaling.set_instance_protection().auto_scaling_group_name(GROUP);
    call.set_instance_ids(Some(ids.to_vec())).protected_from_scale_in(true).send().await?;
    Ok(())
}

fn desired(account: &Account) -> u32 {
    account.sim.group(GROUP).unwrap().desired
}

#[tokio::test(start_paused = true)]
async fn a_member_goes_into_standby_and_comes_back() {
    let account = account(|group| group);
    let (before, victim) = (account.members(), account.victim());
    enter_standby(&account, &victim, true).await.unwrap();
    assert_eq!(account.state_of(&victim), Some("EnteringStandby"));
    account.secs(60).await;
    assert_eq!((account.state_of(&victim), desired(&account)), (Some("Standby"), 3));
    assert_eq!(account.sim.container_instance(&victim).unwrap().status, "ACTIVE", "ECS is not told");
    exit_standby(&account, &victim).await.unwrap();
    account.secs(5).await;
    assert_eq!((account.state_of(&victim), desired(&account)), (Some("InService"), 4));
    assert_eq!(account.members(), before, "nobody came or went");
}

#[tokio::test(start_paused = true)]
async fn a_member_in_standby_is_replaced_unless_the_capacity_shrinks() {
    let account = account(|group| group);
    let victim = account.victim();
    enter_standby(&account, &victim, false).await.unwrap();
    account.secs(60).await;
    assert_eq!((account.in_state("InService").len(), desired(&account)), (4, 4));
    exit_standby(&account, &victim).await.unwrap();
    account.secs(60).await;
    assert_eq!((account.in_state("InService").len(), desired(&account)), (5, 5));
}

#[tokio::test(start_paused = true)]
async fn standby_stays_within_the_bounds_of_the_group() {
    let account = account(|group| GroupSpec { min: 4, max: 4, ..group });
    let victim = account.victim();
    let error = enter_standby(&account, &victim, true).await.unwrap_err();
    assert_eq!((error.code(), account.state_of(&victim)), (Some("ValidationError"), Some("InService")));
    enter_standby(&account, &victim, false).await.unwrap();
    account.secs(60).await;
    let error = exit_standby(&account, &victim).await.unwrap_err();
    assert_eq!((error.code(), account.state_of(&victim)), (Some("ValidationError"), Some("Standby")));
    assert_eq!(desired(&account), 4);
}

#[tokio::test(start_paused = true)]
async fn only_who_serves_goes_into_standby_and_only_who_is_there_comes_back() {
    let account = account(|group| group);
    let victim = account.victim();
    let error = exit_standby(&account, &victim).await.unwrap_err();
    assert_eq!(error.message(), Some(format!("The instance {victim} is not in Standby.").as_str()));
    enter_standby(&account, &victim, true).await.unwrap();
    let error = enter_standby(&account, &victim, true).await.unwrap_err();
    assert_eq!(error.message(), Some(format!("The instance {victim} is not in InService.").as_str()));
}

#[tokio::test(start_paused = true)]
async fn a_member_in_standby_can_be_detached_and_is_not_replaced_again() {
    let account = account(|group| group);
    let victim = account.victim();
    enter_standby(&account, &victim, false).await.unwrap();
    account.secs(60).await;
    account.detach(std::slice::from_ref(&victim)).await.unwrap();
    account.secs(60).await;
    assert_eq!((account.state_of(&victim), account.members().len(), desired(&account)), (None, 4, 4));
    assert!(account.sim.container_instance(&victim).unwrap().agent_connected, "it runs on");
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_attached_adds_to_the_desired_capacity() {
    let account = account(|group| GroupSpec { max: 5, ..group });
    let victim = account.victim();
    account.detach(std::slice::from_ref(&victim)).await.unwrap();
    account.secs(60).await;
    attach(&account, &victim).await.unwrap();
    account.secs(5).await;
    assert_eq!((account.state_of(&victim), desired(&account)), (Some("InService"), 5));
    assert_eq!(account.members().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn what_is_a_member_or_unknown_or_too_much_is_not_attached() {
    let account = account(|group| GroupSpec { max: 4, ..group });
    let victim = account.victim();
    for id in [victim.as_str(), "i-0unknown"] {
        assert_eq!(attach(&account, id).await.unwrap_err().code(), Some("ValidationError"), "{id}");
    }
    account.detach(std::slice::from_ref(&victim)).await.unwrap();
    account.secs(60).await;
    let error = attach(&account, &victim).await.unwrap_err();
    assert!(error.message().unwrap().contains("max-size=4"), "{error:?}");
    assert_eq!((account.state_of(&victim), desired(&account)), (None, 4));
}

#[tokio::test(start_paused = true)]
async fn below_the_minimum_nobody_is_terminated_without_replacement() {
    let account = account(|group| GroupSpec { min: 4, ..group });
    let (before, victim) = (account.members(), account.victim());
    let error = account.terminate(&victim, true).await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationError"));
    assert!(error.message().unwrap().starts_with("Currently, desiredSize equals minSize (4)."), "{error:?}");
    assert_eq!((account.state_of(&victim), desired(&account)), (Some("InService"), 4));
    account.terminate(&victim, false).await.unwrap();
    account.secs(60).await;
    assert_eq!((account.newcomers(&before).len(), account.in_state("InService").len()), (1, 4));
}

#[tokio::test(start_paused = true)]
async fn a_termination_of_several_is_for_all_or_for_none() {
    let account = account(|group| group);
    let before = account.members();
    let call = account.autoscaling.terminate_instance_in_auto_scaling_group().auto_scaling_group_name(GROUP);
    let call = call.instance_ids(&before[0]).instance_ids("i-0foreign").should_decrement_desired_capacity(false);
    assert_eq!(call.send().await.unwrap_err().code(), Some("ValidationError"));
    assert_eq!((account.in_state("InService"), desired(&account)), (before, 4));
}

#[tokio::test(start_paused = true)]
async fn protected_members_are_not_shed_and_can_be_terminated() {
    let account = account(|group| group);
    let safe: Vec<String> = account.members().into_iter().take(2).collect();
    protect(&account, &safe).await.unwrap();
    account.resize(1).await;
    account.secs(60).await;
    assert_eq!((account.members(), desired(&account)), (safe.clone(), 1), "all that is left is protected");
    account.terminate(&safe[0], false).await.unwrap();
    account.secs(10).await;
    assert_eq!(account.state_of(&safe[0]), None);
}

#[tokio::test(start_paused = true)]
async fn only_members_that_serve_or_stand_by_are_protected() {
    let account = account(|group| group);
    let (before, victim) = (account.members(), account.victim());
    account.detach(&[victim]).await.unwrap();
    account.secs(10).await;
    let pending = account.newcomers(&before).remove(0);
    let error = protect(&account, std::slice::from_ref(&pending)).await.unwrap_err();
    let expected = format!("The instance {pending} is not in InService or EnteringStandby or Standby.");
    assert_eq!(error.message(), Some(expected.as_str()));
    let error = protect(&account, &[before[1].clone(), "i-0foreign".to_owned()]).await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationError"));
    let call = account.autoscaling.describe_auto_scaling_instances().instance_ids(&before[1]);
    let answer = call.send().await.unwrap();
    let found = answer.auto_scaling_instances().first().unwrap();
    assert_eq!(found.protected_from_scale_in(), Some(false), "all or none");
}

#[tokio::test(start_paused = true)]
async fn a_group_can_protect_its_new_members() {
    let account = account(|group| GroupSpec { protect_new: true, ..group });
    account.resize(2).await;
    account.secs(60).await;
    assert_eq!((account.in_state("InService").len(), desired(&account)), (4, 2));
}

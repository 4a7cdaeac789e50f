//! Processes that are suspended, each with its effect (EC2 Auto Scaling User Guide, "How suspended processes affect other
//! processes").

use super::*;

fn account(suspended: Process) -> Account {
    let groups = vec![GroupSpec { suspended: vec![suspended], ..group() }];
    Account::new(Scenario { params: exact(), groups, ..small() }, 1)
}

async fn resume(account: &Account, process: &str) {
    let call = account.autoscaling.resume_processes().auto_scaling_group_name(GROUP);
    call.scaling_processes(process).send().await.unwrap();
}

async fn health(account: &Account, id: &str) -> String {
    let call = account.autoscaling.describe_auto_scaling_instances().instance_ids(id);
    let answer = call.send().await.unwrap();
    answer.auto_scaling_instances().first().unwrap().health_status().unwrap().to_owned()
}

/// Lets an instance die, and gives the group time to see it.
async fn lose_one(account: &Account) -> String {
    let victim = account.victim();
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(1));
    account.secs(120).await;
    victim
}

#[tokio::test(start_paused = true)]
async fn with_every_process_the_dead_are_replaced() {
    let account = account(Process::ScheduledActions);
    let before = account.members();
    let victim = lose_one(&account).await;
    assert_eq!((account.state_of(&victim), account.newcomers(&before).len()), (None, 1));
}

#[tokio::test(start_paused = true)]
async fn without_launch_the_dead_go_and_are_replaced_as_soon_as_it_resumes() {
    let account = account(Process::Launch);
    let before = account.members();
    let victim = lose_one(&account).await;
    assert_eq!((account.state_of(&victim), account.members().len()), (None, 3));
    resume(&account, "Launch").await;
    account.secs(30).await;
    assert_eq!((account.newcomers(&before).len(), account.in_state("InService").len()), (1, 4));
}

#[tokio::test(start_paused = true)]
async fn without_terminate_nothing_is_shed_until_it_resumes() {
    let account = account(Process::Terminate);
    account.resize(2).await;
    account.secs(120).await;
    assert_eq!(account.in_state("InService").len(), 4);
    resume(&account, "Terminate").await;
    account.secs(30).await;
    assert_eq!(account.members().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn without_terminate_the_dead_are_seen_and_not_replaced() {
    let account = account(Process::Terminate);
    let before = account.members();
    let victim = lose_one(&account).await;
    assert_eq!(account.members(), before);
    assert_eq!(health(&account, &victim).await, "UNHEALTHY");
}

#[tokio::test(start_paused = true)]
async fn without_replace_unhealthy_the_dead_are_seen_and_not_replaced() {
    let account = account(Process::ReplaceUnhealthy);
    let before = account.members();
    let victim = lose_one(&account).await;
    assert_eq!(account.members(), before);
    assert_eq!((account.state_of(&victim), health(&account, &victim).await.as_str()), (Some("InService"), "UNHEALTHY"));
}

#[tokio::test(start_paused = true)]
async fn without_health_check_the_dead_are_not_seen() {
    let account = account(Process::HealthCheck);
    let before = account.members();
    let victim = lose_one(&account).await;
    assert_eq!(account.members(), before);
    assert_eq!(health(&account, &victim).await, "HEALTHY");
}

#[tokio::test(start_paused = true)]
async fn without_replace_unhealthy_what_a_caller_calls_unhealthy_stays() {
    for (suspended, stays) in [(Process::ReplaceUnhealthy, true), (Process::HealthCheck, false)] {
        let account = account(suspended);
        let victim = account.victim();
        let call = account.autoscaling.set_instance_health().instance_id(&victim).health_status("Unhealthy");
        call.send().await.unwrap();
        account.secs(60).await;
        assert_eq!(account.state_of(&victim).is_some(), stays, "{suspended:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_processes_are_meant_where_none_is_named() {
    let account = Account::new(small(), 1);
    account.autoscaling.suspend_processes().auto_scaling_group_name(GROUP).send().await.unwrap();
    let describe = || account.autoscaling.describe_auto_scaling_groups().auto_scaling_group_names(GROUP).send();
    let answer = describe().await.unwrap();
    assert_eq!(answer.auto_scaling_groups().first().unwrap().suspended_processes().len(), Process::ALL.len());
    account.autoscaling.resume_processes().auto_scaling_group_name(GROUP).send().await.unwrap();
    let answer = describe().await.unwrap();
    assert!(answer.auto_scaling_groups().first().unwrap().suspended_processes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_none_is_refused() {
    let account = Account::new(small(), 1);
    let call = account.autoscaling.suspend_processes().auto_scaling_group_name(GROUP);
    call.scaling_processes("Sleep").send().await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn who_died_meanwhile_is_replaced_once_the_process_resumes() {
    for (process, name) in [
        (Process::HealthCheck, "HealthCheck"),
        (Process::ReplaceUnhealthy, "ReplaceUnhealthy"),
        (Process::Terminate, "Terminate"),
    ] {
        let account = account(process);
        let before = account.members();
        let victim = lose_one(&account).await;
        assert!(account.state_of(&victim).is_some(), "{name} is suspended");
        resume(&account, name).await;
        account.secs(60).await;
        assert_eq!((account.state_of(&victim), account.newcomers(&before).len()), (None, 1), "{name}");
    }
}

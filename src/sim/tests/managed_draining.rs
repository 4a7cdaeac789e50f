//! Who drains without being asked: ECS by its hook and at a notice, and the agent at a notice.

use aws_sdk_ecs::types::{AutoScalingGroupProviderUpdate, ManagedDraining};

use super::*;

const HOOK: &str = "ecs-managed-draining-termination-hook";

fn managed(group: GroupSpec) -> GroupSpec {
    GroupSpec { managed_draining: true, ..group }
}

fn account(changed: impl FnOnce(GroupSpec) -> GroupSpec) -> Account {
    Account::new(Scenario { params: exact(), groups: vec![changed(group())], ..small() }, 1)
}

fn status(account: &Account, instance: &str) -> &'static str {
    account.sim.container_instance(instance).unwrap().status
}

async fn hooks(account: &Account) -> Vec<String> {
    let call = account.autoscaling.describe_lifecycle_hooks().auto_scaling_group_name(GROUP);
    let answer = call.send().await.unwrap();
    answer.lifecycle_hooks().iter().map(|hook| hook.lifecycle_hook_name().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn at_the_hook_the_instance_is_drained_and_goes_when_nothing_runs_any_more() {
    let account = account(managed);
    let victim = account.victim();
    let tasks: Vec<String> = account.tasks_on(&victim).into_iter().map(|task| task.arn).collect();
    account.terminate(&victim, false).await.unwrap();
    account.secs(10).await;
    assert_eq!((account.state_of(&victim), status(&account, &victim)), (Some("Terminating:Wait"), "DRAINING"));
    assert!(!account.tasks_on(&victim).is_empty(), "they have had SIGTERM and go on for 15 s");
    account.secs(30).await;
    assert_eq!((account.state_of(&victim), status(&account, &victim)), (None, "INACTIVE"));
    let answer = account.ecs.describe_tasks().cluster(CLUSTER).set_tasks(Some(tasks)).send().await.unwrap();
    assert!(!answer.tasks().is_empty());
    let ended = |task: &aws_sdk_ecs::types::Task| task.containers().first().unwrap().exit_code();
    assert!(answer.tasks().iter().all(|task| ended(task) == Some(0)), "nothing was killed");
}

#[tokio::test(start_paused = true)]
async fn the_hook_waits_for_as_long_as_anything_runs() {
    let standalone = vec![TaskSpec { family: "batch".into(), ..TaskSpec::default() }];
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services: Vec::new(), standalone }];
    let account = Account::new(Scenario { params: exact(), clusters, groups: vec![managed(group())], ..small() }, 1);
    let batch = account.sim.tasks(CLUSTER).remove(0);
    let host = batch.instance_id.unwrap();
    account.terminate(&host, false).await.unwrap();
    account.secs(2 * 60 * 60).await;
    assert_eq!((account.state_of(&host), status(&account, &host)), (Some("Terminating:Wait"), "DRAINING"));
    account.ecs.stop_task().cluster(CLUSTER).task(&batch.arn).send().await.unwrap();
    account.secs(40).await;
    assert_eq!(account.state_of(&host), None);
}

#[tokio::test(start_paused = true)]
async fn at_a_notice_the_instance_is_drained_and_nothing_is_killed() {
    let account = account(managed);
    let victim = account.victim();
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(120));
    account.secs(5).await;
    assert_eq!((account.state_of(&victim), status(&account, &victim)), (Some("InService"), "DRAINING"));
    account.secs(150).await;
    let seen = account.interruption();
    assert!(seen.tasks_at_notice > 0);
    assert_eq!((seen.graceful, seen.killed), (seen.tasks_at_notice, 0));
}

#[tokio::test(start_paused = true)]
async fn without_it_nobody_drains() {
    let account = account(|group| group);
    let victim = account.victim();
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(120));
    account.secs(115).await;
    assert_eq!(status(&account, &victim), "ACTIVE");
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_ecs_does_not_have_is_let_go_at_once() {
    let params = Params { agent_registration: Spread::secs(120, 120), ..exact() };
    let account = Account::new(Scenario { params, groups: vec![managed(group())], ..small() }, 1);
    let before = account.members();
    account.detach(&[account.victim()]).await.unwrap();
    account.secs(40).await;
    let newcomer = account.newcomers(&before).remove(0);
    assert_eq!(account.state_of(&newcomer), Some("InService"));
    account.terminate(&newcomer, false).await.unwrap();
    assert_eq!(account.state_of(&newcomer), Some("Terminating:Proceed"));
}

#[tokio::test(start_paused = true)]
async fn the_hook_comes_and_goes_with_managed_draining() {
    let account = account(|group| group);
    assert!(hooks(&account).await.is_empty());
    for (switch, expected) in [(ManagedDraining::Enabled, vec![HOOK]), (ManagedDraining::Disabled, Vec::new())] {
        let update = AutoScalingGroupProviderUpdate::builder().managed_draining(switch).build();
        let call = account.ecs.update_capacity_provider().name("web-spot").auto_scaling_group_provider(update);
        call.send().await.unwrap();
        assert_eq!(hooks(&account).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_drains_each_instance_before_it_goes() {
    let account = account(|group| GroupSpec { refreshing: true, ..managed(group) });
    let before = account.members();
    for _ in 0..600 {
        account.secs(1).await;
        let serving = account.sim.tasks(CLUSTER).into_iter().filter(|task| task.last_status == "RUNNING");
        assert!(serving.count() >= 4, "never less than the minimum of 50 %");
    }
    assert!(before.iter().all(|id| account.state_of(id).is_none()));
    assert!(before.iter().all(|id| status(&account, id) == "INACTIVE"));
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_drains_does_so_at_a_notice() {
    let account = account(|group| GroupSpec { agent_draining: true, ..group });
    let victim = account.victim();
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(120));
    account.secs(2).await;
    assert_eq!(status(&account, &victim), "DRAINING");
    account.secs(150).await;
    assert_eq!(account.interruption().killed, 0);
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_drains_does_not_listen_to_recommendations_and_holds_no_termination() {
    let account = account(|group| GroupSpec { agent_draining: true, ..group });
    let victim = account.victim();
    account.recommend(&victim);
    account.secs(600).await;
    assert_eq!(status(&account, &victim), "ACTIVE");
    account.terminate(&victim, false).await.unwrap();
    account.secs(10).await;
    assert_eq!(account.state_of(&victim), None);
}

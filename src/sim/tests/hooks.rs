//! Lifecycle hooks: who waits, for how long, and what becomes of it.

use aws_sdk_autoscaling::error::ProvideErrorMetadata;

use super::*;

const HOOK: &str = "wait";

fn hooked(hooks: Vec<HookSpec>) -> Account {
    let groups = vec![GroupSpec { hooks, ..group() }];
    Account::new(Scenario { params: exact(), groups, ..small() }, 1)
}

fn terminating(name: &str, heartbeat: u64, continues: bool) -> HookSpec {
    HookSpec::terminating(name, Duration::from_secs(heartbeat), continues)
}

fn launching(heartbeat: u64, continues: bool) -> HookSpec {
    HookSpec { launching: true, ..terminating(HOOK, heartbeat, continues) }
}

async fn complete(account: &Account, hook: &str, id: &str, result: &str) -> Result<(), aws_sdk_autoscaling::Error> {
    let call = account.autoscaling.complete_lifecycle_action().auto_scaling_group_name(GROUP);
    let call = call.lifecycle_hook_name(hook).instance_id(id).lifecycle_action_result(result);
    call.send().await?;
    Ok(())
}

async fn heartbeat(account: &Account, id: &str) {
    let call = account.autoscaling.record_lifecycle_action_heartbeat().auto_scaling_group_name(GROUP);
    call.lifecycle_hook_name(HOOK).instance_id(id).send().await.unwrap();
}

async fn delete_hook(account: &Account) {
    let call = account.autoscaling.delete_lifecycle_hook().auto_scaling_group_name(GROUP);
    call.lifecycle_hook_name(HOOK).send().await.unwrap();
}

/// Lets the group launch an instance, and waits until the hook holds it.
async fn held_launch(account: &Account) -> String {
    account.detach(&[account.victim()]).await.unwrap();
    account.secs(30).await;
    let held = account.in_state("Pending:Wait");
    assert_eq!(held.len(), 1);
    held.into_iter().next().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_terminating_hook_holds_the_instance_while_its_replacement_is_launched() {
    let account = hooked(vec![terminating(HOOK, 300, true)]);
    let victim = account.victim();
    account.terminate(&victim, false).await.unwrap();
    account.secs(60).await;
    assert_eq!(account.state_of(&victim), Some("Terminating:Wait"));
    assert_eq!(account.in_state("InService").len(), 4);
    complete(&account, HOOK, &victim, "CONTINUE").await.unwrap();
    account.secs(10).await;
    assert_eq!((account.state_of(&victim), account.members().len()), (None, 4));
}

#[tokio::test(start_paused = true)]
async fn a_group_may_launch_the_replacement_only_when_the_wait_is_over() {
    let groups = vec![GroupSpec { hooks: vec![terminating(HOOK, 300, true)], ..group() }];
    let params = Params { launches_while_waiting: false, ..exact() };
    let account = Account::new(Scenario { params, groups, ..small() }, 1);
    let victim = account.victim();
    account.terminate(&victim, false).await.unwrap();
    account.secs(60).await;
    assert_eq!(account.running(), 3);
    complete(&account, HOOK, &victim, "CONTINUE").await.unwrap();
    account.secs(60).await;
    assert_eq!(account.in_state("InService").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_scale_in_and_a_failed_health_check_call_the_hook_as_well() {
    let account = hooked(vec![terminating(HOOK, 300, true)]);
    account.resize(3).await;
    account.secs(5).await;
    assert_eq!(account.in_state("Terminating:Wait").len(), 1);
    let sick = account.in_state("InService").into_iter().next().unwrap();
    let call = account.autoscaling.set_instance_health().instance_id(&sick).health_status("Unhealthy");
    call.send().await.unwrap();
    assert_eq!(account.state_of(&sick), Some("Terminating:Wait"));
}

#[tokio::test(start_paused = true)]
async fn a_second_completion_finds_no_action() {
    let account = hooked(vec![terminating(HOOK, 300, true)]);
    let victim = account.victim();
    account.terminate(&victim, false).await.unwrap();
    complete(&account, HOOK, &victim, "CONTINUE").await.unwrap();
    let error = complete(&account, HOOK, &victim, "CONTINUE").await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationError"));
    let expected = format!("No active Lifecycle Action found with instance ID {victim}");
    assert_eq!(error.message(), Some(expected.as_str()));
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_holds_the_instance_for_another_timeout() {
    let account = hooked(vec![terminating(HOOK, 60, true)]);
    let victim = account.victim();
    account.terminate(&victim, false).await.unwrap();
    account.secs(50).await;
    heartbeat(&account, &victim).await;
    account.secs(50).await;
    assert_eq!(account.state_of(&victim), Some("Terminating:Wait"));
    account.secs(20).await;
    assert_eq!(account.state_of(&victim), None);
}

#[tokio::test(start_paused = true)]
async fn heartbeats_hold_the_instance_for_a_hundred_timeouts_at_most() {
    let account = hooked(vec![terminating(HOOK, 30, true)]);
    let victim = account.victim();
    account.terminate(&victim, false).await.unwrap();
    for _ in 0..119 {
        account.secs(25).await;
        heartbeat(&account, &victim).await;
    }
    assert_eq!(account.state_of(&victim), Some("Terminating:Wait"), "2,975 s after the first");
    account.secs(27).await;
    assert_ne!(account.state_of(&victim), Some("Terminating:Wait"), "3,002 s");
}

#[tokio::test(start_paused = true)]
async fn a_termination_that_nobody_answers_goes_on_whatever_the_default() {
    for continues in [true, false] {
        let account = hooked(vec![terminating(HOOK, 60, continues)]);
        let victim = account.victim();
        account.terminate(&victim, false).await.unwrap();
        account.secs(55).await;
        assert_eq!(account.state_of(&victim), Some("Terminating:Wait"));
        account.secs(15).await;
        assert_eq!(account.state_of(&victim), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_nobody_answers_ends_with_the_default() {
    for (continues, expected) in [(true, Some("InService")), (false, None)] {
        let account = hooked(vec![launching(60, continues)]);
        let held = held_launch(&account).await;
        account.secs(60).await;
        assert_eq!(account.state_of(&held), expected, "CONTINUE: {continues}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_goes_on_becomes_part_of_the_capacity() {
    let account = hooked(vec![launching(300, false)]);
    let held = held_launch(&account).await;
    complete(&account, HOOK, &held, "CONTINUE").await.unwrap();
    account.secs(5).await;
    assert_eq!(account.state_of(&held), Some("InService"));
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_is_abandoned_is_replaced() {
    let account = hooked(vec![launching(300, true)]);
    let held = held_launch(&account).await;
    complete(&account, HOOK, &held, "ABANDON").await.unwrap();
    account.secs(30).await;
    assert_eq!(account.state_of(&held), None);
    assert_eq!(account.in_state("Pending:Wait").len(), 1, "the next one");
}

#[tokio::test(start_paused = true)]
async fn abandon_skips_the_other_hooks_and_continue_does_not() {
    for (result, expected) in [("CONTINUE", "Terminating:Wait"), ("ABANDON", "Terminating:Proceed")] {
        let account = hooked(vec![terminating("first", 300, true), terminating("second", 300, true)]);
        let victim = account.victim();
        account.terminate(&victim, false).await.unwrap();
        complete(&account, "first", &victim, result).await.unwrap();
        assert_eq!(account.state_of(&victim), Some(expected), "{result}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_hooks_have_to_be_completed() {
    let account = hooked(["a", "b", "c"].map(|name| terminating(name, 300, true)).to_vec());
    let victim = account.victim();
    account.terminate(&victim, false).await.unwrap();
    for name in ["c", "a", "b"] {
        assert_eq!(account.state_of(&victim), Some("Terminating:Wait"));
        complete(&account, name, &victim, "CONTINUE").await.unwrap();
    }
    assert_eq!(account.state_of(&victim), Some("Terminating:Proceed"));
}

#[tokio::test(start_paused = true)]
async fn a_detach_calls_no_hook() {
    let account = hooked(vec![terminating(HOOK, 300, true)]);
    let victim = account.victim();
    account.detach(std::slice::from_ref(&victim)).await.unwrap();
    account.secs(5).await;
    assert_eq!(account.state_of(&victim), None);
    let left = account.sim.container_instance(&victim).unwrap();
    assert_eq!((left.status, left.agent_connected), ("ACTIVE", true));
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_is_deleted_lets_a_termination_go_on_and_gives_a_launch_up() {
    let account = hooked(vec![terminating(HOOK, 300, false)]);
    let victim = account.victim();
    account.terminate(&victim, false).await.unwrap();
    delete_hook(&account).await;
    account.secs(10).await;
    assert_eq!(account.state_of(&victim), None);

    let account = hooked(vec![launching(300, true)]);
    let held = held_launch(&account).await;
    delete_hook(&account).await;
    account.secs(30).await;
    assert_eq!(account.state_of(&held), None);
    assert_eq!(account.in_state("InService").len(), 4, "nothing holds the next one");
}

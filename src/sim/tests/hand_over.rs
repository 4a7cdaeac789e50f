//! From the notice to the end of the instance: with somebody who acts, and without.

use std::collections::BTreeSet;

use super::*;

/// Somebody who does what the operator is for, without any care: waits for the notice, then asks for a replacement and
/// drains.
async fn hand_over(account: &Account) -> String {
    let received = account.sqs.receive_message().queue_url(QUEUE_URL).wait_time_seconds(20).send().await.unwrap();
    let body = received.messages().first().unwrap().body().unwrap();
    let event: serde_json::Value = serde_json::from_str(body).unwrap();
    let instance = event.pointer("/detail/instance-id").unwrap().as_str().unwrap().to_owned();
    assert_eq!(account.detach(std::slice::from_ref(&instance)).await.unwrap(), 1);
    account.drain(&instance).await;
    instance
}

fn one_interruption() -> Scenario {
    Scenario { interruptions: vec![InterruptionPlan::new(Duration::from_secs(5), GROUP, 1)], ..small() }
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_over_in_time_loses_nothing() {
    let account = Account::new(one_interruption(), 1);
    let instance = hand_over(&account).await;
    let notice = account.interruption().notice;
    assert!(account.now() < notice + Duration::from_secs(4), "the long poll ends when the notice arrives");
    assert_eq!(account.sim.container_instance(&instance).unwrap().status, "DRAINING");

    account.secs(115).await;
    let seen = account.interruption();
    let registered = seen.replacement.clone().unwrap().registered.unwrap();
    assert!(registered < seen.deadline, "the group launched at the detach");
    assert!(seen.tasks_at_notice > 0);
    assert_eq!((seen.graceful, seen.cut_short, seen.killed), (seen.tasks_at_notice, 0, 0));
    assert_eq!(seen.gone, None);

    account.secs(30).await;
    assert_eq!(account.interruption().gone, Some(seen.deadline));
    let gone = account.sim.container_instance(&instance).unwrap();
    assert_eq!((gone.status, gone.agent_connected), ("INACTIVE", false));
    assert_eq!(account.members().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_hands_over_is_killed_and_replaced_late() {
    let account = Account::new(one_interruption(), 1);
    account.secs(120).await;
    assert_eq!(account.interruption().replacement, None);
    account.secs(180).await;
    let seen = account.interruption();
    assert_eq!((seen.graceful, seen.killed), (0, seen.tasks_at_notice));
    let replacement = seen.replacement.unwrap();
    assert!(replacement.launched > seen.gone.unwrap());
    assert!(replacement.registered.is_some());
    assert_eq!(account.sim.tasks(CLUSTER).iter().filter(|task| task.last_status == "RUNNING").count(), 8);
}

#[tokio::test(start_paused = true)]
async fn the_driver_moves_the_world_when_nobody_looks() {
    let account = Account::new(one_interruption(), 1);
    let (stop, driver) = (tokio_util::sync::CancellationToken::new(), account.sim.clone());
    let run = driver.run(stop.clone());
    let look = async {
        account.secs(300).await;
        stop.cancel();
    };
    tokio::join!(run, look);
    assert!(account.interruption().replacement.is_some());
}

async fn transcript(seed: u64) -> Vec<String> {
    let account = Account::new(one_interruption(), seed);
    hand_over(&account).await;
    account.secs(300).await;
    account.sim.transcript()
}

#[tokio::test(start_paused = true)]
async fn a_seed_gives_the_same_run_again() {
    let (first, again, other) = (transcript(7).await, transcript(7).await, transcript(8).await);
    assert!(first.len() > 10);
    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[tokio::test(start_paused = true)]
async fn a_reclaim_that_is_cancelled_leaves_the_instance() {
    let account = Account::new(small(), 2);
    let victim = account.victim();
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(120));
    account.secs(60).await;
    account.sim.cancel_reclaim(&victim);
    account.secs(300).await;
    let seen = account.interruption();
    assert!(seen.cancelled && seen.gone.is_none());
    assert!(account.members().contains(&victim));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_stopped_stays_registered_without_agent() {
    let account = Account::new(small(), 3);
    let victim = account.victim();
    account.sim.interrupt_with(std::slice::from_ref(&victim), Duration::from_secs(120), Action::Hibernate);
    account.secs(300).await;
    let left = account.sim.container_instance(&victim).unwrap();
    assert_eq!((left.status, left.agent_connected), ("ACTIVE", false));
    let on_it = account.sim.tasks(CLUSTER).into_iter().filter(|task| task.instance_id.as_ref() == Some(&victim));
    let states: BTreeSet<_> = on_it.map(|task| task.last_status).collect();
    assert_eq!(states, BTreeSet::from(["STOPPED"]));
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_dies_before_its_agent_registers_never_joins() {
    let params = Params { agent_registration: Spread::secs(60, 60), ..Params::default() };
    let account = Account::new(Scenario { params, ..small() }, 4);
    let before = account.members();
    account.detach(std::slice::from_ref(before.first().unwrap())).await.unwrap();
    account.secs(45).await;
    let newcomer = account.members().into_iter().find(|id| !before.contains(id)).unwrap();
    account.sim.interrupt(std::slice::from_ref(&newcomer), Duration::from_secs(1));
    account.secs(120).await;
    assert_eq!(account.interruption().gone.map(|gone| gone < account.now()), Some(true));
    assert_eq!(account.sim.container_instance(&newcomer), None);
}

//! Capacity Rebalancing: the group replaces what Spot may take while it still serves.

use super::*;

fn rebalancing(changed: impl FnOnce(GroupSpec) -> GroupSpec) -> Scenario {
    let groups = vec![changed(GroupSpec { capacity_rebalance: true, ..group() })];
    Scenario { params: exact(), groups, ..small() }
}

fn held(group: GroupSpec) -> GroupSpec {
    GroupSpec { hooks: vec![HookSpec::terminating("wait", Duration::from_secs(300), true)], ..group }
}

#[tokio::test(start_paused = true)]
async fn the_replacement_comes_first_and_then_the_old_one_goes() {
    let account = Account::new(rebalancing(|group| group), 1);
    let victim = account.victim();
    account.recommend(&victim);
    account.secs(15).await;
    assert_eq!(account.state_of(&victim), Some("InService"));
    assert_eq!((account.in_state("InService").len(), account.in_state("Pending").len()), (4, 1));
    account.secs(45).await;
    assert_eq!(account.state_of(&victim), None);
    assert_eq!((account.in_state("InService").len(), account.sim.group(GROUP).unwrap().desired), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn a_group_without_it_does_not_listen_to_recommendations() {
    let account = Account::new(Scenario { params: exact(), ..small() }, 1);
    let before = account.members();
    account.recommend(&account.victim());
    account.secs(600).await;
    assert_eq!(account.members(), before);
}

/// Recommends to replace some members of a full group; how many run at once at most until all are replaced.
async fn peak(full: u32, recommended: usize) -> usize {
    let account = Account::new(rebalancing(|group| GroupSpec { desired: full, max: full, ..group }), 1);
    let old: Vec<String> = account.members().into_iter().take(recommended).collect();
    old.iter().for_each(|instance| account.recommend(instance));
    let mut most = 0;
    for _ in 0..200 {
        account.secs(1).await;
        most = most.max(account.running());
    }
    assert!(old.iter().all(|instance| account.state_of(instance).is_none()));
    assert_eq!(account.in_state("InService").len(), full as usize);
    most
}

#[tokio::test(start_paused = true)]
async fn a_full_group_exceeds_its_maximum_by_a_tenth_and_by_one_at_least() {
    assert_eq!(peak(20, 5).await, 22);
    assert_eq!(peak(4, 4).await, 5);
}

#[tokio::test(start_paused = true)]
async fn at_a_recommendation_the_hook_is_called_once_the_replacement_serves() {
    let account = Account::new(rebalancing(held), 1);
    let victim = account.victim();
    account.recommend(&victim);
    account.secs(15).await;
    assert_eq!(account.state_of(&victim), Some("InService"));
    account.secs(15).await;
    assert_eq!(account.state_of(&victim), Some("Terminating:Wait"));
    assert_eq!(account.in_state("InService").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn at_a_notice_the_hook_is_called_at_once() {
    let account = Account::new(rebalancing(held), 1);
    let (before, victim) = (account.members(), account.victim());
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(120));
    assert_eq!(account.state_of(&victim), Some("Terminating:Wait"));
    account.secs(30).await;
    assert_eq!(account.in_state("InService").len(), 4);
    assert_eq!(account.interruption().replacement.unwrap().instance_id, account.newcomers(&before)[0]);
}

#[tokio::test(start_paused = true)]
async fn a_notice_after_a_recommendation_asks_for_no_second_replacement() {
    let account = Account::new(rebalancing(|group| group), 1);
    let (before, victim) = (account.members(), account.victim());
    account.recommend(&victim);
    account.secs(10).await;
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(120));
    account.secs(300).await;
    assert_eq!(account.newcomers(&before).len(), 1);
    assert_eq!(account.in_state("InService").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_detach_after_the_notice_asks_for_no_second_replacement() {
    for seconds in [0, 5] {
        let account = Account::new(rebalancing(|group| group), 1);
        let (before, victim) = (account.members(), account.victim());
        account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(120));
        account.secs(seconds).await;
        account.detach(std::slice::from_ref(&victim)).await.unwrap();
        account.secs(300).await;
        assert_eq!(account.newcomers(&before).len(), 1, "detached after {seconds} s");
        assert_eq!(account.members().len(), 4);
        assert!(account.interruption().replacement.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_notice_after_the_detach_asks_for_no_second_replacement() {
    let account = Account::new(rebalancing(|group| group), 1);
    let (before, victim) = (account.members(), account.victim());
    account.detach(std::slice::from_ref(&victim)).await.unwrap();
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(120));
    account.secs(300).await;
    assert_eq!((account.newcomers(&before).len(), account.members().len()), (1, 4));
}

#[tokio::test(start_paused = true)]
async fn the_old_one_may_be_left_to_spot() {
    let params = Params { rebalancing_terminates: false, ..exact() };
    let account = Account::new(Scenario { params, ..rebalancing(|group| group) }, 1);
    let (before, victim) = (account.members(), account.victim());
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(120));
    account.secs(60).await;
    assert_eq!((account.state_of(&victim), account.running()), (Some("InService"), 5));
    account.secs(120).await;
    assert_eq!((account.newcomers(&before).len(), account.members().len()), (1, 4));
    let seen = account.interruption();
    assert_eq!(seen.gone, Some(seen.deadline));
}

#[tokio::test(start_paused = true)]
async fn a_group_that_may_not_launch_does_not_rebalance() {
    let scenario = rebalancing(|group| held(GroupSpec { suspended: vec![Process::Launch], ..group }));
    let account = Account::new(scenario, 1);
    let victim = account.victim();
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(120));
    account.secs(100).await;
    assert_eq!((account.state_of(&victim), account.running()), (Some("InService"), 4));
}

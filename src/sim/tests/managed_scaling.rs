//! Managed scaling and managed termination protection: ECS moves its groups by the tasks that wait.

use std::collections::BTreeSet;

use super::*;

/// A group of so many instances, and a service of so many tasks that each fill one.
fn scaled(desired: u32, tasks: usize, changed: impl FnOnce(GroupSpec) -> GroupSpec) -> Account {
    let task = TaskSpec { cpu: 2_048, ..TaskSpec::default() };
    let launch = Launch::CapacityProviders(vec!["web-spot".into()]);
    let services = vec![ServiceSpec { desired: tasks, min_healthy_percent: 0, launch, task, ..service() }];
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services, standalone: Vec::new() }];
    let group = GroupSpec { desired, managed_scaling: Some(ManagedScaling::default()), ..group() };
    Account::new(Scenario { params: exact(), clusters, groups: vec![changed(group)], ..small() }, 1)
}

fn with_steps(step_min: u32, step_max: u32) -> Account {
    let scaling = ManagedScaling { step_min, step_max, ..ManagedScaling::default() };
    scaled(1, 1, |group| GroupSpec { managed_scaling: Some(scaling), ..group })
}

fn desired(account: &Account) -> u32 {
    account.sim.group(GROUP).unwrap().desired
}

fn hosts(account: &Account) -> BTreeSet<String> {
    let running = account.sim.tasks(CLUSTER).into_iter().filter(|task| task.last_status == "RUNNING");
    running.map(|task| task.instance_id.unwrap()).collect()
}

async fn protected(account: &Account) -> BTreeSet<String> {
    let call = account.autoscaling.describe_auto_scaling_instances();
    let answer = call.send().await.unwrap();
    let protected = answer.auto_scaling_instances().iter().filter(|i| i.protected_from_scale_in() == Some(true));
    protected.map(|instance| instance.instance_id().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn tasks_that_wait_run_within_two_minutes() {
    let account = scaled(1, 1, |group| group);
    account.scale_app(3).await;
    account.secs(10).await;
    let waiting = account.sim.tasks(CLUSTER).into_iter().filter(|task| task.last_status == "PROVISIONING");
    assert_eq!((waiting.count(), desired(&account)), (2, 1));
    account.secs(110).await;
    assert_eq!((hosts(&account).len(), desired(&account)), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn without_it_they_wait() {
    let account = scaled(1, 1, |group| GroupSpec { managed_scaling: None, ..group });
    account.scale_app(3).await;
    account.secs(600).await;
    assert_eq!((hosts(&account).len(), desired(&account)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_warms_up_holds_the_next_step() {
    let account = scaled(1, 1, |group| group);
    account.scale_app(3).await;
    account.secs(130).await;
    assert_eq!(desired(&account), 3, "since the first minute");
    account.scale_app(5).await;
    account.secs(220).await;
    assert_eq!(desired(&account), 3, "warm after 360 s");
    account.secs(20).await;
    assert_eq!(desired(&account), 5);
}

#[tokio::test(start_paused = true)]
async fn a_step_has_its_bounds() {
    for (step_min, step_max, tasks, expected) in [(1, 1, 4, 2), (3, 10_000, 2, 4), (1, 10_000, 4, 4)] {
        let account = with_steps(step_min, step_max);
        account.scale_app(tasks).await;
        account.secs(70).await;
        assert_eq!(desired(&account), expected, "{step_min} to {step_max} for {tasks}");
    }
}

#[tokio::test(start_paused = true)]
async fn from_nothing_two_instances_are_launched() {
    let account = scaled(0, 0, |group| group);
    account.scale_app(1).await;
    account.secs(120).await;
    assert_eq!((hosts(&account).len(), desired(&account)), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn the_bounds_of_the_group_hold() {
    let account = scaled(1, 1, |group| GroupSpec { max: 2, ..group });
    account.scale_app(6).await;
    account.secs(600).await;
    assert_eq!((account.in_state("InService").len(), desired(&account)), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn it_is_a_scaling_policy_and_can_be_suspended_as_one() {
    let account = scaled(1, 1, |group| GroupSpec { suspended: vec![Process::AlarmNotification], ..group });
    account.scale_app(3).await;
    account.secs(600).await;
    assert_eq!(desired(&account), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_too_much_goes_after_fifteen_minutes_and_half_of_it_at_most() {
    let account = scaled(8, 1, |group| group);
    for (seconds, expected) in [(890, 8), (20, 4), (880, 4), (20, 2), (880, 2), (20, 1)] {
        account.secs(seconds).await;
        assert_eq!(desired(&account), expected);
    }
    account.secs(60).await;
    assert_eq!(account.members().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_target_below_100_keeps_some_in_reserve() {
    let scaling = ManagedScaling { target: 50, ..ManagedScaling::default() };
    let account = scaled(2, 2, |group| GroupSpec { managed_scaling: Some(scaling), ..group });
    account.secs(70).await;
    assert_eq!(desired(&account), 4);
    account.secs(2_000).await;
    assert_eq!(desired(&account), 4, "that is the target");
}

#[tokio::test(start_paused = true)]
async fn termination_protection_keeps_the_busy_and_lets_the_idle_go() {
    let account = scaled(4, 2, |group| GroupSpec { managed_termination_protection: true, ..group });
    let busy = hosts(&account);
    account.secs(70).await;
    assert_eq!(protected(&account).await, busy);
    account.resize(2).await;
    account.secs(60).await;
    assert_eq!(account.members().into_iter().collect::<BTreeSet<_>>(), busy);
    assert_eq!(hosts(&account), busy, "no task has noticed");
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_falls_idle_is_protected_no_longer() {
    let account = scaled(2, 2, |group| GroupSpec { managed_termination_protection: true, ..group });
    account.secs(70).await;
    assert_eq!(protected(&account).await.len(), 2);
    account.scale_app(1).await;
    account.secs(120).await;
    assert_eq!(protected(&account).await, hosts(&account));
    assert_eq!(hosts(&account).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn newcomers_that_stay_empty_lose_the_protection_they_came_with() {
    let account = scaled(2, 2, |group| GroupSpec { managed_termination_protection: true, protect_new: true, ..group });
    let busy = hosts(&account);
    account.resize(3).await;
    account.secs(150).await;
    assert_eq!((account.members().len(), protected(&account).await), (3, busy.clone()));
    account.resize(2).await;
    account.secs(60).await;
    assert_eq!(account.members().into_iter().collect::<BTreeSet<_>>(), busy);
}

#[tokio::test(start_paused = true)]
async fn the_kind_of_task_that_needs_most_says_how_many_instances_are_missing() {
    let task = |family: &str, cpu| TaskSpec { family: family.into(), cpu, ..TaskSpec::default() };
    let launch = Launch::CapacityProviders(vec!["web-spot".into()]);
    let of = |name: &str, cpu| ServiceSpec {
        name: name.into(),
        desired: 4,
        launch: launch.clone(),
        task: task(name, cpu),
        ..service()
    };
    let services = vec![of("large", 2_048), of("small", 1_024)];
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services, standalone: Vec::new() }];
    let groups = vec![GroupSpec { desired: 1, managed_scaling: Some(ManagedScaling::default()), ..group() }];
    let account = Account::new(Scenario { params: exact(), clusters, groups, ..small() }, 1);
    account.secs(70).await;
    let waiting = account.sim.tasks(CLUSTER).into_iter().filter(|task| task.last_status == "PROVISIONING").count();
    assert!(waiting > 3, "{waiting} wait");
    assert!(desired(&account) <= 5, "{}: not one for each kind", desired(&account));
}

//! Daemon services: one task on each container instance, and the last to stop there.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::SchedulingStrategy;

use super::*;

fn with_agents() -> Account {
    let agent = ServiceSpec { name: "agent".into(), strategy: Strategy::Daemon, ..ServiceSpec::default() };
    let services = vec![service(), agent];
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services, standalone: Vec::new() }];
    Account::new(Scenario { params: exact(), clusters, ..small() }, 1)
}

/// Where the daemon's tasks run.
fn agents(account: &Account) -> Vec<String> {
    let tasks = account.sim.tasks(CLUSTER).into_iter();
    let running = tasks.filter(|task| task.group == "service:agent" && task.last_status == "RUNNING");
    let mut hosts: Vec<String> = running.map(|task| task.instance_id.unwrap()).collect();
    hosts.sort();
    hosts
}

fn active(account: &Account) -> Vec<String> {
    let instances = account.sim.container_instances(CLUSTER).into_iter();
    let mut hosts: Vec<String> = instances.filter(|i| i.status == "ACTIVE").map(|i| i.instance_id).collect();
    hosts.sort();
    hosts
}

#[tokio::test(start_paused = true)]
async fn each_container_instance_has_one_and_a_new_one_gets_one() {
    let account = with_agents();
    assert_eq!((agents(&account), active(&account).len()), (active(&account), 4));
    account.detach(&[account.victim()]).await.unwrap();
    account.secs(60).await;
    assert_eq!((agents(&account), active(&account).len()), (active(&account), 5), "the detached one keeps its own");
}

#[tokio::test(start_paused = true)]
async fn on_a_draining_instance_it_is_the_last_to_stop() {
    let account = with_agents();
    let victim = account.victim();
    account.drain(&victim).await;
    let mut others = 0;
    for _ in 0..60 {
        let here = account.tasks_on(&victim);
        let (agent, app): (Vec<_>, Vec<_>) = here.iter().partition(|task| task.group == "service:agent");
        if !app.is_empty() {
            others += 1;
            assert_eq!(agent.len(), 1);
            assert_eq!((agent[0].last_status, agent[0].desired_status), ("RUNNING", "RUNNING"));
        }
        account.secs(1).await;
    }
    assert!(others > 0);
    assert!(account.tasks_on(&victim).is_empty(), "and it does stop");
}

#[tokio::test(start_paused = true)]
async fn it_stays_where_a_task_stays() {
    let agent = ServiceSpec { name: "agent".into(), strategy: Strategy::Daemon, ..ServiceSpec::default() };
    let standalone = vec![TaskSpec { family: "batch".into(), ..TaskSpec::default() }];
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services: vec![agent], standalone }];
    let account = Account::new(Scenario { params: exact(), clusters, ..small() }, 1);
    let batch = account.sim.tasks(CLUSTER).into_iter().find(|task| task.group == "family:batch").unwrap();
    let host = batch.instance_id.unwrap();
    account.drain(&host).await;
    account.secs(600).await;
    assert!(agents(&account).contains(&host));
    account.ecs.stop_task().cluster(CLUSTER).task(&batch.arn).send().await.unwrap();
    account.secs(60).await;
    assert!(!agents(&account).contains(&host));
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_active_again_has_one_again() {
    let account = with_agents();
    let victim = account.victim();
    let drained = account.drain(&victim).await;
    account.secs(60).await;
    assert_eq!(agents(&account), active(&account));
    assert!(!agents(&account).contains(&victim));
    let call = account.ecs.update_container_instances_state().cluster(CLUSTER);
    let call = call.container_instances(drained.container_instance_arn().unwrap());
    call.status(ContainerInstanceStatus::Active).send().await.unwrap();
    account.secs(30).await;
    assert!(agents(&account).contains(&victim));
}

#[tokio::test(start_paused = true)]
async fn the_number_of_its_tasks_is_that_of_the_instances() {
    let account = with_agents();
    account.drain(&account.victim()).await;
    let answer = account.ecs.describe_services().cluster(CLUSTER).services("agent").send().await.unwrap();
    let described = answer.services().first().unwrap();
    assert_eq!(described.scheduling_strategy(), Some(&SchedulingStrategy::Daemon));
    assert_eq!(described.desired_count(), 3);
    let call = account.ecs.update_service().cluster(CLUSTER).service("agent").desired_count(2);
    let error = call.send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_parameter_exception(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn daemons_do_not_hold_an_instance_that_is_shed() {
    let account = with_agents();
    let before: BTreeSet<String> = account.members().into_iter().collect();
    account.resize(3).await;
    account.secs(60).await;
    let left: BTreeSet<String> = account.members().into_iter().collect();
    assert!(left.len() == 3 && left.is_subset(&before));
    assert_eq!(agents(&account), left.into_iter().collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn it_comes_first_to_a_new_instance() {
    let task = TaskSpec { cpu: 512, ..TaskSpec::default() };
    let agent = ServiceSpec { name: "agent".into(), strategy: Strategy::Daemon, task, ..ServiceSpec::default() };
    let task = TaskSpec { cpu: 256, ..TaskSpec::default() };
    let launch = Launch::CapacityProviders(vec!["web-spot".into()]);
    // Its name comes first, and its tasks wait already.
    let app = ServiceSpec { name: "aaa".into(), desired: 40, launch, task, ..service() };
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services: vec![app, agent], standalone: Vec::new() }];
    let account = Account::new(Scenario { params: exact(), clusters, ..small() }, 1);
    account.resize(5).await;
    account.secs(120).await;
    assert_eq!((agents(&account), active(&account).len()), (active(&account), 5));
}

#[tokio::test(start_paused = true)]
async fn a_new_deployment_replaces_each() {
    let account = with_agents();
    let before: BTreeSet<String> = account.sim.tasks(CLUSTER).into_iter().map(|task| task.arn).collect();
    let call = account.ecs.update_service().cluster(CLUSTER).service("agent").force_new_deployment(true);
    call.send().await.unwrap();
    account.secs(120).await;
    assert_eq!(agents(&account), active(&account));
    let kept =
        account.sim.tasks(CLUSTER).into_iter().filter(|task| {
            task.group == "service:agent" && task.last_status == "RUNNING" && before.contains(&task.arn)
        });
    assert_eq!(kept.count(), 0);
    let answer = account.ecs.describe_services().cluster(CLUSTER).services("agent").send().await.unwrap();
    assert_eq!(answer.services().first().unwrap().deployments().len(), 1);
}

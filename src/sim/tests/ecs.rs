//! ECS: the service scheduler at work, and the API over its own protocol.

use aws_sdk_ecs::error::ProvideErrorMetadata;
use aws_sdk_ecs::types::DesiredStatus;

use super::*;

fn with_service(service: ServiceSpec) -> Scenario {
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services: vec![service], standalone: Vec::new() }];
    Scenario { clusters, ..small() }
}

fn running_on(account: &Account, instance: &str) -> usize {
    let tasks = account.sim.tasks(CLUSTER);
    tasks.iter().filter(|t| t.instance_id.as_deref() == Some(instance) && t.last_status == "RUNNING").count()
}

#[tokio::test(start_paused = true)]
async fn a_world_starts_out_steady() {
    let account = Account::new(small(), 1);
    let tasks = account.sim.tasks(CLUSTER);
    assert_eq!(tasks.iter().filter(|task| task.healthy && task.last_status == "RUNNING").count(), 8);
    let instances = account.sim.container_instances(CLUSTER);
    assert_eq!(instances.iter().filter(|i| i.status == "ACTIVE" && i.agent_connected).count(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_minimum_of_100_percent_waits_for_the_replacements() {
    let account = Account::new(with_service(ServiceSpec { min_healthy_percent: 100, ..service() }), 1);
    let victim = account.victim();
    account.drain(&victim).await;
    let before = running_on(&account, &victim);
    account.secs(40).await;
    assert_eq!(running_on(&account, &victim), before, "replacements are not healthy before 40 s of running");
    account.secs(60).await;
    assert_eq!(running_on(&account, &victim), 0);
}

#[tokio::test(start_paused = true)]
async fn a_minimum_and_maximum_of_100_percent_move_nothing() {
    let stuck = ServiceSpec { min_healthy_percent: 100, max_percent: 100, ..service() };
    let account = Account::new(with_service(stuck), 1);
    let victim = account.victim();
    account.drain(&victim).await;
    let before = running_on(&account, &victim);
    account.secs(600).await;
    assert_eq!(running_on(&account, &victim), before);
}

#[tokio::test(start_paused = true)]
async fn no_more_tasks_than_the_minimum_allows_are_missing_at_any_time() {
    let account = Account::new(with_service(ServiceSpec { min_healthy_percent: 75, ..service() }), 1);
    for instance in account.members().iter().take(2) {
        account.drain(instance).await;
    }
    for _ in 0..120 {
        account.secs(1).await;
        let healthy =
            account.sim.tasks(CLUSTER).into_iter().filter(|task| task.healthy && task.last_status == "RUNNING");
        assert!(healthy.count() >= 6);
    }
}

#[tokio::test(start_paused = true)]
async fn sigterm_waits_for_the_deregistration_delay_but_not_with_stop_task() {
    let delay = Some(Duration::from_secs(300));
    let account = Account::new(with_service(ServiceSpec { deregistration_delay: delay, ..service() }), 1);
    let victim = account.victim();
    let instance = account.drain(&victim).await;
    account.secs(15).await;
    let listed = account
        .ecs
        .list_tasks()
        .cluster(CLUSTER)
        .container_instance(instance.container_instance_arn().unwrap())
        .desired_status(DesiredStatus::Stopped)
        .send()
        .await
        .unwrap();
    let task = listed.task_arns().first().unwrap();
    let status = async || {
        let answer = account.ecs.describe_tasks().cluster(CLUSTER).tasks(task).send().await.unwrap();
        answer.tasks().first().unwrap().last_status().unwrap().to_owned()
    };
    assert_eq!(status().await, "DEACTIVATING");
    account.ecs.stop_task().cluster(CLUSTER).task(task).send().await.unwrap();
    account.secs(31).await;
    assert_eq!(status().await, "STOPPED");
}

#[tokio::test(start_paused = true)]
async fn draining_leaves_standalone_tasks_alone() {
    let standalone = vec![TaskSpec { family: "batch".into(), ..TaskSpec::default() }];
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services: Vec::new(), standalone }];
    let account = Account::new(Scenario { clusters, ..small() }, 1);
    let batch = account.sim.tasks(CLUSTER).into_iter().next().unwrap();
    let host = batch.instance_id.unwrap();
    account.drain(&host).await;
    account.secs(600).await;
    assert_eq!(running_on(&account, &host), 1);
    let stopped = account.ecs.stop_task().cluster(CLUSTER).task(&batch.arn).send().await.unwrap();
    let task = stopped.task().unwrap();
    assert_eq!((task.group(), task.desired_status()), (Some("family:batch"), Some("STOPPED")));
    account.secs(31).await;
    assert_eq!(running_on(&account, &host), 0);
}

#[tokio::test(start_paused = true)]
async fn counts_leave_out_tasks_that_are_stopping() {
    let delay = Some(Duration::from_secs(300));
    let account = Account::new(with_service(ServiceSpec { deregistration_delay: delay, ..service() }), 1);
    let drained = account.drain(&account.victim()).await;
    assert!(drained.running_tasks_count() > 0);
    account.secs(15).await;
    let call = account.ecs.describe_container_instances().cluster(CLUSTER);
    let answer = call.container_instances(drained.container_instance_arn().unwrap()).send().await.unwrap();
    assert_eq!(answer.container_instances().first().unwrap().running_tasks_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_service_without_room_is_held_back_after_three_attempts() {
    let big = TaskSpec { cpu: 2_048, ..TaskSpec::default() };
    let full = ServiceSpec { desired: 4, min_healthy_percent: 0, task: big, ..service() };
    let account = Account::new(with_service(full), 1);
    account.drain(&account.victim()).await;
    account.secs(120).await;
    let failed = account.sim.transcript().iter().filter(|line| line.contains("PlacementFailed")).count();
    assert_eq!(failed, 3);
}

#[tokio::test(start_paused = true)]
async fn a_task_of_a_capacity_provider_waits_for_capacity() {
    let big = TaskSpec { cpu: 2_048, ..TaskSpec::default() };
    let launch = Launch::CapacityProviders(vec!["web-spot".into()]);
    let full = ServiceSpec { desired: 4, min_healthy_percent: 0, task: big, launch, ..service() };
    let account = Account::new(with_service(full), 1);
    let victim = account.victim();
    account.detach(std::slice::from_ref(&victim)).await.unwrap();
    account.drain(&victim).await;
    account.secs(20).await;
    let waiting =
        |account: &Account| account.sim.tasks(CLUSTER).iter().filter(|task| task.last_status == "PROVISIONING").count();
    assert_eq!(waiting(&account), 1);
    account.secs(100).await;
    assert_eq!(waiting(&account), 0);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_task_takes_the_place_of_one_that_has_stopped() {
    let half = TaskSpec { family: "batch".into(), cpu: 1_024, ..TaskSpec::default() };
    let big = TaskSpec { cpu: 2_048, ..TaskSpec::default() };
    let launch = Launch::CapacityProviders(vec!["web-spot".into()]);
    let waiting = ServiceSpec { desired: 4, min_healthy_percent: 0, task: big, launch, ..service() };
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services: vec![waiting], standalone: vec![half] }];
    let account = Account::new(Scenario { clusters, ..small() }, 1);
    let batch = account.sim.tasks(CLUSTER).into_iter().find(|task| task.group == "family:batch").unwrap();
    let waits = || account.sim.tasks(CLUSTER).iter().any(|task| task.last_status == "PROVISIONING");
    assert!(waits());
    account.ecs.stop_task().cluster(CLUSTER).task(&batch.arn).send().await.unwrap();
    account.secs(60).await;
    assert!(!waits());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_a_failure_of_its_own() {
    let account = Account::new(small(), 1);
    let answer = account.ecs.describe_clusters().clusters(CLUSTER).clusters("nope").send().await.unwrap();
    assert_eq!(answer.clusters().first().unwrap().capacity_providers(), ["web-spot"]);
    let failure = answer.failures().first().unwrap();
    assert_eq!(failure.arn(), Some("arn:aws:ecs:us-east-1:123456789012:cluster/nope"));
    assert_eq!(failure.reason(), Some("MISSING"));
    let error = account.ecs.list_tasks().cluster("nope").send().await.unwrap_err();
    assert!(error.into_service_error().is_cluster_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn a_capacity_provider_names_its_group() {
    let account = Account::new(small(), 1);
    let call = account.ecs.describe_capacity_providers().capacity_providers("web-spot").capacity_providers("nope");
    let answer = call.send().await.unwrap();
    let provider = answer.capacity_providers().first().unwrap().auto_scaling_group_provider().unwrap();
    assert!(provider.auto_scaling_group_arn().ends_with("autoScalingGroupName/web-asg"));
    assert_eq!(answer.failures().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn too_many_at_once_are_refused() {
    let account = Account::new(small(), 1);
    let call = account.ecs.update_container_instances_state().cluster(CLUSTER);
    let ids = (0..11).map(|n| format!("{n:032x}")).collect();
    let call = call.set_container_instances(Some(ids)).status(ContainerInstanceStatus::Draining);
    let error = call.send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterException"));
    assert_eq!(error.message(), Some("instanceIds can have at most 10 items."));
}

#[tokio::test(start_paused = true)]
async fn an_action_that_the_model_lacks_is_an_error_of_aws() {
    let account = Account::new(small(), 1);
    let error = account.ecs.list_account_settings().send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    let error = account.autoscaling.describe_policies().send().await.unwrap_err();
    assert_eq!(aws_sdk_autoscaling::error::ProvideErrorMetadata::code(&error), Some("InvalidAction"));
}

#[tokio::test(start_paused = true)]
async fn a_container_instance_is_described_with_what_the_operator_looks_for() {
    let account = Account::new(small(), 1);
    let victim = account.victim();
    let instance = account.drain(&victim).await;
    assert_eq!(instance.ec2_instance_id(), Some(victim.as_str()));
    assert_eq!(instance.capacity_provider_name(), Some("web-spot"));
    assert!(instance.container_instance_arn().unwrap().contains(":container-instance/web/"));
    let zone = instance.attributes().iter().find(|a| a.name() == "ecs.availability-zone").unwrap();
    assert!(zone.value().unwrap().starts_with("us-east-1"));
    assert!(instance.registered_at().unwrap().secs() < account.now().as_second());
}

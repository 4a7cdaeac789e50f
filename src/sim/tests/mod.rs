//! The simulated AWS, as the AWS SDK for Rust sees it. Time is virtual: nothing here waits.

mod attributes;
mod autoscaling;
mod capacity_rebalancing;
mod daemons;
mod delivery;
mod demo;
mod deployments;
mod ecs;
mod fargate;
mod faults;
mod hand_over;
mod hook_notifications;
mod hooks;
mod launch_instances;
mod load_balancing;
mod managed_draining;
mod managed_scaling;
mod market;
mod membership;
mod nonsense;
mod pools;
mod sqs;
mod suspended;
mod task_events;
mod task_protection;
mod throttle;
mod weather;

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_ecs::config::retry::RetryConfig;
use aws_sdk_ecs::config::{BehaviorVersion, Region};
use aws_sdk_ecs::types::{ContainerInstance, ContainerInstanceStatus};
use jiff::Timestamp;
use serde_json::Value;

use super::*;
use crate::clock::Clock;

const CLUSTER: &str = "web";
const GROUP: &str = "web-asg";
const QUEUE_URL: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/spot-events";

/// A simulated account and the clients of somebody who works in it.
struct Account {
    sim: Simulation,
    clock: Clock,
    ecs: aws_sdk_ecs::Client,
    autoscaling: aws_sdk_autoscaling::Client,
    sqs: aws_sdk_sqs::Client,
}

macro_rules! client {
    ($sdk:ident, $sim:expr, $clock:expr, $retry:expr) => {
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version(BehaviorVersion::v2026_01_12())
                .credentials_provider(Credentials::new("AKIATEST", "secret", None, None, "test"))
                .region(Region::new("us-east-1"))
                .http_client($sim.http_client())
                .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new($clock.clone()))
                .time_source($clock.clone())
                .retry_config($retry.clone())
                .build(),
        )
    };
}

impl Account {
    fn new(scenario: Scenario, seed: u64) -> Self {
        Self::with(scenario, seed, &RetryConfig::standard())
    }

    /// One whose clients try everything once: the pauses of the SDK are not drawn from the seed.
    fn once(scenario: Scenario, seed: u64) -> Self {
        Self::with(scenario, seed, &RetryConfig::disabled())
    }

    fn with(scenario: Scenario, seed: u64, retry: &RetryConfig) -> Self {
        let clock = Clock::simulated("2026-01-02T03:04:05Z".parse().unwrap(), 1.0);
        let sim = Simulation::new(scenario, seed, clock.clone());
        let ecs = client!(aws_sdk_ecs, sim, clock, retry);
        let autoscaling = client!(aws_sdk_autoscaling, sim, clock, retry);
        let sqs = client!(aws_sdk_sqs, sim, clock, retry);
        Self { sim, clock, ecs, autoscaling, sqs }
    }

    async fn secs(&self, seconds: u64) {
        self.clock.sleep(Duration::from_secs(seconds)).await;
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn members(&self) -> Vec<String> {
        self.sim.group(GROUP).unwrap().members.into_iter().map(|member| member.instance_id).collect()
    }

    /// Some member of the group.
    fn victim(&self) -> String {
        self.members().into_iter().next().unwrap()
    }

    /// The members that were none before.
    fn newcomers(&self, before: &[String]) -> Vec<String> {
        self.members().into_iter().filter(|id| !before.contains(id)).collect()
    }

    /// The LifecycleState of an instance; `None` where the group does not list it.
    fn state_of(&self, instance: &str) -> Option<&'static str> {
        let members = self.sim.group(GROUP).unwrap().members;
        members.into_iter().find(|member| member.instance_id == instance).map(|member| member.lifecycle_state)
    }

    /// The members whose LifecycleState begins so.
    fn in_state(&self, state: &str) -> Vec<String> {
        let members = self.sim.group(GROUP).unwrap().members.into_iter();
        members.filter(|member| member.lifecycle_state.starts_with(state)).map(|member| member.instance_id).collect()
    }

    /// How many members run or are about to.
    fn running(&self) -> usize {
        self.in_state("Pending").len() + self.in_state("InService").len()
    }

    /// The tasks on an instance that are not STOPPED.
    fn tasks_on(&self, instance: &str) -> Vec<TaskView> {
        let here = |task: &TaskView| task.instance_id.as_deref() == Some(instance) && task.last_status != "STOPPED";
        self.sim.tasks(CLUSTER).into_iter().filter(here).collect()
    }

    /// Lets EC2 recommend to rebalance.
    fn recommend(&self, instance: &str) {
        self.sim.change(|world| world.ec2.recommend(instance, &mut world.core));
    }

    fn interruption(&self) -> Interruption {
        let truth = self.sim.truth();
        assert_eq!(truth.interruptions.len(), 1);
        truth.interruptions.into_iter().next().unwrap()
    }

    async fn detach(&self, ids: &[String]) -> Result<i32, aws_sdk_autoscaling::Error> {
        self.detach_from(GROUP, ids).await
    }

    async fn detach_from(&self, group: &str, ids: &[String]) -> Result<i32, aws_sdk_autoscaling::Error> {
        let call = self.autoscaling.detach_instances().auto_scaling_group_name(group);
        let call = call.set_instance_ids(Some(ids.to_vec())).should_decrement_desired_capacity(false);
        Ok(i32::try_from(call.send().await?.activities().len()).unwrap())
    }

    async fn terminate(&self, id: &str, decrement: bool) -> Result<(), aws_sdk_autoscaling::Error> {
        let call = self.autoscaling.terminate_instance_in_auto_scaling_group().instance_id(id);
        call.should_decrement_desired_capacity(decrement).send().await?;
        Ok(())
    }

    /// Sets the group's desired capacity.
    async fn resize(&self, desired: i32) {
        let call = self.autoscaling.set_desired_capacity().auto_scaling_group_name(GROUP);
        call.desired_capacity(desired).send().await.unwrap();
    }

    /// Sets the desired count of the service.
    async fn scale_app(&self, desired: i32) {
        let call = self.ecs.update_service().cluster(CLUSTER).service("app").desired_count(desired);
        call.send().await.unwrap();
    }

    /// Takes all messages out of the queue, in their order.
    async fn messages(&self) -> Vec<Value> {
        let mut taken = Vec::new();
        loop {
            let call = self.sqs.receive_message().queue_url(QUEUE_URL).max_number_of_messages(10);
            let received = call.send().await.unwrap().messages.unwrap_or_default();
            if received.is_empty() {
                return taken;
            }
            for message in received {
                taken.push(serde_json::from_str(message.body().unwrap()).unwrap());
                let call = self.sqs.delete_message().queue_url(QUEUE_URL);
                call.receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
            }
        }
    }

    async fn drain(&self, instance_id: &str) -> ContainerInstance {
        let listed = self
            .ecs
            .list_container_instances()
            .cluster(CLUSTER)
            .filter(format!("ec2InstanceId in [{instance_id}]"))
            .send()
            .await
            .unwrap();
        let drained = self
            .ecs
            .update_container_instances_state()
            .cluster(CLUSTER)
            .set_container_instances(listed.container_instance_arns)
            .status(ContainerInstanceStatus::Draining)
            .send()
            .await
            .unwrap();
        drained.container_instances.unwrap().into_iter().next().unwrap()
    }
}

/// One group of four instances, one service of eight tasks that may lose half of them for a while, one queue.
fn small() -> Scenario {
    Scenario {
        clusters: vec![ClusterSpec { name: CLUSTER.into(), services: vec![service()], standalone: Vec::new() }],
        groups: vec![group()],
        queues: vec![QueueSpec { name: "spot-events".into(), ..QueueSpec::default() }],
        rules: vec![RuleSpec::interruptions("spot-events")],
        ..Scenario::default()
    }
}

fn service() -> ServiceSpec {
    ServiceSpec { name: "app".into(), desired: 8, min_healthy_percent: 50, ..ServiceSpec::default() }
}

fn group() -> GroupSpec {
    GroupSpec {
        name: GROUP.into(),
        cluster: Some(CLUSTER.into()),
        capacity_provider: Some("web-spot".into()),
        desired: 4,
        max: 8,
        ..GroupSpec::default()
    }
}

/// What AWS leaves open, each with one value only, so that tests know when something happens.
fn exact() -> Params {
    let secs = |seconds| Spread::secs(seconds, seconds);
    Params {
        event_latency: secs(1),
        api_latency: secs(0),
        boot: secs(20),
        agent_registration: secs(10),
        shutdown: secs(5),
        in_service: secs(1),
        group_reaction: secs(1),
        health_check: secs(10),
        detaching: secs(1),
        launch_retry: secs(15),
        deregistration: secs(2),
        scheduler_reaction: secs(1),
        task_start: secs(5),
        stop_order: secs(1),
        ignores_sigterm_percent: 0,
        exit_percent: (50, 50),
        managed_draining: secs(2),
        agent_poll: secs(1),
        fargate_start: secs(20),
        ..Params::default()
    }
}

//! The simulated AWS, as the AWS SDK for Rust sees it. Time is virtual: nothing here waits.

mod autoscaling;
mod delivery;
mod demo;
mod ecs;
mod faults;
mod hand_over;
mod nonsense;
mod sqs;
mod throttle;

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_ecs::config::retry::RetryConfig;
use aws_sdk_ecs::config::{BehaviorVersion, Region};
use aws_sdk_ecs::types::{ContainerInstance, ContainerInstanceStatus};
use jiff::Timestamp;

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

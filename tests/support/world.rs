//! What AWS shows, by the SDK.

use std::path::PathBuf;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_sqs::types::QueueAttributeName;
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The clients of a test, and what was seeded.
pub struct World {
    pub ecs: aws_sdk_ecs::Client,
    pub autoscaling: aws_sdk_autoscaling::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub events: aws_sdk_eventbridge::Client,
    pub queue: String,
    pub cluster: String,
    pub group: String,
    /// EC2 ids and ARNs of the container instances.
    pub instances: Vec<(String, String)>,
}

impl World {
    /// Clients for `endpoint`, and what `seeded` says.
    pub fn new(endpoint: &str, seeded: &Value) -> Self {
        let config = sdk_config(endpoint);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let instances = seeded["instances"].as_array().unwrap().iter();
        Self {
            ecs: aws_sdk_ecs::Client::new(&config),
            autoscaling: aws_sdk_autoscaling::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            events: aws_sdk_eventbridge::Client::new(&config),
            queue: text(&seeded["queueUrl"]),
            cluster: text(&seeded["cluster"]),
            group: text(&seeded["autoScalingGroup"]),
            instances: instances.map(|i| (text(&i["instanceId"]), text(&i["containerInstanceArn"]))).collect(),
        }
    }

    /// A configuration for the operator, in a file of its own.
    pub fn config(&self, directory: &tempfile::TempDir) -> PathBuf {
        let path = directory.path().join("operator.yaml");
        let text = format!(
            "apiVersion: ecs-spot-operator/v1\nkind: Operator\nmetadata: {{name: default}}\nspec:\n  queues:\n    - url: {}\n  \
             http: {{listen: \"127.0.0.1:0\"}}\n---\napiVersion: ecs-spot-operator/v1\nkind: SpotCluster\nmetadata: {{name: web}}\n\
             spec:\n  cluster: {}\n",
            self.queue, self.cluster
        );
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Puts a Spot interruption warning on the event bus.
    pub async fn interrupt(&self, instance: &str, action: &str) {
        let entry = PutEventsRequestEntry::builder()
            .source("aws.ec2")
            .detail_type("EC2 Spot Instance Interruption Warning")
            .time(DateTime::from_millis(now().as_millisecond()))
            .resources(format!("arn:aws:ec2:us-east-1a:instance/{instance}"))
            .detail(json!({"instance-id": instance, "instance-action": action}).to_string())
            .build();
        let answer = self.events.put_events().entries(entry).send().await.unwrap();
        assert_eq!(answer.failed_entry_count(), 0);
    }

    /// The status of a container instance; `None` when the cluster does not have it.
    pub async fn status(&self, arn: &str) -> Option<String> {
        let call = self.ecs.describe_container_instances().cluster(&self.cluster).container_instances(arn);
        call.send().await.unwrap().container_instances().first()?.status().map(str::to_owned)
    }

    /// The group's members and its desired capacity.
    pub async fn members(&self) -> (Vec<String>, i32) {
        let call = self.autoscaling.describe_auto_scaling_groups().auto_scaling_group_names(&self.group);
        let answer = call.send().await.unwrap();
        let group = answer.auto_scaling_groups().first().unwrap();
        let members = group.instances().iter().filter_map(|instance| instance.instance_id().map(str::to_owned));
        (members.collect(), group.desired_capacity().unwrap())
    }

    /// Messages in the queue that are visible, and messages that are not.
    pub async fn depth(&self) -> (usize, usize) {
        let call = self.sqs.get_queue_attributes().queue_url(&self.queue).attribute_names(QueueAttributeName::All);
        let answer = call.send().await.unwrap();
        let number = |name: QueueAttributeName| answer.attributes().unwrap()[&name].parse().unwrap();
        (
            number(QueueAttributeName::ApproximateNumberOfMessages),
            number(QueueAttributeName::ApproximateNumberOfMessagesNotVisible),
        )
    }

    /// Sends any body at all.
    pub async fn send(&self, body: &str) {
        self.sqs.send_message().queue_url(&self.queue).message_body(body).send().await.unwrap();
    }

    /// What EC2 does at the deadline, as ECS shows it: the container instance is gone.
    pub async fn take_away(&self, arn: &str) {
        let call = self.ecs.deregister_container_instance().cluster(&self.cluster).container_instance(arn).force(true);
        call.send().await.unwrap();
    }
}

/// How the SDK reaches `endpoint`.
pub fn sdk_config(endpoint: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "test")))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

/// The time.
#[expect(clippy::disallowed_methods, reason = "the emulators run in real time")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

//! What ECS tells of container instances and tasks (ECS Developer Guide, "Amazon ECS container instance state change events" and
//! "Amazon ECS task state change events").
//!
//! News that do not say what they are about, by the ARNs of it and of its cluster, are of no use to anybody, and would be of
//! none at the next delivery.

use std::sync::Arc;

use jiff::Timestamp;

use super::Reading;
use super::envelope::Envelope;
use super::news::News;
use crate::ids::InstanceId;

/// The `detail-type` of events about container instances.
pub const CONTAINER_INSTANCE_DETAIL_TYPE: &str = "ECS Container Instance State Change";

/// The `detail-type` of events about tasks.
pub const TASK_DETAIL_TYPE: &str = "ECS Task State Change";

/// Why a task on Fargate Spot is stopped when it is taken back (ECS Developer Guide, "Fargate Spot termination notices").
const FARGATE_INTERRUPTED: &str = "Your Spot Task was interrupted.";

/// The same as a code, now and in older documentation (ECS API reference, `Task`).
const FARGATE_STOP_CODES: [&str; 2] = ["SpotInterruption", "TerminationNotice"];

/// A container instance as an event shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerInstanceNews {
    /// The ARN of its cluster.
    pub cluster: Arc<str>,
    /// Its own ARN.
    pub arn: Arc<str>,
    /// The instance that it is.
    pub instance: Option<InstanceId>,
    /// `ACTIVE`, `DRAINING`, and so on.
    pub status: Option<Arc<str>>,
    /// Whether its agent is connected. It comes and goes several times an hour.
    pub agent_connected: Option<bool>,
    /// Higher in what is newer; the same in a duplicate.
    pub version: Option<i64>,
    /// When it was like that.
    pub at: Timestamp,
}

/// A task as an event shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskNews {
    /// The ARN of its cluster.
    pub cluster: Arc<str>,
    /// Its own ARN.
    pub arn: Arc<str>,
    /// The ARN of the container instance that it runs on; none on Fargate.
    pub container_instance: Option<Arc<str>>,
    /// `service:…`, `family:…`, or what somebody called it.
    pub group: Option<Arc<str>>,
    /// The ARN of its task definition.
    pub definition: Option<Arc<str>>,
    /// What it was last known to do.
    pub last_status: Option<Arc<str>>,
    /// What it is to do.
    pub desired_status: Option<Arc<str>>,
    /// Why it was stopped, as a code.
    pub stop_code: Option<Arc<str>>,
    /// Why it was stopped, in words.
    pub stopped_reason: Option<Arc<str>>,
    /// When it had stopped.
    pub stopped_at: Option<Timestamp>,
    /// `EC2`, `FARGATE`, and so on.
    pub launch_type: Option<Arc<str>>,
    /// The capacity provider that it counts to.
    pub capacity_provider: Option<Arc<str>>,
    /// Higher in what is newer; the same in a duplicate.
    pub version: Option<i64>,
    /// When it was like that.
    pub at: Timestamp,
}

impl TaskNews {
    /// Whether Fargate Spot takes the task back. The code alone will do: the event as it is documented does not say what the
    /// task runs on. But a task that is known to run elsewhere is not on Fargate, whatever its code.
    #[must_use]
    pub fn is_fargate_interruption(&self) -> bool {
        let stops = self.desired_status.as_deref() == Some("STOPPED");
        let by_code = self.stop_code.as_deref().is_some_and(|code| FARGATE_STOP_CODES.contains(&code));
        let by_words = self.on_fargate() && self.stopped_reason.as_deref() == Some(FARGATE_INTERRUPTED);
        stops && !self.elsewhere() && (by_code || by_words)
    }

    fn on_fargate(&self) -> bool {
        let provider = self.capacity_provider.as_deref();
        self.launch_type.as_deref() == Some("FARGATE") || matches!(provider, Some("FARGATE" | "FARGATE_SPOT"))
    }

    fn elsewhere(&self) -> bool {
        self.container_instance.is_some() || self.launch_type.as_deref().is_some_and(|kind| kind != "FARGATE")
    }
}

/// Reads an event about a container instance.
pub fn container_instance(message: &Envelope<'_>) -> Reading {
    let said = message.said();
    let news = said.name("clusterArn").zip(said.name("containerInstanceArn")).map(|(cluster, arn)| {
        News::ContainerInstance(ContainerInstanceNews {
            cluster,
            arn,
            instance: said.instance("ec2InstanceId"),
            status: said.name("status"),
            agent_connected: said.get("agentConnected"),
            version: said.get("version"),
            at: updated_at(message),
        })
    });
    Ok(news.map(Into::into))
}

/// Reads an event about a task.
pub fn task(message: &Envelope<'_>) -> Reading {
    let said = message.said();
    let news = said.name("clusterArn").zip(said.name("taskArn")).map(|(cluster, arn)| {
        News::Task(Box::new(TaskNews {
            cluster,
            arn,
            container_instance: said.name("containerInstanceArn"),
            group: said.name("group"),
            definition: said.name("taskDefinitionArn"),
            last_status: said.name("lastStatus"),
            desired_status: said.name("desiredStatus"),
            stop_code: said.name("stopCode"),
            stopped_reason: said.sentence("stoppedReason").map(Arc::from),
            stopped_at: message.past("stoppedAt"),
            launch_type: said.name("launchType"),
            capacity_provider: said.name("capacityProviderName"),
            version: said.get("version"),
            at: updated_at(message),
        }))
    });
    Ok(news.map(Into::into))
}

fn updated_at(message: &Envelope<'_>) -> Timestamp {
    message.past("updatedAt").unwrap_or(message.said_at())
}

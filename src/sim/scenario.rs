//! What a simulated account holds at the start, and what Spot is going to do to it.

use std::time::Duration;

use super::ec2::Action;
use super::ecs::Need;
use super::events::INTERRUPTION;
use super::faults::Faults;
use super::params::Params;
use super::sqs::VISIBILITY_DEFAULT;

/// A whole simulated account in one Region. Build one field by field, on top of [`Scenario::default`], which is empty.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The account's number.
    pub account: String,
    /// The Region.
    pub region: String,
    /// How AWS behaves where it leaves that open.
    pub params: Params,
    /// ECS clusters.
    pub clusters: Vec<ClusterSpec>,
    /// Auto Scaling groups; a group that names a capacity provider brings it with it.
    pub groups: Vec<GroupSpec>,
    /// SQS queues.
    pub queues: Vec<QueueSpec>,
    /// EventBridge rules.
    pub rules: Vec<RuleSpec>,
    /// What Spot takes back, and when.
    pub interruptions: Vec<InterruptionPlan>,
    /// What goes wrong otherwise.
    pub faults: Faults,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            params: Params::default(),
            clusters: Vec::new(),
            groups: Vec::new(),
            queues: Vec::new(),
            rules: Vec::new(),
            interruptions: Vec::new(),
            faults: Faults::none(),
        }
    }
}

/// An ECS cluster.
#[derive(Clone, Debug, Default)]
pub struct ClusterSpec {
    /// Its name.
    pub name: String,
    /// Its services.
    pub services: Vec<ServiceSpec>,
    /// Tasks that no service looks after, one each, as `RunTask` starts them.
    pub standalone: Vec<TaskSpec>,
}

/// An ECS service.
#[derive(Clone, Debug)]
pub struct ServiceSpec {
    /// Its name.
    pub name: String,
    /// Its desired count.
    pub desired: usize,
    /// minimumHealthyPercent.
    pub min_healthy_percent: usize,
    /// maximumPercent.
    pub max_percent: usize,
    /// The deregistration delay of its target group; `None` for a service without load balancer.
    pub deregistration_delay: Option<Duration>,
    /// Where its tasks may be placed.
    pub launch: Launch,
    /// Its tasks.
    pub task: TaskSpec,
}

impl Default for ServiceSpec {
    /// One task, 100 % to 200 %, as the API's defaults are (ECS API reference, `DeploymentConfiguration`).
    fn default() -> Self {
        Self {
            name: String::new(),
            desired: 1,
            min_healthy_percent: 100,
            max_percent: 200,
            deregistration_delay: None,
            launch: Launch::Type,
            task: TaskSpec::default(),
        }
    }
}

/// Where the tasks of a service may be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launch {
    /// Launch type EC2: on any container instance. A task that finds no place is not started.
    Type,
    /// A capacity provider strategy of equal weights. A task that finds no place waits in PROVISIONING.
    CapacityProviders(Vec<String>),
}

/// A task.
#[derive(Clone, Debug)]
pub struct TaskSpec {
    /// The family of its task definition.
    pub family: String,
    /// In CPU units, 1,024 a vCPU.
    pub cpu: u32,
    /// In MiB.
    pub memory: u32,
    /// From SIGTERM to SIGKILL.
    pub stop_timeout: Duration,
    /// From RUNNING to healthy. Documented for tasks without health check: 40 s (ECS API reference,
    /// `DeploymentConfiguration`).
    pub healthy_after: Duration,
    /// The names of its containers.
    pub containers: Vec<String>,
}

impl Default for TaskSpec {
    fn default() -> Self {
        Self {
            family: "app".to_owned(),
            cpu: 256,
            memory: 512,
            stop_timeout: Duration::from_secs(30),
            healthy_after: Duration::from_secs(40),
            containers: vec!["app".to_owned()],
        }
    }
}

impl TaskSpec {
    pub(super) const fn need(&self) -> Need {
        Need { cpu: self.cpu, memory: self.memory }
    }
}

/// A process of a group that can be suspended (EC2 Auto Scaling User Guide, "Suspend and resume processes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are Auto Scaling's own")]
pub enum Process {
    Launch,
    Terminate,
    HealthCheck,
    ReplaceUnhealthy,
    AZRebalance,
}

/// An Auto Scaling group of Spot instances.
#[derive(Clone, Debug)]
pub struct GroupSpec {
    /// Its name.
    pub name: String,
    /// The cluster that its instances join.
    pub cluster: Option<String>,
    /// The capacity provider made of it.
    pub capacity_provider: Option<String>,
    /// MinSize.
    pub min: u32,
    /// MaxSize.
    pub max: u32,
    /// DesiredCapacity; that many instances run when the simulation starts.
    pub desired: u32,
    /// The zones that it spreads over.
    pub zones: Vec<String>,
    /// The instance types that it launches, in turn.
    pub instance_types: Vec<String>,
    /// Capacity Rebalancing.
    pub capacity_rebalance: bool,
    /// Suspended processes; the group is first filled as if none were.
    pub suspended: Vec<Process>,
    /// New instances are protected from scale-in.
    pub protect_new: bool,
    /// The capacity provider's managed scaling. Described, not acted out.
    pub managed_scaling: bool,
    /// The capacity provider's managed draining. Described, not acted out.
    pub managed_draining: bool,
    /// The capacity provider's managed termination protection. Described, not acted out.
    pub managed_termination_protection: bool,
}

impl Default for GroupSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            cluster: None,
            capacity_provider: None,
            min: 0,
            max: 100,
            desired: 0,
            zones: ["a", "b", "c"].map(|zone| format!("us-east-1{zone}")).to_vec(),
            instance_types: vec!["m5.large".to_owned()],
            capacity_rebalance: false,
            suspended: Vec::new(),
            protect_new: false,
            managed_scaling: false,
            managed_draining: false,
            managed_termination_protection: false,
        }
    }
}

/// An SQS queue.
#[derive(Clone, Debug)]
pub struct QueueSpec {
    /// Its name.
    pub name: String,
    /// VisibilityTimeout.
    pub visibility_timeout: Duration,
    /// Its redrive policy.
    pub redrive: Option<Redrive>,
}

impl Default for QueueSpec {
    fn default() -> Self {
        Self { name: String::new(), visibility_timeout: VISIBILITY_DEFAULT, redrive: None }
    }
}

/// A redrive policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrive {
    /// The name of the dead-letter queue.
    pub queue: String,
    /// How often a message may be received.
    pub max_receive_count: u32,
}

/// An EventBridge rule with a queue as its target.
#[derive(Clone, Debug)]
pub struct RuleSpec {
    /// The values of `detail-type` that it matches.
    pub detail_types: Vec<String>,
    /// The name of the queue.
    pub queue: String,
}

impl RuleSpec {
    /// A rule for Spot interruption notices.
    #[must_use]
    pub fn interruptions(queue: &str) -> Self {
        Self { detail_types: vec![INTERRUPTION.to_owned()], queue: queue.to_owned() }
    }
}

/// Instances that Spot takes back.
#[derive(Clone, Debug)]
pub struct InterruptionPlan {
    /// When notice is given, from the start of the simulation.
    pub after: Duration,
    /// The group whose instances they are; which ones is drawn.
    pub group: String,
    /// How many; fewer where the group has no more that are in service, in their cluster, and without notice.
    pub count: usize,
    /// What Spot does with them.
    pub action: Action,
    /// The lead time of the notice; `None` for the usual ([`Params::notice_lead`]).
    pub lead: Option<Duration>,
    /// Spot changes its mind this long after the notice.
    pub cancelled_after: Option<Duration>,
}

impl InterruptionPlan {
    /// The usual: `count` instances of `group` are terminated, with notice given after `after`.
    #[must_use]
    pub fn new(after: Duration, group: &str, count: usize) -> Self {
        Self { after, group: group.to_owned(), count, action: Action::Terminate, lead: None, cancelled_after: None }
    }
}

//! ECS clusters, as they are given.

use std::time::Duration;

/// Where the first container of a task listens, if its service has a target group.
pub const CONTAINER_PORT: u16 = 8_080;

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
    /// How many tasks it has, and where.
    pub strategy: Strategy,
    /// Its desired count; a daemon service has as many as there are instances.
    pub desired: usize,
    /// minimumHealthyPercent.
    pub min_healthy_percent: usize,
    /// maximumPercent.
    pub max_percent: usize,
    /// The deregistration delay of its target group, which it has unless it is on Fargate; `None` for a service without
    /// load balancer.
    pub deregistration_delay: Option<Duration>,
    /// Where its tasks may be placed.
    pub launch: Launch,
    /// Its tasks protect themselves from scale-in for so long after they start.
    pub protected_for: Option<Duration>,
    /// Its tasks.
    pub task: TaskSpec,
}

impl Default for ServiceSpec {
    /// One task, 100 % to 200 %, as the API's defaults are (ECS API reference, `DeploymentConfiguration`).
    fn default() -> Self {
        Self {
            name: String::new(),
            strategy: Strategy::Replica,
            desired: 1,
            min_healthy_percent: 100,
            max_percent: 200,
            deregistration_delay: None,
            launch: Launch::Type,
            protected_for: None,
            task: TaskSpec::default(),
        }
    }
}

/// A service's scheduling strategy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// As many tasks as are desired.
    #[default]
    Replica,
    /// One task on each container instance.
    Daemon,
}

/// Where the tasks of a service may be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launch {
    /// Launch type EC2: on any container instance. A task that finds no place is not started.
    Type,
    /// A capacity provider strategy of equal weights. A task that finds no place waits in PROVISIONING.
    CapacityProviders(Vec<String>),
    /// The capacity provider FARGATE.
    Fargate,
    /// The capacity provider FARGATE_SPOT.
    FargateSpot,
}

impl Launch {
    pub(in crate::sim) const fn is_fargate(&self) -> bool {
        matches!(self, Self::Fargate | Self::FargateSpot)
    }
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub(in crate::sim) const fn need(&self) -> Need {
        Need { cpu: self.cpu, memory: self.memory }
    }
}

/// Resources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// In CPU units, 1,024 a vCPU.
    pub cpu: u32,
    /// In MiB.
    pub memory: u32,
}

impl Need {
    pub(in crate::sim) const fn less(self, other: Self) -> Self {
        Self { cpu: self.cpu.saturating_sub(other.cpu), memory: self.memory.saturating_sub(other.memory) }
    }

    pub(in crate::sim) const fn plus(self, other: Self) -> Self {
        Self { cpu: self.cpu.saturating_add(other.cpu), memory: self.memory.saturating_add(other.memory) }
    }

    pub(in crate::sim) const fn fits(self, room: Self) -> bool {
        self.cpu <= room.cpu && self.memory <= room.memory
    }
}

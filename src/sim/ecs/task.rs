//! A task.

use jiff::Timestamp;

use super::backend::Backend;
use crate::sim::kernel::short;
use crate::sim::spec::TaskSpec;

/// Where a task is in its life (Amazon ECS Developer Guide, "Task lifecycle"), as far as the model distinguishes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskStatus {
    Provisioning,
    Pending,
    Running,
    Deactivating,
    Stopping,
    Stopped,
}

impl TaskStatus {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Provisioning => "PROVISIONING",
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Deactivating => "DEACTIVATING",
            Self::Stopping => "STOPPING",
            Self::Stopped => "STOPPED",
        }
    }
}

/// Why a task is stopped.
#[derive(Clone, Debug)]
pub struct Stop {
    pub code: Option<&'static str>,
    pub reason: String,
}

impl Stop {
    pub fn by_scheduler() -> Self {
        Self { code: Some("ServiceSchedulerInitiated"), reason: "Service scheduler stopped the task.".to_owned() }
    }

    pub fn by_user(reason: Option<&str>) -> Self {
        Self { code: Some("UserInitiated"), reason: reason.unwrap_or("Task stopped by user").to_owned() }
    }

    /// Amazon ECS Developer Guide, "Fargate Spot termination notices".
    pub fn by_spot() -> Self {
        Self { code: Some("SpotInterruption"), reason: "Your Spot Task was interrupted.".to_owned() }
    }

    pub fn for_want_of_capacity() -> Self {
        Self {
            code: Some("TaskFailedToStart"),
            reason: "No container instances were found in your capacity provider.".to_owned(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Task {
    pub id: String,
    pub arn: String,
    pub spec: TaskSpec,
    pub service: Option<String>,
    /// One on each instance.
    pub is_daemon: bool,
    /// The deployment of its service that it belongs to.
    pub deployment: u32,
    /// The id of its container instance.
    pub instance: Option<String>,
    pub provider: Option<String>,
    pub on_fargate: bool,
    /// Once it runs, if its service has a target group.
    pub backend: Option<Backend>,
    pub started_by: Option<String>,
    /// The group that a caller gave it.
    pub group: Option<String>,
    pub status: TaskStatus,
    /// Somebody decided that the task is to stop: its desired status is STOPPED.
    pub stop: Option<Stop>,
    pub healthy: bool,
    pub protected_until: Option<Timestamp>,
    pub created_at: Timestamp,
    /// From when to when its images are pulled.
    pub pull: Option<(Timestamp, Timestamp)>,
    pub started_at: Option<Timestamp>,
    pub stopping_at: Option<Timestamp>,
    pub signalled_at: Option<Timestamp>,
    pub stopped_at: Option<Timestamp>,
    pub exit_code: Option<i32>,
    pub version: u64,
}

impl Task {
    pub fn new(arn: String, spec: TaskSpec, now: Timestamp) -> Self {
        Self {
            id: short(&arn).to_owned(),
            arn,
            spec,
            service: None,
            is_daemon: false,
            deployment: 0,
            instance: None,
            provider: None,
            on_fargate: false,
            backend: None,
            started_by: None,
            group: None,
            status: TaskStatus::Provisioning,
            stop: None,
            healthy: false,
            protected_until: None,
            created_at: now,
            pull: None,
            started_at: None,
            stopping_at: None,
            signalled_at: None,
            stopped_at: None,
            exit_code: None,
            version: 1,
        }
    }

    pub fn group(&self) -> String {
        match (&self.service, &self.group) {
            (Some(service), _) => format!("service:{service}"),
            (None, Some(group)) => group.clone(),
            (None, None) => format!("family:{}", self.spec.family),
        }
    }

    pub const fn desired_status(&self) -> &'static str {
        if self.stop.is_some() { "STOPPED" } else { "RUNNING" }
    }

    /// Whether the task is meant to run.
    pub const fn is_wanted(&self) -> bool {
        self.stop.is_none()
    }

    /// Whether it has no place yet and needs one.
    pub fn waits_for_capacity(&self) -> bool {
        self.status == TaskStatus::Provisioning && !self.on_fargate
    }

    pub fn is_protected(&self, now: Timestamp) -> bool {
        self.protected_until.is_some_and(|until| until > now)
    }

    pub fn set_status(&mut self, status: TaskStatus) {
        self.status = status;
        self.version += 1;
    }
}

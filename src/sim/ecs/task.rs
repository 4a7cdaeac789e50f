//! A task.

use jiff::Timestamp;

use crate::sim::scenario::TaskSpec;

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

/// Resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// In CPU units, 1,024 a vCPU.
    pub cpu: u32,
    /// In MiB.
    pub memory: u32,
}

impl Need {
    pub fn less(self, other: Self) -> Self {
        Self { cpu: self.cpu.saturating_sub(other.cpu), memory: self.memory.saturating_sub(other.memory) }
    }

    pub fn fits(self, room: Self) -> bool {
        self.cpu <= room.cpu && self.memory <= room.memory
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
        let reason = "Service scheduler stopped the task.".to_owned();
        Self { code: Some("ServiceSchedulerInitiated"), reason }
    }

    pub fn by_user(reason: Option<&str>) -> Self {
        Self { code: Some("UserInitiated"), reason: reason.unwrap_or("Task stopped by user").to_owned() }
    }
}

#[derive(Clone, Debug)]
pub struct Task {
    pub arn: String,
    pub spec: TaskSpec,
    pub service: Option<String>,
    pub instance: Option<String>,
    pub provider: Option<String>,
    pub started_by: Option<String>,
    pub status: TaskStatus,
    /// Somebody decided that the task is to stop: its desired status is STOPPED.
    pub stop: Option<Stop>,
    pub healthy: bool,
    pub created_at: Timestamp,
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
            arn,
            spec,
            service: None,
            instance: None,
            provider: None,
            started_by: None,
            status: TaskStatus::Provisioning,
            stop: None,
            healthy: false,
            created_at: now,
            started_at: None,
            stopping_at: None,
            signalled_at: None,
            stopped_at: None,
            exit_code: None,
            version: 1,
        }
    }

    pub fn group(&self) -> String {
        match &self.service {
            Some(service) => format!("service:{service}"),
            None => format!("family:{}", self.spec.family),
        }
    }

    pub const fn desired_status(&self) -> &'static str {
        if self.stop.is_some() { "STOPPED" } else { "RUNNING" }
    }

    /// Whether the task is meant to run.
    pub const fn is_wanted(&self) -> bool {
        self.stop.is_none()
    }

    pub fn set_status(&mut self, status: TaskStatus) {
        self.status = status;
        self.version += 1;
    }
}

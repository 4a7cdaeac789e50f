//! A container instance.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::backend::HOST_PORTS;
use crate::sim::kernel::{Host, short};
use crate::sim::spec::Need;

/// The states that the model knows (ECS API reference, `ContainerInstance.status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Active,
    Draining,
    Inactive,
}

impl Status {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Draining => "DRAINING",
            Self::Inactive => "INACTIVE",
        }
    }
}

#[derive(Clone, Debug)]
pub struct ContainerInstance {
    pub id: String,
    pub arn: String,
    pub host: Host,
    pub provider: Option<String>,
    pub status: Status,
    /// Since when it is DRAINING.
    pub drained_at: Option<Timestamp>,
    pub agent_connected: bool,
    pub registered_at: Timestamp,
    /// Grows with every change.
    pub version: u64,
    pub registered: Need,
    /// What its tasks leave. A task holds its share until it is STOPPED.
    pub remaining: Need,
    pub attributes: BTreeMap<String, Option<String>>,
    /// Tasks that are not STOPPED.
    pub tasks: BTreeSet<String>,
    /// The dynamic host port to try next.
    pub next_port: u16,
}

impl ContainerInstance {
    pub fn new(arn: String, host: Host, provider: Option<String>, now: Timestamp) -> Self {
        let attributes = [
            ("ecs.availability-zone", host.zone.clone()),
            ("ecs.instance-type", host.instance_type.clone()),
            ("ecs.os-type", "linux".to_owned()),
        ];
        let registered = capacity(&host.instance_type);
        Self {
            id: short(&arn).to_owned(),
            arn,
            registered,
            remaining: registered,
            host,
            provider,
            status: Status::Active,
            drained_at: None,
            agent_connected: true,
            registered_at: now,
            version: 1,
            attributes: attributes.into_iter().map(|(name, value)| (name.to_owned(), Some(value))).collect(),
            tasks: BTreeSet::new(),
            next_port: *HOST_PORTS.start(),
        }
    }

    /// Whether a task can be placed here.
    pub fn takes_tasks(&self) -> bool {
        self.status == Status::Active && self.agent_connected
    }

    pub fn lose_agent(&mut self) {
        self.agent_connected = false;
        self.version += 1;
    }

    pub fn take(&mut self, task: &str, need: Need) {
        if self.tasks.insert(task.to_owned()) {
            self.remaining = self.remaining.less(need);
            self.version += 1;
        }
    }

    pub fn give_back(&mut self, task: &str, need: Need) {
        if self.tasks.remove(task) {
            self.remaining = self.remaining.plus(need);
            self.version += 1;
        }
    }
}

/// What an instance of a type registers: 1,024 CPU units a vCPU, and most of its memory. The size gives both, the
/// family the memory.
pub fn capacity(instance_type: &str) -> Need {
    let (family, size) = instance_type.split_once('.').unwrap_or((instance_type, "large"));
    let vcpus = match size {
        "nano" | "micro" | "small" | "medium" | "large" => 2,
        "xlarge" => 4,
        _ => size.strip_suffix("xlarge").and_then(|n| n.parse::<u32>().ok()).unwrap_or(2).saturating_mul(4),
    };
    let mib_per_vcpu = match family.chars().next() {
        Some('c') => 1_900,
        Some('r') => 7_700,
        _ => 3_800,
    };
    Need { cpu: vcpus.saturating_mul(1_024), memory: vcpus.saturating_mul(mib_per_vcpu) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_registers_what_its_type_has() {
        assert_eq!(capacity("m5.large"), Need { cpu: 2_048, memory: 7_600 });
        assert_eq!(capacity("c5.4xlarge"), Need { cpu: 16_384, memory: 30_400 });
    }
}

//! A capacity provider, as data.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::sim::spec::ManagedScaling;

#[derive(Clone, Debug)]
pub struct CapacityProvider {
    pub name: String,
    pub arn: String,
    /// The Auto Scaling group, by name and ARN.
    pub group: String,
    pub group_arn: String,
    /// The group's DesiredCapacity and MaxSize, as far as ECS knows.
    pub desired: u32,
    /// The type of which a new instance will be.
    pub instance_type: String,
    pub scaling: ManagedScaling,
    pub managed_scaling: bool,
    pub managed_draining: bool,
    pub managed_termination_protection: bool,
    pub alarms: Alarms,
    /// Whether a measurement is planned.
    pub measured: bool,
    /// What ECS last made of the protection from scale-in of its hosts.
    pub protected: BTreeMap<String, bool>,
}

/// How many measurements in succession were out of bounds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alarms {
    pub above: u32,
    pub below: u32,
    /// What was launched last is still warming up: no scale-out until then.
    pub warm_at: Option<Timestamp>,
    /// The last value of CapacityProviderReservation.
    pub reservation: Option<u32>,
}

/// What `UpdateCapacityProvider` changes; what is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProviderChanges {
    pub managed_scaling: Option<bool>,
    pub target: Option<u32>,
    pub step_min: Option<u32>,
    pub step_max: Option<u32>,
    pub warmup: Option<Duration>,
    pub managed_draining: Option<bool>,
    pub managed_termination_protection: Option<bool>,
}

impl CapacityProvider {
    /// Whether there is anything to measure it for.
    pub const fn needs_measuring(&self) -> bool {
        self.managed_scaling || self.managed_termination_protection
    }

    pub fn update(&mut self, changes: ProviderChanges) {
        self.managed_scaling = changes.managed_scaling.unwrap_or(self.managed_scaling);
        self.scaling.target = changes.target.unwrap_or(self.scaling.target);
        self.scaling.step_min = changes.step_min.unwrap_or(self.scaling.step_min);
        self.scaling.step_max = changes.step_max.unwrap_or(self.scaling.step_max);
        self.scaling.warmup = changes.warmup.unwrap_or(self.scaling.warmup);
        self.managed_draining = changes.managed_draining.unwrap_or(self.managed_draining);
        let protects = changes.managed_termination_protection.unwrap_or(self.managed_termination_protection);
        self.managed_termination_protection = protects;
    }
}

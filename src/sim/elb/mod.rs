//! Elastic Load Balancing, version 2: the target groups of ECS services and what is registered with them (`group`), and what
//! callers may ask for (`requests`).
//!
//! It sends no requests and checks nobody's health: a target is healthy from its registration until it drains. It knows no
//! tasks: ECS asks it to register and deregister targets, and hears which of them drain.

mod group;
mod requests;

use std::collections::{BTreeMap, BTreeSet};

pub use group::{Health, TargetGroup};
pub use requests::no_such_group;

use super::kernel::{Core, Fact, Names, Target};
use super::spec::ServiceSpec;

/// All target groups.
#[derive(Clone, Debug, Default)]
pub struct Elb {
    /// By ARN.
    pub groups: BTreeMap<String, TargetGroup>,
    /// The instances that run, as EC2 tells.
    running: BTreeSet<String>,
}

impl Elb {
    /// Creates the target group of a service that has a deregistration delay; its ARN. A service on Fargate has none: its
    /// targets would be addresses.
    pub fn create_for(&mut self, cluster: &str, service: &ServiceSpec, names: &Names) -> Option<String> {
        let delay = service.deregistration_delay.filter(|_| !service.launch.is_fargate())?;
        let group = TargetGroup::new(cluster, &service.name, delay, names);
        let arn = group.arn.clone();
        self.groups.insert(arn.clone(), group);
        Some(arn)
    }

    pub fn hear(&mut self, fact: &Fact, core: &mut Core) {
        match fact {
            Fact::InstanceRunning(host) => {
                self.running.insert(host.id.clone());
            }
            Fact::InstanceGone { host, .. } => {
                self.running.remove(&host.id);
                self.groups.values_mut().for_each(|group| group.lose_instance(&host.id));
            }
            Fact::TargetWanted(target) => self.with_group_of(target, |group| group.register(target, core)),
            Fact::TargetUnwanted { target, ended: true } => self.with_group_of(target, |group| group.lose(target)),
            Fact::TargetUnwanted { target, ended: false } => {
                self.with_group_of(target, |group| group.deregister(target, core));
            }
            _ => {}
        }
    }

    fn with_group_of(&mut self, target: &Target, change: impl FnOnce(&mut TargetGroup)) {
        self.groups.get_mut(&target.group).map(change);
    }
}

//! EC2 Auto Scaling: groups and their members. Keeping a group at its desired capacity is in `upkeep`, what callers may
//! ask of it in `requests`.

mod activity;
mod group;
mod requests;
mod upkeep;

use std::collections::BTreeMap;

pub use activity::Activity;
pub use group::{Group, LifecycleState, Member};

use super::core::Core;
use super::dice::Purpose;
use super::ec2::Ec2;
use super::fact::Fact;

#[derive(Clone, Debug)]
pub enum Timer {
    /// Compare a group with its desired capacity.
    Upkeep(String),
    /// A member that runs becomes part of the capacity.
    InService { group: String, instance: String },
    /// A member that is gone fails its health check.
    HealthCheck { group: String, instance: String },
    /// A member that was detached leaves the list.
    Detached { group: String, instance: String },
}

/// All groups.
#[derive(Clone, Debug, Default)]
pub struct AutoScaling {
    pub groups: BTreeMap<String, Group>,
}

impl AutoScaling {
    /// The group that an instance is a member of.
    pub fn group_of(&self, instance: &str) -> Option<&Group> {
        self.groups.values().find(|group| group.members.contains_key(instance))
    }

    pub fn on_timer(&mut self, timer: Timer, ec2: &mut Ec2, core: &mut Core) {
        match timer {
            Timer::Upkeep(group) => {
                if let Some(group) = self.groups.get_mut(&group) {
                    group.upkeep(ec2, core);
                }
            }
            Timer::InService { group, instance } => {
                if let Some(group) = self.groups.get_mut(&group) {
                    group.in_service(&instance, ec2, core);
                }
            }
            Timer::HealthCheck { group, instance } => {
                if let Some(group) = self.groups.get_mut(&group) {
                    group.health_check(&instance, ec2, core);
                }
            }
            Timer::Detached { group, instance } => {
                if let Some(group) = self.groups.get_mut(&group) {
                    group.remove(&instance, core);
                }
            }
        }
    }

    pub fn hear(&mut self, fact: &Fact, core: &mut Core) {
        match fact {
            Fact::InstanceRunning(host) => {
                if let Some(group) = host.group.clone() {
                    let timer = Timer::InService { group, instance: host.id.clone() };
                    core.within(Purpose::Group, core.params.in_service, timer);
                }
            }
            Fact::InterruptionNotice { host, .. } => {
                if let Some(group) = self.group_of_mut(&host.id) {
                    group.rebalance(&host.id, core);
                }
            }
            Fact::InstanceGone { host, .. } => self.on_gone(&host.id, core),
            Fact::InstanceTerminated { instance } => self.on_terminated(instance, core),
            _ => {}
        }
    }

    fn on_gone(&mut self, instance: &str, core: &mut Core) {
        let Some(group) = self.group_of_mut(instance) else { return };
        let timer = Timer::HealthCheck { group: group.name.clone(), instance: instance.to_owned() };
        core.within(Purpose::Group, core.params.health_check, timer);
    }

    fn on_terminated(&mut self, instance: &str, core: &mut Core) {
        let Some(group) = self.group_of_mut(instance) else { return };
        if group.members.get(instance).is_some_and(|m| m.state == LifecycleState::Terminating) {
            group.remove(instance, core);
        }
    }

    fn group_of_mut(&mut self, instance: &str) -> Option<&mut Group> {
        self.groups.values_mut().find(|group| group.members.contains_key(instance))
    }
}

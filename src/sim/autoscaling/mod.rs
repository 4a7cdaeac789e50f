//! EC2 Auto Scaling: groups (`group`) and their members, each in one of many states (`state`).
//!
//! What a group does by itself: it launches what it lacks and sheds what is too much (`upkeep`, `launch`), replaces what is
//! gone (`health`) or about to go (`rebalance`), replaces members one by one (`renewal`), and lets lifecycle hooks hold what
//! comes and goes (`hooks`, `ending`). What callers may ask of it: `membership` (detach, attach, standby, terminate),
//! `order` (LaunchInstances) and `settings`.

mod activity;
mod ending;
mod events;
mod group;
mod health;
mod hooks;
mod launch;
mod membership;
mod order;
mod rebalance;
mod renewal;
mod settings;
mod state;
mod upkeep;

use std::collections::BTreeMap;

pub use activity::Activity;
pub use group::{Group, Member};
pub use hooks::{Hook, LifecycleKey, managed_hook};
pub use order::{LaunchAnswer, LaunchRequest, Retry};
pub use renewal::Renewal;
pub use settings::Changes;
pub use state::LifecycleState;

use super::ec2::Ec2;
use super::kernel::{AutoScalingTimer, Core, Fact, GroupTimer, HookResult};
use super::spec::MANAGED_HOOK;

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

    fn group_of_mut(&mut self, instance: &str) -> Option<&mut Group> {
        self.groups.values_mut().find(|group| group.members.contains_key(instance))
    }

    pub fn on_timer(&mut self, timer: &AutoScalingTimer, ec2: &mut Ec2, core: &mut Core) {
        let Some(group) = self.groups.get_mut(&timer.group) else { return };
        match &timer.what {
            GroupTimer::Upkeep => group.upkeep(ec2, core),
            GroupTimer::LaunchAgain => group.launch_again(ec2, core),
            GroupTimer::Renew => group.renew(ec2, core),
            GroupTimer::InService(instance) => group.in_service(instance, ec2, core),
            GroupTimer::HealthCheck(instance) => group.health_check(instance, ec2, core),
            GroupTimer::Detached(instance) => group.detached(instance, core),
            GroupTimer::Standby(instance) => group.stands_by(instance, core),
            GroupTimer::Heartbeat { instance, token } => group.heartbeat_missed(instance, token, ec2, core),
        }
    }

    pub fn hear(&mut self, fact: &Fact, ec2: &mut Ec2, core: &mut Core) {
        match fact {
            Fact::InstanceRunning(host) => self.with_group_of(&host.id, |group| group.runs(&host.id, core)),
            Fact::RebalanceRecommended(host) => {
                self.with_group_of(&host.id, |group| group.rebalance(&host.id, false, ec2, core));
            }
            Fact::InterruptionNotice { host, .. } => {
                self.with_group_of(&host.id, |group| group.rebalance(&host.id, true, ec2, core));
            }
            Fact::InstanceGone { host, .. } => self.with_group_of(&host.id, |group| group.is_gone(&host.id, core)),
            Fact::InstanceTerminated(host) => self.with_group_of(&host.id, |group| group.terminated(&host.id, core)),
            Fact::CapacityWanted { group, desired } => {
                if let Some(group) = self.groups.get_mut(group) {
                    group.scale_by_policy(*desired, core);
                }
            }
            Fact::ProtectionWanted { group, instances, protected } => {
                if let Some(group) = self.groups.get_mut(group) {
                    group.protect_if_there(instances, *protected, core);
                }
            }
            Fact::DrainingHookWanted { group, wanted } => {
                let Some(group) = self.groups.get_mut(group) else { return };
                // What is there already, or is not, is as wanted.
                let _ = match wanted {
                    true => group.put_hook(managed_hook(), core),
                    false => group.delete_hook(MANAGED_HOOK, ec2, core),
                };
            }
            Fact::LifecycleDone(notice) => {
                if let Some(group) = self.groups.get_mut(&notice.group) {
                    let key = LifecycleKey::Instance(notice.instance.clone());
                    // Somebody else may have ended the wait.
                    let _ = group.complete(&notice.hook, &key, HookResult::Continue, ec2, core);
                }
            }
            _ => {}
        }
    }

    fn with_group_of(&mut self, instance: &str, change: impl FnOnce(&mut Group)) {
        self.group_of_mut(instance).map(change);
    }
}

//! Capacity Rebalancing: the group replaces what Spot may take or will take, while it still serves (EC2 Auto Scaling User
//! Guide, "Capacity Rebalancing").

use super::group::Group;
use super::state::LifecycleState;
use crate::sim::ec2::Ec2;
use crate::sim::kernel::Core;
use crate::sim::spec::Process;

const WHY: &str = "an instance was taken out of service in response to an EC2 rebalance recommendation";

const RENEWED: &str = "an instance was taken out of service in response to a change of the mix of On-Demand and Spot";

impl Group {
    /// At a recommendation a replacement is launched first; at a notice the hooks are called as well, at once.
    pub fn rebalance(&mut self, instance: &str, noticed: bool, ec2: &mut Ec2, core: &mut Core) {
        if !self.capacity_rebalance || self.is_suspended(Process::Launch) {
            return;
        }
        let Some(member) = self.members.get_mut(instance) else { return };
        if member.state != LifecycleState::InService {
            return;
        }
        if !std::mem::replace(&mut member.rebalancing, true) {
            self.vacancies.push_back(instance.to_owned());
            self.wake(core);
        }
        let held = self.hooks.values().any(|hook| !hook.spec.launching);
        if noticed && held && !self.is_suspended(Process::Terminate) {
            self.terminate(instance, WHY, ec2, core);
        }
    }

    /// The replacement of a member that still serves is in service.
    pub fn replaced(&mut self, old: &str, ec2: &mut Ec2, core: &mut Core) {
        let serves = self.members.get(old).is_some_and(|m| m.rebalancing && m.state == LifecycleState::InService);
        let renewed = self.renewal.as_ref().is_some_and(|renewal| renewal.is_replacing(old));
        if serves && (renewed || core.params.rebalancing_terminates) && !self.is_suspended(Process::Terminate) {
            self.terminate(old, if renewed { RENEWED } else { WHY }, ec2, core);
        }
    }
}

//! Health checks: a member that is gone is found unhealthy, terminated and replaced. Not without the Terminate process (EC2
//! Auto Scaling User Guide, "Suspend and resume processes"), and not in Standby.

use super::group::Group;
use super::state::LifecycleState;
use crate::sim::ec2::Ec2;
use crate::sim::kernel::{Core, GroupTimer};
use crate::sim::spec::Process;

impl Group {
    /// A member's instance is gone; the group finds out later.
    pub fn is_gone(&self, instance: &str, core: &mut Core) {
        self.within(core.params.health_check, GroupTimer::HealthCheck(instance.to_owned()), core);
    }

    pub fn health_check(&mut self, instance: &str, ec2: &mut Ec2, core: &mut Core) {
        let checks = !self.is_suspended(Process::HealthCheck);
        let replaces = ![Process::ReplaceUnhealthy, Process::Terminate].into_iter().any(|p| self.is_suspended(p));
        let Some(member) = self.members.get_mut(instance) else { return };
        if member.state != LifecycleState::InService && !member.state.is_pending() {
            return;
        }
        if !checks || !replaces {
            // It is found, or replaced, once that is resumed.
            member.healthy &= !checks;
            return self.is_gone(instance, core);
        }
        member.healthy = false;
        self.replace_unhealthy(instance, ec2, core);
    }

    /// Terminates first, then launches.
    pub fn replace_unhealthy(&mut self, instance: &str, ec2: &mut Ec2, core: &mut Core) {
        if [Process::ReplaceUnhealthy, Process::Terminate].into_iter().any(|process| self.is_suspended(process)) {
            return;
        }
        let replaced_already = self.members.get(instance).is_none_or(|member| member.rebalancing);
        let why = "an instance was taken out of service in response to an EC2 health check";
        if !replaced_already {
            self.lose(instance);
            self.wake(core);
        }
        self.terminate(instance, why, ec2, core);
    }
}

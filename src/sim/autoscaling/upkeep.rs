//! What a group does by itself: it launches what it lacks, terminates what it has too much of, and replaces what it
//! lost.

use super::activity::Subject;
use super::group::{Group, LifecycleState, Member};
use super::{Activity, Timer};
use crate::sim::core::Core;
use crate::sim::dice::Purpose;
use crate::sim::ec2::{Ec2, Order, State};
use crate::sim::fact::Fact;
use crate::sim::scenario::Process;

impl Group {
    /// Lets the group look after itself, after its reaction time.
    pub fn wake(&self, core: &mut Core) {
        core.within(Purpose::Group, core.params.group_reaction, Timer::Upkeep(self.name.clone()));
    }

    pub fn upkeep(&mut self, ec2: &mut Ec2, core: &mut Core) {
        let capacity = self.capacity();
        for _ in capacity..self.desired {
            self.launch(ec2, core);
        }
        for _ in self.desired..capacity {
            self.scale_in(ec2, core);
        }
    }

    fn launch(&mut self, ec2: &mut Ec2, core: &mut Core) {
        if self.is_suspended(Process::Launch) {
            return;
        }
        let Some(order) = self.order() else { return };
        let (zone, instance_type) = (order.zone.clone(), order.instance_type.clone());
        let instance = ec2.launch(order, core);
        let replaces = self.vacancies.pop_front();
        core.tell(Fact::GroupLaunched {
            group: self.name.clone(),
            instance: instance.clone(),
            replaces: replaces.clone(),
        });
        let subject = Subject { group: &self.name, instance: &instance, zone: &zone };
        let why = "an instance was started in response to a difference between desired and actual capacity";
        self.activities.begin(subject, "Launching a new EC2 instance", why, core);
        let member = Member {
            instance: instance.clone(),
            zone,
            instance_type,
            state: LifecycleState::Pending,
            healthy: true,
            protected: self.protect_new,
            replaces,
            rebalancing: false,
        };
        self.members.insert(instance, member);
    }

    fn order(&self) -> Option<Order> {
        let position = self.members.len().checked_rem(self.instance_types.len())?;
        Some(Order {
            zone: self.emptiest_zone()?.clone(),
            instance_type: self.instance_types.get(position)?.clone(),
            group: Some(self.name.clone()),
            cluster: self.cluster.clone(),
        })
    }

    fn scale_in(&mut self, ec2: &mut Ec2, core: &mut Core) {
        if self.is_suspended(Process::Terminate) {
            return;
        }
        let surplus = |m: &&Member| m.state == LifecycleState::InService && !m.rebalancing && !m.protected;
        let Some(instance) = self.members.values().find(surplus).map(|m| m.instance.clone()) else { return };
        self.terminate(&instance, "an instance was taken out of service to shrink the capacity", ec2, core);
    }

    /// Terminates a member; whether it is replaced is the desired capacity's affair.
    pub fn terminate(&mut self, instance: &str, why: &str, ec2: &mut Ec2, core: &mut Core) -> Option<Activity> {
        let member = self.members.get_mut(instance)?;
        member.state = LifecycleState::Terminating;
        let subject = Subject { group: &self.name, instance, zone: &member.zone };
        let activity = self.activities.begin(subject, "Terminating EC2 instance", why, core);
        if ec2.state(instance) == Some(State::Terminated) {
            self.remove(instance, core);
        } else {
            ec2.terminate(instance, core);
        }
        Some(activity)
    }

    pub fn remove(&mut self, instance: &str, core: &mut Core) {
        if self.members.remove(instance).is_some() {
            self.activities.finish(instance, core.now);
            core.tell(Fact::LeftGroup { group: self.name.clone(), instance: instance.to_owned() });
        }
    }

    pub fn in_service(&mut self, instance: &str, ec2: &mut Ec2, core: &mut Core) {
        let Some(member) = self.members.get_mut(instance) else { return };
        if member.state != LifecycleState::Pending {
            return;
        }
        member.state = LifecycleState::InService;
        let replaced = member.replaces.clone();
        self.activities.finish(instance, core.now);
        if let Some(old) = replaced {
            self.finish_rebalance(&old, ec2, core);
        }
    }

    /// Capacity Rebalancing launches a replacement at the notice; the old member serves on (EC2 Auto Scaling User
    /// Guide, "Capacity Rebalancing").
    pub fn rebalance(&mut self, instance: &str, core: &mut Core) {
        if !self.capacity_rebalance || self.is_suspended(Process::Launch) {
            return;
        }
        let Some(member) = self.members.get_mut(instance) else { return };
        if member.state == LifecycleState::InService && !member.rebalancing {
            member.rebalancing = true;
            self.vacancies.push_back(instance.to_owned());
            self.wake(core);
        }
    }

    fn finish_rebalance(&mut self, old: &str, ec2: &mut Ec2, core: &mut Core) {
        let serves = self.members.get(old).is_some_and(|m| m.rebalancing && m.state == LifecycleState::InService);
        if serves && core.params.rebalancing_terminates && !self.is_suspended(Process::Terminate) {
            self.terminate(old, "an instance was taken out of service in response to a rebalance", ec2, core);
        }
    }

    /// A member that is gone is found unhealthy, terminated and replaced. Not without the Terminate process (EC2 Auto
    /// Scaling User Guide, "Suspend and resume processes").
    pub fn health_check(&mut self, instance: &str, ec2: &mut Ec2, core: &mut Core) {
        let needed = [Process::HealthCheck, Process::ReplaceUnhealthy, Process::Terminate];
        if needed.into_iter().any(|process| self.is_suspended(process)) {
            return;
        }
        let Some(member) = self.members.get_mut(instance) else { return };
        if member.state != LifecycleState::InService && member.state != LifecycleState::Pending {
            return;
        }
        member.healthy = false;
        let replaced_already = member.rebalancing;
        let why = "an instance was taken out of service in response to an EC2 health check";
        self.terminate(instance, why, ec2, core);
        if !replaced_already {
            self.vacancies.push_back(instance.to_owned());
            self.wake(core);
        }
    }
}

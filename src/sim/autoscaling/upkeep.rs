//! Keeping a group at its desired capacity: it launches what it lacks and terminates what it has too much of.

use std::cmp::Reverse;

use super::group::{Group, Member};
use super::state::LifecycleState;
use crate::sim::ec2::Ec2;
use crate::sim::kernel::{Core, GroupTimer};
use crate::sim::spec::Process;

impl Group {
    /// Lets the group look after itself, after its reaction time.
    pub fn wake(&self, core: &mut Core) {
        self.within(core.params.group_reaction, GroupTimer::Upkeep, core);
    }

    /// The planned attempt after a launch that failed.
    pub fn launch_again(&mut self, ec2: &mut Ec2, core: &mut Core) {
        self.retries = false;
        self.upkeep(ec2, core);
    }

    pub fn upkeep(&mut self, ec2: &mut Ec2, core: &mut Core) {
        self.end_replaced(ec2, core);
        let capacity = self.capacity(core);
        for _ in capacity..self.desired {
            if !self.launch(ec2, core) {
                break;
            }
        }
        for _ in self.desired..capacity {
            self.scale_in(ec2, core);
        }
        self.fill_warm_pool(ec2, core);
    }

    /// Ends those whose replacements serve, where that was not possible at once: the process was suspended.
    fn end_replaced(&mut self, ec2: &mut Ec2, core: &mut Core) {
        let serving = self.members.values().filter(|m| m.state == LifecycleState::InService);
        let replaced: Vec<String> = serving.filter_map(|m| m.replaces.clone()).collect();
        replaced.iter().for_each(|old| self.replaced(old, ec2, core));
    }

    fn scale_in(&mut self, ec2: &mut Ec2, core: &mut Core) {
        if self.is_suspended(Process::Terminate) {
            return;
        }
        let Some(instance) = self.surplus() else { return };
        self.terminate(&instance, "an instance was taken out of service to shrink the capacity", ec2, core);
    }

    /// Whom a scale-in takes: somebody in the zone with the most members, which keeps zones even, and there rather not of the
    /// On-Demand base (EC2 Auto Scaling User Guide, "Default termination policy").
    fn surplus(&self) -> Option<String> {
        let serves = |m: &&Member| m.state == LifecycleState::InService && !m.rebalancing;
        let keeps_base = self.on_demand() <= self.market.on_demand_of(self.desired);
        let in_zone = |zone: &str| self.members.values().filter(serves).filter(|m| m.zone == zone).count();
        let candidates = self.members.values().filter(serves).filter(|m| !m.protected);
        let rank = |m: &&Member| (Reverse(in_zone(&m.zone)), keeps_base && !m.spot);
        candidates.min_by_key(rank).map(|m| m.instance.clone())
    }
}

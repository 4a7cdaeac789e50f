//! Launching an instance: which kind, where, and what happens when Spot has none.

use super::activity::{Activity, Subject};
use super::events;
use super::group::{Group, Member};
use super::state::LifecycleState;
use crate::sim::ec2::{Ec2, Order};
use crate::sim::kernel::{Core, Fact, GroupTimer};
use crate::sim::spec::Process;

/// What Auto Scaling says when Spot has nothing (EC2 Auto Scaling User Guide, "Troubleshoot").
pub const NO_CAPACITY: &str =
    "There is no Spot capacity available that matches your request. Launching EC2 instance failed.";

const WHY: &str = "an instance was started in response to a difference between desired and actual capacity";

impl Group {
    /// Launches one instance for the group's own needs; says whether that went well.
    pub fn launch(&mut self, ec2: &mut Ec2, core: &mut Core) -> bool {
        if self.is_suspended(Process::Launch) || self.size() >= self.ceiling(core) {
            return false;
        }
        let replaces = self.vacancies.front().cloned();
        if let Some(instance) = self.wake_warm(ec2, core) {
            self.vacancies.pop_front();
            self.began(&instance, replaces, core);
            return true;
        }
        let orders = self.orders(self.wants_spot());
        for order in &orders {
            if let Ok(instance) = ec2.launch(order.clone(), core) {
                self.vacancies.pop_front();
                self.join(&instance, order, core);
                self.began(&instance, replaces, core);
                return true;
            }
        }
        self.launch_failed(orders.first(), core);
        false
    }

    /// How many instances there may be: MaxSize, and a margin while members are replaced that still serve.
    fn ceiling(&self, core: &Core) -> u32 {
        let replacing = self.members.values().any(|member| member.rebalancing);
        let margin = (self.desired * core.params.rebalancing_margin_percent / 100).max(1);
        if replacing { self.max.saturating_add(margin) } else { self.max }
    }

    fn wants_spot(&self) -> bool {
        self.on_demand() >= self.market.on_demand_of(self.desired)
    }

    /// How many On-Demand Instances it has that stay.
    pub fn on_demand(&self) -> u32 {
        let stays = |m: &&Member| !m.rebalancing && !m.spot && !m.state.is_leaving();
        u32::try_from(self.members.values().filter(stays).count()).unwrap_or(u32::MAX)
    }

    /// What may be launched, the best first: the zone with the fewest members, and the types in turn.
    fn orders(&self, spot: bool) -> Vec<Order> {
        let mut zones: Vec<&String> = self.zones.iter().collect();
        zones.sort_by_key(|zone| self.members.values().filter(|m| m.zone == **zone).count());
        let first = self.members.len().checked_rem(self.instance_types.len()).unwrap_or(0);
        let (before, from) = self.instance_types.split_at(first);
        let types = || from.iter().chain(before);
        zones
            .iter()
            .flat_map(|zone| types().map(move |name| (zone, name)))
            .map(|(zone, name)| self.order(zone, name, spot))
            .collect()
    }

    pub fn order(&self, zone: &str, instance_type: &str, spot: bool) -> Order {
        Order {
            zone: zone.to_owned(),
            instance_type: instance_type.to_owned(),
            spot,
            group: Some(self.name.clone()),
            cluster: self.cluster.clone(),
        }
    }

    /// Makes an instance a member.
    pub fn join(&mut self, instance: &str, order: &Order, core: &mut Core) {
        let member = Member {
            instance: instance.to_owned(),
            zone: order.zone.clone(),
            instance_type: order.instance_type.clone(),
            spot: order.spot,
            state: LifecycleState::Pending,
            healthy: true,
            protected: self.protect_new,
            replaces: None,
            rebalancing: false,
            waiting: Vec::new(),
        };
        self.members.insert(instance.to_owned(), member);
        let (group, instance) = (self.name.clone(), instance.to_owned());
        core.tell(Fact::MemberState { group, instance, state: LifecycleState::Pending.name() });
    }

    /// Tells that a launch has begun.
    pub fn began(&mut self, instance: &str, replaces: Option<String>, core: &mut Core) -> Option<Activity> {
        let member = self.members.get_mut(instance)?;
        member.replaces.clone_from(&replaces);
        let zone = member.zone.clone();
        core.tell(Fact::GroupLaunched { group: self.name.clone(), instance: instance.to_owned(), replaces });
        let subject = Subject { group: &self.name, instance, zone: &zone };
        Some(self.activities.begin(subject, "Launching a new EC2 instance", WHY, core))
    }

    /// Notes the failure and plans another attempt: a group keeps trying by itself.
    fn launch_failed(&mut self, order: Option<&Order>, core: &mut Core) {
        let Some(order) = order else { return };
        let subject = Subject { group: &self.name, instance: "", zone: &order.zone };
        let failed = self.activities.fail(subject, WHY, NO_CAPACITY, core);
        events::launch_failed(&failed, &self.arn, core);
        core.tell(Fact::LaunchFailed {
            group: self.name.clone(),
            instance_type: order.instance_type.clone(),
            zone: order.zone.clone(),
        });
        if !std::mem::replace(&mut self.retries, true) {
            self.within(core.params.launch_retry, GroupTimer::LaunchAgain, core);
        }
    }

    /// A member's instance runs: hooks hold it, or it becomes part of the capacity soon.
    pub fn runs(&mut self, instance: &str, core: &mut Core) {
        if self.members.get(instance).is_none_or(|member| member.state != LifecycleState::Pending) {
            return;
        }
        if !self.hold(instance, true, core) {
            self.proceed_to_service(instance, core);
        }
    }

    pub fn proceed_to_service(&self, instance: &str, core: &mut Core) {
        self.within(core.params.in_service, GroupTimer::InService(instance.to_owned()), core);
    }

    pub fn in_service(&mut self, instance: &str, ec2: &mut Ec2, core: &mut Core) {
        let Some(member) = self.members.get(instance) else { return };
        if !matches!(member.state, LifecycleState::Pending | LifecycleState::PendingProceed) {
            return;
        }
        let replaced = member.replaces.clone();
        self.enter(instance, LifecycleState::InService, core);
        for done in self.activities.finish(instance, core.now) {
            events::launched(&done, &self.arn, core);
        }
        if let Some(old) = replaced {
            self.replaced(&old, ec2, core);
        }
        // What is too much can be shed only when it serves.
        if self.capacity(core) > self.desired {
            self.wake(core);
        }
    }

    /// Starts an instance of the warm pool, if there is one.
    fn wake_warm(&mut self, ec2: &mut Ec2, core: &mut Core) -> Option<String> {
        let (instance, mut member) = self.warm.pop_first()?;
        member.state = LifecycleState::Pending;
        ec2.start(&instance, core);
        self.members.insert(instance.clone(), member);
        Some(instance)
    }

    /// Keeps so many stopped instances ready. They are On-Demand: warm pools cannot have Spot Instances (EC2 Auto Scaling
    /// API reference, `PutWarmPool`).
    pub fn fill_warm_pool(&mut self, ec2: &mut Ec2, core: &mut Core) {
        let wanted = self.warm_pool.unwrap_or(0) as usize;
        while self.warm.len() < wanted {
            let Some(order) = self.orders(false).into_iter().next() else { return };
            let instance = ec2.park(order.clone(), core);
            self.join(&instance, &order, core);
            if let Some(mut member) = self.members.remove(&instance) {
                member.state = LifecycleState::WarmedStopped;
                self.warm.insert(instance, member);
            }
        }
    }
}

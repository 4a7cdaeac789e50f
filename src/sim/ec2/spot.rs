//! Spot's word about an instance: that it may be taken, that it will be, that it is.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Ec2;
use super::events;
use super::instance::Instance;
use crate::sim::kernel::{Core, Ec2Timer, Fact, Gone, Purpose, later};
use crate::sim::spec::Action;

/// Spot's intention to take an instance back.
#[derive(Clone, Debug)]
pub struct Reclaim {
    pub action: Action,
    pub deadline: Timestamp,
    /// Nobody was told.
    pub silent: bool,
}

impl Instance {
    /// What Spot has said that it does with the instance, and when.
    pub fn notice(&self) -> Option<(Action, Timestamp)> {
        let told = self.reclaim.as_ref().filter(|reclaim| !reclaim.silent)?;
        Some((told.action, told.deadline))
    }
}

impl Ec2 {
    /// Whether the instance runs and Spot does not mean to take it back.
    pub fn is_undisturbed(&self, id: &str) -> bool {
        self.get(id).is_some_and(|i| i.is_up() && i.reclaim.is_none())
    }

    /// Whether Spot could give notice now. Once for each instance, and for Spot Instances only.
    pub fn can_be_interrupted(&self, id: &str) -> bool {
        self.is_undisturbed(id) && self.get(id).is_some_and(|instance| instance.host.spot)
    }

    /// Gives notice that Spot takes the instance back after `lead`.
    pub fn interrupt(&mut self, id: &str, action: Action, lead: Duration, core: &mut Core) {
        self.take_back(id, action, lead, false, core);
    }

    /// Takes the instance back after `lead`; nobody is told where it is done in silence.
    pub fn take_back(&mut self, id: &str, action: Action, lead: Duration, silent: bool, core: &mut Core) {
        if !self.can_be_interrupted(id) {
            return;
        }
        let Some(instance) = self.instances.get_mut(id) else { return };
        let lead = if action == Action::Hibernate { Duration::ZERO } else { lead };
        let deadline = later(core.now, lead);
        instance.reclaim = Some(Reclaim { action, deadline, silent });
        if !silent {
            core.tell(Fact::InterruptionNotice { host: instance.host.clone(), action, deadline, situation: "" });
            events::interruption(&instance.host, action, core);
        }
        core.after(lead, Ec2Timer::Reclaim(id.to_owned()));
    }

    /// Says that the instance may soon be taken.
    pub fn recommend(&mut self, id: &str, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(id).filter(|i| i.is_up() && i.host.spot) else { return };
        if instance.recommended.replace(core.now).is_none() {
            core.tell(Fact::RebalanceRecommended(instance.host.clone()));
            events::rebalance(&instance.host, core);
        }
    }

    /// Announces that AWS retires instances, whoever they belong to.
    pub fn maintain(&mut self, ids: &[String], lead: Duration, core: &mut Core) {
        let not_before = later(core.now, lead);
        let mut hosts = Vec::new();
        for id in ids {
            let Some(instance) = self.instances.get_mut(id).filter(|instance| instance.is_up()) else { continue };
            instance.retires = Some(not_before);
            hosts.push(instance.host.clone());
            core.tell(Fact::MaintenanceScheduled { host: instance.host.clone(), not_before });
        }
        if hosts.is_empty() {
            return;
        }
        let event = core.dice.uuid(Purpose::Maintenance);
        events::maintenance(&hosts, &event, &gmt(not_before), core);
    }

    /// Spot changes its mind: the instance that got a notice lives on.
    pub fn cancel_reclaim(&mut self, id: &str, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(id).filter(|instance| instance.is_up()) else { return };
        if instance.reclaim.take().is_some() {
            core.tell(Fact::ReclaimCancelled { instance: id.to_owned() });
        }
    }

    pub(super) fn reclaim(&mut self, id: &str, core: &mut Core) {
        let due = self.instances.get(id).and_then(|instance| instance.reclaim.as_ref());
        let Some(Reclaim { action, .. }) = due.filter(|reclaim| reclaim.deadline <= core.now) else { return };
        let how = if *action == Action::Terminate { Gone::Terminated } else { Gone::Stopped };
        self.end(id, how, true, core);
    }
}

/// As AWS Health writes times: `Sat, 05 Jun 2016 15:10:09 GMT`.
fn gmt(moment: Timestamp) -> String {
    let zoned = moment.to_zoned(TimeZone::UTC);
    zoned.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ec2::{Order, State};
    use crate::sim::kernel::Names;
    use crate::sim::spec::Params;

    fn core() -> Core {
        let names = Names { account: "123456789012".into(), region: "us-east-1".into() };
        Core::new(Timestamp::UNIX_EPOCH, Params::default(), names, 1)
    }

    fn order(spot: bool) -> Order {
        Order { zone: "us-east-1a".into(), instance_type: "m5.large".into(), spot, group: None, cluster: None }
    }

    fn running_instance(ec2: &mut Ec2, core: &mut Core) -> String {
        let id = ec2.launch(order(true), core).unwrap();
        ec2.on_timer(Ec2Timer::Running(id.clone()), core);
        id
    }

    #[test]
    fn a_reclaim_that_was_cancelled_does_not_happen() {
        let (mut ec2, mut core) = (Ec2::default(), core());
        let id = running_instance(&mut ec2, &mut core);
        ec2.interrupt(&id, Action::Terminate, Duration::from_secs(120), &mut core);
        ec2.cancel_reclaim(&id, &mut core);
        core.now = later(core.now, Duration::from_secs(120));
        ec2.on_timer(Ec2Timer::Reclaim(id.clone()), &mut core);
        assert_eq!(ec2.state(&id), Some(State::Running));
    }

    #[test]
    fn a_second_notice_has_its_own_deadline() {
        let (mut ec2, mut core) = (Ec2::default(), core());
        let id = running_instance(&mut ec2, &mut core);
        ec2.interrupt(&id, Action::Terminate, Duration::from_secs(120), &mut core);
        ec2.cancel_reclaim(&id, &mut core);
        core.now = later(core.now, Duration::from_secs(60));
        ec2.interrupt(&id, Action::Terminate, Duration::from_secs(120), &mut core);
        for (now, state) in [(120, State::Running), (180, State::ShuttingDown)] {
            core.now = Timestamp::from_second(now).unwrap();
            ec2.on_timer(Ec2Timer::Reclaim(id.clone()), &mut core);
            assert_eq!(ec2.state(&id), Some(state));
        }
    }

    #[test]
    fn hibernation_comes_without_lead_time() {
        let (mut ec2, mut core) = (Ec2::default(), core());
        let id = running_instance(&mut ec2, &mut core);
        ec2.interrupt(&id, Action::Hibernate, Duration::from_secs(120), &mut core);
        ec2.on_timer(Ec2Timer::Reclaim(id.clone()), &mut core);
        assert_eq!(ec2.state(&id), Some(State::Stopping));
    }

    #[test]
    fn on_demand_instances_are_not_taken_back_and_find_room_where_spot_does_not() {
        let (mut ec2, mut core) = (Ec2::default(), core());
        ec2.pools.limit("m5.large", "us-east-1a", 1);
        ec2.launch(order(true), &mut core).unwrap();
        assert!(ec2.launch(order(true), &mut core).is_err(), "the pool holds one");
        let on_demand = ec2.launch(order(false), &mut core).unwrap();
        assert!(!ec2.can_be_interrupted(&on_demand));
    }

    #[test]
    fn health_writes_times_in_its_own_way() {
        assert_eq!(gmt("2016-06-05T15:10:09Z".parse().unwrap()), "Sun, 05 Jun 2016 15:10:09 GMT");
    }
}

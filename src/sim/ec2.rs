//! EC2: the life of an instance, and Spot taking it back.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::core::{Core, later};
use super::dice::Purpose;
use super::fact::{Fact, Gone, Host};
use super::names::Names;

/// What Spot does with an instance that it takes back (EC2 User Guide, "Spot Instance interruption notices").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is terminated at the end of the lead time.
    #[default]
    Terminate,
    /// It is stopped at the end of the lead time.
    Stop,
    /// It hibernates at the notice, without lead time.
    Hibernate,
}

impl Action {
    /// The name in the event.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Terminate => "terminate",
            Self::Stop => "stop",
            Self::Hibernate => "hibernate",
        }
    }
}

/// The states of an instance (EC2 User Guide, "Instance lifecycle").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pending,
    Running,
    Stopping,
    Stopped,
    ShuttingDown,
    Terminated,
}

#[derive(Clone, Debug)]
pub struct Instance {
    pub host: Host,
    pub state: State,
    reclaim: Option<Reclaim>,
}

/// Spot's intention to take an instance back.
#[derive(Clone, Debug)]
struct Reclaim {
    action: Action,
    deadline: Timestamp,
}

#[derive(Clone, Debug)]
pub enum Timer {
    Running(String),
    Reclaim(String),
    /// Stopped or terminated for good.
    Down(String),
}

/// What is asked for at a launch.
#[derive(Clone, Debug)]
pub struct Order {
    pub zone: String,
    pub instance_type: String,
    pub group: Option<String>,
    pub cluster: Option<String>,
}

/// All instances.
#[derive(Debug, Default)]
pub struct Ec2 {
    instances: BTreeMap<String, Instance>,
}

impl Ec2 {
    pub fn state(&self, id: &str) -> Option<State> {
        self.instances.get(id).map(|instance| instance.state)
    }

    /// Whether the instance runs and Spot has not said that it takes it back.
    pub fn is_undisturbed(&self, id: &str) -> bool {
        self.instances.get(id).is_some_and(|i| i.state == State::Running && i.reclaim.is_none())
    }

    /// Whether Spot could give notice now. Once for each instance.
    pub fn can_be_interrupted(&self, id: &str) -> bool {
        let can = |i: &Instance| matches!(i.state, State::Pending | State::Running) && i.reclaim.is_none();
        self.instances.get(id).is_some_and(can)
    }

    pub fn launch(&mut self, order: Order, core: &mut Core) -> String {
        let id = Names::instance_id(&mut core.dice);
        let Order { zone, instance_type, group, cluster } = order;
        let host = Host { id: id.clone(), zone, instance_type, group, cluster };
        self.instances.insert(id.clone(), Instance { host, state: State::Pending, reclaim: None });
        core.within(Purpose::Boot, core.params.boot, Timer::Running(id.clone()));
        id
    }

    /// Gives notice that Spot takes the instance back after `lead`.
    pub fn interrupt(&mut self, id: &str, action: Action, lead: Duration, core: &mut Core) {
        if !self.can_be_interrupted(id) {
            return;
        }
        let Some(instance) = self.instances.get_mut(id) else { return };
        let lead = if action == Action::Hibernate { Duration::ZERO } else { lead };
        let deadline = later(core.now, lead);
        instance.reclaim = Some(Reclaim { action, deadline });
        core.tell(Fact::InterruptionNotice { host: instance.host.clone(), action, deadline });
        core.after(lead, Timer::Reclaim(id.to_owned()));
    }

    /// Spot changes its mind: the instance that got a notice lives on.
    pub fn cancel_reclaim(&mut self, id: &str, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(id) else { return };
        if instance.reclaim.take().is_some() {
            core.tell(Fact::ReclaimCancelled { instance: id.to_owned() });
        }
    }

    pub fn terminate(&mut self, id: &str, core: &mut Core) {
        self.end(id, Gone::Terminated, core);
    }

    pub fn on_timer(&mut self, timer: Timer, core: &mut Core) {
        match timer {
            Timer::Running(id) => self.running(&id, core),
            Timer::Reclaim(id) => self.reclaim(&id, core),
            Timer::Down(id) => self.down(&id, core),
        }
    }

    fn running(&mut self, id: &str, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(id) else { return };
        if instance.state == State::Pending {
            instance.state = State::Running;
            core.tell(Fact::InstanceRunning(instance.host.clone()));
        }
    }

    fn reclaim(&mut self, id: &str, core: &mut Core) {
        let due = self.instances.get(id).and_then(|instance| instance.reclaim.as_ref());
        let Some(Reclaim { action, .. }) = due.filter(|reclaim| reclaim.deadline <= core.now) else { return };
        let how = if *action == Action::Terminate { Gone::Terminated } else { Gone::Stopped };
        self.end(id, how, core);
    }

    fn end(&mut self, id: &str, how: Gone, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(id) else { return };
        let ends = match how {
            Gone::Terminated => State::ShuttingDown,
            Gone::Stopped => State::Stopping,
        };
        match instance.state {
            State::Pending | State::Running => {
                core.tell(Fact::InstanceGone { host: instance.host.clone(), how });
            }
            State::Stopping | State::Stopped if how == Gone::Terminated => {}
            _ => return,
        }
        instance.state = ends;
        core.within(Purpose::Shutdown, core.params.shutdown, Timer::Down(id.to_owned()));
    }

    fn down(&mut self, id: &str, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(id) else { return };
        match instance.state {
            State::Stopping => instance.state = State::Stopped,
            State::ShuttingDown => {
                instance.state = State::Terminated;
                core.tell(Fact::InstanceTerminated { instance: id.to_owned() });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::params::Params;

    fn core() -> Core {
        let names = Names { account: "123456789012".into(), region: "us-east-1".into() };
        Core::new(Timestamp::UNIX_EPOCH, Params::default(), names, 1)
    }

    fn running_instance(ec2: &mut Ec2, core: &mut Core) -> String {
        let order = Order { zone: "us-east-1a".into(), instance_type: "m5.large".into(), group: None, cluster: None };
        let id = ec2.launch(order, core);
        ec2.on_timer(Timer::Running(id.clone()), core);
        id
    }

    #[test]
    fn a_reclaim_that_was_cancelled_does_not_happen() {
        let (mut ec2, mut core) = (Ec2::default(), core());
        let id = running_instance(&mut ec2, &mut core);
        ec2.interrupt(&id, Action::Terminate, Duration::from_secs(120), &mut core);
        ec2.cancel_reclaim(&id, &mut core);
        core.now = later(core.now, Duration::from_secs(120));
        ec2.on_timer(Timer::Reclaim(id.clone()), &mut core);
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
            ec2.on_timer(Timer::Reclaim(id.clone()), &mut core);
            assert_eq!(ec2.state(&id), Some(state));
        }
    }

    #[test]
    fn hibernation_comes_without_lead_time() {
        let (mut ec2, mut core) = (Ec2::default(), core());
        let id = running_instance(&mut ec2, &mut core);
        ec2.interrupt(&id, Action::Hibernate, Duration::from_secs(120), &mut core);
        ec2.on_timer(Timer::Reclaim(id.clone()), &mut core);
        assert_eq!(ec2.state(&id), Some(State::Stopping));
    }
}

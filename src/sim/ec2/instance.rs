//! The life of an instance (EC2 User Guide, "Instance lifecycle").

use jiff::Timestamp;

use super::Ec2;
use super::events;
use super::spot::Reclaim;
use crate::sim::kernel::{Core, Ec2Timer, Fact, Gone, Host, Names, Purpose};

/// The states of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pending,
    Running,
    Stopping,
    Stopped,
    ShuttingDown,
    Terminated,
}

impl State {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Instance {
    pub host: Host,
    pub state: State,
    pub launched: Timestamp,
    /// When EC2 recommended to rebalance.
    pub recommended: Option<Timestamp>,
    /// When it is to be retired.
    pub retires: Option<Timestamp>,
    pub(super) reclaim: Option<Reclaim>,
}

impl Instance {
    /// Whether it works or is about to.
    pub const fn is_up(&self) -> bool {
        matches!(self.state, State::Pending | State::Running)
    }
}

/// What is asked for at a launch.
#[derive(Clone, Debug)]
pub struct Order {
    pub zone: String,
    pub instance_type: String,
    pub spot: bool,
    pub group: Option<String>,
    pub cluster: Option<String>,
}

/// Spot has no capacity for what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCapacity;

impl Ec2 {
    pub fn launch(&mut self, order: Order, core: &mut Core) -> Result<String, NoCapacity> {
        let Order { zone, instance_type, spot, group, cluster } = order;
        if spot && !self.has_room(&instance_type, &zone) {
            return Err(NoCapacity);
        }
        let id = Names::instance_id(&mut core.dice);
        let host = Host { id: id.clone(), zone, instance_type, spot, group, cluster };
        core.tell(Fact::InstanceLaunched(host.clone()));
        events::state_changed(&host, State::Pending, core);
        let instance = Instance {
            host,
            state: State::Pending,
            launched: core.now,
            recommended: None,
            retires: None,
            reclaim: None,
        };
        self.instances.insert(id.clone(), instance);
        core.within(Purpose::Boot, core.params.boot, Ec2Timer::Running(id.clone()));
        Ok(id)
    }

    pub fn terminate(&mut self, id: &str, core: &mut Core) {
        self.end(id, Gone::Terminated, false, core);
    }

    pub fn on_timer(&mut self, timer: Ec2Timer, core: &mut Core) {
        match timer {
            Ec2Timer::Running(id) => self.running(&id, core),
            Ec2Timer::Reclaim(id) => self.reclaim(&id, core),
            Ec2Timer::Down(id) => self.down(&id, core),
        }
    }

    fn running(&mut self, id: &str, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(id) else { return };
        if instance.state == State::Pending {
            instance.state = State::Running;
            events::state_changed(&instance.host, State::Running, core);
            core.tell(Fact::InstanceRunning(instance.host.clone()));
        }
    }

    /// The end of an instance, or, where it is stopped, of all that it did.
    pub(super) fn end(&mut self, id: &str, how: Gone, reclaimed: bool, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(id) else { return };
        let ends = match how {
            Gone::Terminated => State::ShuttingDown,
            Gone::Stopped => State::Stopping,
        };
        match instance.state {
            State::Pending | State::Running => {
                let announced = instance.notice().is_some();
                core.tell(Fact::InstanceGone { host: instance.host.clone(), how, reclaimed, announced });
            }
            State::Stopping | State::Stopped if how == Gone::Terminated => {}
            _ => return,
        }
        instance.state = ends;
        events::state_changed(&instance.host, ends, core);
        core.within(Purpose::Shutdown, core.params.shutdown, Ec2Timer::Down(id.to_owned()));
    }

    fn down(&mut self, id: &str, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(id) else { return };
        let (state, fact) = match instance.state {
            State::Stopping => (State::Stopped, Fact::InstanceStopped(instance.host.clone())),
            State::ShuttingDown => (State::Terminated, Fact::InstanceTerminated(instance.host.clone())),
            _ => return,
        };
        instance.state = state;
        events::state_changed(&instance.host, state, core);
        core.tell(fact);
        if state == State::Terminated {
            self.tokens.forget(id);
        }
    }
}

/// Warm pools keep instances that are stopped (EC2 Auto Scaling User Guide, "Warm pools").
impl Ec2 {
    /// An instance that has booted before and is stopped.
    pub fn park(&mut self, order: Order, core: &mut Core) -> String {
        let Order { zone, instance_type, spot, group, cluster } = order;
        let id = Names::instance_id(&mut core.dice);
        let host = Host { id: id.clone(), zone, instance_type, spot, group, cluster };
        let (state, launched) = (State::Stopped, core.now);
        let instance = Instance { host, state, launched, recommended: None, retires: None, reclaim: None };
        self.instances.insert(id.clone(), instance);
        id
    }

    /// Starts an instance that is stopped.
    pub fn start(&mut self, id: &str, core: &mut Core) {
        let Some(instance) = self.instances.get_mut(id).filter(|instance| instance.state == State::Stopped) else {
            return;
        };
        instance.state = State::Pending;
        events::state_changed(&instance.host, State::Pending, core);
        core.within(Purpose::Boot, core.params.boot, Ec2Timer::Running(id.to_owned()));
    }
}

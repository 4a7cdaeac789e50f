//! What each part of the world can plan for itself. Plain data: what it means is known where it is handled.

use super::fact::{Gone, Host};
use crate::sim::spec::{Action, Deed, InterruptionPlan};

/// Something that one part of the world has planned for itself.
#[derive(Clone, Debug)]
pub enum Timer {
    Ec2(Ec2Timer),
    Weather(WeatherTimer),
    AutoScaling(AutoScalingTimer),
    Ecs(EcsTimer),
    Events(EventsTimer),
    Plan(PlanTimer),
}

macro_rules! timer_of {
    ($($service:ident: $timer:ty),*) => {$(
        impl From<$timer> for Timer {
            fn from(timer: $timer) -> Self {
                Self::$service(timer)
            }
        }
    )*};
}

timer_of!(
    Ec2: Ec2Timer, Weather: WeatherTimer, AutoScaling: AutoScalingTimer, Ecs: EcsTimer, Events: EventsTimer,
    Plan: PlanTimer
);

#[derive(Clone, Debug)]
pub enum Ec2Timer {
    Running(String),
    Reclaim(String),
    /// Stopped or terminated for good.
    Down(String),
}

/// By instance.
#[derive(Clone, Debug)]
pub enum WeatherTimer {
    /// The next storm is decided.
    Storm,
    Recommend(String),
    Interrupt {
        instance: String,
        action: Action,
        /// In ms.
        lead_millis: u64,
        silent: bool,
    },
    Cancel(String),
    /// A pool, by type and zone, has no capacity.
    Dry(String, String),
    /// It has capacity again.
    Calm(String, String),
}

/// What a group has planned.
#[derive(Clone, Debug)]
pub struct AutoScalingTimer {
    pub group: String,
    pub what: GroupTimer,
}

#[derive(Clone, Debug)]
pub enum GroupTimer {
    /// Compare it with its desired capacity.
    Upkeep,
    /// Another attempt after a launch that failed.
    LaunchAgain,
    /// Look for the next member to replace.
    Renew,
    /// A member that runs becomes part of the capacity.
    InService(String),
    /// A member that is gone fails its health check.
    HealthCheck(String),
    /// A member that was detached leaves the list.
    Detached(String),
    /// A member that enters Standby is there.
    Standby(String),
    /// A lifecycle action's heartbeat or its whole time may be over.
    Heartbeat { instance: String, token: String },
}

#[derive(Clone, Debug)]
pub enum EcsTimer {
    /// The agent on an instance registers with its cluster.
    Register(Host),
    /// ECS learns that a host is gone.
    HostLost { cluster: String, id: String, how: Gone },
    /// A container instance that is INACTIVE is forgotten.
    ForgetInstance { cluster: String, id: String },
    /// The service scheduler looks at a service.
    Schedule { cluster: String, service: String },
    /// A task takes the next step of its life.
    Task { cluster: String, id: String, step: Step },
    /// Managed draining drains an instance.
    ManagedDrain { cluster: String, instance: String },
    /// The agent on an instance drains it by itself.
    AgentDrain { cluster: String, instance: String },
    /// Managed scaling and managed termination protection look at a capacity provider.
    Measure { provider: String },
}

/// What happens next to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Start,
    /// It counts as healthy.
    Healthy,
    /// SIGTERM.
    Signal,
    /// Its containers have ended, with this exit code.
    Exit(i32),
    /// It has waited for capacity for too long.
    GiveUp,
    Forget,
}

#[derive(Clone, Debug)]
pub enum EventsTimer {
    Deliver { queue: String, body: String },
}

/// What was planned for the account.
#[derive(Clone, Debug)]
pub enum PlanTimer {
    Interrupt(InterruptionPlan),
    /// What was recommended comes true, for these instances.
    Follow {
        plan: InterruptionPlan,
        instances: Vec<String>,
    },
    Cancel(String),
    Do(Deed),
    /// A person sets these container instances back to ACTIVE.
    SetBack(Vec<String>),
}

//! What happens in the world, as one service tells it to the others, to the truth and to the journal.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::published::Published;
use crate::sim::spec::Action;

/// An EC2 instance, as far as others care.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Host {
    pub id: String,
    pub zone: String,
    pub instance_type: String,
    /// Whether it is a Spot Instance.
    pub spot: bool,
    /// The Auto Scaling group that launched it.
    pub group: Option<String>,
    /// The ECS cluster that its agent joins, as its user data says.
    pub cluster: Option<String>,
}

/// How an instance stopped working.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Gone {
    Terminated,
    Stopped,
}

/// How an instance left its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Departure {
    Detached,
    Terminated,
}

/// What becomes of an instance that waits at a lifecycle hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum HookResult {
    Continue,
    Abandon,
}

impl HookResult {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Continue => "CONTINUE",
            Self::Abandon => "ABANDON",
        }
    }
}

/// An instance that waits at a lifecycle hook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LifecycleNotice {
    pub group: String,
    pub hook: String,
    pub instance: String,
    pub launching: bool,
}

/// What requests are sent to: a port of an instance, in a target group, which its ARN stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    pub group: String,
    pub instance: String,
    pub port: u16,
}

/// How far a target was on its way out of its group at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Drained {
    /// It was registered, and got requests.
    Not,
    /// Its draining had begun so long before. The time goes on after the deregistration delay.
    For(Duration),
}

/// Something that has happened.
#[derive(Clone, Debug, Serialize)]
pub enum Fact {
    InstanceLaunched(Host),
    InstanceRunning(Host),
    RebalanceRecommended(Host),
    MaintenanceScheduled {
        host: Host,
        not_before: Timestamp,
    },
    /// EC2 Spot says that it takes the instance back.
    InterruptionNotice {
        host: Host,
        action: Action,
        deadline: Timestamp,
        /// How the instance stands with its group; the world adds it.
        situation: &'static str,
    },
    /// Spot changed its mind; the instance lives on.
    ReclaimCancelled {
        instance: String,
    },
    /// From this moment nothing runs on the instance any more.
    InstanceGone {
        host: Host,
        how: Gone,
        /// Spot took it back; nobody asked for its end.
        reclaimed: bool,
        /// It had given notice.
        announced: bool,
    },
    InstanceStopped(Host),
    InstanceTerminated(Host),
    /// A Spot pool's capacity changed; `None` for as much as anybody wants.
    PoolCapacity {
        instance_type: String,
        zone: String,
        capacity: Option<u32>,
    },
    /// A group launched an instance, in the place of `replaces` where it lost one.
    GroupLaunched {
        group: String,
        instance: String,
        replaces: Option<String>,
    },
    LaunchFailed {
        group: String,
        instance_type: String,
        zone: String,
    },
    DesiredChanged {
        group: String,
        from: u32,
        to: u32,
    },
    /// OnDemandBaseCapacity of the group.
    BaseChanged {
        group: String,
        from: u32,
        to: u32,
    },
    MemberState {
        group: String,
        instance: String,
        state: &'static str,
    },
    LeftGroup {
        group: String,
        instance: String,
        how: Departure,
    },
    LifecycleWaits(LifecycleNotice),
    LifecycleEnded {
        at: LifecycleNotice,
        result: HookResult,
        /// Nobody answered in time.
        timed_out: bool,
    },
    /// ECS asks Auto Scaling for another desired capacity.
    CapacityWanted {
        group: String,
        desired: u32,
    },
    /// ECS asks Auto Scaling to protect instances from scale-in, or not to.
    ProtectionWanted {
        group: String,
        instances: Vec<String>,
        protected: bool,
    },
    /// ECS wants its hook for managed draining on a group, or wants it no longer.
    DrainingHookWanted {
        group: String,
        wanted: bool,
    },
    /// ECS is done with an instance that waits at its hook.
    LifecycleDone(LifecycleNotice),
    ContainerInstanceRegistered {
        host: Host,
        cluster: String,
        provider: Option<String>,
    },
    ContainerInstanceStatus {
        instance: String,
        cluster: String,
        status: &'static str,
    },
    TaskPlaced {
        task: String,
        instance: String,
    },
    TaskRunning {
        task: String,
        instance: String,
        service: Option<String>,
        stop_timeout: Duration,
    },
    /// Somebody or something decided that the task is to stop.
    TaskStopping {
        task: String,
        instance: String,
    },
    /// The task's containers got SIGTERM.
    TaskSignalled {
        task: String,
        instance: String,
        /// What its target was by then; `None` for a task that is none.
        target: Option<Drained>,
    },
    TaskStopped {
        task: String,
        instance: String,
        reason: String,
    },
    FargateInterrupted {
        task: String,
        deadline: Timestamp,
    },
    PlacementFailed {
        cluster: String,
        service: String,
    },
    /// ECS asks Elastic Load Balancing to register a target.
    TargetWanted(Target),
    /// ECS asks Elastic Load Balancing to deregister a target.
    TargetUnwanted {
        target: Target,
        /// Nobody answers there any more.
        ended: bool,
    },
    /// Requests are sent to a target from now on.
    TargetRegistered(Target),
    /// No new requests are sent to a target from now on.
    TargetDraining(Target),
    /// A message is in a queue; `subject` is what it is about, an instance most often.
    MessageSent {
        queue: String,
        message: String,
        kind: String,
        subject: String,
    },
    MessageDeleted {
        queue: String,
        message: String,
        subject: String,
    },
    MessageDead {
        queue: String,
        message: String,
        subject: String,
    },
    /// A fault struck.
    Struck {
        fault: &'static str,
        object: String,
    },
    /// An event for the event bus.
    Event(Arc<Published>),
    /// A lifecycle hook notifies its target, which is a queue or a topic.
    Notified {
        target: String,
        body: String,
    },
}

//! What happens in the world, as one service tells it to the others, to the truth and to the journal.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::ec2::Action;

/// An EC2 instance, as far as others care.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Host {
    pub id: String,
    pub zone: String,
    pub instance_type: String,
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

/// Something that has happened.
#[derive(Clone, Debug, Serialize)]
pub enum Fact {
    InstanceRunning(Host),
    /// EC2 Spot says that it takes the instance back.
    InterruptionNotice {
        host: Host,
        action: Action,
        deadline: Timestamp,
    },
    /// Spot changed its mind; the instance lives on.
    ReclaimCancelled {
        instance: String,
    },
    /// From this moment nothing runs on the instance any more.
    InstanceGone {
        host: Host,
        how: Gone,
    },
    InstanceTerminated {
        instance: String,
    },
    /// A group launched an instance, in the place of `replaces` where it lost one.
    GroupLaunched {
        group: String,
        instance: String,
        replaces: Option<String>,
    },
    LeftGroup {
        group: String,
        instance: String,
    },
    ContainerInstanceRegistered {
        host: Host,
        provider: Option<String>,
    },
    ContainerInstanceStatus {
        instance: String,
        status: &'static str,
    },
    TaskPlaced {
        task: String,
        instance: String,
    },
    TaskRunning {
        task: String,
        instance: String,
        stop_timeout: Duration,
    },
    /// The task's containers got SIGTERM.
    TaskSignalled {
        task: String,
        instance: String,
    },
    TaskStopped {
        task: String,
        instance: String,
        reason: String,
    },
    PlacementFailed {
        service: String,
    },
}

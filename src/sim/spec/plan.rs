//! What happens to an account at a stated time, by Spot's, AWS's or somebody's doing.

use std::time::Duration;

use super::action::Action;

/// Instances that Spot takes back.
#[derive(Clone, Debug)]
pub struct InterruptionPlan {
    /// When notice is given, from the start of the simulation.
    pub after: Duration,
    /// The group whose instances they are; which ones is drawn.
    pub group: String,
    /// How many; fewer where the group has no more without notice.
    pub count: usize,
    /// Any member, and not only those that are in service and in their cluster.
    pub any: bool,
    /// What Spot does with them.
    pub action: Action,
    /// The lead time of the notice; `None` for the usual ([`Params::notice_lead`](super::Params::notice_lead)).
    pub lead: Option<Duration>,
    /// No notice is given: the instances are gone when the lead time is over.
    pub silent: bool,
    /// A rebalance recommendation is given so long before the notice.
    pub recommended: Option<Duration>,
    /// Spot changes its mind this long after the notice.
    pub cancelled_after: Option<Duration>,
}

impl InterruptionPlan {
    /// The usual: `count` instances of `group` are terminated, with notice given after `after`.
    #[must_use]
    pub fn new(after: Duration, group: &str, count: usize) -> Self {
        Self {
            after,
            group: group.to_owned(),
            count,
            any: false,
            action: Action::Terminate,
            lead: None,
            silent: false,
            recommended: None,
            cancelled_after: None,
        }
    }
}

/// Something else that happens.
#[derive(Clone, Debug)]
pub struct Planned {
    /// When, from the start of the simulation.
    pub after: Duration,
    /// What.
    pub deed: Deed,
}

/// What happens. Which instances of a group it happens to is drawn.
#[derive(Clone, Debug)]
pub enum Deed {
    /// EC2 recommends to rebalance, and nothing comes of it.
    Recommend {
        /// The group.
        group: String,
        /// How many.
        count: usize,
    },
    /// AWS schedules the retirement of instances, all in one event of AWS Health.
    Maintain {
        /// The group.
        group: String,
        /// How many.
        count: usize,
        /// From the announcement to the retirement.
        lead: Duration,
    },
    /// The Spot capacity of a pool changes. Where it holds less than it did, Spot takes back what is too much.
    Capacity {
        /// The instance type; `None` for every one.
        instance_type: Option<String>,
        /// The zone; `None` for every one.
        zone: Option<String>,
        /// How many instances it can hold from now on; `None` for as many as anybody wants.
        capacity: Option<u32>,
    },
    /// Fargate Spot takes tasks back.
    InterruptFargate {
        /// The cluster.
        cluster: String,
        /// How many.
        count: usize,
    },
    /// A person drains instances, for reasons of their own, and sets them back to ACTIVE later.
    Drain {
        /// The group.
        group: String,
        /// How many.
        count: usize,
        /// When they are set back.
        back_after: Option<Duration>,
    },
    /// A person detaches instances, and leaves them in the cluster.
    Detach {
        /// The group.
        group: String,
        /// How many.
        count: usize,
    },
    /// A person terminates instances, which are to be replaced.
    Terminate {
        /// The group.
        group: String,
        /// How many.
        count: usize,
    },
    /// A person sets the desired capacity.
    Resize {
        /// The group.
        group: String,
        /// DesiredCapacity.
        desired: u32,
    },
    /// A person starts an instance refresh.
    Refresh {
        /// The group.
        group: String,
    },
    /// Somebody puts a message into a queue.
    Send {
        /// The queue.
        queue: String,
        /// The message.
        body: String,
    },
}

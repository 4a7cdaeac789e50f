//! Every number in the simulated AWS that AWS does not fix, each with its default, and the few that AWS does document.

use std::time::Duration;

/// A duration that differs from case to case, drawn evenly from `min` up to and with `max`, to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The shortest.
    pub min: Duration,
    /// The longest.
    pub max: Duration,
}

impl Spread {
    /// Between two numbers of milliseconds.
    #[must_use]
    pub const fn millis(min: u64, max: u64) -> Self {
        Self { min: Duration::from_millis(min), max: Duration::from_millis(max) }
    }

    /// Between two numbers of seconds.
    #[must_use]
    pub const fn secs(min: u64, max: u64) -> Self {
        Self { min: Duration::from_secs(min), max: Duration::from_secs(max) }
    }

    /// Always the same.
    #[must_use]
    pub const fn exactly(duration: Duration) -> Self {
        Self { min: duration, max: duration }
    }
}

/// How the simulated AWS behaves where AWS leaves it open. The defaults are meant to be typical.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// From a Spot interruption notice to the end of the instance. Documented: 2 min, none for hibernate (EC2 User
    /// Guide, "Spot Instance interruption notices").
    pub notice_lead: Duration,
    /// From an event in EC2 to its message in the queue. Delivery is best effort and has no documented bound.
    pub event_latency: Spread,
    /// From a request to its answer.
    pub api_latency: Spread,
    /// From the launch of an instance to its state `running`.
    pub boot: Spread,
    /// From `running` to the ECS agent's registration. Published measurements have about 41 s from launch to here.
    pub agent_registration: Spread,
    /// From `shutting-down` to `terminated`, and from `stopping` to `stopped`.
    pub shutdown: Spread,
    /// From `running` to `InService` in the group.
    pub in_service: Spread,
    /// From a change in a group to its answer: a launch or a termination.
    pub group_reaction: Spread,
    /// From the end of an instance to the failed health check that makes its group replace it.
    pub health_check: Spread,
    /// How long a detached instance still shows as `Detaching`.
    pub detaching: Spread,
    /// Whether a group with Capacity Rebalancing terminates the interrupted instance as soon as its replacement is in
    /// service (EC2 Auto Scaling User Guide, "Capacity Rebalancing"), or leaves it to Spot.
    pub rebalancing_terminates: bool,
    /// From the end of an instance to the `INACTIVE` of its container instance and the `STOPPED` of its tasks.
    pub deregistration: Spread,
    /// Whether ECS refuses to set a container instance to DRAINING that is DRAINING already. Not documented.
    pub draining_twice_fails: bool,
    /// From a change that concerns a service to the next run of its scheduler.
    pub scheduler_reaction: Spread,
    /// From a failed placement to the next attempt.
    pub placement_retry: Duration,
    /// How often in succession placement may fail before the service is held back.
    pub placement_attempts: u32,
    /// How long a service is then held back. Field reports have 5 to 15 min; ECS documents a growing delay up to 27
    /// min.
    pub placement_hold: Duration,
    /// From the placement of a task to `RUNNING`: the agent's poll, the pull and the start.
    pub task_start: Spread,
    /// From the order to stop a task to SIGTERM, the deregistration delay not counted.
    pub stop_order: Spread,
    /// How many of 100 containers ignore SIGTERM and run until SIGKILL.
    pub ignores_sigterm_percent: u8,
    /// When the others exit: between these two percentages of their stopTimeout.
    pub exit_percent: (u8, u8),
    /// Whether `StopTask` sends SIGTERM at once to a task that waits for its deregistration delay. Field reports say
    /// so.
    pub stop_task_skips_deregistration: bool,
    /// How long stopped tasks and inactive container instances can still be described. Documented for tasks: at least 1
    /// h (ECS API reference, `DescribeTasks`).
    pub retention: Duration,
    /// How many calls and facts the journal keeps.
    pub journal_entries: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            notice_lead: Duration::from_secs(120),
            event_latency: Spread::millis(200, 2_000),
            api_latency: Spread::millis(15, 120),
            boot: Spread::millis(22_000, 30_000),
            agent_registration: Spread::millis(12_000, 18_000),
            shutdown: Spread::secs(5, 40),
            in_service: Spread::millis(200, 2_000),
            group_reaction: Spread::millis(1_000, 8_000),
            health_check: Spread::secs(5, 60),
            detaching: Spread::millis(1_000, 5_000),
            rebalancing_terminates: true,
            deregistration: Spread::secs(2, 10),
            draining_twice_fails: false,
            scheduler_reaction: Spread::millis(1_000, 10_000),
            placement_retry: Duration::from_secs(15),
            placement_attempts: 3,
            placement_hold: Duration::from_secs(5 * 60),
            task_start: Spread::millis(3_000, 15_000),
            stop_order: Spread::millis(100, 1_000),
            ignores_sigterm_percent: 5,
            exit_percent: (5, 90),
            stop_task_skips_deregistration: true,
            retention: Duration::from_secs(60 * 60),
            journal_entries: 20_000,
        }
    }
}

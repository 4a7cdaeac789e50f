//! Every number in the simulated AWS that AWS does not fix, each with its default, and the few that AWS does document.

use std::time::Duration;

use super::spread::Spread;

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
    /// How long a detached instance still shows as `Detaching`, and one that enters Standby as `EnteringStandby`.
    pub detaching: Spread,
    /// From a failed launch to the group's next attempt. Not documented.
    pub launch_retry: Spread,
    /// Whether a group launches a replacement while the old instance is in `Terminating:Wait`. Likely, not documented.
    pub launches_while_waiting: bool,
    /// By how many percent of its desired capacity a group with Capacity Rebalancing may exceed its MaxSize; at least by
    /// one instance. Documented: 10 (EC2 Auto Scaling User Guide, "Capacity Rebalancing").
    pub rebalancing_margin_percent: u32,
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
    /// How long a task of a capacity provider may wait in PROVISIONING before it is stopped. Field reports have 10 to 30
    /// min.
    pub provisioning_max: Duration,
    /// Whether the scheduler leaves a protected task on a DRAINING instance alone until its protection ends. Documented
    /// for scale-in and deployments (ECS API reference, `UpdateTaskProtection`); for draining it is likely.
    pub protection_holds_drains: bool,
    /// From a Spot interruption notice, or the wait at the hook, to the DRAINING that managed draining sets. Not
    /// documented.
    pub managed_draining: Spread,
    /// How often the ECS agent looks at the metadata service where it drains by itself. 1 s (ECS agent, `agent.go`).
    pub agent_poll: Spread,
    /// How often managed scaling measures: every minute (ECS Developer Guide, "Cluster auto scaling").
    pub scaling_period: Duration,
    /// How many measurements above the target lead to a scale-out. A field report has 1.
    pub scale_out_after: u32,
    /// How many below lead to a scale-in: 15 (ECS Developer Guide, "Cluster auto scaling").
    pub scale_in_after: u32,
    /// From the start of a task on Fargate to RUNNING.
    pub fargate_start: Spread,
    /// How far the clock of a caller may be off before requests are refused. Documented: 5 min (IAM User Guide,
    /// "Signature Version 4"). `None` refuses nobody: a simulation that is served may run faster than its callers' clocks.
    pub request_skew_max: Option<Duration>,
    /// How many messages of a queue may be in flight. Documented: about 120,000 (SQS Developer Guide, "Amazon SQS
    /// quotas").
    pub in_flight_max: usize,
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
            boot: Spread::millis(22_000, 30_000).with_tail(3, Duration::from_secs(75)),
            agent_registration: Spread::millis(12_000, 18_000).with_tail(3, Duration::from_secs(60)),
            shutdown: Spread::secs(5, 40),
            in_service: Spread::millis(200, 2_000),
            group_reaction: Spread::millis(1_000, 8_000),
            health_check: Spread::secs(5, 60),
            detaching: Spread::millis(1_000, 5_000),
            launch_retry: Spread::secs(15, 60),
            launches_while_waiting: true,
            rebalancing_margin_percent: 10,
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
            provisioning_max: Duration::from_secs(30 * 60),
            protection_holds_drains: true,
            managed_draining: Spread::secs(2, 15),
            agent_poll: Spread::millis(0, 1_000),
            scaling_period: Duration::from_secs(60),
            scale_out_after: 1,
            scale_in_after: 15,
            fargate_start: Spread::secs(20, 60),
            request_skew_max: None,
            in_flight_max: 120_000,
            retention: Duration::from_secs(60 * 60),
            journal_entries: 20_000,
        }
    }
}

//! Auto Scaling groups and Spot pools, as they are given.

use std::time::Duration;

/// A process of a group that can be suspended (EC2 Auto Scaling User Guide, "Suspend and resume processes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are Auto Scaling's own")]
pub enum Process {
    Launch,
    Terminate,
    AddToLoadBalancer,
    AlarmNotification,
    AZRebalance,
    HealthCheck,
    InstanceRefresh,
    ReplaceUnhealthy,
    ScheduledActions,
}

impl Process {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Launch,
        Self::Terminate,
        Self::AddToLoadBalancer,
        Self::AlarmNotification,
        Self::AZRebalance,
        Self::HealthCheck,
        Self::InstanceRefresh,
        Self::ReplaceUnhealthy,
        Self::ScheduledActions,
    ];

    /// By its name in the API.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|process| format!("{process:?}") == name)
    }
}

/// How many of a group's instances are On-Demand (EC2 Auto Scaling API reference, `InstancesDistribution`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Market {
    /// OnDemandBaseCapacity: the first so many.
    pub on_demand_base: u32,
    /// OnDemandPercentageAboveBaseCapacity: of those beyond.
    pub on_demand_percent_above: u32,
}

impl Market {
    /// Nothing but Spot.
    pub const SPOT: Self = Self { on_demand_base: 0, on_demand_percent_above: 0 };

    /// Whether there are instances of both kinds.
    #[must_use]
    pub const fn is_mixed(self) -> bool {
        !(self.on_demand_base == 0 && self.on_demand_percent_above == 0) && self.on_demand_percent_above < 100
    }

    /// How many of `total` instances are to be On-Demand: the base, and the percentage of the rest, rounded up.
    #[must_use]
    pub const fn on_demand_of(self, total: u32) -> u32 {
        let above = total.saturating_sub(self.on_demand_base);
        let base = if total < self.on_demand_base { total } else { self.on_demand_base };
        base + (above * self.on_demand_percent_above).div_ceil(100)
    }
}

/// Where a lifecycle hook notifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookTarget {
    /// The event bus only.
    EventBridge,
    /// A queue, by name; the event bus too.
    Queue(String),
    /// A topic, by name; the event bus too.
    Topic(String),
}

/// The name of the hook that ECS makes on the groups of capacity providers with managed draining.
pub const MANAGED_HOOK: &str = "ecs-managed-draining-termination-hook";

/// A lifecycle hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookSpec {
    /// Its name.
    pub name: String,
    /// Whether it holds instances that are launched, and not those that are terminated.
    pub launching: bool,
    /// HeartbeatTimeout. 30 s to 2 h (EC2 Auto Scaling API reference, `PutLifecycleHook`).
    pub heartbeat: Duration,
    /// Whether an instance goes on when nobody has answered in time: DefaultResult CONTINUE, and not ABANDON.
    pub continues: bool,
    /// Where it notifies.
    pub target: HookTarget,
    /// NotificationMetadata.
    pub metadata: Option<String>,
}

impl HookSpec {
    /// A hook for terminations that nobody but the event bus hears of.
    #[must_use]
    pub fn terminating(name: &str, heartbeat: Duration, continues: bool) -> Self {
        let (name, target) = (name.to_owned(), HookTarget::EventBridge);
        Self { name, launching: false, heartbeat, continues, target, metadata: None }
    }
}

/// Managed scaling of a capacity provider (ECS API reference, `ManagedScaling`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManagedScaling {
    /// targetCapacity, 1 to 100.
    pub target: u32,
    /// minimumScalingStepSize.
    pub step_min: u32,
    /// maximumScalingStepSize.
    pub step_max: u32,
    /// instanceWarmupPeriod.
    pub warmup: Duration,
}

impl Default for ManagedScaling {
    /// The API's defaults.
    fn default() -> Self {
        Self { target: 100, step_min: 1, step_max: 10_000, warmup: Duration::from_secs(300) }
    }
}

/// An Auto Scaling group.
#[derive(Clone, Debug)]
pub struct GroupSpec {
    /// Its name.
    pub name: String,
    /// The cluster that its instances join.
    pub cluster: Option<String>,
    /// The capacity provider made of it.
    pub capacity_provider: Option<String>,
    /// MinSize.
    pub min: u32,
    /// MaxSize.
    pub max: u32,
    /// DesiredCapacity; that many instances run when the simulation starts.
    pub desired: u32,
    /// The zones that it spreads over.
    pub zones: Vec<String>,
    /// The instance types that it launches, in turn.
    pub instance_types: Vec<String>,
    /// On-Demand and Spot.
    pub market: Market,
    /// Whether it has a launch template, and not a launch configuration.
    pub launch_template: bool,
    /// How many stopped instances its warm pool keeps; `None` for no warm pool.
    pub warm_pool: Option<u32>,
    /// Capacity Rebalancing.
    pub capacity_rebalance: bool,
    /// Suspended processes; the group is first filled as if none were.
    pub suspended: Vec<Process>,
    /// New instances are protected from scale-in.
    pub protect_new: bool,
    /// Its lifecycle hooks, but for the one that managed draining makes.
    pub hooks: Vec<HookSpec>,
    /// So many of its instances are put into Standby before the start.
    pub standby: u32,
    /// An instance refresh is under way at the start.
    pub refreshing: bool,
    /// The capacity provider's managed scaling.
    pub managed_scaling: Option<ManagedScaling>,
    /// The capacity provider's managed draining.
    pub managed_draining: bool,
    /// The capacity provider's managed termination protection.
    pub managed_termination_protection: bool,
    /// The agents on its instances drain them at a notice (`ECS_ENABLE_SPOT_INSTANCE_DRAINING`).
    pub agent_draining: bool,
}

impl Default for GroupSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            cluster: None,
            capacity_provider: None,
            min: 0,
            max: 100,
            desired: 0,
            zones: ["a", "b", "c"].map(|zone| format!("us-east-1{zone}")).to_vec(),
            instance_types: vec!["m5.large".to_owned()],
            market: Market::SPOT,
            launch_template: true,
            warm_pool: None,
            capacity_rebalance: false,
            suspended: Vec::new(),
            protect_new: false,
            hooks: Vec::new(),
            standby: 0,
            refreshing: false,
            managed_scaling: None,
            managed_draining: false,
            managed_termination_protection: false,
            agent_draining: false,
        }
    }
}

/// A pool of Spot capacity: an instance type in a zone. One that is not given has all the capacity that anybody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolSpec {
    /// The instance type.
    pub instance_type: String,
    /// The zone.
    pub zone: String,
    /// How many Spot instances of this account it can hold.
    pub capacity: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_comes_first_and_the_percentage_is_rounded_up() {
        let market = Market { on_demand_base: 2, on_demand_percent_above: 25 };
        assert_eq!([0, 1, 2, 3, 6, 7].map(|total| market.on_demand_of(total)), [0, 1, 2, 3, 3, 4]);
        assert!(market.is_mixed() && !Market::SPOT.is_mixed());
        assert!(!Market { on_demand_base: 0, on_demand_percent_above: 100 }.is_mixed());
    }
}

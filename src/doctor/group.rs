//! What is wrong with an Auto Scaling group behind a capacity provider.

use super::agent::{self, AgentDraining};
use super::finding::{Finding, Severity, Sheet};
use crate::api::Method;
use crate::observe::snapshot::Group;

/// What is known of a group and of what is asked of it. What nobody has looked at is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupFacts {
    /// Its name.
    pub name: String,
    /// The capacity provider in front of it.
    pub provider: String,
    /// DesiredCapacity.
    pub desired: u32,
    /// MaxSize.
    pub max: u32,
    /// Whether the process Launch is suspended.
    pub launch_suspended: bool,
    /// Whether the process Terminate is suspended.
    pub terminate_suspended: bool,
    /// Whether Capacity Rebalancing is on.
    pub capacity_rebalance: bool,
    /// Why it launches no instance on request, if it does not.
    pub launch_refusal: Option<String>,
    /// Whether the process AZRebalance runs.
    pub rebalances_zones: Option<bool>,
    /// How many Spot pools it draws on: instance types times zones.
    pub pools: Option<usize>,
    /// Whether the capacity provider drains by itself.
    pub managed_draining: Option<bool>,
    /// Whether the capacity provider protects instances from scale-in.
    pub termination_protection: Option<bool>,
    /// Whether its instances' agents drain by themselves.
    pub agent_draining: Option<AgentDraining>,
    /// How the policy asks for replacements.
    pub method: Method,
    /// Whether the policy hands over at rebalance recommendations, or has the group stand in for another.
    pub hands_over_early: bool,
    /// Whether the policy hands over before maintenance.
    pub launches_for_maintenance: bool,
}

impl GroupFacts {
    /// What the operator's own index knows of a group.
    #[must_use]
    pub fn seen(name: &str, provider: &str, group: &Group, (method, hands_over_early): (Method, bool)) -> Self {
        Self {
            name: name.to_owned(),
            provider: provider.to_owned(),
            desired: group.desired,
            max: group.max,
            launch_suspended: group.launch_suspended,
            terminate_suspended: group.terminate_suspended,
            capacity_rebalance: group.capacity_rebalance,
            launch_refusal: group.launch_refusal.map(str::to_owned),
            rebalances_zones: None,
            pools: None,
            managed_draining: None,
            termination_protection: None,
            agent_draining: None,
            method,
            hands_over_early,
            launches_for_maintenance: false,
        }
    }

    /// Whether the policy wants the group to launch on request.
    fn wants_launches(&self) -> bool {
        self.method == Method::Launch || self.hands_over_early
    }
}

/// What is wrong with a group.
pub fn check(group: &GroupFacts, found: &mut Vec<Finding>) {
    let name = &group.name;
    let sheet = &mut Sheet::of(format!("group {name} (capacity provider {})", group.provider), found);
    processes(group, sheet);
    launches(group, sheet);
    sheet.note_if(group.capacity_rebalance, Severity::Note, "CapacityRebalancing", || {
        (
            "Capacity Rebalancing is on".to_owned(),
            "the group replaces instances by itself, already at the recommendation, 70 % of which lead to nothing; the \
             operator watches and adds nothing"
                .to_owned(),
            format!(
                "to leave it to the operator: aws autoscaling update-auto-scaling-group --auto-scaling-group-name {name} \
                 --no-capacity-rebalance"
            ),
        )
    });
    sheet.note_if(group.pools == Some(1), Severity::Warning, "SinglePool", || {
        (
            "it draws on one Spot pool: one instance type in one zone".to_owned(),
            "interruptions come in bursts within a pool, and a replacement from the same pool is likely to fail"
                .to_owned(),
            "add instance types to the group's mixed instances policy, and subnets in other zones".to_owned(),
        )
    });
    provider(group, sheet);
    if let (Some(agents), Some(managed_draining)) = (&group.agent_draining, group.managed_draining) {
        agent::check(agents, managed_draining, sheet);
    }
}

fn processes(group: &GroupFacts, sheet: &mut Sheet<'_>) {
    let name = &group.name;
    let resume = |process: &str| {
        format!("aws autoscaling resume-processes --auto-scaling-group-name {name} --scaling-processes {process}")
    };
    sheet.note_if(group.launch_suspended, Severity::Critical, "LaunchSuspended", || {
        (
            "the process Launch is suspended".to_owned(),
            "no interrupted instance is replaced; with a fallback the other capacity provider launches".to_owned(),
            resume("Launch"),
        )
    });
    sheet.note_if(group.terminate_suspended, Severity::Note, "TerminateSuspended", || {
        (
            "the process Terminate is suspended".to_owned(),
            "interrupted instances are detached instead of terminated: their hooks do not run".to_owned(),
            resume("Terminate"),
        )
    });
    let moves = group.rebalances_zones == Some(true) && group.wants_launches();
    sheet.note_if(moves, Severity::Warning, "ZonesRebalanced", || {
        (
            "the process AZRebalance runs, and the policy launches away from zones that lose capacity".to_owned(),
            "the group may move instances back, one healthy instance at a time".to_owned(),
            format!(
                "aws autoscaling suspend-processes --auto-scaling-group-name {name} --scaling-processes AZRebalance"
            ),
        )
    });
}

fn launches(group: &GroupFacts, sheet: &mut Sheet<'_>) {
    let GroupFacts { name, desired, max, .. } = group;
    let full = desired >= max;
    let severity = if group.wants_launches() { Severity::Warning } else { Severity::Note };
    sheet.note_if(full && (group.wants_launches() || group.launches_for_maintenance), severity, "AtMaxSize", || {
        (
            format!("DesiredCapacity {desired} is MaxSize"),
            "no replacement can be launched before the old instance leaves: planned hand-overs do without, and a notice is answered \
             with a detach"
                .to_owned(),
            format!(
                "aws autoscaling update-auto-scaling-group --auto-scaling-group-name {name} --max-size {}",
                max.saturating_add(desired.div_ceil(10).max(1))
            ),
        )
    });
    let refused = group.launch_refusal.as_ref().filter(|_| group.wants_launches());
    if let Some(why) = refused {
        sheet.note(
            Severity::Warning,
            "LaunchesRefused",
            (
                format!("LaunchInstances does not serve it: {why}"),
                "hand-overs at recommendations do without a replacement before, and a notice is answered with a detach"
                    .to_owned(),
                "use `replacement.method: auto` for it, or split the group".to_owned(),
            ),
        );
    }
}

fn provider(group: &GroupFacts, sheet: &mut Sheet<'_>) {
    let provider = &group.provider;
    sheet.note_if(group.managed_draining == Some(true), Severity::Note, "ManagedDraining", || {
        (
            "managed draining is on".to_owned(),
            "ECS drains at the notice as well, and by a termination hook of its own when the group terminates; both work together"
                .to_owned(),
            "none is needed".to_owned(),
        )
    });
    sheet.note_if(group.termination_protection == Some(true), Severity::Note, "TerminationProtection", || {
        (
            "managed termination protection is on".to_owned(),
            "it holds back scale-in and no interruption; surplus that the operator gives back is terminated by its id"
                .to_owned(),
            format!(
                "to turn it off: aws ecs update-capacity-provider --name {provider} --auto-scaling-group-provider \
                 managedTerminationProtection=DISABLED"
            ),
        )
    });
}

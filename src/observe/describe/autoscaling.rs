//! Auto Scaling: groups, and which group an instance belongs to.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_autoscaling::types::AutoScalingGroup;
use jiff::Timestamp;

use super::{PAGES_MAX, next_page};
use crate::aws::{Failure, RegionClients};
use crate::ids::{GroupKey, InstanceId, Region};
use crate::observe::Observation;
use crate::observe::mix::{BaseNote, Mix, TAG};
use crate::observe::snapshot::{Group, Lifecycle, Member};

/// Groups in one answer at most (Auto Scaling API reference).
const PAGE: i32 = 100;

/// Tells which group an instance belongs to.
pub const LOCATE: &str = "autoscaling:DescribeAutoScalingInstances";

/// Tells of groups.
pub const GROUPS: &str = "autoscaling:DescribeAutoScalingGroups";

/// The group of each of `instances`; those that Auto Scaling does not know are in none.
pub async fn locate(
    clients: &RegionClients,
    region: &Region,
    instances: &[InstanceId],
) -> Result<Vec<(InstanceId, Option<GroupKey>)>, Failure> {
    let ids: Vec<String> = instances.iter().filter(|id| can_exist(id)).map(ToString::to_string).collect();
    if ids.is_empty() {
        return Ok(instances.iter().map(|id| (id.clone(), None)).collect());
    }
    let mut groups: BTreeMap<InstanceId, GroupKey> = BTreeMap::new();
    let mut next = None;
    for _ in 0..PAGES_MAX {
        let call = clients.autoscaling.describe_auto_scaling_instances().set_instance_ids(Some(ids.clone()));
        let answer = call.set_next_token(next).send().await.map_err(|error| Failure::of(LOCATE, &error))?;
        groups.extend(answer.auto_scaling_instances().iter().filter_map(|instance| {
            Some((InstanceId::from(instance.instance_id()?), key(region, instance.auto_scaling_group_name()?)))
        }));
        next = next_page(answer.next_token());
        if next.is_none() {
            return Ok(instances.iter().map(|id| (id.clone(), groups.remove(id))).collect());
        }
    }
    Err(Failure::endless(LOCATE))
}

/// One id that Auto Scaling does not accept would spoil the answer for all others: at most 19 characters (API model).
fn can_exist(id: &InstanceId) -> bool {
    const LENGTH_MAX: usize = 19;
    let id = id.as_str();
    id.len() <= LENGTH_MAX && id.bytes().skip(2).all(|b| b.is_ascii_alphanumeric())
}

/// The groups as they are.
pub async fn groups(
    clients: &RegionClients,
    region: &Region,
    groups: &[GroupKey],
    began_at: Timestamp,
) -> Result<Observation, Failure> {
    let names: Vec<String> = groups.iter().map(|group| group.name.to_string()).collect();
    let mut missing: BTreeSet<GroupKey> = groups.iter().cloned().collect();
    let mut found = Vec::new();
    let mut next = None;
    for _ in 0..PAGES_MAX {
        let call = clients.autoscaling.describe_auto_scaling_groups().set_auto_scaling_group_names(Some(names.clone()));
        let answer = call.max_records(PAGE).set_next_token(next).send().await;
        let answer = answer.map_err(|error| Failure::of(GROUPS, &error))?;
        for group in answer.auto_scaling_groups() {
            let Some(key) = group.auto_scaling_group_name().map(|name| key(region, name)) else { continue };
            if missing.remove(&key) {
                found.push((key, read(group, began_at)));
            }
        }
        next = next_page(answer.next_token());
        if next.is_none() {
            return Ok(Observation::Groups { found, missing: missing.into_iter().collect() });
        }
    }
    Err(Failure::endless(GROUPS))
}

/// A group's name in a Region.
pub fn key(region: &Region, name: &str) -> GroupKey {
    GroupKey { region: region.clone(), name: name.into() }
}

/// A group as the SDK gives it, seen at `observed_at`.
#[must_use]
pub fn read(group: &AutoScalingGroup, observed_at: Timestamp) -> Group {
    let members = group.instances().iter().filter_map(|instance| {
        let member = Member {
            lifecycle: Lifecycle::from(instance.lifecycle_state().map_or("", |state| state.as_str())),
            availability_zone: instance.availability_zone().map(Into::into),
            instance_type: instance.instance_type().map(Into::into),
        };
        Some((InstanceId::from(instance.instance_id()?), member))
    });
    let suspended = |name: &str| group.suspended_processes().iter().any(|process| process.process_name() == Some(name));
    Group {
        capacity_rebalance: group.capacity_rebalance().unwrap_or(false),
        launch_suspended: suspended("Launch"),
        terminate_suspended: suspended("Terminate"),
        desired: count(group.desired_capacity()),
        min: count(group.min_size()),
        max: count(group.max_size()),
        zones: group.availability_zones().iter().map(|zone| zone.as_str().into()).collect(),
        launch_refusal: launch_refusal(group),
        mix: mix(group),
        base_note: base_note(group),
        mix_since: observed_at,
        noted_since: observed_at,
        members: members.collect(),
        joined: BTreeMap::new(),
        observed_at,
    }
}

fn count(number: Option<i32>) -> u32 {
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

/// The groups that `LaunchInstances` does not serve (EC2 Auto Scaling User Guide, "Launch instances synchronously").
fn launch_refusal(group: &AutoScalingGroup) -> Option<&'static str> {
    let mixed = group.mixed_instances_policy();
    let template = group.launch_template().is_some() || mixed.is_some();
    match () {
        () if !template => Some("the group has no launch template"),
        () if group.warm_pool_configuration().is_some() => Some("the group has a warm pool"),
        () if mix(group).is_some_and(mixes) => Some("the group mixes On-Demand and Spot Instances"),
        () => None,
    }
}

/// Without a word everything above the base is On-Demand (EC2 Auto Scaling API reference, `InstancesDistribution`).
fn mix(group: &AutoScalingGroup) -> Option<Mix> {
    let distribution = group.mixed_instances_policy()?.instances_distribution();
    let base = distribution.and_then(|distribution| distribution.on_demand_base_capacity());
    let above = distribution.and_then(|distribution| distribution.on_demand_percentage_above_base_capacity());
    Some(Mix { base: count(base), percent_above: above.map_or(100, |above| count(Some(above))) })
}

const fn mixes(mix: Mix) -> bool {
    match mix.percent_above {
        0 => mix.base > 0,
        100.. => false,
        _ => true,
    }
}

fn base_note(group: &AutoScalingGroup) -> Option<BaseNote> {
    let tag = group.tags().iter().find(|tag| tag.key() == Some(TAG))?;
    BaseNote::read(tag.value()?)
}

//! The groups behind a cluster's capacity providers, and what they launched lately.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_autoscaling::types::{AutoScalingGroup, ScalingActivityStatusCode};
use aws_sdk_ecs::types::{CapacityProvider, ManagedDraining, ManagedTerminationProtection};
use jiff::Timestamp;

use super::Patient;
use crate::aws::{Class, Failure, timestamp};
use crate::doctor::GroupFacts;
use crate::observe::describe::{capacity_providers, group_of};

const CLUSTERS: &str = "ecs:DescribeClusters";
const GROUPS: &str = "autoscaling:DescribeAutoScalingGroups";
const ACTIVITIES: &str = "autoscaling:DescribeScalingActivities";

/// So many of a group's latest activities are looked at, which is a page.
const ACTIVITIES_LOOKED_AT: i32 = 100;

/// A group, and when its instances' launches began.
pub struct Pool {
    /// What is judged.
    pub facts: GroupFacts,
    /// Its members.
    pub members: BTreeSet<String>,
    /// When the launch of each instance began, as far as its activities tell.
    pub launched: BTreeMap<String, Timestamp>,
}

/// The groups of the cluster that the policy manages.
pub async fn read(patient: &Patient<'_>) -> Result<Vec<Pool>, Failure> {
    let mut pools = Vec::new();
    for provider in providers(patient).await? {
        let name = provider.name().unwrap_or_default().to_owned();
        let own = patient.spec.capacity_providers.iter().find(|own| own.name == name);
        let of_group = provider.auto_scaling_group_provider().filter(|_| own.is_none_or(|own| own.managed));
        let Some(of_group) = of_group else { continue };
        let arn = of_group.auto_scaling_group_arn();
        let group = arn.split_once("autoScalingGroupName/").map_or(arn, |(_, name)| name);
        let Some(there) = one(patient, group).await? else { continue };
        let replacement = own.and_then(|own| own.replacement.as_ref()).unwrap_or(&patient.spec.replacement);
        let signals = own.and_then(|own| own.signals.as_ref()).unwrap_or(&patient.spec.signals);
        let wishes = (replacement.method, signals.rebalance.enabled);
        let seen = GroupFacts::seen(group, &name, &group_of(&there, Timestamp::UNIX_EPOCH), wishes);
        let facts = GroupFacts {
            rebalances_zones: Some(!is_suspended(&there, "AZRebalance")),
            pools: pools_of(&there),
            managed_draining: of_group.managed_draining().map(|it| *it == ManagedDraining::Enabled),
            termination_protection: of_group
                .managed_termination_protection()
                .map(|it| *it == ManagedTerminationProtection::Enabled),
            ..seen
        };
        let members = there.instances().iter().filter_map(|it| it.instance_id()).map(str::to_owned).collect();
        pools.push(Pool { facts, members, launched: launches(patient, group).await? });
    }
    Ok(pools)
}

async fn providers(patient: &Patient<'_>) -> Result<Vec<CapacityProvider>, Failure> {
    let ecs = &patient.clients.ecs;
    let answer = ecs.describe_clusters().clusters(&patient.spec.cluster).send().await;
    let answer = answer.map_err(|error| Failure::of(CLUSTERS, &error))?;
    let Some(cluster) = answer.clusters().iter().find(|cluster| cluster.status() != Some("INACTIVE")) else {
        let message = format!("there is no ECS cluster `{}` in {}", patient.spec.cluster, patient.region);
        return Err(Failure::answered(CLUSTERS, Class::NotFound, "MISSING", &message, None));
    };
    let names = cluster.capacity_providers().to_vec();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    capacity_providers(ecs, &names).await
}

async fn one(patient: &Patient<'_>, name: &str) -> Result<Option<AutoScalingGroup>, Failure> {
    let call = patient.clients.autoscaling.describe_auto_scaling_groups().auto_scaling_group_names(name);
    let answer = call.send().await.map_err(|error| Failure::of(GROUPS, &error))?;
    Ok(answer.auto_scaling_groups.unwrap_or_default().into_iter().next())
}

fn is_suspended(group: &AutoScalingGroup, process: &str) -> bool {
    group.suspended_processes().iter().any(|suspended| suspended.process_name() == Some(process))
}

/// Instance types times zones, where the types are told: a launch template's own type is not.
fn pools_of(group: &AutoScalingGroup) -> Option<usize> {
    let mixed = group.mixed_instances_policy()?;
    let overrides = mixed.launch_template()?.overrides();
    if overrides.iter().any(|it| it.instance_requirements().is_some()) {
        return None;
    }
    Some(overrides.len().max(1) * group.availability_zones().len().max(1))
}

async fn launches(patient: &Patient<'_>, group: &str) -> Result<BTreeMap<String, Timestamp>, Failure> {
    let call = patient.clients.autoscaling.describe_scaling_activities().auto_scaling_group_name(group);
    let answer = call.max_records(ACTIVITIES_LOOKED_AT).send().await;
    let answer = answer.map_err(|error| Failure::of(ACTIVITIES, &error))?;
    let launches = answer.activities().iter().filter_map(|activity| {
        let what = activity.description()?;
        let succeeded = activity.status_code() == Some(&ScalingActivityStatusCode::Successful);
        let instance = what.strip_prefix("Launching a new EC2 instance: ").filter(|_| succeeded)?;
        Some((instance.trim().to_owned(), activity.start_time().and_then(timestamp)?))
    });
    Ok(launches.collect())
}

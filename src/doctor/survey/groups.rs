//! The groups behind a cluster's capacity providers, and what they launched lately.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_autoscaling::types::{AutoScalingGroup, ScalingActivityStatusCode};
use aws_sdk_ecs::types::{CapacityProvider, ManagedDraining, ManagedTerminationProtection};
use jiff::Timestamp;

use super::{Patient, not_read};
use crate::aws::{Class, Failure, timestamp};
use crate::doctor::finding::{Severity, Sheet, Words};
use crate::doctor::{AgentDraining, Finding, GroupFacts};
use crate::observe::describe::{capacity_providers, group_of};

const CLUSTERS: &str = "ecs:DescribeClusters";
const GROUPS: &str = "autoscaling:DescribeAutoScalingGroups";
const CONFIGURATIONS: &str = "autoscaling:DescribeLaunchConfigurations";
const ACTIVITIES: &str = "autoscaling:DescribeScalingActivities";

/// So many of a group's latest activities are looked at, which is a page.
const ACTIVITIES_LOOKED_AT: i32 = 100;

/// A group, and when its instances' launches began.
pub struct Pool {
    /// What is judged.
    pub facts: GroupFacts,
    /// Its ARN.
    #[cfg(feature = "iam")]
    pub arn: String,
    /// Its members.
    pub members: BTreeSet<String>,
    /// When the launch of each instance began, as far as its activities tell.
    pub launched: BTreeMap<String, Timestamp>,
}

/// The groups of a cluster.
#[derive(Default)]
pub struct Pools {
    /// Those that the policy manages.
    pub managed: Vec<Pool>,
    /// The names of all that are behind a capacity provider.
    pub provided: BTreeSet<String>,
}

/// The groups behind the cluster's capacity providers that the policy manages.
pub async fn read(patient: &Patient<'_>, found: &mut Vec<Finding>) -> Result<Pools, Failure> {
    let mut pools = Pools::default();
    for provider in providers(patient).await? {
        let Some(of_group) = provider.auto_scaling_group_provider() else { continue };
        let arn = of_group.auto_scaling_group_arn();
        let group = arn.split_once("autoScalingGroupName/").map_or(arn, |(_, name)| name);
        pools.provided.insert(group.to_owned());
        if patient.manages(provider.name()) {
            pools.managed.extend(examine(patient, group, &provider, found).await);
        }
    }
    Ok(pools)
}

/// The group behind a capacity provider, where it can be read. Whatever cannot is a finding.
async fn examine(
    patient: &Patient<'_>,
    group: &str,
    provider: &CapacityProvider,
    found: &mut Vec<Finding>,
) -> Option<Pool> {
    let object = format!("group {group}");
    let there = match one(patient, group).await {
        Ok(there) => there,
        Err(failure) => {
            not_read(&object, &failure, found);
            return None;
        }
    };
    let Some(there) = there else {
        Sheet::of(object, found).note(Severity::Critical, "GroupMissing", missing(group, provider));
        return None;
    };
    let launched = launches(patient, group).await;
    let launched = launched.map_err(|failure| not_read(&object, &failure, found)).unwrap_or_default();
    let agent_draining = agent_draining(patient, &there).await;
    let agent_draining = agent_draining.map_err(|failure| not_read(&object, &failure, found)).ok().flatten();
    let facts = GroupFacts { agent_draining, ..facts(patient, group, &there, provider) };
    let members = there.instances().iter().filter_map(|it| it.instance_id()).map(str::to_owned).collect();
    Some(Pool {
        facts,
        #[cfg(feature = "iam")]
        arn: there.auto_scaling_group_arn().unwrap_or_default().to_owned(),
        members,
        launched,
    })
}

fn missing(group: &str, provider: &CapacityProvider) -> Words {
    let provider = provider.name().unwrap_or_default();
    (
        format!("the capacity provider {provider} names the group {group}, which is not there"),
        "nothing is launched by that capacity provider".to_owned(),
        "name another group in the capacity provider, or take the capacity provider out of the cluster".to_owned(),
    )
}

fn facts(patient: &Patient<'_>, group: &str, there: &AutoScalingGroup, provider: &CapacityProvider) -> GroupFacts {
    let name = provider.name().unwrap_or_default();
    let own = patient.own(Some(name));
    let replacement = own.and_then(|own| own.replacement.as_ref()).unwrap_or(&patient.spec.replacement);
    let signals = own.and_then(|own| own.signals.as_ref()).unwrap_or(&patient.spec.signals);
    // One that stands in for another is asked to launch.
    let early = signals.rebalance.enabled || patient.stands_in(name);
    let of_group = provider.auto_scaling_group_provider();
    let protection = of_group.and_then(|it| it.managed_termination_protection());
    GroupFacts {
        rebalances_zones: Some(!is_suspended(there, "AZRebalance")),
        pools: pools_of(there),
        managed_draining: of_group.and_then(|it| it.managed_draining()).map(|it| *it == ManagedDraining::Enabled),
        termination_protection: protection.map(|it| *it == ManagedTerminationProtection::Enabled),
        launches_for_maintenance: signals.maintenance.enabled,
        ..GroupFacts::seen(group, name, &group_of(there, Timestamp::UNIX_EPOCH), (replacement.method, early))
    }
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

/// Instance types times zones, where the types are told (a launch template's own type is not) and any of it is Spot.
fn pools_of(group: &AutoScalingGroup) -> Option<usize> {
    let mixed = group.mixed_instances_policy()?;
    // Where nothing is said all is On-Demand (Auto Scaling API reference, `InstancesDistribution`).
    let above = mixed.instances_distribution().and_then(|it| it.on_demand_percentage_above_base_capacity());
    if above.unwrap_or(100) >= 100 {
        return None;
    }
    let overrides = mixed.launch_template()?.overrides();
    if overrides.iter().any(|it| it.instance_requirements().is_some()) {
        return None;
    }
    Some(overrides.len().max(1) * group.availability_zones().len().max(1))
}

/// What the user data says that its instances are started with, where that is in a launch configuration.
async fn agent_draining(patient: &Patient<'_>, group: &AutoScalingGroup) -> Result<Option<AgentDraining>, Failure> {
    let mixed =
        group.mixed_instances_policy().and_then(|mixed| mixed.launch_template()?.launch_template_specification());
    if let Some(template) = group.launch_template().or(mixed) {
        let id = template.launch_template_id().unwrap_or_default().to_owned();
        // Where none is named it is the default one (Auto Scaling API reference, `LaunchTemplateSpecification`).
        let version = template.version().unwrap_or("$Default").to_owned();
        return Ok(Some(AgentDraining::InLaunchTemplate(id, version)));
    }
    let Some(name) = group.launch_configuration_name() else { return Ok(None) };
    let call = patient.clients.autoscaling.describe_launch_configurations().launch_configuration_names(name);
    let answer = call.send().await.map_err(|error| Failure::of(CONFIGURATIONS, &error))?;
    let configuration = answer.launch_configurations().first();
    let user_data = configuration.map(|it| it.user_data().unwrap_or_default());
    // What is packed, or no text, is not looked into.
    let text = user_data.and_then(|it| String::from_utf8(aws_smithy_types::base64::decode(it).ok()?).ok());
    Ok(text.map(|text| AgentDraining::of(&text)))
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

//! What Auto Scaling tells about groups, members and activities.

use crate::sim::autoscaling::{Activity, Group, Member};
use crate::sim::fault::Fault;
use crate::sim::wire::page::page;
use crate::sim::wire::query::Form;
use crate::sim::wire::xml::Xml;
use crate::sim::world::World;

pub fn groups(world: &World, form: &Form) -> Result<Xml, Fault> {
    if form.has("Filters") {
        return Err(Fault::validation("Filters are not part of the simulated AWS"));
    }
    let size = page_size(form, 50, 100)?;
    let names = form.list("AutoScalingGroupNames");
    let wanted = |name: &&String| names.is_empty() || names.contains(name);
    let all: Vec<&String> = world.autoscaling.groups.keys().filter(wanted).collect();
    let (shown, next) = page(all, form.text("NextToken").as_deref(), size);
    let with_members = form.flag("IncludeInstances") != Some(false);
    let mut xml = Xml::default();
    let shown = shown.into_iter().filter_map(|name| world.autoscaling.groups.get(name));
    xml.list("AutoScalingGroups", shown, |xml, found| group(xml, found, with_members));
    xml.option("NextToken", next);
    Ok(xml)
}

fn group(xml: &mut Xml, group: &Group, with_members: bool) {
    xml.text("AutoScalingGroupName", &group.name);
    xml.text("AutoScalingGroupARN", &group.arn);
    xml.text("MinSize", group.min);
    xml.text("MaxSize", group.max);
    xml.text("DesiredCapacity", group.desired);
    xml.text("DefaultCooldown", 300);
    xml.texts("AvailabilityZones", &group.zones);
    xml.text("HealthCheckType", "EC2");
    xml.text("HealthCheckGracePeriod", 0);
    xml.time("CreatedTime", group.created);
    xml.text("CapacityRebalance", group.capacity_rebalance);
    xml.text("NewInstancesProtectedFromScaleIn", group.protect_new);
    xml.list("SuspendedProcesses", &group.suspended, |xml, process| {
        xml.text("ProcessName", format_args!("{process:?}"));
        xml.text("SuspensionReason", "User suspended");
    });
    if with_members {
        xml.list("Instances", group.members.values(), member);
    }
    xml.list("Tags", group.capacity_provider.iter(), |xml, _| {
        xml.text("Key", "AmazonECSManaged");
        xml.text("Value", "");
        xml.text("PropagateAtLaunch", true);
        xml.text("ResourceId", &group.name);
        xml.text("ResourceType", "auto-scaling-group");
    });
}

fn member(xml: &mut Xml, member: &Member) {
    xml.text("InstanceId", &member.instance);
    xml.text("InstanceType", &member.instance_type);
    xml.text("AvailabilityZone", &member.zone);
    xml.text("LifecycleState", member.state.name());
    xml.text("HealthStatus", if member.healthy { "Healthy" } else { "Unhealthy" });
    xml.text("ProtectedFromScaleIn", member.protected);
}

/// Instances that are in no group are left out.
pub fn instances(world: &World, form: &Form) -> Result<Xml, Fault> {
    const IDS_MAX: usize = 50;
    let ids = form.list("InstanceIds");
    if ids.len() > IDS_MAX {
        return Err(Fault::validation("The number of instance ids that may be passed in is limited to 50"));
    }
    let size = page_size(form, 50, 50)?;
    let members = world.autoscaling.groups.values().flat_map(|group| group.members.keys());
    let mut wanted: Vec<&String> = members.filter(|id| ids.is_empty() || ids.contains(id)).collect();
    wanted.sort();
    let (shown, next) = page(wanted, form.text("NextToken").as_deref(), size);
    let found = shown.into_iter().filter_map(|id| {
        let group = world.autoscaling.group_of(id)?;
        Some((&group.name, group.members.get(id)?))
    });
    let mut xml = Xml::default();
    xml.list("AutoScalingInstances", found, |xml, (group, found)| {
        xml.text("AutoScalingGroupName", group);
        // This action shouts the health that the other one only says.
        xml.text("HealthStatus", if found.healthy { "HEALTHY" } else { "UNHEALTHY" });
        xml.text("InstanceId", &found.instance);
        xml.text("InstanceType", &found.instance_type);
        xml.text("AvailabilityZone", &found.zone);
        xml.text("LifecycleState", found.state.name());
        xml.text("ProtectedFromScaleIn", found.protected);
    });
    xml.option("NextToken", next);
    Ok(xml)
}

/// One page, the newest first.
pub fn scaling_activities(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let size = page_size(form, 100, 100)?;
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    let ids = form.list("ActivityIds");
    let wanted = group.activities.iter().filter(|activity| ids.is_empty() || ids.contains(&activity.id));
    let mut xml = Xml::default();
    xml.list("Activities", wanted.take(size), activity);
    Ok(xml)
}

pub fn activity(xml: &mut Xml, activity: &Activity) {
    xml.text("ActivityId", &activity.id);
    xml.text("AutoScalingGroupName", &activity.group);
    xml.text("Description", &activity.description);
    xml.text("Cause", &activity.cause);
    xml.time("StartTime", activity.start);
    activity.end.into_iter().for_each(|end| xml.time("EndTime", end));
    xml.text("StatusCode", activity.progress.name());
    xml.text("Progress", if activity.end.is_some() { 100 } else { 50 });
    xml.text("Details", format_args!("{{\"Availability Zone\":\"{}\"}}", activity.zone));
}

fn page_size(form: &Form, default: usize, max: usize) -> Result<usize, Fault> {
    let size = form.number("MaxRecords")?.unwrap_or(default);
    if (1..=max).contains(&size) {
        return Ok(size);
    }
    Err(Fault::validation(format!(
        "1 validation error detected: Value '{size}' at 'maxRecords' failed to satisfy constraint: Member must be \
         between 1 and {max}"
    )))
}

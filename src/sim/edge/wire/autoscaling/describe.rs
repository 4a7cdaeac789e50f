//! What Auto Scaling tells about groups, members and activities.

use std::collections::BTreeMap;

use super::super::page::page;
use super::super::query::Form;
use super::super::xml::Xml;
use super::group as named_group;
use crate::sim::autoscaling::{Activity, Group, Member, Renewal};
use crate::sim::kernel::Fault;
use crate::sim::world::World;

pub fn groups(world: &World, form: &Form) -> Result<Xml, Fault> {
    let filters = filters(form)?;
    let size = page_size(form, 50, 100)?;
    let names = form.list("AutoScalingGroupNames");
    let wanted = |group: &&Group| {
        (names.is_empty() || names.contains(&group.name)) && filters.iter().all(|filter| filter.takes(group))
    };
    let all: Vec<&String> = world.autoscaling.groups.values().filter(wanted).map(|group| &group.name).collect();
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
    launches(xml, group);
    xml.texts("AvailabilityZones", &group.zones);
    let subnets: Vec<String> =
        group.zones.iter().map(|zone| format!("subnet-{}", zone.chars().last().unwrap_or('a'))).collect();
    xml.text("VPCZoneIdentifier", subnets.join(","));
    xml.list("LoadBalancerNames", [(); 0], |_, ()| {});
    xml.list("TargetGroupARNs", [(); 0], |_, ()| {});
    xml.list("EnabledMetrics", [(); 0], |_, ()| {});
    xml.texts("TerminationPolicies", ["Default"]);
    xml.text("ServiceLinkedRoleARN", service_role(&group.arn));
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
    xml.list("Tags", &group.tags, |xml, (key, value)| tag(xml, &group.name, key, value));
    if let Some(size) = group.warm_pool {
        xml.element("WarmPoolConfiguration", |xml| {
            xml.text("MinSize", size);
            xml.text("PoolState", "Stopped");
        });
        xml.text("WarmPoolSize", group.warm.len());
    }
}

/// The role by which Auto Scaling acts in the group's account.
fn service_role(group_arn: &str) -> String {
    let account = group_arn.split(':').nth(4).unwrap_or_default();
    format!("arn:aws:iam::{account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling")
}

fn template(xml: &mut Xml) {
    xml.text("LaunchTemplateId", "lt-0123456789abcdef0");
    xml.text("LaunchTemplateName", "simulated");
    xml.text("Version", "1");
}

/// What it launches by: a launch template with or without a mix of On-Demand and Spot, or a launch configuration.
fn launches(xml: &mut Xml, group: &Group) {
    match () {
        () if !group.launch_template => xml.text("LaunchConfigurationName", &group.name),
        () if !group.mixed_policy => xml.element("LaunchTemplate", template),
        () => xml.element("MixedInstancesPolicy", |xml| {
            xml.element("LaunchTemplate", |xml| {
                xml.element("LaunchTemplateSpecification", template);
                xml.list("Overrides", &group.instance_types, |xml, name| xml.text("InstanceType", name));
            });
            xml.element("InstancesDistribution", |xml| {
                xml.text("OnDemandAllocationStrategy", "lowest-price");
                xml.text("OnDemandBaseCapacity", group.market.on_demand_base);
                xml.text("OnDemandPercentageAboveBaseCapacity", group.market.on_demand_percent_above);
                xml.text("SpotAllocationStrategy", "price-capacity-optimized");
            });
        }),
    }
}

fn tag(xml: &mut Xml, group: &str, key: &str, (value, propagates): &(String, bool)) {
    xml.text("Key", key);
    xml.text("Value", value);
    xml.text("PropagateAtLaunch", propagates);
    xml.text("ResourceId", group);
    xml.text("ResourceType", "auto-scaling-group");
}

pub fn tags(world: &World, form: &Form) -> Result<Xml, Fault> {
    let filters = form.objects("Filters");
    let size = page_size(form, 50, 100)?;
    let mut found = BTreeMap::new();
    for group in world.autoscaling.groups.values() {
        for (key, value) in &group.tags {
            if takes_tag(&filters, &group.name, key, value)? {
                found.insert(format!("{}/{key}", group.name), (&group.name, key, value));
            }
        }
    }
    let (shown, next) = page(found.keys().cloned().collect(), form.text("NextToken").as_deref(), size);
    let mut xml = Xml::default();
    let shown = shown.iter().filter_map(|name| found.get(name));
    xml.list("Tags", shown, |xml, (group, key, value)| tag(xml, group, key, value));
    xml.option("NextToken", next);
    Ok(xml)
}

fn takes_tag(filters: &[Form], group: &str, key: &str, (value, propagates): &(String, bool)) -> Result<bool, Fault> {
    let propagates = propagates.to_string();
    for filter in filters {
        let name = filter.required("Name")?;
        let actual = match name.as_str() {
            "auto-scaling-group" => group,
            "key" => key,
            "value" => value,
            "propagate-at-launch" => &propagates,
            _ => return Err(unknown_filter(&name)),
        };
        if !filter.list("Values").iter().any(|wanted| wanted == actual) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn unknown_filter(name: &str) -> Fault {
    Fault::validation(format!("Filter type {name} is not correct."))
}

/// A filter by tags.
enum Filter {
    Key(Vec<String>),
    Value(Vec<String>),
    Tag(String, Vec<String>),
}

impl Filter {
    fn takes(&self, group: &Group) -> bool {
        match self {
            Self::Key(keys) => keys.iter().any(|key| group.tags.contains_key(key)),
            Self::Value(values) => group.tags.values().any(|(value, _)| values.contains(value)),
            Self::Tag(key, values) => group.tags.get(key).is_some_and(|(value, _)| values.contains(value)),
        }
    }
}

fn filters(form: &Form) -> Result<Vec<Filter>, Fault> {
    let read = |filter: &Form| {
        let (name, values) = (filter.required("Name")?, filter.list("Values"));
        match (name.as_str(), name.strip_prefix("tag:")) {
            (_, Some(key)) => Ok(Filter::Tag(key.to_owned(), values)),
            ("tag-key", _) => Ok(Filter::Key(values)),
            ("tag-value", _) => Ok(Filter::Value(values)),
            _ => Err(unknown_filter(&name)),
        }
    };
    form.objects("Filters").iter().map(read).collect()
}

pub fn refreshes(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let group = named_group(world, form)?;
    let name = group.name.clone();
    let ids = form.list("InstanceRefreshIds");
    let all = group.renewal.iter().filter(|renewal| renewal.is_refresh).chain(&group.renewed);
    let wanted = all.filter(|renewal| ids.is_empty() || ids.contains(&renewal.id));
    let mut xml = Xml::default();
    xml.list("InstanceRefreshes", wanted, |xml, renewal| refresh(xml, &name, renewal));
    Ok(xml)
}

fn refresh(xml: &mut Xml, group: &str, renewal: &Renewal) {
    xml.text("InstanceRefreshId", &renewal.id);
    xml.text("AutoScalingGroupName", group);
    xml.text("Status", renewal.status);
    xml.time("StartTime", renewal.start);
    renewal.end.into_iter().for_each(|end| xml.time("EndTime", end));
    xml.text("PercentageComplete", renewal.percent());
    xml.text("InstancesToUpdate", renewal.left.len());
}

pub fn warm_pool(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let group = named_group(world, form)?;
    let mut xml = Xml::default();
    if let Some(size) = group.warm_pool {
        xml.element("WarmPoolConfiguration", |xml| {
            xml.text("MinSize", size);
            xml.text("PoolState", "Stopped");
        });
    }
    xml.list("Instances", group.warm.values(), member);
    Ok(xml)
}

fn member(xml: &mut Xml, member: &Member) {
    xml.text("InstanceId", &member.instance);
    xml.text("InstanceType", &member.instance_type);
    xml.text("AvailabilityZone", &member.zone);
    xml.text("LifecycleState", member.state.name());
    xml.text("HealthStatus", if member.healthy { "Healthy" } else { "Unhealthy" });
    xml.text("ProtectedFromScaleIn", member.protected);
    xml.element("LaunchTemplate", template);
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
        xml.element("LaunchTemplate", template);
    });
    xml.option("NextToken", next);
    Ok(xml)
}

/// The newest first, of one group or of all. The token is how many there were before.
pub fn scaling_activities(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let size = page_size(form, 100, 100)?;
    let name = form.text("AutoScalingGroupName");
    name.iter().try_for_each(|name| world.autoscaling.group_mut(name).map(drop))?;
    let ids = form.list("ActivityIds");
    let groups = world.autoscaling.groups.values().filter(|group| name.as_ref().is_none_or(|name| *name == group.name));
    let all = groups.flat_map(|group| group.activities.iter());
    let mut wanted: Vec<&Activity> = all.filter(|activity| ids.is_empty() || ids.contains(&activity.id)).collect();
    if name.is_none() {
        wanted.sort_by_key(|activity| std::cmp::Reverse(activity.start));
    }
    let invalid = |_| Fault::sender("InvalidNextToken", "The NextToken value is not valid.");
    let from: usize = form.text("NextToken").map_or(Ok(0), |token| token.parse().map_err(invalid))?;
    let next = (wanted.len() > from.saturating_add(size)).then(|| from + size);
    let mut xml = Xml::default();
    xml.list("Activities", wanted.into_iter().skip(from).take(size), activity);
    xml.option("NextToken", next);
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
    xml.option("StatusMessage", activity.message.as_ref());
    xml.text("Progress", activity.percent);
    let subnet = activity.zone.chars().last().unwrap_or('a');
    let details = serde_json::json!({"Subnet ID": format!("subnet-{subnet}"), "Availability Zone": activity.zone});
    xml.text("Details", details);
}

pub fn page_size(form: &Form, default: usize, max: usize) -> Result<usize, Fault> {
    let size = form.number("MaxRecords")?.unwrap_or(default);
    if (1..=max).contains(&size) {
        return Ok(size);
    }
    Err(Fault::validation(format!(
        "1 validation error detected: Value '{size}' at 'maxRecords' failed to satisfy constraint: Member must be \
         between 1 and {max}"
    )))
}

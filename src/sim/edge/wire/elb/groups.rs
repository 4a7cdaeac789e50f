//! Target groups: described, with their attributes.

use super::super::page::page;
use super::super::query::Form;
use super::super::xml::Xml;
use crate::sim::elb::{Elb, TargetGroup, no_such_group};
use crate::sim::kernel::Fault;
use crate::sim::world::World;

pub fn describe(world: &World, form: &Form) -> Result<Xml, Fault> {
    let size = page_size(form)?;
    let wanted = wanted(&world.elb, form)?;
    let (shown, next) = page(wanted, form.text("Marker").as_deref(), size);
    let mut xml = Xml::default();
    xml.list("TargetGroups", shown.into_iter().filter_map(|arn| world.elb.groups.get(arn)), group);
    xml.option("NextMarker", next);
    Ok(xml)
}

/// The ARNs of the groups that are asked for; all of them where none is named.
fn wanted<'a>(elb: &'a Elb, form: &Form) -> Result<Vec<&'a String>, Fault> {
    let (arns, names, balancer) = (form.list("TargetGroupArns"), form.list("Names"), form.text("LoadBalancerArn"));
    if [!arns.is_empty(), !names.is_empty(), balancer.is_some()].iter().filter(|given| **given).count() > 1 {
        let message = "Only one of load balancer ARN, target group ARNs and target group names can be specified";
        return Err(Fault::validation(message));
    }
    arns.iter().try_for_each(|arn| elb.group(arn).map(drop))?;
    if names.iter().any(|name| !elb.groups.values().any(|group| group.name == *name)) {
        return Err(no_such_group());
    }
    let of_balancer = |group: &TargetGroup| balancer.as_ref().is_none_or(|arn| *arn == group.load_balancer);
    if !elb.groups.values().any(of_balancer) && balancer.is_some() {
        return Err(Fault::sender("LoadBalancerNotFound", "One or more load balancers not found"));
    }
    let is_wanted = |group: &&TargetGroup| {
        let named = names.is_empty() || names.contains(&group.name);
        named && (arns.is_empty() || arns.contains(&group.arn)) && of_balancer(group)
    };
    Ok(elb.groups.values().filter(is_wanted).map(|group| &group.arn).collect())
}

fn group(xml: &mut Xml, group: &TargetGroup) {
    xml.text("TargetGroupArn", &group.arn);
    xml.text("TargetGroupName", &group.name);
    xml.text("Protocol", "HTTP");
    xml.text("Port", group.port);
    xml.text("VpcId", "vpc-0123456789abcdef0");
    xml.text("HealthCheckProtocol", "HTTP");
    xml.text("HealthCheckPort", "traffic-port");
    xml.text("HealthCheckEnabled", true);
    xml.text("HealthCheckIntervalSeconds", 30);
    xml.text("HealthCheckTimeoutSeconds", 5);
    xml.text("HealthyThresholdCount", 5);
    xml.text("UnhealthyThresholdCount", 2);
    xml.text("HealthCheckPath", "/");
    xml.element("Matcher", |xml| xml.text("HttpCode", 200));
    xml.texts("LoadBalancerArns", [&group.load_balancer]);
    xml.text("TargetType", "instance");
    xml.text("ProtocolVersion", "HTTP1");
    xml.text("IpAddressType", "ipv4");
}

pub fn attributes(world: &World, form: &Form) -> Result<Xml, Fault> {
    let group = world.elb.group(&form.required("TargetGroupArn")?)?;
    // AWS counts the delay in whole seconds.
    let delay = group.delay.as_millis().div_ceil(1_000).to_string();
    let attributes = [
        ("deregistration_delay.timeout_seconds", delay.as_str()),
        ("load_balancing.algorithm.type", "round_robin"),
        ("slow_start.duration_seconds", "0"),
        ("stickiness.enabled", "false"),
        ("stickiness.type", "lb_cookie"),
    ];
    let mut xml = Xml::default();
    xml.list("Attributes", attributes, |xml, (key, value)| {
        xml.text("Key", key);
        xml.text("Value", value);
    });
    Ok(xml)
}

/// ELB API reference, `DescribeTargetGroups`.
fn page_size(form: &Form) -> Result<usize, Fault> {
    const SIZE_MAX: usize = 400;
    let size = form.number("PageSize")?.unwrap_or(SIZE_MAX);
    if (1..=SIZE_MAX).contains(&size) {
        return Ok(size);
    }
    Err(Fault::validation(format!(
        "1 validation error detected: Value '{size}' at 'pageSize' failed to satisfy constraint: Member must be between \
         1 and {SIZE_MAX}"
    )))
}

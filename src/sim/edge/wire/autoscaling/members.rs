//! Actions on the members of a group.

use super::super::query::Form;
use super::super::xml::Xml;
use super::{describe, listed, nothing, number, required_flag};
use crate::sim::autoscaling::{LaunchAnswer, LaunchRequest, Retry};
use crate::sim::ec2::Instance;
use crate::sim::kernel::Fault;
use crate::sim::world::World;

pub fn detach(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let name = form.required("AutoScalingGroupName")?;
    let decrement = required_flag(form, "ShouldDecrementDesiredCapacity")?;
    let group = world.autoscaling.group_mut(&name)?;
    Ok(listed(&group.detach(&form.list("InstanceIds"), decrement, &mut world.core)?))
}

pub fn attach(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let name = form.required("AutoScalingGroupName")?;
    let mut instances: Vec<Instance> = Vec::new();
    for id in form.list("InstanceIds") {
        if let Some(group) = world.autoscaling.group_of(&id) {
            let name = &group.name;
            return Err(Fault::validation(format!("Instance {id} is already part of AutoScalingGroup:{name}")));
        }
        let missing = || Fault::validation(format!("Invalid Instance ID(s): [{id}]"));
        instances.push(world.ec2.get(&id).ok_or_else(missing)?.clone());
    }
    world.autoscaling.group_mut(&name)?.attach(&instances, &mut world.core)?;
    Ok(Xml::default())
}

pub fn enter_standby(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let name = form.required("AutoScalingGroupName")?;
    let decrement = required_flag(form, "ShouldDecrementDesiredCapacity")?;
    let group = world.autoscaling.group_mut(&name)?;
    Ok(listed(&group.enter_standby(&form.list("InstanceIds"), decrement, &mut world.core)?))
}

pub fn exit_standby(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    Ok(listed(&group.exit_standby(&form.list("InstanceIds"), &mut world.core)?))
}

/// Either one `InstanceId`, or `InstanceIds` with the name of their group.
pub fn terminate(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let decrement = required_flag(form, "ShouldDecrementDesiredCapacity")?;
    let (ec2, core) = (&mut world.ec2, &mut world.core);
    if !form.has("InstanceIds") {
        let instance = form.required("InstanceId")?;
        let group = world.autoscaling.group_with(&instance)?;
        let done = group.terminate_on_request(&[instance], decrement, ec2, core)?;
        let mut xml = Xml::default();
        done.iter().for_each(|done| xml.element("Activity", |xml| describe::activity(xml, done)));
        return Ok(xml);
    }
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    Ok(listed(&group.terminate_on_request(&form.list("InstanceIds"), decrement, ec2, core)?))
}

pub fn protect(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let protected = required_flag(form, "ProtectedFromScaleIn")?;
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    group.protect(&form.list("InstanceIds"), protected, &mut world.core)?;
    Ok(nothing())
}

pub fn set_health(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let instance = form.required("InstanceId")?;
    let healthy = match form.required("HealthStatus")?.as_str() {
        "Healthy" => true,
        "Unhealthy" => false,
        other => return Err(Fault::validation(format!("Invalid health status: {other}"))),
    };
    let group = world.autoscaling.group_with(&instance)?;
    group.set_health(&instance, healthy, &mut world.ec2, &mut world.core);
    Ok(Xml::default())
}

pub fn launch(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let name = form.required("AutoScalingGroupName")?;
    let request = launch_request(world, form)?;
    let group = world.autoscaling.group_mut(&name)?;
    let token = request.token.clone();
    let answer = group.launch_on_request(request, &mut world.ec2, &mut world.core)?;
    Ok(launched(&name, &token, &answer))
}

fn launch_request(world: &World, form: &Form) -> Result<LaunchRequest, Fault> {
    let retry = match form.text("RetryStrategy").as_deref() {
        None | Some("none") => Retry::None,
        Some("retry-with-group-configuration") => Retry::WithGroupConfiguration,
        Some(other) => return Err(Fault::validation(format!("Invalid RetryStrategy: {other}"))),
    };
    if !form.list("AvailabilityZones").is_empty() && !form.list("AvailabilityZoneIds").is_empty() {
        return Err(Fault::validation("AvailabilityZones and AvailabilityZoneIds cannot be given together."));
    }
    let places = ["AvailabilityZones", "AvailabilityZoneIds", "SubnetIds"].iter().flat_map(|name| form.list(name));
    let mut zones: Vec<String> = places.map(|place| zone_of(&place, &world.core.names.region)).collect();
    zones.dedup();
    if zones.len() > 1 {
        let message = "AvailabilityZones, AvailabilityZoneIds and SubnetIds must name one and the same zone.";
        return Err(Fault::validation(message));
    }
    let zone = zones.pop();
    let capacity = number(form, "RequestedCapacity")?;
    let missing = || Fault::validation("RequestedCapacity is missing");
    Ok(LaunchRequest { capacity: capacity.ok_or_else(missing)?, token: form.required("ClientToken")?, zone, retry })
}

/// A zone by its name, its id (`use1-az1`) or a subnet in it (`subnet-a`): the model's first zone is `a`, and its subnets end
/// in the letter of their zone.
fn zone_of(place: &str, region: &str) -> String {
    if let Some(letter) = place.strip_prefix("subnet-") {
        return format!("{region}{letter}");
    }
    let number = place.rsplit_once("-az").and_then(|(_, number)| number.parse::<u8>().ok());
    let letter = number.filter(|number| (1..=26).contains(number)).map(|number| char::from(b'a' + number - 1));
    letter.map_or_else(|| place.to_owned(), |letter| format!("{region}{letter}"))
}

fn launched(group: &str, token: &str, answer: &LaunchAnswer) -> Xml {
    let market = if answer.spot { "spot" } else { "on-demand" };
    let subnet = format!("subnet-{}", answer.zone.chars().last().unwrap_or('a'));
    let place = |xml: &mut Xml, instance_type: &str| {
        xml.text("InstanceType", instance_type);
        xml.text("MarketType", market);
        xml.text("SubnetId", &subnet);
        xml.text("AvailabilityZone", &answer.zone);
    };
    let mut xml = Xml::default();
    xml.text("AutoScalingGroupName", group);
    xml.text("ClientToken", token);
    xml.list("Instances", &answer.launched, |xml, (instance_type, ids)| {
        place(xml, instance_type);
        xml.texts("InstanceIds", ids);
    });
    xml.list("Errors", &answer.failed, |xml, instance_type| {
        place(xml, instance_type);
        xml.text("ErrorCode", "InsufficientInstanceCapacity");
        xml.text("ErrorMessage", "There is no Spot capacity available that matches your request.");
    });
    xml
}

//! Auto Scaling's actions.

mod describe;

use describe::{activity, groups, instances, scaling_activities};

use super::query::Form;
use super::xml::Xml;
use crate::sim::autoscaling::Activity;
use crate::sim::fault::Fault;
use crate::sim::world::World;

pub fn handle(world: &mut World, action: &str, form: &Form) -> Result<Xml, Fault> {
    match action {
        "DescribeAutoScalingGroups" => groups(world, form),
        "DescribeAutoScalingInstances" => instances(world, form),
        "DescribeScalingActivities" => scaling_activities(world, form),
        "DetachInstances" => detach(world, form),
        "TerminateInstanceInAutoScalingGroup" => terminate(world, form),
        "SetDesiredCapacity" => set_desired(world, form),
        _ => Err(Fault::sender("InvalidAction", format!("Could not find operation {action} for version 2011-01-01"))),
    }
}

fn detach(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let name = form.required("AutoScalingGroupName")?;
    let decrement = required_flag(form, "ShouldDecrementDesiredCapacity")?;
    let group = world.autoscaling.group_mut(&name)?;
    let activities = group.detach(&form.list("InstanceIds"), decrement, &mut world.core)?;
    Ok(listed(&activities))
}

/// Either one `InstanceId`, or `InstanceIds` with the name of their group.
fn terminate(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let decrement = required_flag(form, "ShouldDecrementDesiredCapacity")?;
    let (ec2, core) = (&mut world.ec2, &mut world.core);
    if !form.has("InstanceIds") {
        let instance = form.required("InstanceId")?;
        let group = world.autoscaling.group_with(&instance)?;
        let done = group.terminate_on_request(&[instance], decrement, ec2, core)?;
        let mut xml = Xml::default();
        done.iter().for_each(|done| xml.element("Activity", |xml| activity(xml, done)));
        return Ok(xml);
    }
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    let done = group.terminate_on_request(&form.list("InstanceIds"), decrement, ec2, core)?;
    Ok(listed(&done))
}

fn set_desired(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let desired = form.required("DesiredCapacity")?;
    let desired = desired.parse().map_err(|_| Fault::validation("DesiredCapacity is not a number"))?;
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    group.set_desired(desired, &mut world.core)?;
    Ok(Xml::default())
}

fn required_flag(form: &Form, name: &str) -> Result<bool, Fault> {
    form.required(name).map(|value| value == "true")
}

fn listed(activities: &[Activity]) -> Xml {
    let mut xml = Xml::default();
    xml.list("Activities", activities, activity);
    xml
}

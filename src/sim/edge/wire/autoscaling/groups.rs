//! Actions on a group as a whole.

use super::super::query::Form;
use super::super::xml::Xml;
use super::{group, number};
use crate::sim::autoscaling::Changes;
use crate::sim::kernel::Fault;
use crate::sim::world::World;

pub fn set_desired(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let desired = form.required("DesiredCapacity")?;
    let desired = desired.parse().map_err(|_| Fault::validation("DesiredCapacity is not a number"))?;
    let honor_cooldown = form.flag("HonorCooldown") == Some(true);
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    group.set_desired(desired, honor_cooldown, &mut world.core)?;
    Ok(Xml::default())
}

pub fn update(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let distribution = |name: &str| format!("MixedInstancesPolicy.InstancesDistribution.{name}");
    let changes = Changes {
        min: number(form, "MinSize")?,
        max: number(form, "MaxSize")?,
        desired: number(form, "DesiredCapacity")?,
        capacity_rebalance: form.flag("CapacityRebalance"),
        protect_new: form.flag("NewInstancesProtectedFromScaleIn"),
        on_demand_base: number(form, &distribution("OnDemandBaseCapacity"))?,
        on_demand_percent_above: number(form, &distribution("OnDemandPercentageAboveBaseCapacity"))?,
    };
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    group.update(changes, &mut world.core)?;
    Ok(Xml::default())
}

pub fn suspend(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    group(world, form)?.suspend(&form.list("ScalingProcesses"))?;
    Ok(Xml::default())
}

pub fn resume(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    group.resume(&form.list("ScalingProcesses"), &mut world.core)?;
    Ok(Xml::default())
}

pub fn start_refresh(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    let id = group.start_refresh(&mut world.core)?;
    Ok(refresh(&id))
}

pub fn cancel_refresh(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    Ok(refresh(&group.cancel_refresh(&world.core)?))
}

fn refresh(id: &str) -> Xml {
    let mut xml = Xml::default();
    xml.text("InstanceRefreshId", id);
    xml
}

/// Tags, each with the group that it is on.
pub fn tag(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    for tag in form.objects("Tags") {
        let group = world.autoscaling.group_mut(&tag.required("ResourceId")?)?;
        let propagates = tag.flag("PropagateAtLaunch") == Some(true);
        group.tags.insert(tag.required("Key")?, (tag.text("Value").unwrap_or_default(), propagates));
    }
    Ok(Xml::default())
}

pub fn untag(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    for tag in form.objects("Tags") {
        let group = world.autoscaling.group_mut(&tag.required("ResourceId")?)?;
        group.tags.remove(&tag.required("Key")?);
    }
    Ok(Xml::default())
}

//! Launch configurations: each group without a launch template has one of its own name.

use super::super::page::page;
use super::super::query::Form;
use super::super::xml::Xml;
use super::describe::page_size;
use crate::sim::autoscaling::Group;
use crate::sim::kernel::Fault;
use crate::sim::world::World;

pub fn describe(world: &World, form: &Form) -> Result<Xml, Fault> {
    let size = page_size(form, 50, 100)?;
    let names = form.list("LaunchConfigurationNames");
    let groups = world.autoscaling.groups.values().filter(|group| !group.launch_template);
    let all: Vec<&String> =
        groups.map(|group| &group.name).filter(|name| names.is_empty() || names.contains(name)).collect();
    let (shown, next) = page(all, form.text("NextToken").as_deref(), size);
    let shown = shown.into_iter().filter_map(|name| world.autoscaling.groups.get(name));
    let mut xml = Xml::default();
    xml.list("LaunchConfigurations", shown, |xml, group| configuration(xml, group, &user_data(world, group)));
    xml.option("NextToken", next);
    Ok(xml)
}

fn configuration(xml: &mut Xml, group: &Group, user_data: &str) {
    xml.text("LaunchConfigurationName", &group.name);
    let arn = group.arn.replacen(":autoScalingGroup:", ":launchConfiguration:", 1);
    xml.text("LaunchConfigurationARN", arn.replacen(":autoScalingGroupName/", ":launchConfigurationName/", 1));
    xml.text("ImageId", "ami-0123456789abcdef0");
    xml.text("KeyName", "");
    xml.list("SecurityGroups", [(); 0], |_, ()| {});
    xml.list("ClassicLinkVPCSecurityGroups", [(); 0], |_, ()| {});
    xml.text("UserData", aws_smithy_types::base64::encode(user_data));
    xml.text("InstanceType", group.instance_types.first().map_or("m5.large", String::as_str));
    xml.text("KernelId", "");
    xml.text("RamdiskId", "");
    xml.list("BlockDeviceMappings", [(); 0], |_, ()| {});
    xml.element("InstanceMonitoring", |xml| xml.text("Enabled", true));
    xml.time("CreatedTime", group.created);
    xml.text("EbsOptimized", false);
}

/// As the ECS-optimized AMI wants it.
fn user_data(world: &World, group: &Group) -> String {
    let mut script = "#!/bin/bash\n".to_owned();
    let mut set = |line: &str| script.push_str(&format!("echo {line} >> /etc/ecs/ecs.config\n"));
    group.cluster.iter().for_each(|cluster| set(&format!("ECS_CLUSTER={cluster}")));
    if world.ecs.agents_drain.contains(&group.name) {
        set("ECS_ENABLE_SPOT_INSTANCE_DRAINING=true");
    }
    script
}

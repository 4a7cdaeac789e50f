//! Auto Scaling's actions: those that tell in `describe` and `configurations`, those on lifecycle hooks in `hooks`, those on the members of a
//! group in `members`, those on a group as a whole in `groups`.

mod configurations;
mod describe;
mod groups;
mod hooks;
mod members;

use super::query::Form;
use super::xml::Xml;
use crate::sim::autoscaling::{Activity, Group};
use crate::sim::kernel::Fault;
use crate::sim::world::World;

pub const NAMESPACE: &str = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

pub fn handle(world: &mut World, action: &str, form: &Form) -> Result<Xml, Fault> {
    match action {
        "DescribeAutoScalingGroups" => describe::groups(world, form),
        "DescribeAutoScalingInstances" => describe::instances(world, form),
        "DescribeScalingActivities" => describe::scaling_activities(world, form),
        "DescribeInstanceRefreshes" => describe::refreshes(world, form),
        "DescribeLaunchConfigurations" => configurations::describe(world, form),
        "DescribeTags" => describe::tags(world, form),
        "DescribeWarmPool" => describe::warm_pool(world, form),
        "DescribeLifecycleHooks" => hooks::describe(world, form),
        "PutLifecycleHook" => hooks::put(world, form),
        "DeleteLifecycleHook" => hooks::delete(world, form),
        "CompleteLifecycleAction" => hooks::complete(world, form),
        "RecordLifecycleActionHeartbeat" => hooks::heartbeat(world, form),
        "DetachInstances" => members::detach(world, form),
        "AttachInstances" => members::attach(world, form),
        "EnterStandby" => members::enter_standby(world, form),
        "ExitStandby" => members::exit_standby(world, form),
        "TerminateInstanceInAutoScalingGroup" => members::terminate(world, form),
        "LaunchInstances" => members::launch(world, form),
        "SetInstanceProtection" => members::protect(world, form),
        "SetInstanceHealth" => members::set_health(world, form),
        "SetDesiredCapacity" => groups::set_desired(world, form),
        "UpdateAutoScalingGroup" => groups::update(world, form),
        "SuspendProcesses" => groups::suspend(world, form),
        "ResumeProcesses" => groups::resume(world, form),
        "StartInstanceRefresh" => groups::start_refresh(world, form),
        "CancelInstanceRefresh" => groups::cancel_refresh(world, form),
        "CreateOrUpdateTags" => groups::tag(world, form),
        "DeleteTags" => groups::untag(world, form),
        _ => Err(Fault::sender("InvalidAction", format!("Could not find operation {action} for version 2011-01-01"))),
    }
}

/// The group that a request names.
fn group<'a>(world: &'a mut World, form: &Form) -> Result<&'a mut Group, Fault> {
    world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)
}

fn required_flag(form: &Form, name: &str) -> Result<bool, Fault> {
    form.required(name).map(|value| value == "true")
}

/// A number that an action cannot do without, or may leave out.
fn number(form: &Form, name: &str) -> Result<Option<u32>, Fault> {
    let too_large = |_| Fault::validation(format!("{name} is too large"));
    form.number(name)?.map(|number| u32::try_from(number).map_err(too_large)).transpose()
}

fn listed(activities: &[Activity]) -> Xml {
    let mut xml = Xml::default();
    xml.list("Activities", activities, describe::activity);
    xml
}

/// The answer of an action that has nothing to say but has a result.
fn nothing() -> Xml {
    let mut xml = Xml::default();
    xml.blank();
    xml
}

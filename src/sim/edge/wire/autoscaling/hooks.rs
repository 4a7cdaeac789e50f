//! Actions on lifecycle hooks.

use std::time::Duration;

use super::super::query::Form;
use super::super::xml::Xml;
use super::{group, nothing, number};
use crate::sim::autoscaling::{Hook, LifecycleKey};
use crate::sim::kernel::{Fault, HookResult, Names};
use crate::sim::spec::{HookSpec, HookTarget};
use crate::sim::world::World;

pub fn describe(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let wanted = form.list("LifecycleHookNames");
    let names = world.core.names.clone();
    let group = group(world, form)?;
    let name = group.name.clone();
    let hooks = group.hooks.values().filter(|hook| wanted.is_empty() || wanted.contains(&hook.spec.name));
    let mut xml = Xml::default();
    xml.list("LifecycleHooks", hooks, |xml, hook| described(xml, hook, &name, &names));
    Ok(xml)
}

fn described(xml: &mut Xml, hook: &Hook, group: &str, names: &Names) {
    xml.text("LifecycleHookName", &hook.spec.name);
    xml.text("AutoScalingGroupName", group);
    xml.text("LifecycleTransition", hook.transition());
    xml.option("RoleARN", hook.role.as_ref());
    xml.option("NotificationTargetARN", hook.target_arn(names));
    xml.option("NotificationMetadata", hook.spec.metadata.as_ref());
    xml.text("HeartbeatTimeout", hook.spec.heartbeat.as_secs());
    xml.text("GlobalTimeout", hook.global_timeout().as_secs());
    xml.text("DefaultResult", if hook.spec.continues { "CONTINUE" } else { "ABANDON" });
}

/// What is left out stays as it was, or is the default: 3,600 s and ABANDON (EC2 Auto Scaling API reference,
/// `PutLifecycleHook`).
pub fn put(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    const HEARTBEAT: u32 = 3_600;
    let name = form.required("LifecycleHookName")?;
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    let (old, old_role) = group.hooks.get(&name).map(|hook| (hook.spec.clone(), hook.role.clone())).unzip();
    let launching = match form.text("LifecycleTransition").as_deref() {
        Some("autoscaling:EC2_INSTANCE_LAUNCHING") => true,
        Some("autoscaling:EC2_INSTANCE_TERMINATING") => false,
        Some(other) => return Err(Fault::validation(format!("Invalid lifecycle transition: {other}"))),
        None => {
            let message = "LifecycleTransition is required for a new lifecycle hook.";
            old.as_ref().ok_or_else(|| Fault::validation(message))?.launching
        }
    };
    let heartbeat = number(form, "HeartbeatTimeout")?.map(|seconds| Duration::from_secs(u64::from(seconds)));
    let default = Duration::from_secs(u64::from(HEARTBEAT));
    let spec = HookSpec {
        launching,
        heartbeat: heartbeat.or(old.as_ref().map(|old| old.heartbeat)).unwrap_or(default),
        continues: match form.text("DefaultResult") {
            Some(result) => self::result(&result)? == HookResult::Continue,
            None => old.as_ref().is_some_and(|old| old.continues),
        },
        target: match form.text("NotificationTargetARN") {
            Some(arn) => target(&arn)?,
            None => old.as_ref().map_or(HookTarget::EventBridge, |old| old.target.clone()),
        },
        metadata: form.text("NotificationMetadata").or(old.and_then(|old| old.metadata)),
        name,
    };
    let role = form.text("RoleARN").or(old_role.flatten());
    group.put_hook(Hook { spec, managed: false, role }, &mut world.core)?;
    Ok(nothing())
}

fn target(arn: &str) -> Result<HookTarget, Fault> {
    let name = arn.rsplit(':').next().unwrap_or_default().to_owned();
    match arn.split(':').nth(2) {
        Some("sqs") if name.ends_with(".fifo") => {
            Err(Fault::validation("FIFO queues are not compatible with lifecycle hooks."))
        }
        Some("sqs") => Ok(HookTarget::Queue(name)),
        Some("sns") => Ok(HookTarget::Topic(name)),
        None if arn.is_empty() => Ok(HookTarget::EventBridge),
        _ => Err(Fault::validation(format!("Invalid notification target: {arn}"))),
    }
}

pub fn delete(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    group.delete_hook(&form.required("LifecycleHookName")?, &mut world.ec2, &mut world.core)?;
    Ok(nothing())
}

pub fn complete(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let (hook, key) = (form.required("LifecycleHookName")?, key(form)?);
    let result = result(&form.required("LifecycleActionResult")?)?;
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    group.complete(&hook, &key, result, &mut world.ec2, &mut world.core)?;
    Ok(nothing())
}

pub fn heartbeat(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let (hook, key) = (form.required("LifecycleHookName")?, key(form)?);
    let group = world.autoscaling.group_mut(&form.required("AutoScalingGroupName")?)?;
    group.heartbeat(&hook, &key, &mut world.core)?;
    Ok(nothing())
}

fn key(form: &Form) -> Result<LifecycleKey, Fault> {
    let token = form.text("LifecycleActionToken").map(LifecycleKey::Token);
    let missing = || Fault::validation("Either LifecycleActionToken or InstanceId must be given.");
    token.or_else(|| form.text("InstanceId").map(LifecycleKey::Instance)).ok_or_else(missing)
}

fn result(text: &str) -> Result<HookResult, Fault> {
    match text {
        "CONTINUE" => Ok(HookResult::Continue),
        "ABANDON" => Ok(HookResult::Abandon),
        other => Err(Fault::validation(format!("Invalid lifecycle action result: {other}"))),
    }
}

//! What Auto Scaling tells the event bus, and the targets of lifecycle hooks (EC2 Auto Scaling User Guide, "EventBridge event
//! reference", "Prepare to add a lifecycle hook").

use serde_json::{Map, Value, json};

use super::activity::Activity;
use super::group::Group;
use super::hooks::Hook;
use crate::sim::kernel::{Core, Event, Fact, Purpose};

const SOURCE: &str = "aws.autoscaling";

/// The event, and the notification where the hook has a target.
pub fn lifecycle_action(hook: &Hook, group: &Group, instance: &str, token: &str, core: &mut Core) {
    let (kind, origin, destination) = match hook.spec.launching {
        true => ("EC2 Instance-launch Lifecycle Action", "EC2", "AutoScalingGroup"),
        false => ("EC2 Instance-terminate Lifecycle Action", "AutoScalingGroup", "EC2"),
    };
    let mut said = json!({
        "LifecycleActionToken": token,
        "AutoScalingGroupName": group.name,
        "LifecycleHookName": hook.spec.name,
        "EC2InstanceId": instance,
        "LifecycleTransition": hook.transition(),
        "Origin": origin,
        "Destination": destination,
    });
    if let (Some(metadata), Some(said)) = (&hook.spec.metadata, said.as_object_mut()) {
        said.insert("NotificationMetadata".to_owned(), json!(metadata));
    }
    notify(hook, said.clone(), core);
    core.publish(kind, |_| Event { source: SOURCE, resources: vec![group.arn.clone()], detail: said });
}

/// A new hook with a target says hello to it.
pub fn test_notification(hook: &Hook, group: &str, arn: &str, core: &mut Core) {
    let said = json!({
        "Event": "autoscaling:TEST_NOTIFICATION",
        "AutoScalingGroupName": group,
        "AutoScalingGroupARN": arn,
    });
    notify(hook, said, core);
}

fn notify(hook: &Hook, said: Value, core: &mut Core) {
    let Some(target) = hook.target_arn(&core.names) else { return };
    let mut body = Map::new();
    body.insert("Service".to_owned(), json!("AWS Auto Scaling"));
    body.insert("Time".to_owned(), json!(format!("{:.3}", core.now)));
    body.insert("RequestId".to_owned(), json!(core.dice.uuid(Purpose::EventIds)));
    body.insert("AccountId".to_owned(), json!(core.names.account));
    body.extend(said.as_object().cloned().unwrap_or_default());
    core.tell(Fact::Notified { target, body: Value::Object(body).to_string() });
}

pub fn launched(activity: &Activity, group_arn: &str, core: &mut Core) {
    ended("EC2 Instance Launch Successful", activity, group_arn, ("EC2", "AutoScalingGroup"), core);
}

pub fn launch_failed(activity: &Activity, group_arn: &str, core: &mut Core) {
    ended("EC2 Instance Launch Unsuccessful", activity, group_arn, ("EC2", "AutoScalingGroup"), core);
}

pub fn terminated(activity: &Activity, group_arn: &str, core: &mut Core) {
    ended("EC2 Instance Terminate Successful", activity, group_arn, ("AutoScalingGroup", "EC2"), core);
}

fn ended(kind: &str, activity: &Activity, group_arn: &str, (origin, destination): (&str, &str), core: &mut Core) {
    let request = core.dice.uuid(Purpose::EventIds);
    core.publish(kind, |names| {
        let failed = activity.message.is_some();
        let mut resources = vec![group_arn.to_owned()];
        resources.extend((!activity.instance.is_empty()).then(|| names.instance_arn(&activity.instance)));
        let detail = json!({
            // Of one that went well it says InProgress, too.
            "StatusCode": if failed { "Failed" } else { "InProgress" },
            "Description": activity.description,
            "AutoScalingGroupName": activity.group,
            "ActivityId": activity.id,
            "Details": {"Availability Zone": activity.zone},
            "RequestId": request,
            "StatusMessage": activity.message.clone().unwrap_or_default(),
            "StartTime": format!("{:.3}", activity.start),
            "EndTime": format!("{:.3}", activity.end.unwrap_or(activity.start)),
            "EC2InstanceId": activity.instance,
            "Cause": activity.cause,
            "Origin": origin,
            "Destination": destination,
        });
        Event { source: SOURCE, resources, detail }
    });
}

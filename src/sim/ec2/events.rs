//! What EC2 and AWS Health tell the event bus (EC2 User Guide, "Automate with EventBridge").

use serde_json::json;

use super::instance::State;
use crate::sim::kernel::{Core, Event, Host};
use crate::sim::spec::Action;

const SOURCE: &str = "aws.ec2";

pub fn state_changed(host: &Host, state: State, core: &mut Core) {
    core.publish("EC2 Instance State-change Notification", |names| Event {
        source: SOURCE,
        resources: vec![names.instance_arn(&host.id)],
        detail: json!({"instance-id": host.id, "state": state.name()}),
    });
}

/// This event's ARN has the zone in the place of the Region, and no account (EC2 User Guide, "Spot Instance interruption
/// notices").
pub fn interruption(host: &Host, action: Action, core: &mut Core) {
    core.publish("EC2 Spot Instance Interruption Warning", |_| Event {
        source: SOURCE,
        resources: vec![format!("arn:aws:ec2:{}:instance/{}", host.zone, host.id)],
        detail: json!({"instance-id": host.id, "instance-action": action.name()}),
    });
}

pub fn rebalance(host: &Host, core: &mut Core) {
    core.publish("EC2 Instance Rebalance Recommendation", |names| Event {
        source: SOURCE,
        resources: vec![names.instance_arn(&host.id)],
        detail: json!({"instance-id": host.id}),
    });
}

/// One event for all instances that are retired for one cause.
pub fn maintenance(hosts: &[Host], event: &str, starts: &str, core: &mut Core) {
    core.publish("AWS Health Event", |names| {
        let entities = hosts.iter().map(|host| json!({"entityValue": host.id}));
        Event {
            source: "aws.health",
            resources: hosts.iter().map(|host| host.id.clone()).collect(),
            detail: json!({
                "eventArn": format!(
                    "arn:aws:health:{}::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/{event}", names.region
                ),
                "service": "EC2",
                "eventTypeCode": "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
                "eventTypeCategory": "scheduledChange",
                "eventScopeCode": "ACCOUNT_SPECIFIC",
                "statusCode": "upcoming",
                "startTime": starts,
                "eventDescription": [{"language": "en_US", "latestDescription": "Instances will be retired."}],
                "affectedEntities": entities.collect::<Vec<_>>(),
                "affectedAccount": names.account,
                "page": "1",
                "totalPages": "1",
            }),
        }
    });
}

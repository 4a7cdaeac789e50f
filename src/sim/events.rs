//! Amazon EventBridge: turns what happens in EC2 into events, and sends them to the queues that rules name. Delivery of
//! EC2's events is best effort (EventBridge User Guide, "Events from AWS services").

use jiff::Timestamp;
use serde_json::json;

use super::core::Core;
use super::dice::Purpose;
use super::fact::{Fact, Gone, Host};
use super::scenario::RuleSpec;
use super::sqs::Sqs;

/// The `detail-type` of a Spot interruption notice.
pub const INTERRUPTION: &str = "EC2 Spot Instance Interruption Warning";
/// The `detail-type` of a change of an instance's state.
pub const STATE_CHANGE: &str = "EC2 Instance State-change Notification";

#[derive(Clone, Debug)]
pub enum Timer {
    Deliver { queue: String, body: String },
}

/// The default event bus.
#[derive(Debug, Default)]
pub struct Events {
    pub rules: Vec<RuleSpec>,
}

impl Events {
    pub fn on_timer(&self, timer: Timer, sqs: &mut Sqs, core: &mut Core) {
        let Timer::Deliver { queue, body } = timer;
        sqs.send(&queue, body, core);
    }

    pub fn hear(&self, fact: &Fact, core: &mut Core) {
        match fact {
            Fact::InterruptionNotice { host, action, .. } => {
                let detail = json!({"instance-id": host.id, "instance-action": action.name()});
                // This event's ARN has the zone in the place of the Region, and no account (EC2 User Guide, "Spot
                // Instance interruption notices").
                let resource = format!("arn:aws:ec2:{}:instance/{}", host.zone, host.id);
                self.publish(INTERRUPTION, &resource, &detail, core);
            }
            Fact::InstanceRunning(host) => self.state_changed(host, "running", core),
            Fact::InstanceGone { host, how: Gone::Terminated } => self.state_changed(host, "shutting-down", core),
            Fact::InstanceGone { host, how: Gone::Stopped } => self.state_changed(host, "stopping", core),
            _ => {}
        }
    }

    fn state_changed(&self, host: &Host, state: &str, core: &mut Core) {
        let detail = json!({"instance-id": host.id, "state": state});
        let resource = format!("arn:aws:ec2:{}:{}:instance/{}", core.names.region, core.names.account, host.id);
        self.publish(STATE_CHANGE, &resource, &detail, core);
    }

    fn publish(&self, kind: &str, resource: &str, detail: &serde_json::Value, core: &mut Core) {
        let body = json!({
            "version": "0",
            "id": core.dice.uuid(Purpose::EventIds),
            "detail-type": kind,
            "source": "aws.ec2",
            "account": core.names.account,
            "time": whole_seconds(core.now),
            "region": core.names.region,
            "resources": [resource],
            "detail": detail,
        });
        if core.loses_event() {
            return;
        }
        let body = body.to_string();
        for rule in self.rules.iter().filter(|rule| rule.detail_types.iter().any(|wanted| wanted == kind)) {
            let timer = Timer::Deliver { queue: rule.queue.clone(), body: body.clone() };
            for extra in core.deliveries() {
                let usual = core.dice.duration(Purpose::EventLatency, core.params.event_latency);
                core.after(usual + extra, timer.clone());
            }
        }
    }
}

/// An event's time has a resolution of one second.
fn whole_seconds(moment: Timestamp) -> String {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment).to_string()
}

//! Amazon SNS, as far as lifecycle hooks need it: a topic hands on what it gets, wrapped or raw (SNS Developer Guide, "Amazon
//! SNS raw message delivery").

use std::time::Duration;

use serde_json::json;

use super::{Events, deliver};
use crate::sim::kernel::{Core, EventsTimer, Purpose, resource};

impl Events {
    /// Sends what a hook says to a queue or to a topic's subscriber.
    pub(super) fn notify(&self, target: &str, body: &str, core: &mut Core) {
        let name = resource(target);
        let (queue, body) = match self.topics.get(name).filter(|_| target.starts_with("arn:aws:sns:")) {
            Some(topic) if topic.raw => (topic.queue.clone(), body.to_owned()),
            Some(topic) => (topic.queue.clone(), wrapped(target, body, core)),
            None => (name.to_owned(), body.to_owned()),
        };
        deliver(EventsTimer::Deliver { queue, body }, Duration::ZERO, core);
    }
}

fn wrapped(topic: &str, body: &str, core: &mut Core) -> String {
    let region = core.names.region.clone();
    json!({
        "Type": "Notification",
        "MessageId": core.dice.uuid(Purpose::EventIds),
        "TopicArn": topic,
        "Subject": "Auto Scaling",
        "Message": body,
        "Timestamp": format!("{:.3}", core.now),
        "SignatureVersion": "1",
        "Signature": "simulated",
        "SigningCertURL": format!("https://sns.{region}.amazonaws.com/SimpleNotificationService.pem"),
        "UnsubscribeURL": format!("https://sns.{region}.amazonaws.com/?Action=Unsubscribe"),
    })
    .to_string()
}

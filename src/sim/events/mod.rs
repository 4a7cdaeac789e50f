//! Amazon EventBridge and Amazon SNS: what services publish is held against the patterns of rules (`pattern`) and sent to the
//! queues they name; what lifecycle hooks notify goes to a queue, or through a topic (`topics`).

mod pattern;
mod rules;
mod topics;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

pub use rules::Rule;

use super::kernel::{Audience, Core, EventsTimer, Fact, Published, Purpose, resource};
use super::spec::{RuleSpec, TopicSpec};
use super::sqs::Sqs;

/// The default event bus, and all topics.
#[derive(Clone, Debug, Default)]
pub struct Events {
    pub rules: BTreeMap<String, Rule>,
    pub topics: BTreeMap<String, TopicSpec>,
}

impl Events {
    pub fn new(rules: Vec<RuleSpec>, topics: Vec<TopicSpec>) -> Self {
        let rules = rules.into_iter().map(|spec| (spec.name.clone(), Rule::new(spec)));
        Self { rules: rules.collect(), topics: topics.into_iter().map(|topic| (topic.name.clone(), topic)).collect() }
    }

    /// Which events any rule may take.
    pub fn audience(&self) -> Audience {
        let mut audience = Audience::default();
        for rule in self.rules.values().filter(|rule| rule.enabled) {
            match rule.kinds() {
                Some(kinds) => audience.kinds.extend(kinds),
                None => audience.everything = true,
            }
        }
        audience
    }

    pub fn on_timer(&self, timer: EventsTimer, sqs: &mut Sqs, core: &mut Core) {
        let EventsTimer::Deliver { queue, body } = timer;
        sqs.send(&queue, body, core);
    }

    pub fn hear(&self, fact: &Fact, core: &mut Core) {
        match fact {
            Fact::Event(published) => self.route(published, core),
            Fact::Notified { target, body } => self.notify(target, body, core),
            _ => {}
        }
    }

    /// Sends an event to whoever wants it.
    fn route(&self, published: &Published, core: &mut Core) {
        let id = published.id.clone().unwrap_or_else(|| core.dice.uuid(Purpose::EventIds));
        if published.best_effort && core.loses_event(&published.kind) {
            return;
        }
        let event = envelope(published, &id, core);
        let body = event.to_string();
        let matching = self.rules.values().filter(|rule| rule.takes(&event));
        for queue in matching.flat_map(|rule| rule.targets.values()) {
            let timer = EventsTimer::Deliver { queue: resource(queue).to_owned(), body: body.clone() };
            for extra in core.deliveries(&published.kind) {
                deliver(timer.clone(), extra, core);
            }
        }
    }
}

fn deliver(timer: EventsTimer, extra: Duration, core: &mut Core) {
    let usual = core.dice.duration(Purpose::EventLatency, core.params.event_latency);
    core.after(usual + extra, timer);
}

fn envelope(published: &Published, id: &str, core: &Core) -> Value {
    json!({
        "version": "0",
        "id": id,
        "detail-type": published.kind,
        "source": published.source,
        "account": core.names.account,
        "time": whole_seconds(published.time.unwrap_or(core.now)),
        "region": core.names.region,
        "resources": published.resources,
        "detail": published.detail,
    })
}

/// An event's time has a resolution of one second.
fn whole_seconds(moment: Timestamp) -> String {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment).to_string()
}

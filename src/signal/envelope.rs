//! The outer layer of a message: an EventBridge event as it is, the same wrapped by SNS, or a notification that Auto Scaling
//! delivers itself, wrapped or not.

use jiff::Timestamp;

use super::fields::Fields;
use super::{Unparsable, time};
use crate::ids::InstanceId;

/// A message without what was around it.
#[derive(Debug)]
pub struct Envelope<'a> {
    kind: String,
    said: Fields<'a>,
    /// What is around that in an event.
    event: Option<Fields<'a>>,
    said_at: Timestamp,
    sent_at: Timestamp,
}

impl<'a> Envelope<'a> {
    /// Opens the message with these fields, which was put into its queue at `sent_at`.
    pub fn open(fields: Fields<'a>, sent_at: Timestamp) -> Result<Self, Unparsable> {
        let said_at = |name| time::said_at(fields.string(name).as_deref(), sent_at);
        if let Some(kind) = fields.string("detail-type") {
            let (said, said_at) = (fields.get("detail").unwrap_or_default(), said_at("time"));
            return Ok(Self { kind, said, event: Some(fields), said_at, sent_at });
        }
        let kind = own_kind(&fields).ok_or(Unparsable::NoKind)?;
        let said_at = said_at("Time");
        Ok(Self { kind, said: fields, event: None, said_at, sent_at })
    }

    /// What names the message's kind.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What it says: the `detail` of an event, or the whole of a notification of Auto Scaling's own.
    pub const fn said(&self) -> &Fields<'a> {
        &self.said
    }

    /// When it was said, by AWS's clock.
    pub const fn said_at(&self) -> Timestamp {
        self.said_at
    }

    /// The id of the instance that it is about, without which it is of no use.
    pub fn instance(&self, name: &str) -> Result<InstanceId, Unparsable> {
        self.said.instance(name).ok_or(Unparsable::NoInstanceId)
    }

    /// A moment that it tells of and that has come.
    pub fn past(&self, name: &str) -> Option<Timestamp> {
        time::credible(&self.said.string(name)?, self.sent_at)
    }

    /// What an event names as its resources. Their form differs from event to event.
    pub fn resources(&self) -> impl Iterator<Item = String> {
        self.event.iter().flat_map(|event| event.list("resources"))
    }
}

/// SNS wraps what it delivers, unless raw delivery is on: `{"Type": "Notification", "Message": "<the body as a string>"}`
/// (SNS Developer Guide, "Raw message delivery").
pub fn sns_message(fields: &Fields<'_>) -> Option<String> {
    if fields.has("detail-type") || fields.string("Type")? != "Notification" {
        return None;
    }
    fields.string("Message")
}

/// What Auto Scaling delivers itself has no `detail-type`; its transition or its event names the kind.
fn own_kind(fields: &Fields<'_>) -> Option<String> {
    fields.string("LifecycleTransition").or_else(|| fields.string("Event"))
}

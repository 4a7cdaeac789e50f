//! The outer layer of a message: an EventBridge event as it is, the same wrapped by SNS, or a lifecycle hook's own body.
//!
//! Every field is kept as raw text until somebody asks for it, so that a wrongly typed field that nobody needs does no harm.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::Unparsable;

type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// A message's fields.
#[derive(Debug)]
pub struct Envelope {
    fields: BTreeMap<String, Box<RawValue>>,
    kind: Option<String>,
}

impl Envelope {
    /// Opens `body`, and the SNS notification around it where there is one.
    pub fn open(body: &str) -> Result<Self, Unparsable> {
        let fields = object(body).ok_or(Unparsable::NotAnObject)?;
        match sns_message(&fields) {
            Some(message) => Ok(Self::new(object(&message).ok_or(Unparsable::NotAnObject)?)),
            None => Ok(Self::new(fields)),
        }
    }

    fn new(fields: Fields<'_>) -> Self {
        let kind = string(&fields, "detail-type").or_else(|| hook_kind(&fields));
        let fields = fields.into_iter().map(|(name, raw)| (name, raw.to_owned())).collect();
        Self { fields, kind }
    }

    /// What names the message's kind.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// A field that is a string.
    pub fn string(&self, name: &str) -> Option<String> {
        self.fields.get(name).and_then(|raw| as_string(raw))
    }

    /// A field of `detail` that is a string.
    pub fn detail_string(&self, name: &str) -> Option<String> {
        string(&object(self.fields.get("detail")?.get())?, name)
    }
}

/// SNS wraps what it delivers, unless raw delivery is on: `{"Type": "Notification", "Message": "<the body as a string>"}`.
fn sns_message(fields: &Fields<'_>) -> Option<String> {
    if fields.contains_key("detail-type") || string(fields, "Type")? != "Notification" {
        return None;
    }
    string(fields, "Message")
}

/// A lifecycle hook that Auto Scaling delivers itself has no envelope; its transition or its event names the kind.
fn hook_kind(fields: &Fields<'_>) -> Option<String> {
    string(fields, "LifecycleTransition").or_else(|| string(fields, "Event"))
}

fn object(text: &str) -> Option<Fields<'_>> {
    serde_json::from_str(text).ok()
}

fn string(fields: &Fields<'_>, name: &str) -> Option<String> {
    fields.get(name).and_then(|raw| as_string(raw))
}

fn as_string(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

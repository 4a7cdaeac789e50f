//! The fields of a JSON object from outside, each kept as raw text until somebody asks for it.
//!
//! So a wrongly typed field that nobody needs does no harm, and one that somebody needs counts as missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::text;
use crate::ids::InstanceId;

/// The fields of an object.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Fields<'a>(#[serde(borrow)] BTreeMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    /// The object that `json` is.
    pub fn read(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// Whether there is such a field, of any type.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A field, as what the caller takes it for.
    pub fn get<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        value(self.0.get(name)?)
    }

    /// A field that is a string.
    pub fn string(&self, name: &str) -> Option<String> {
        self.get(name)
    }

    /// A field that names something: not empty, and no longer than a name can be.
    pub fn name(&self, name: &str) -> Option<Arc<str>> {
        text::name(&self.string(name)?)
    }

    /// A field that is the id of an instance.
    pub fn instance(&self, name: &str) -> Option<InstanceId> {
        text::instance_id(&self.string(name)?)
    }

    /// A field that people are to read, shortened; none if it is empty.
    pub fn sentence(&self, name: &str) -> Option<String> {
        Some(text::shortened(&self.string(name)?, text::SENTENCE_CHARS)).filter(|text| !text.is_empty())
    }

    /// The elements of a field that is a list, as far as they are what the caller takes them for.
    pub fn list<T: Deserialize<'a>>(&self, name: &str) -> impl Iterator<Item = T> + use<'a, T> {
        let elements: Vec<&'a RawValue> = self.get(name).unwrap_or_default();
        elements.into_iter().filter_map(value)
    }
}

fn value<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

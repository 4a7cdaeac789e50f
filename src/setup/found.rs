//! What is there of the plumbing, as it was read from the account.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ids::{GroupKey, Region};

/// What is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The queues that are there, by Region and name.
    pub queues: BTreeMap<(Region, String), FoundQueue>,
    /// The rules that are there, by Region and name.
    pub rules: BTreeMap<(Region, String), FoundRule>,
    /// Whatever sends to each of the queues, by Region and the queue's name: the names of the rules.
    pub feeding: BTreeMap<(Region, String), Vec<String>>,
    /// The groups that want the hook, and the hook of that name where they have one.
    pub hooks: BTreeMap<GroupKey, Option<FoundHook>>,
}

/// A queue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundQueue {
    /// Its URL.
    pub url: String,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
    /// Whether `setup` made it.
    pub ours: bool,
}

impl FoundRule {
    /// Whether every event that `pattern` is for is one that this rule is for, as far as sources and kinds tell: what it asks of
    /// their details may be less.
    #[must_use]
    pub fn covers(&self, pattern: &Value) -> bool {
        let names = |pattern: &Value, field: &str| -> Option<Vec<String>> {
            let values = pattern.get(field)?.as_array()?;
            Some(values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
        };
        self.enabled
            && self.pattern.is_object()
            && ["source", "detail-type"].iter().all(|field| {
                match (names(&self.pattern, field), names(pattern, field)) {
                    (None, _) => self.pattern.get(field).is_none(),
                    (Some(_), None) => false,
                    (Some(own), Some(wanted)) => wanted.iter().all(|name| own.contains(name)),
                }
            })
    }
}

impl FoundQueue {
    /// An attribute as a number.
    #[must_use]
    pub fn number(&self, attribute: &str) -> Option<u64> {
        self.attributes.get(attribute)?.parse().ok()
    }

    /// An attribute as JSON.
    #[must_use]
    pub fn json(&self, attribute: &str) -> Option<Value> {
        serde_json::from_str(self.attributes.get(attribute)?).ok()
    }
}

/// A rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundRule {
    /// Which events it is for.
    pub pattern: Value,
    /// Whether it works.
    pub enabled: bool,
    /// Its targets: id and ARN.
    pub targets: Vec<(String, String)>,
    /// Whether `setup` made it.
    pub ours: bool,
}

/// A hook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundHook {
    /// `CONTINUE` or `ABANDON`.
    pub default_result: String,
    /// How long it waits, in seconds.
    pub heartbeat: i32,
    /// Whether it is for termination.
    pub terminating: bool,
    /// Whether `setup` made it.
    pub ours: bool,
}

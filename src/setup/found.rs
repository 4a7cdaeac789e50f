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

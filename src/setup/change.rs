//! One change to the account, and how it is told.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::arn::Home;
use crate::ids::{GroupKey, Region};

/// One change to the account.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Make a queue.
    CreateQueue {
        /// Where.
        home: Home,
        /// Its name.
        name: String,
        /// Its attributes.
        attributes: BTreeMap<String, String>,
    },
    /// Change a queue's attributes.
    SetQueueAttributes {
        /// Where.
        region: Region,
        /// Its name.
        name: String,
        /// Its URL.
        url: String,
        /// What they become.
        attributes: BTreeMap<String, String>,
        /// Why, for people.
        why: Vec<String>,
    },
    /// Make a rule, or change it.
    PutRule {
        /// Where.
        region: Region,
        /// Its name.
        name: String,
        /// Which events it is for.
        pattern: Value,
        /// What it is for.
        description: String,
        /// Whether it is there already, and why it is changed.
        repairs: Option<String>,
    },
    /// Let a rule send to a queue.
    PutTarget {
        /// Where.
        region: Region,
        /// The rule.
        rule: String,
        /// The queue's ARN.
        queue: String,
    },
    /// Make the hook, or change it.
    PutHook {
        /// Of this group.
        group: GroupKey,
        /// Why it is changed, where it is there already.
        repairs: Option<String>,
    },
    /// Remove a rule's target.
    RemoveTarget {
        /// Where.
        region: Region,
        /// The rule.
        rule: String,
        /// The target's id.
        id: String,
    },
    /// Remove a rule.
    DeleteRule {
        /// Where.
        region: Region,
        /// The rule.
        name: String,
    },
    /// Remove a queue, with what is in it.
    DeleteQueue {
        /// Where.
        region: Region,
        /// Its name.
        name: String,
        /// Its URL.
        url: String,
    },
    /// Remove the hook.
    DeleteHook {
        /// Of this group.
        group: GroupKey,
    },
}

impl Change {
    /// `+` for what is made, `~` for what is changed, `-` for what is removed.
    #[must_use]
    pub const fn sign(&self) -> char {
        match self {
            Self::CreateQueue { .. } | Self::PutTarget { .. } => '+',
            Self::PutRule { repairs: None, .. } | Self::PutHook { repairs: None, .. } => '+',
            Self::SetQueueAttributes { .. } | Self::PutRule { .. } | Self::PutHook { .. } => '~',
            Self::RemoveTarget { .. }
            | Self::DeleteRule { .. }
            | Self::DeleteQueue { .. }
            | Self::DeleteHook { .. } => '-',
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.sign())?;
        match self {
            Self::CreateQueue { home, name, attributes } => {
                write!(f, "queue {name} in {}", home.region)?;
                attributes.iter().try_for_each(|(name, value)| write!(f, "\n      {name} = {value}"))
            }
            Self::SetQueueAttributes { region, name, why, .. } => {
                write!(f, "queue {name} in {region}")?;
                why.iter().try_for_each(|why| write!(f, "\n      {why}"))
            }
            Self::PutRule { region, name, pattern, description, repairs } => {
                write!(f, "rule {name} in {region}: {description}\n      EventPattern = {pattern}")?;
                repairs.iter().try_for_each(|why| write!(f, "\n      {why}"))
            }
            Self::PutTarget { region, rule, queue } => write!(f, "target {queue} of rule {rule} in {region}"),
            Self::PutHook { group, repairs } => {
                write!(f, "hook {} of group {group}: CONTINUE after 300 s", super::HOOK)?;
                repairs.iter().try_for_each(|why| write!(f, "\n      {why}"))
            }
            Self::RemoveTarget { region, rule, id } => write!(f, "target {id} of rule {rule} in {region}"),
            Self::DeleteRule { region, name } => write!(f, "rule {name} in {region}"),
            Self::DeleteQueue { region, name, .. } => write!(f, "queue {name} in {region}, with what is in it"),
            Self::DeleteHook { group } => write!(f, "hook {} of group {group}", super::HOOK),
        }
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

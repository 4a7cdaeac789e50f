//! What is there of the plumbing, as it was read from the account.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::arn::Home;
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
    /// Whether every event at `home` that `pattern` is for is one that this rule is for, as far as sources and kinds tell: what it asks
    /// of their details may be less.
    #[must_use]
    pub fn covers(&self, pattern: &Value, home: &Home) -> bool {
        let takes = |field: &str, name: &str| match self.pattern.get(field) {
            None => true,
            Some(values) => values.as_array().is_some_and(|values| values.iter().any(|value| is_like(value, name))),
        };
        let takes_all = |field: &str| match pattern.get(field).and_then(Value::as_array) {
            Some(names) => names.iter().filter_map(Value::as_str).all(|name| takes(field, name)),
            None => self.pattern.get(field).is_none(),
        };
        let here = takes("region", home.region.as_str()) && takes("account", &home.account);
        let restricted = self.pattern.get("resources").is_some();
        self.enabled
            && self.pattern.is_object()
            && !restricted
            && here
            && takes_all("source")
            && takes_all("detail-type")
    }
}

/// Whether a value of a pattern is for `name` (EventBridge User Guide, "Comparison operators"). What is not known is for nothing.
fn is_like(value: &Value, name: &str) -> bool {
    let (Some(filter), None) = (value.as_object(), value.as_str()) else { return value.as_str() == Some(name) };
    filter.iter().all(|(kind, value)| {
        let Some(value) = value.as_str() else { return false };
        match kind.as_str() {
            "prefix" => name.starts_with(value),
            "suffix" => name.ends_with(value),
            "equals-ignore-case" => name.eq_ignore_ascii_case(value),
            _ => false,
        }
    })
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
    /// The targets, by ARN, that it sends to by a role of its own.
    pub with_role: BTreeSet<String>,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_covers_what_it_is_for_and_nothing_else() {
        let home = Home { region: "us-east-1".into(), account: "123456789012".to_owned() };
        let wanted = json!({"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]});
        let covers =
            |pattern: Value| FoundRule { pattern, enabled: true, ..FoundRule::default() }.covers(&wanted, &home);
        let kind = json!([{"prefix": "EC2 Spot"}]);
        for pattern in [
            wanted.clone(),
            json!({"detail-type": kind}),
            json!({"source": ["aws.ec2"], "region": ["us-east-1"], "account": ["123456789012", "1"]}),
        ] {
            assert!(covers(pattern.clone()), "{pattern}");
        }
        for pattern in [
            json!({"detail-type": [{"prefix": "EC2 Instance"}]}),
            json!({"detail-type": [{"anything-but": "EC2 Spot Instance Interruption Warning"}]}),
            json!({"source": ["aws.ec2"], "region": ["eu-west-1"]}),
            json!({"source": ["aws.ec2"], "account": ["1"]}),
            json!({"source": ["aws.ec2"], "resources": ["i-1"]}),
            json!(null),
        ] {
            assert!(!covers(pattern.clone()), "{pattern}");
        }
    }
}

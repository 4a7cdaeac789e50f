//! Rules and their targets, and the events that callers put on the bus.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Events;
use super::pattern::{self, matches};
use crate::sim::kernel::{Core, Fact, Fault, Published, resource};
use crate::sim::spec::RuleSpec;

/// EventBridge User Guide, "Quotas".
const TARGETS_MAX: usize = 5;

#[derive(Clone, Debug)]
pub struct Rule {
    pub name: String,
    /// Null for a rule with nothing but a schedule, which the model tells and does not act out.
    pub pattern: Value,
    pub schedule: Option<String>,
    pub enabled: bool,
    pub description: Option<String>,
    /// The ARNs of queues, by the id of the target.
    pub targets: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
}

impl Rule {
    pub fn new(spec: RuleSpec) -> Self {
        let RuleSpec { name, pattern, queues } = spec;
        let targets = queues.into_iter().enumerate().map(|(index, queue)| (index.to_string(), queue)).collect();
        Self { name, pattern, schedule: None, enabled: true, description: None, targets, tags: BTreeMap::new() }
    }

    pub fn takes(&self, event: &Value) -> bool {
        self.enabled && matches(&self.pattern, event)
    }

    /// The values of `detail-type` that the pattern names; `None` where it takes any.
    pub fn kinds(&self) -> Option<Vec<String>> {
        if self.pattern.is_null() {
            return Some(Vec::new());
        }
        let named = self.pattern.get("detail-type")?.as_array()?;
        named.iter().map(|value| value.as_str().map(str::to_owned)).collect()
    }
}

impl Events {
    pub fn put_rule(
        &mut self,
        name: &str,
        text: Option<&str>,
        schedule: Option<String>,
        enabled: bool,
        description: Option<String>,
    ) -> Result<(), Fault> {
        let invalid = |why: String| {
            Fault::sender("InvalidEventPatternException", format!("Event pattern is not valid. Reason: {why}"))
        };
        let pattern = match text {
            Some(text) => serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?,
            None => Value::Null,
        };
        if text.is_some() {
            pattern::check(&pattern).map_err(invalid)?;
        }
        let (targets, tags) = self.rules.remove(name).map(|rule| (rule.targets, rule.tags)).unwrap_or_default();
        let rule = Rule { name: name.to_owned(), pattern, schedule, enabled, description, targets, tags };
        self.rules.insert(name.to_owned(), rule);
        Ok(())
    }

    pub fn rule(&self, name: &str) -> Result<&Rule, Fault> {
        self.rules.get(name).ok_or_else(|| no_such_rule(name))
    }

    /// Whether a rule can have targets with these ids besides those that it has.
    pub fn room_for_targets<'a>(&'a self, rule: &str, added: impl Iterator<Item = &'a str>) -> Result<(), Fault> {
        let rule = self.rule(rule)?;
        let mut ids: BTreeSet<&str> = rule.targets.keys().map(String::as_str).collect();
        ids.extend(added);
        if ids.len() > TARGETS_MAX {
            let message = "The requested resource exceeds the maximum number allowed.";
            return Err(Fault::sender("LimitExceededException", message));
        }
        Ok(())
    }

    pub fn put_target(&mut self, rule: &str, id: String, arn: String) {
        self.rules.get_mut(rule).map(|rule| rule.targets.insert(id, arn));
    }

    pub fn remove_target(&mut self, rule: &str, id: &str) -> Result<(), Fault> {
        self.rules.get_mut(rule).ok_or_else(|| no_such_rule(rule))?.targets.remove(id);
        Ok(())
    }

    /// A rule that is not there is no error.
    pub fn delete_rule(&mut self, name: &str) -> Result<(), Fault> {
        if self.rules.get(name).is_some_and(|rule| !rule.targets.is_empty()) {
            let message = "Rule can't be deleted since it has targets.";
            return Err(Fault::sender("ValidationException", message));
        }
        self.rules.remove(name);
        Ok(())
    }

    /// An event of a caller's own.
    pub fn put_event(&self, published: Published, core: &mut Core) {
        core.tell(Fact::Event(published.into()));
    }

    /// The names of the rules that send to a queue.
    pub fn sending_to<'a>(&'a self, queue: &'a str) -> impl Iterator<Item = &'a str> {
        let sends = move |rule: &&Rule| rule.targets.values().any(|arn| resource(arn) == queue);
        self.rules.values().filter(sends).map(|rule| rule.name.as_str())
    }
}

fn no_such_rule(name: &str) -> Fault {
    Fault::sender("ResourceNotFoundException", format!("Rule {name} does not exist on EventBus default."))
}

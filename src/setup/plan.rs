//! Compares what is wanted with what is there. Pure; the order is the one in which changes have to be made.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::change::Change;
use super::found::{Found, FoundHook, FoundQueue, FoundRule};
use super::permission::{Permission, Sender, permits};
use super::wanted::{Wanted, WantedQueue, WantedRule};
use super::{TARGET, policy};

/// A message that was received so often and never deleted is of no use. A notice is received once more for each restart of its
/// operator, and what cannot be understood once in 30 s, so that it is a dead letter after ten minutes.
const RECEIVES: u64 = 20;

/// Fewer receives would make a dead letter of a notice whose operator restarts a few times.
const RECEIVES_MIN: u64 = 10;

/// What is not received within four days is of no use to anybody (SQS's own default).
const RETENTION: u64 = 4 * 24 * 3600;

/// Maintenance is announced days before, but its message is acknowledged once recorded; an operator may be down for an hour.
const RETENTION_MIN: u64 = 3600;

/// Dead letters are kept as long as SQS can (SQS API reference, `SetQueueAttributes`: 14 days).
const DEAD_LETTER_RETENTION: u64 = 14 * 24 * 3600;

/// The hook waits so long for somebody to complete it, in seconds.
pub const HEARTBEAT: i32 = 300;

/// What has to be changed so that everything that is wanted is there.
#[must_use]
pub fn plan(wanted: &Wanted, found: &Found) -> Vec<Change> {
    let mut changes = Vec::new();
    for queue in &wanted.queues {
        dead_letters(queue, found, &mut changes);
        self::queue(queue, found, &mut changes);
        let needed = queue.rules.iter().filter(|rule| covering(queue, rule, found).is_none());
        needed.for_each(|rule| self::rule(queue, rule, found, &mut changes));
        let unwanted = |name: &str| queue.rules.iter().all(|rule| rule.name != name);
        remove_rules(queue, found, unwanted, &mut changes);
    }
    for (group, hook) in &found.hooks {
        let repairs = hook.as_ref().map(wrong_with);
        match repairs {
            None => changes.push(Change::PutHook { group: group.clone(), repairs: None }),
            Some(Some(why)) => changes.push(Change::PutHook { group: group.clone(), repairs: Some(why) }),
            Some(None) => {}
        }
    }
    changes
}

fn get<'a>(queue: &WantedQueue, name: &str, found: &'a Found) -> Option<&'a FoundQueue> {
    found.queues.get(&(queue.home.region.clone(), name.to_owned()))
}

fn dead_letters(queue: &WantedQueue, found: &Found, changes: &mut Vec<Change>) {
    let name = queue.dead_letters();
    // A queue that has another one keeps it.
    let elsewhere =
        get(queue, &queue.name, found).and_then(redrive).is_some_and(|(arn, _)| arn != queue.dead_letters_arn());
    if elsewhere || get(queue, &name, found).is_some() {
        return;
    }
    let attributes = [("MessageRetentionPeriod".to_owned(), DEAD_LETTER_RETENTION.to_string())].into();
    changes.push(Change::CreateQueue { home: queue.home.clone(), name, attributes });
}

/// Where dead letters go, and after how many receives.
fn redrive(queue: &FoundQueue) -> Option<(String, u64)> {
    let policy = queue.json("RedrivePolicy")?;
    let count = policy.get("maxReceiveCount")?;
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok())?;
    Some((policy.get("deadLetterTargetArn")?.as_str()?.to_owned(), count))
}

fn queue(queue: &WantedQueue, found: &Found, changes: &mut Vec<Change>) {
    let (region, name) = (queue.home.region.clone(), queue.name.clone());
    let rules = permitted(queue, found);
    let policy =
        |before: Option<&Value>| policy::with_ours(before, &queue.arn(), &queue.home.account, &rules, &queue.senders);
    let redrive_to =
        |arn: &str| json!({"deadLetterTargetArn": arn, "maxReceiveCount": RECEIVES.to_string()}).to_string();
    let Some(there) = get(queue, &name, found) else {
        let attributes = [
            ("MessageRetentionPeriod".to_owned(), RETENTION.to_string()),
            ("RedrivePolicy".to_owned(), redrive_to(&queue.dead_letters_arn())),
            ("Policy".to_owned(), policy(None).to_string()),
        ];
        return changes.push(Change::CreateQueue { home: queue.home.clone(), name, attributes: attributes.into() });
    };
    let (mut attributes, mut why) = (BTreeMap::new(), Vec::new());
    let mut set = |name: &str, value: String, words: String| {
        attributes.insert(name.to_owned(), value);
        why.push(words);
    };
    if let Some(seconds) = there.number("MessageRetentionPeriod").filter(|seconds| *seconds < RETENTION_MIN) {
        set(
            "MessageRetentionPeriod",
            RETENTION.to_string(),
            format!(
                "MessageRetentionPeriod {seconds} → {RETENTION}: messages have to outlive an operator that is down"
            ),
        );
    }
    match redrive(there) {
        None => set(
            "RedrivePolicy",
            redrive_to(&queue.dead_letters_arn()),
            format!("RedrivePolicy none → {} after {RECEIVES} receives", queue.dead_letters()),
        ),
        Some((arn, count)) if count < RECEIVES_MIN => set(
            "RedrivePolicy",
            redrive_to(&arn),
            format!("RedrivePolicy maxReceiveCount {count} → {RECEIVES}: a notice has to survive restarts"),
        ),
        Some(_) => {}
    }
    let before = there.json("Policy");
    let needed = !rules.is_empty() || !queue.senders.is_empty();
    let after = policy(before.as_ref());
    if needed && before.as_ref() != Some(&after) {
        set("Policy", after.to_string(), "Policy: these rules of this account, and relays, may send".to_owned());
    }
    if !attributes.is_empty() {
        changes.push(Change::SetQueueAttributes { region, name, url: there.url.clone(), attributes, why });
    }
}

/// The rules that our statement lets send: our own, and those of others that do the work of one and may not send otherwise.
fn permitted(queue: &WantedQueue, found: &Found) -> Vec<String> {
    let mut rules = Vec::new();
    for rule in &queue.rules {
        // A rule of ours that is there keeps its permission, whoever else sends the same.
        match covering(queue, rule, found) {
            None => rules.push(queue.rule_arn(&rule.name)),
            Some(theirs) if may_send(queue, theirs, found) => {}
            Some(theirs) => rules.extend(Some(queue.rule_arn(theirs)).filter(|arn| !rules.contains(arn))),
        }
    }
    rules
}

/// Whether a rule may send without our statement.
fn may_send(queue: &WantedQueue, rule: &str, found: &Found) -> bool {
    let policy = get(queue, &queue.name, found).and_then(|there| there.json("Policy"));
    let of_others = policy.as_ref().map(policy::of_others);
    let arn = queue.rule_arn(rule);
    let sender = Sender::Rule { arn: &arn, account: &queue.home.account };
    let permits = |policy: &Value| permits(policy, &queue.arn(), sender) >= Permission::CannotTell;
    has_a_role(queue, rule, found) || of_others.as_ref().is_some_and(permits)
}

/// Whether a rule sends to the queue by a role of its own, and needs no permission of the queue then (EventBridge User Guide, "Using
/// IAM roles to grant access").
pub fn has_a_role(queue: &WantedQueue, rule: &str, found: &Found) -> bool {
    let there = found.rules.get(&(queue.home.region.clone(), rule.to_owned()));
    there.is_some_and(|there| there.with_role.contains(&queue.arn()))
}

/// The rule of somebody else that sends what `rule` is for to the queue already, one that may where there are several; `None` where one
/// of ours has its name.
pub fn covering<'a>(queue: &WantedQueue, rule: &WantedRule, found: &'a Found) -> Option<&'a str> {
    let region = &queue.home.region;
    if found.rules.contains_key(&(region.clone(), rule.name.clone())) {
        return None;
    }
    let feeding = found.feeding.get(&(region.clone(), queue.name.clone())).into_iter().flatten();
    let theirs = feeding.filter(|name| !queue.rule_names().contains(name));
    let covers = |name: &String| {
        let there = found.rules.get(&(region.clone(), name.clone()));
        there.is_some_and(|there| there.covers(&rule.pattern, &queue.home))
    };
    let covering: Vec<&str> = theirs.filter(|name| covers(name)).map(String::as_str).collect();
    covering.iter().find(|name| may_send(queue, name, found)).or(covering.first()).copied()
}

fn rule(queue: &WantedQueue, rule: &WantedRule, found: &Found, changes: &mut Vec<Change>) {
    let region = queue.home.region.clone();
    let there = found.rules.get(&(region.clone(), rule.name.clone()));
    let repairs = match there {
        None => Some(None),
        Some(FoundRule { enabled: false, .. }) => Some(Some("it is disabled".to_owned())),
        Some(there) if !there.ours && there.covers(&rule.pattern, &queue.home) => None,
        Some(there) if there.pattern != rule.pattern => Some(Some(format!("EventPattern was {}", there.pattern))),
        Some(_) => None,
    };
    if let Some(repairs) = repairs {
        changes.push(Change::PutRule {
            region: region.clone(),
            name: rule.name.clone(),
            pattern: rule.pattern.clone(),
            description: rule.description.to_owned(),
            repairs,
        });
    }
    let arn = queue.arn();
    if !there.is_some_and(|there| there.targets.iter().any(|(_, target)| *target == arn)) {
        changes.push(Change::PutTarget { region, rule: rule.name.clone(), queue: arn });
    }
}

fn wrong_with(hook: &FoundHook) -> Option<String> {
    match () {
        () if !hook.terminating => Some("it is for launches".to_owned()),
        () if hook.default_result != "CONTINUE" => Some(format!("its default result was {}", hook.default_result)),
        () if hook.heartbeat < HEARTBEAT => Some(format!("it waited {} s only", hook.heartbeat)),
        () => None,
    }
}

/// What has to be changed so that nothing is left of what `setup` has made, and everything else is.
#[must_use]
pub fn removal(wanted: &Wanted, found: &Found) -> Vec<Change> {
    let mut changes = Vec::new();
    for (group, _) in found.hooks.iter().filter(|(_, hook)| hook.as_ref().is_some_and(|hook| hook.ours)) {
        changes.push(Change::DeleteHook { group: group.clone() });
    }
    for queue in &wanted.queues {
        remove_rules(queue, found, |_| true, &mut changes);
        for name in [queue.name.clone(), queue.dead_letters()] {
            remove_queue(queue, &name, found, &mut changes);
        }
    }
    changes
}

/// Removes rules that we have made.
fn remove_rules(queue: &WantedQueue, found: &Found, which: impl Fn(&str) -> bool, changes: &mut Vec<Change>) {
    let (region, names) = (&queue.home.region, queue.rule_names());
    let named =
        found.rules.iter().filter(|((in_region, name), _)| in_region == region && names.contains(name) && which(name));
    for ((_, name), rule) in named {
        if !rule.ours {
            // All that is ours in a rule of somebody else's is a target.
            for (id, _) in rule.targets.iter().filter(|(id, arn)| id == TARGET && *arn == queue.arn()) {
                changes.push(Change::RemoveTarget { region: region.clone(), rule: name.clone(), id: id.clone() });
            }
            continue;
        }
        // Somebody else's targets would keep the rule alive, and go with it.
        let (own, others): (Vec<_>, Vec<_>) = rule.targets.iter().partition(|(_, arn)| *arn == queue.arn());
        for (id, _) in own {
            changes.push(Change::RemoveTarget { region: region.clone(), rule: name.clone(), id: id.clone() });
        }
        if others.is_empty() {
            changes.push(Change::DeleteRule { region: region.clone(), name: name.clone() });
        }
    }
}

fn remove_queue(queue: &WantedQueue, name: &str, found: &Found, changes: &mut Vec<Change>) {
    let Some(there) = get(queue, name, found) else { return };
    let (region, name) = (queue.home.region.clone(), name.to_owned());
    if there.ours {
        return changes.push(Change::DeleteQueue { region, name, url: there.url.clone() });
    }
    let (mut attributes, mut why) = (BTreeMap::new(), Vec::new());
    if let Some(before) = there.json("Policy").filter(policy::has_ours) {
        let after = policy::without_ours(&before).map(|policy| policy.to_string()).unwrap_or_default();
        attributes.insert("Policy".to_owned(), after);
        why.push("Policy: without our statements".to_owned());
    }
    let loses_dead_letters = get(queue, &queue.dead_letters(), found).is_some_and(|it| it.ours)
        && redrive(there).is_some_and(|(arn, _)| arn == queue.dead_letters_arn());
    if loses_dead_letters {
        attributes.insert("RedrivePolicy".to_owned(), String::new());
        why.push("RedrivePolicy: none, since that dead-letter queue goes".to_owned());
    }
    if !attributes.is_empty() {
        changes.push(Change::SetQueueAttributes { region, name, url: there.url.clone(), attributes, why });
    }
}

#[cfg(test)]
mod tests;

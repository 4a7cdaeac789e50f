//! EventBridge's actions: rules, their targets, and events that callers put on the bus.

mod tags;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::json::{input, unknown_operation};
use super::page::page;
use crate::sim::events::Rule;
use crate::sim::kernel::{Fault, Published, Purpose};
use crate::sim::world::World;

pub fn handle(world: &mut World, action: &str, body: &[u8]) -> Result<Value, Fault> {
    let answer = match action {
        "PutRule" => put_rule(world, input(body)?),
        "DeleteRule" => delete_rule(world, &input(body)?),
        "DescribeRule" => describe_rule(world, &input(body)?),
        "ListRules" => list_rules(world, &input(body)?),
        "ListTargetsByRule" => list_targets(world, &input(body)?),
        "ListRuleNamesByTarget" => list_rule_names(world, &input(body)?),
        "PutTargets" => put_targets(world, input(body)?),
        "RemoveTargets" => remove_targets(world, &input(body)?),
        "PutEvents" => put_events(world, input(body)?),
        "TagResource" => tags::add(world, input(body)?),
        "UntagResource" => tags::remove(world, &input(body)?),
        "ListTagsForResource" => tags::list(world, &input(body)?),
        _ => Err(unknown_operation()),
    };
    world.core.audience = world.events.audience();
    answer
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutRule {
    name: String,
    event_bus_name: Option<String>,
    event_pattern: Option<String>,
    schedule_expression: Option<String>,
    state: Option<String>,
    description: Option<String>,
    #[serde(default)]
    tags: Vec<tags::Tag>,
}

fn put_rule(world: &mut World, asked: PutRule) -> Result<Value, Fault> {
    bus(asked.event_bus_name.as_deref())?;
    well_named(&asked.name)?;
    let missing =
        || Fault::sender("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.");
    if asked.event_pattern.is_none() && asked.schedule_expression.is_none() {
        return Err(missing());
    }
    let enabled = asked.state.as_deref() != Some("DISABLED");
    let (pattern, schedule) = (asked.event_pattern.as_deref(), asked.schedule_expression);
    // Tags are for rules that are new; on another one they do nothing (EventBridge API reference, `PutRule`).
    let is_new = world.events.rule(&asked.name).is_err();
    world.events.put_rule(&asked.name, pattern, schedule, enabled, asked.description)?;
    if let Some(rule) = world.events.rules.get_mut(&asked.name).filter(|_| is_new) {
        rule.tags = asked.tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    }
    Ok(json!({"RuleArn": world.core.names.rule_arn(&asked.name)}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
    event_bus_name: Option<String>,
}

/// It has no output.
fn delete_rule(world: &mut World, asked: &Named) -> Result<Value, Fault> {
    world.events.delete_rule(&asked.name)?;
    Ok(json!({}))
}

fn describe_rule(world: &World, asked: &Named) -> Result<Value, Fault> {
    bus(asked.event_bus_name.as_deref())?;
    Ok(described(world, world.events.rule(&asked.name)?, true))
}

/// Only the description of one rule tells who made it.
fn described(world: &World, rule: &Rule, by: bool) -> Value {
    json!({
        "Name": rule.name,
        "Arn": world.core.names.rule_arn(&rule.name),
        "EventPattern": (!rule.pattern.is_null()).then(|| rule.pattern.to_string()),
        "State": if rule.enabled { "ENABLED" } else { "DISABLED" },
        "Description": rule.description,
        "ScheduleExpression": rule.schedule,
        "CreatedBy": by.then_some(&world.core.names.account),
        "EventBusName": "default",
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListRules {
    name_prefix: Option<String>,
    event_bus_name: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

fn list_rules(world: &World, asked: &ListRules) -> Result<Value, Fault> {
    bus(asked.event_bus_name.as_deref())?;
    let size = page_size(asked.limit)?;
    let prefix = asked.name_prefix.as_deref().unwrap_or_default();
    let names: Vec<&String> = world.events.rules.keys().filter(|name| name.starts_with(prefix)).collect();
    let (names, next) = page(names, asked.next_token.as_deref(), size);
    let rules = names.into_iter().filter_map(|name| world.events.rules.get(name));
    Ok(json!({"Rules": rules.map(|rule| described(world, rule, false)).collect::<Vec<_>>(), "NextToken": next}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfRule {
    rule: String,
    next_token: Option<String>,
    limit: Option<usize>,
}

fn list_targets(world: &World, asked: &OfRule) -> Result<Value, Fault> {
    let rule = world.events.rule(&asked.rule)?;
    let size = page_size(asked.limit)?;
    let (ids, next) = page(rule.targets.keys().collect(), asked.next_token.as_deref(), size);
    let arn =
        |target: &String| if target.starts_with("arn:") { target.clone() } else { world.core.names.queue_arn(target) };
    let shown = ids.into_iter().filter_map(|id| Some((id, rule.targets.get(id)?)));
    let targets = shown.map(|(id, target)| json!({"Id": id, "Arn": arn(target)}));
    Ok(json!({"Targets": targets.collect::<Vec<_>>(), "NextToken": next}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfTarget {
    target_arn: String,
}

fn list_rule_names(world: &World, asked: &OfTarget) -> Result<Value, Fault> {
    let queue = asked.target_arn.rsplit(':').next().unwrap_or_default();
    let ours = asked.target_arn == world.core.names.queue_arn(queue);
    let names = world.events.sending_to(queue).filter(|_| ours);
    Ok(json!({"RuleNames": names.collect::<Vec<_>>()}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutTargets {
    rule: String,
    #[serde(default)]
    targets: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    id: String,
    arn: String,
}

/// The model delivers to queues; another target is told of as one that failed.
fn put_targets(world: &mut World, asked: PutTargets) -> Result<Value, Fault> {
    let added = asked.targets.iter().map(|target| target.id.as_str());
    world.events.room_for_targets(&asked.rule, added)?;
    if asked.targets.iter().any(|target| !target.arn.starts_with("arn:")) {
        return Err(Fault::sender("ValidationException", "Provided Arn is not in correct format."));
    }
    let mut failed = Vec::new();
    for Target { id, arn } in asked.targets {
        if arn.starts_with("arn:aws:sqs:") {
            world.events.put_target(&asked.rule, id, arn);
        } else {
            let message = format!("The simulated AWS delivers to SQS only, not to {arn}");
            failed.push(json!({"TargetId": id, "ErrorCode": "ValidationException", "ErrorMessage": message}));
        }
    }
    Ok(json!({"FailedEntryCount": failed.len(), "FailedEntries": failed}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RemoveTargets {
    rule: String,
    #[serde(default)]
    ids: Vec<String>,
}

fn remove_targets(world: &mut World, asked: &RemoveTargets) -> Result<Value, Fault> {
    world.events.rule(&asked.rule)?;
    asked.ids.iter().try_for_each(|id| world.events.remove_target(&asked.rule, id))?;
    Ok(json!({"FailedEntryCount": 0, "FailedEntries": []}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    /// In seconds since the epoch.
    time: Option<f64>,
    #[serde(default)]
    resources: Vec<String>,
}

/// EventBridge API reference, `PutEvents`: ten entries, each of which may fail by itself.
fn put_events(world: &mut World, asked: PutEvents) -> Result<Value, Fault> {
    const ENTRIES_MAX: usize = 10;
    if asked.entries.is_empty() || asked.entries.len() > ENTRIES_MAX {
        let message = "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have \
                       length between 1 and 10";
        return Err(Fault::sender("ValidationException", message));
    }
    let entries: Vec<Value> = asked.entries.into_iter().map(|entry| put_event(world, entry)).collect();
    let failed = entries.iter().filter(|entry| entry.get("ErrorCode").is_some()).count();
    Ok(json!({"FailedEntryCount": failed, "Entries": entries}))
}

fn put_event(world: &mut World, entry: Entry) -> Value {
    let refused = |code: &str, message: &str| json!({"ErrorCode": code, "ErrorMessage": message});
    let (Some(source), Some(kind), Some(detail)) = (entry.source, entry.detail_type, entry.detail) else {
        return refused(
            "InvalidArgument",
            "Parameter Source, DetailType or Detail is not valid. Reason: it is required.",
        );
    };
    let Some(detail) = serde_json::from_str::<Value>(&detail).ok().filter(Value::is_object) else {
        return refused("MalformedDetail", "Detail is malformed.");
    };
    if source.starts_with("aws.") {
        return refused("NotAuthorizedForSourceException", "Not authorized for the source.");
    }
    let id = world.core.dice.uuid(Purpose::EventIds);
    #[expect(clippy::cast_possible_truncation, reason = "an event's time has whole seconds")]
    let time = entry.time.and_then(|seconds| Timestamp::from_second(seconds as i64).ok());
    let (id, resources, best_effort) = (Some(id.clone()), entry.resources, false);
    world
        .events
        .put_event(Published { source, kind, resources, detail, id: id.clone(), time, best_effort }, &mut world.core);
    json!({"EventId": id})
}

/// There is the default bus and no other.
fn bus(name: Option<&str>) -> Result<(), Fault> {
    match name.filter(|name| !matches!(name.rsplit('/').next(), Some("default"))) {
        Some(name) => Err(Fault::sender("ResourceNotFoundException", format!("Event bus {name} does not exist."))),
        None => Ok(()),
    }
}

/// EventBridge API reference, `PutRule`.
fn well_named(name: &str) -> Result<(), Fault> {
    const LENGTH_MAX: usize = 64;
    let good = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if (1..=LENGTH_MAX).contains(&name.len()) && name.chars().all(good) {
        return Ok(());
    }
    let message = format!("1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint");
    Err(Fault::sender("ValidationException", message))
}

/// EventBridge API reference, `ListRules`: 1 to 100.
fn page_size(limit: Option<usize>) -> Result<usize, Fault> {
    const LIMIT: usize = 100;
    match limit.unwrap_or(LIMIT) {
        size if (1..=LIMIT).contains(&size) => Ok(size),
        size => {
            let message =
                format!("1 validation error detected: Value '{size}' at 'limit' failed to satisfy constraint");
            Err(Fault::sender("ValidationException", message))
        }
    }
}

//! SQS's actions on queues as such.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::page::page;
use jiff::Timestamp;

use crate::sim::kernel::{Fault, later};
use crate::sim::spec::{QueueSpec, Redrive, VISIBILITY_DEFAULT};
use crate::sim::sqs::{Queue, invalid_value};
use crate::sim::world::World;

/// So long after it was deleted a queue's name cannot be used again (SQS API reference, `CreateQueue`).
const NAME_TAKEN_FOR: Duration = Duration::from_secs(60);

/// SQS API reference, `SetQueueAttributes`: 0 to 12 h.
const VISIBILITY_MAX: u64 = 12 * 60 * 60;

/// The URL of a queue at the endpoint that the caller uses, since some SDKs send to the host of the URL.
fn url(world: &World, endpoint: Option<&str>, queue: &str) -> String {
    match endpoint {
        Some(endpoint) => format!("{endpoint}/{}/{queue}", world.core.names.account),
        None => world.core.names.queue_url(queue),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NameInput {
    queue_name: String,
}

pub fn queue_url(world: &World, endpoint: Option<&str>, asked: &NameInput) -> Result<Value, Fault> {
    let queue = world.sqs.queue(&asked.queue_name)?;
    Ok(json!({"QueueUrl": url(world, endpoint, &queue.name)}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListInput {
    queue_name_prefix: Option<String>,
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// Up to 1,000, and a token for the rest only where `MaxResults` is given (SQS API reference, `ListQueues`).
pub fn list(world: &World, endpoint: Option<&str>, asked: &ListInput) -> Result<Value, Fault> {
    const SIZE_MAX: usize = 1_000;
    let size = asked.max_results.unwrap_or(SIZE_MAX);
    if !(1..=SIZE_MAX).contains(&size) {
        return Err(invalid_value(format!(
            "Value {size} for parameter MaxResults is invalid. Reason: Must be between 1 and 1000, if provided."
        )));
    }
    let prefix = asked.queue_name_prefix.as_deref().unwrap_or_default();
    let names = world.sqs.queues.keys().filter(|name| name.starts_with(prefix)).collect();
    let (names, next) = page::<&String>(names, asked.next_token.as_deref(), size);
    let urls: Vec<String> = names.into_iter().map(|name| url(world, endpoint, name)).collect();
    let mut answer = if urls.is_empty() { json!({}) } else { json!({"QueueUrls": urls}) };
    let next = next.filter(|_| asked.max_results.is_some());
    if let (Some(next), Some(fields)) = (next, answer.as_object_mut()) {
        fields.insert("NextToken".to_owned(), Value::String(next));
    }
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateInput {
    queue_name: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default, rename = "tags")]
    tags: BTreeMap<String, String>,
}

/// A queue that is there already is answered with, where what is asked for agrees with it.
pub fn create(world: &mut World, endpoint: Option<&str>, asked: CreateInput) -> Result<Value, Fault> {
    let name = asked.queue_name;
    well_named(&name)?;
    let spec = specified(name.clone(), &asked.attributes)?;
    if let Some(queue) = world.sqs.queues.get(&name) {
        let agrees = |attribute: &String| match attribute.as_str() {
            "VisibilityTimeout" => queue.visibility_timeout == spec.visibility_timeout,
            other if OTHERS.contains(&other) => queue.others.get(other) == asked.attributes.get(other),
            _ => queue.redrive == spec.redrive,
        };
        if let Some(differs) = asked.attributes.keys().find(|attribute| !agrees(attribute)) {
            let message =
                format!("A queue already exists with the same name and a different value for attribute {differs}");
            return Err(
                Fault::sender("com.amazonaws.sqs#QueueNameExists", message).with_query_code("QueueAlreadyExists")
            );
        }
    } else {
        let lately = |at: &Timestamp| world.core.now < later(*at, NAME_TAKEN_FOR);
        if world.sqs.deleted.get(&name).is_some_and(lately) {
            let message =
                "You must wait 60 seconds after deleting a queue before you can create another with the same name.";
            return Err(Fault::sender("com.amazonaws.sqs#QueueDeletedRecently", message)
                .with_query_code("AWS.SimpleQueueService.QueueDeletedRecently"));
        }
        let mut queue = Queue::new(spec, world.core.now);
        queue.others = others(&asked.attributes);
        queue.tags = asked.tags;
        queue.delay = delay(&asked.attributes).unwrap_or_default();
        world.sqs.queues.insert(name.clone(), queue);
    }
    Ok(json!({"QueueUrl": url(world, endpoint, &name)}))
}

/// Up to 80 letters, digits, hyphens and underscores (SQS API reference, `CreateQueue`). Standard queues only.
fn well_named(name: &str) -> Result<(), Fault> {
    const LENGTH_MAX: usize = 80;
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=LENGTH_MAX).contains(&name.len()) && name.chars().all(good) {
        return Ok(());
    }
    Err(invalid_value("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"))
}

/// Attributes that are told and not acted out.
const OTHERS: [&str; 10] = [
    "DelaySeconds",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "Policy",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "SqsManagedSseEnabled",
    "FifoQueue",
];

fn delay(attributes: &BTreeMap<String, String>) -> Option<Duration> {
    attributes.get("DelaySeconds").and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs)
}

/// What queues have that nobody gave anything else (SQS API reference, `CreateQueue`).
const DEFAULTS: [(&str, &str); 5] = [
    ("DelaySeconds", "0"),
    ("MaximumMessageSize", "1048576"),
    ("MessageRetentionPeriod", "345600"),
    ("ReceiveMessageWaitTimeSeconds", "0"),
    ("SqsManagedSseEnabled", "true"),
];

fn others(attributes: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let told = attributes.iter().filter(|(name, _)| OTHERS.contains(&name.as_str()));
    told.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn specified(name: String, attributes: &BTreeMap<String, String>) -> Result<QueueSpec, Fault> {
    let mut spec = QueueSpec { name, visibility_timeout: VISIBILITY_DEFAULT, redrive: None };
    for (attribute, value) in attributes {
        let invalid = || {
            let message = format!("Invalid value for the parameter {attribute}.");
            Fault::sender("com.amazonaws.sqs#InvalidAttributeValue", message).with_query_code("InvalidAttributeValue")
        };
        match attribute.as_str() {
            "VisibilityTimeout" => {
                let seconds = value.parse().ok().filter(|seconds| *seconds <= VISIBILITY_MAX).ok_or_else(invalid)?;
                spec.visibility_timeout = Duration::from_secs(seconds);
            }
            // An empty policy takes away the one that there is.
            "RedrivePolicy" if value.is_empty() => spec.redrive = None,
            other if OTHERS.contains(&other) => {}
            "RedrivePolicy" => spec.redrive = Some(redrive(value).ok_or_else(invalid)?),
            _ => return Err(unknown_attribute(attribute)),
        }
    }
    Ok(spec)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SetInput {
    queue_url: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

/// Changes what is given; the rest stays.
pub fn set_attributes(world: &mut World, asked: SetInput) -> Result<Value, Fault> {
    let queue = world.sqs.queue_mut(&asked.queue_url)?;
    let spec = specified(queue.name.clone(), &asked.attributes)?;
    if asked.attributes.contains_key("VisibilityTimeout") {
        queue.visibility_timeout = spec.visibility_timeout;
    }
    if asked.attributes.contains_key("RedrivePolicy") {
        queue.redrive = spec.redrive;
    }
    queue.others.extend(others(&asked.attributes));
    // An empty policy is none.
    queue.others.retain(|name, value| name != "Policy" || !value.is_empty());
    queue.delay = delay(&asked.attributes).unwrap_or(queue.delay);
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UrlInput {
    queue_url: String,
}

pub fn delete(world: &mut World, asked: &UrlInput) -> Result<Value, Fault> {
    let name = world.sqs.queue(&asked.queue_url)?.name.clone();
    world.sqs.queues.remove(&name);
    let now = world.core.now;
    world.sqs.deleted.retain(|_, at| later(*at, NAME_TAKEN_FOR) > now);
    world.sqs.deleted.insert(name, now);
    Ok(json!({}))
}

pub fn purge(world: &mut World, asked: &UrlInput) -> Result<Value, Fault> {
    let now = world.core.now;
    if !world.sqs.queue_mut(&asked.queue_url)?.purge(now) {
        let message = "Only one PurgeQueue operation on a queue is allowed every 60 seconds.";
        let fault = Fault::sender("com.amazonaws.sqs#PurgeQueueInProgress", message)
            .with_query_code("AWS.SimpleQueueService.PurgeQueueInProgress");
        return Err(Fault { status: 403, ..fault });
    }
    Ok(json!({}))
}

fn unknown_attribute(name: &str) -> Fault {
    Fault::sender("com.amazonaws.sqs#InvalidAttributeName", format!("Unknown Attribute {name}."))
        .with_query_code("InvalidAttributeName")
}

/// The count may be a number or a text of one.
fn redrive(policy: &str) -> Option<Redrive> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let queue = policy.get("deadLetterTargetArn")?.as_str()?.rsplit(':').next()?.to_owned();
    let count = policy.get("maxReceiveCount")?;
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok())?;
    Some(Redrive { queue, max_receive_count: u32::try_from(count).ok()? })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttributesInput {
    queue_url: String,
    #[serde(default)]
    attribute_names: Vec<String>,
}

/// Those of the asked-for attributes that the model knows.
pub fn attributes(world: &World, asked: &AttributesInput) -> Result<Value, Fault> {
    let queue = world.sqs.queue(&asked.queue_url)?;
    let wanted = |name: &str| asked.attribute_names.iter().any(|asked| asked == name || asked == "All");
    let known = ["All", "QueueArn", "VisibilityTimeout", "RedrivePolicy", "CreatedTimestamp", "LastModifiedTimestamp"];
    let is_known = |name: &String| {
        known.contains(&name.as_str()) || OTHERS.contains(&name.as_str()) || name.starts_with("ApproximateNumberOf")
    };
    if let Some(unknown) = asked.attribute_names.iter().find(|name| !is_known(name)) {
        return Err(unknown_attribute(unknown));
    }
    let (visible, in_flight) = queue.depth(world.core.now);
    let policy = queue.redrive.as_ref().map(|redrive| {
        let target = world.core.names.queue_arn(&redrive.queue);
        json!({"deadLetterTargetArn": target, "maxReceiveCount": redrive.max_receive_count}).to_string()
    });
    let known = [
        ("QueueArn", Some(world.core.names.queue_arn(&queue.name))),
        ("ApproximateNumberOfMessages", Some(visible.to_string())),
        ("ApproximateNumberOfMessagesNotVisible", Some(in_flight.to_string())),
        ("ApproximateNumberOfMessagesDelayed", Some("0".to_owned())),
        ("VisibilityTimeout", Some(queue.visibility_timeout.as_secs().to_string())),
        ("RedrivePolicy", policy),
    ];
    let created = queue.created.as_second().to_string();
    let times = ["CreatedTimestamp", "LastModifiedTimestamp"].map(|name| (name, Some(created.clone())));
    let unset = DEFAULTS.into_iter().filter(|(name, _)| !queue.others.contains_key(*name));
    let unset = unset.map(|(name, value)| (name, Some(value.to_owned())));
    let set = queue.others.iter().map(|(name, value)| (name.as_str(), Some(value.clone())));
    let others = times.into_iter().chain(unset).chain(set);
    let known = known.into_iter().chain(others).filter(|(name, _)| wanted(name));
    let shown: Map<String, Value> =
        known.filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?)))).collect();
    Ok(if shown.is_empty() { json!({}) } else { json!({"Attributes": shown}) })
}

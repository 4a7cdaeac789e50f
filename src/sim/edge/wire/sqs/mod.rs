//! SQS's actions: those on messages here, those on queues in `queues`.

mod queues;
mod tags;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Request;
use super::json::{input, unknown_operation};
use super::md5::md5;
use crate::sim::kernel::Fault;
use crate::sim::sqs::{Message, Receive, invalid_value};
use crate::sim::world::World;

/// What the senders of the simulated messages are called: EventBridge has an id of its own in reality.
const SENDER: &str = "AIDAIENQZJOLO23YVJ4VO";

pub fn handle(world: &mut World, action: &str, request: &Request) -> Result<Value, Fault> {
    let (body, endpoint) = (request.body.as_slice(), request.endpoint.as_deref());
    match action {
        "SendMessage" => send(world, input(body)?),
        "SendMessageBatch" => send_batch(world, input(body)?),
        "ReceiveMessage" => receive(world, &input(body)?),
        "DeleteMessage" => delete(world, &input(body)?),
        "DeleteMessageBatch" => batch(world, input(body)?, |world, url, entry| {
            world.sqs.delete(url, &entry.receipt_handle, &mut world.core)
        }),
        "ChangeMessageVisibility" => change_visibility(world, &input(body)?),
        "ChangeMessageVisibilityBatch" => batch(world, input(body)?, |world, url, entry| {
            change(world, url, &entry.receipt_handle, entry.visibility_timeout.unwrap_or_default())
        }),
        "SetQueueAttributes" => queues::set_attributes(world, input(body)?),
        "DeleteQueue" => queues::delete(world, &input(body)?),
        "PurgeQueue" => queues::purge(world, &input(body)?),
        "CreateQueue" => queues::create(world, endpoint, input(body)?),
        "GetQueueAttributes" => queues::attributes(world, &input(body)?),
        "GetQueueUrl" => queues::queue_url(world, endpoint, &input(body)?),
        "ListQueues" => queues::list(world, endpoint, &input(body)?),
        "TagQueue" => tags::add(world, input(body)?),
        "UntagQueue" => tags::remove(world, &input(body)?),
        "ListQueueTags" => tags::list(world, &input(body)?),
        _ => Err(unknown_operation()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendInput {
    queue_url: String,
    #[serde(default)]
    message_body: String,
    delay_seconds: Option<u64>,
}

/// Up to 15 min (SQS API reference, `SendMessage`).
fn delay(seconds: Option<u64>) -> Result<Option<Duration>, Fault> {
    const DELAY_MAX: u64 = 900;
    match seconds {
        Some(seconds) if seconds > DELAY_MAX => Err(invalid_value(format!(
            "Value {seconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= {DELAY_MAX}."
        ))),
        seconds => Ok(seconds.map(Duration::from_secs)),
    }
}

fn send(world: &mut World, asked: SendInput) -> Result<Value, Fault> {
    let queue = world.sqs.queue(&asked.queue_url)?.name.clone();
    well_sized(&asked.message_body)?;
    let sum = md5(asked.message_body.as_bytes());
    let delay = delay(asked.delay_seconds)?;
    let id = world.sqs.send_later(&queue, asked.message_body, delay, &mut world.core);
    Ok(json!({"MessageId": id, "MD5OfMessageBody": sum}))
}

/// 1 byte to 1 MiB (SQS API reference, `SendMessage`).
fn well_sized(body: &str) -> Result<(), Fault> {
    const BYTES_MAX: usize = 1_048_576;
    match body.len() {
        0 => {
            let message = "The request must contain the parameter MessageBody.";
            Err(Fault::sender("MissingParameter", message).with_query_code("MissingParameter"))
        }
        length if length > BYTES_MAX => Err(invalid_value(format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {BYTES_MAX} bytes."
        ))),
        _ => Ok(()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendBatchInput {
    queue_url: String,
    #[serde(default)]
    entries: Vec<SendEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEntry {
    id: String,
    #[serde(default)]
    message_body: String,
    delay_seconds: Option<u64>,
}

fn send_batch(world: &mut World, asked: SendBatchInput) -> Result<Value, Fault> {
    let queue = world.sqs.queue(&asked.queue_url)?.name.clone();
    check_ids(asked.entries.iter().map(|entry| &entry.id))?;
    asked.entries.iter().try_for_each(|entry| well_sized(&entry.message_body))?;
    asked.entries.iter().try_for_each(|entry| delay(entry.delay_seconds).map(drop))?;
    let sent = asked.entries.into_iter().map(|entry| {
        let sum = md5(entry.message_body.as_bytes());
        let delay = entry.delay_seconds.map(Duration::from_secs);
        let message = world.sqs.send_later(&queue, entry.message_body, delay, &mut world.core);
        json!({"Id": entry.id, "MessageId": message, "MD5OfMessageBody": sum})
    });
    Ok(json!({"Successful": sent.collect::<Vec<_>>(), "Failed": []}))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReceiveInput {
    queue_url: String,
    max_number_of_messages: Option<usize>,
    visibility_timeout: Option<u64>,
    #[serde(default)]
    wait_time_seconds: u64,
    /// The older name of `MessageSystemAttributeNames`.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
}

/// How long a `ReceiveMessage` polls: up to 20 s.
pub fn patience(action: &str, body: &[u8]) -> Duration {
    const WAIT_MAX: u64 = 20;
    match (action, input::<ReceiveInput>(body)) {
        ("ReceiveMessage", Ok(asked)) => Duration::from_secs(asked.wait_time_seconds.min(WAIT_MAX)),
        _ => Duration::ZERO,
    }
}

/// Whether a `ReceiveMessage` finds nothing now.
pub fn would_wait(world: &World, action: &str, body: &[u8]) -> bool {
    match (action, input::<ReceiveInput>(body)) {
        ("ReceiveMessage", Ok(asked)) => {
            world.sqs.queue(&asked.queue_url).is_ok_and(|queue| !queue.has_visible(world.core.now))
        }
        _ => false,
    }
}

fn receive(world: &mut World, asked: &ReceiveInput) -> Result<Value, Fault> {
    const WAIT_MAX: u64 = 20;
    const VISIBILITY_MAX: u64 = 43_200;
    if asked.wait_time_seconds > WAIT_MAX || asked.visibility_timeout.is_some_and(|seconds| seconds > VISIBILITY_MAX) {
        return Err(invalid_value(format!(
            "Value for parameter WaitTimeSeconds or VisibilityTimeout is invalid. Reason: Must be between 0 and {WAIT_MAX}, \
             and 0 and {VISIBILITY_MAX}, if provided."
        )));
    }
    let receive = Receive {
        max: asked.max_number_of_messages.unwrap_or(1),
        visibility: asked.visibility_timeout.map(Duration::from_secs),
    };
    let messages = world.sqs.receive(&asked.queue_url, receive, &mut world.core)?;
    if messages.is_empty() {
        return Ok(json!({}));
    }
    let messages: Vec<Value> = messages.iter().map(|message| describe(message, asked)).collect();
    Ok(json!({"Messages": messages}))
}

fn describe(message: &Message, asked: &ReceiveInput) -> Value {
    let wanted = |name: &str| {
        let names = asked.attribute_names.iter().chain(&asked.message_system_attribute_names);
        names.into_iter().any(|asked| asked == name || asked == "All")
    };
    let first = message.first_received_at.unwrap_or(message.sent_at);
    let attributes = [
        ("SentTimestamp", message.sent_at.as_millisecond().to_string()),
        ("ApproximateReceiveCount", message.received.to_string()),
        ("ApproximateFirstReceiveTimestamp", first.as_millisecond().to_string()),
        ("SenderId", SENDER.to_owned()),
    ];
    let attributes: Map<String, Value> = attributes
        .into_iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, value)| (name.to_owned(), Value::String(value)))
        .collect();
    let mut described = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "MD5OfBody": md5(message.body.as_bytes()),
        "Body": message.body,
    });
    if let (false, Some(fields)) = (attributes.is_empty(), described.as_object_mut()) {
        fields.insert("Attributes".to_owned(), Value::Object(attributes));
    }
    described
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HandleInput {
    queue_url: String,
    #[serde(default)]
    receipt_handle: String,
    visibility_timeout: Option<u64>,
}

fn delete(world: &mut World, asked: &HandleInput) -> Result<Value, Fault> {
    if asked.receipt_handle.is_empty() {
        let message = "The request must contain the parameter ReceiptHandle.";
        return Err(Fault::sender("MissingParameter", message).with_query_code("MissingParameter"));
    }
    world.sqs.delete(&asked.queue_url, &asked.receipt_handle, &mut world.core)?;
    Ok(json!({}))
}

fn change_visibility(world: &mut World, asked: &HandleInput) -> Result<Value, Fault> {
    change(world, &asked.queue_url, &asked.receipt_handle, asked.visibility_timeout.unwrap_or_default())?;
    Ok(json!({}))
}

fn change(world: &mut World, url: &str, receipt: &str, seconds: u64) -> Result<(), Fault> {
    world.sqs.change_visibility(url, receipt, Duration::from_secs(seconds), &mut world.core)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BatchInput {
    queue_url: String,
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: String,
    receipt_handle: String,
    visibility_timeout: Option<u64>,
}

/// Does something for each entry; what fails for one entry stands in the answer and fails nothing else.
fn batch(
    world: &mut World,
    asked: BatchInput,
    mut each: impl FnMut(&mut World, &str, &Entry) -> Result<(), Fault>,
) -> Result<Value, Fault> {
    world.sqs.queue(&asked.queue_url)?;
    check_ids(asked.entries.iter().map(|entry| &entry.id))?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in &asked.entries {
        let outcome = if world.core.fails_entry() { Err(entry_fault()) } else { each(world, &asked.queue_url, entry) };
        match outcome {
            Ok(()) => successful.push(json!({"Id": entry.id})),
            Err(fault) => failed.push(json!({
                "Id": entry.id,
                "SenderFault": fault.status < 500,
                "Code": fault.query_code.unwrap_or(fault.code),
                "Message": fault.message,
            })),
        }
    }
    Ok(json!({"Successful": successful, "Failed": failed}))
}

fn entry_fault() -> Fault {
    Fault { status: 500, ..Fault::sender("InternalError", "We encountered an internal error. Please try again.") }
}

/// The errors of a batch have a prefix in their older codes (SQS's service model, `awsQueryError`).
fn check_ids<'a>(ids: impl ExactSizeIterator<Item = &'a String>) -> Result<(), Fault> {
    const ENTRIES_MAX: usize = 10;
    let count = ids.len();
    if count == 0 {
        let message = "There should be at least one entry in the request.";
        return Err(Fault::sender("com.amazonaws.sqs#EmptyBatchRequest", message)
            .with_query_code("AWS.SimpleQueueService.EmptyBatchRequest"));
    }
    if count > ENTRIES_MAX {
        let message = format!("Maximum number of entries per request are {ENTRIES_MAX}. You have sent {count}.");
        return Err(Fault::sender("com.amazonaws.sqs#TooManyEntriesInBatchRequest", message)
            .with_query_code("AWS.SimpleQueueService.TooManyEntriesInBatchRequest"));
    }
    let ids = ids.collect::<Vec<_>>().into_iter();
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if ids.clone().any(|id| !(1..=80).contains(&id.len()) || !id.chars().all(good)) {
        let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most \
                       80 letters long.";
        return Err(Fault::sender("com.amazonaws.sqs#InvalidBatchEntryId", message)
            .with_query_code("AWS.SimpleQueueService.InvalidBatchEntryId"));
    }
    let (mut seen, mut ids) = (BTreeSet::new(), ids);
    if let Some(id) = ids.find(|id| !seen.insert(*id)) {
        let message = format!("Id {id} repeated.");
        return Err(Fault::sender("com.amazonaws.sqs#BatchEntryIdsNotDistinct", message)
            .with_query_code("AWS.SimpleQueueService.BatchEntryIdsNotDistinct"));
    }
    Ok(())
}

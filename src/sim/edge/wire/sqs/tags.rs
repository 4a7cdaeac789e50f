//! SQS's actions on the tags of queues.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sim::kernel::Fault;
use crate::sim::world::World;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagInput {
    queue_url: String,
    tags: BTreeMap<String, String>,
}

pub fn add(world: &mut World, asked: TagInput) -> Result<Value, Fault> {
    world.sqs.queue_mut(&asked.queue_url)?.tags.extend(asked.tags);
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UntagInput {
    queue_url: String,
    tag_keys: Vec<String>,
}

pub fn remove(world: &mut World, asked: &UntagInput) -> Result<Value, Fault> {
    world.sqs.queue_mut(&asked.queue_url)?.tags.retain(|key, _| !asked.tag_keys.contains(key));
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListInput {
    queue_url: String,
}

/// A queue without tags has none in the answer.
pub fn list(world: &World, asked: &ListInput) -> Result<Value, Fault> {
    let tags = &world.sqs.queue(&asked.queue_url)?.tags;
    Ok(if tags.is_empty() { json!({}) } else { json!({"Tags": tags}) })
}

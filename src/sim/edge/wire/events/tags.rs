//! EventBridge's actions on the tags of rules.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sim::events::Rule;
use crate::sim::kernel::Fault;
use crate::sim::world::World;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    pub key: String,
    pub value: String,
}

#[derive(Deserialize)]
pub struct TagInput {
    #[serde(rename = "ResourceARN")]
    resource: String,
    #[serde(rename = "Tags")]
    tags: Vec<Tag>,
}

pub fn add(world: &mut World, asked: TagInput) -> Result<Value, Fault> {
    let rule = rule(world, &asked.resource)?;
    rule.tags.extend(asked.tags.into_iter().map(|tag| (tag.key, tag.value)));
    Ok(json!({}))
}

#[derive(Deserialize)]
pub struct UntagInput {
    #[serde(rename = "ResourceARN")]
    resource: String,
    #[serde(rename = "TagKeys")]
    keys: Vec<String>,
}

pub fn remove(world: &mut World, asked: &UntagInput) -> Result<Value, Fault> {
    rule(world, &asked.resource)?.tags.retain(|key, _| !asked.keys.contains(key));
    Ok(json!({}))
}

#[derive(Deserialize)]
pub struct ListInput {
    #[serde(rename = "ResourceARN")]
    resource: String,
}

pub fn list(world: &mut World, asked: &ListInput) -> Result<Value, Fault> {
    let tags = rule(world, &asked.resource)?.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value}));
    Ok(json!({"Tags": tags.collect::<Vec<_>>()}))
}

/// The rule that an ARN names: `arn:aws:events:<region>:<account>:rule/<name>`.
fn rule<'a>(world: &'a mut World, arn: &str) -> Result<&'a mut Rule, Fault> {
    let name = arn.rsplit_once(":rule/").map_or(arn, |(_, name)| name);
    world.events.rules.get_mut(name).ok_or_else(|| {
        Fault::sender("ResourceNotFoundException", format!("Rule {name} does not exist on EventBus default."))
    })
}

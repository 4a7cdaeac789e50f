//! Attributes of container instances.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Paging, cluster, cluster_mut};
use crate::sim::ecs::{Attribute, ContainerInstance, Status};
use crate::sim::kernel::Fault;
use crate::sim::world::World;

#[derive(Deserialize)]
pub struct Attributes {
    cluster: Option<String>,
    #[serde(default)]
    attributes: Vec<Given>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    name: String,
    value: Option<String>,
    target_id: Option<String>,
}

impl Attributes {
    fn read(&self) -> Vec<Attribute> {
        let read = |given: Given| {
            let Given { name, value, target_id } = given;
            Attribute { name, value, target: target_id.unwrap_or_default() }
        };
        self.attributes.iter().cloned().map(read).collect()
    }

    fn answer(&self) -> Value {
        let told =
            self.attributes.iter().map(|given| told(&given.name, given.value.as_ref(), given.target_id.as_deref()));
        json!({"attributes": told.collect::<Vec<_>>()})
    }
}

fn told(name: &str, value: Option<&String>, target: Option<&str>) -> Value {
    json!({"name": name, "value": value, "targetType": "container-instance", "targetId": target})
}

pub fn put(world: &mut World, asked: &Attributes) -> Result<Value, Fault> {
    cluster_mut(&mut world.ecs, asked.cluster.as_deref())?.put_attributes(&asked.read(), &mut world.core)?;
    Ok(asked.answer())
}

pub fn delete(world: &mut World, asked: &Attributes) -> Result<Value, Fault> {
    cluster_mut(&mut world.ecs, asked.cluster.as_deref())?.delete_attributes(&asked.read(), &mut world.core)?;
    Ok(asked.answer())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    cluster: Option<String>,
    target_type: String,
    attribute_name: Option<String>,
    attribute_value: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

/// Pages are in the order of instances and names.
pub fn list(world: &World, asked: &List) -> Result<Value, Fault> {
    let cluster = cluster(&world.ecs, asked.cluster.as_deref())?;
    if asked.target_type != "container-instance" {
        return Err(Fault::invalid_parameter("targetType must be container-instance."));
    }
    if asked.attribute_value.is_some() && asked.attribute_name.is_none() {
        return Err(Fault::invalid_parameter("attributeValue needs an attributeName."));
    }
    let there = |instance: &&ContainerInstance| instance.status != Status::Inactive;
    let all = cluster
        .instances
        .values()
        .filter(there)
        .flat_map(|instance| instance.attributes.iter().map(move |(name, value)| (instance, name, value)));
    let wanted = all.filter(|(_, name, value)| {
        asked.attribute_name.as_ref().is_none_or(|wanted| wanted == *name)
            && asked.attribute_value.as_ref().is_none_or(|wanted| value.as_ref() == Some(wanted))
    });
    let told: BTreeMap<String, Value> = wanted
        .map(|(instance, name, value)| {
            (format!("{}/{name}", instance.id), told(name, value.as_ref(), Some(&instance.arn)))
        })
        .collect();
    let (keys, next) = asked.paging.page(told.keys().collect(), 100)?;
    let shown: Vec<&Value> = keys.into_iter().filter_map(|key| told.get(key)).collect();
    Ok(json!({"attributes": shown, "nextToken": next}))
}

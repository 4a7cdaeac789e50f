//! Custom attributes of container instances (ECS API reference, `PutAttributes`, `DeleteAttributes`, `ListAttributes`).

use std::collections::BTreeSet;

use super::cluster::Cluster;
use crate::sim::kernel::{Core, Fault, short};

/// Attributes a call, and custom ones a resource.
pub const ATTRIBUTES_MAX: usize = 10;

/// An attribute of a container instance, as a caller names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    pub name: String,
    pub value: Option<String>,
    /// The id or ARN of the container instance.
    pub target: String,
}

impl Cluster {
    /// Puts all of `attributes`, or none.
    pub fn put_attributes(&mut self, attributes: &[Attribute], core: &mut Core) -> Result<(), Fault> {
        self.check(attributes)?;
        self.check_room(attributes)?;
        for attribute in attributes {
            let id = short(&attribute.target);
            let Some(instance) = self.instances.get_mut(id) else { continue };
            instance.attributes.insert(attribute.name.clone(), attribute.value.clone());
            instance.version += 1;
            self.instance_changed(id, core);
        }
        Ok(())
    }

    /// Deletes all of `attributes`, or none. One that is not there is no error.
    pub fn delete_attributes(&mut self, attributes: &[Attribute], core: &mut Core) -> Result<(), Fault> {
        self.check(attributes)?;
        for attribute in attributes {
            let id = short(&attribute.target);
            let Some(instance) = self.instances.get_mut(id) else { continue };
            if instance.attributes.remove(&attribute.name).is_some() {
                instance.version += 1;
                self.instance_changed(id, core);
            }
        }
        Ok(())
    }

    fn check_room(&self, attributes: &[Attribute]) -> Result<(), Fault> {
        for target in attributes.iter().map(|attribute| short(&attribute.target)) {
            let Some(instance) = self.instances.get(target) else { continue };
            let mut names: BTreeSet<&String> = instance.attributes.keys().filter(|name| is_custom(name)).collect();
            names.extend(attributes.iter().filter(|other| short(&other.target) == target).map(|other| &other.name));
            if names.len() > ATTRIBUTES_MAX {
                let message = format!("Instance has exceeded the limit of {ATTRIBUTES_MAX} custom attributes.");
                return Err(Fault::sender("AttributeLimitExceededException", message));
            }
        }
        Ok(())
    }

    fn check(&self, attributes: &[Attribute]) -> Result<(), Fault> {
        if attributes.is_empty() || attributes.len() > ATTRIBUTES_MAX {
            return Err(Fault::invalid_parameter("You must specify between 1 and 10 attributes."));
        }
        for Attribute { name, target, .. } in attributes {
            let fits = |c: char| c.is_ascii_alphanumeric() || "-_./\\".contains(c);
            if name.is_empty() || !is_custom(name) || !name.chars().all(fits) {
                return Err(Fault::invalid_parameter(format!("Attribute name {name:?} is not allowed.")));
            }
            if !self.instances.contains_key(short(target)) {
                return Err(Fault::sender("TargetNotFoundException", "The specified target was not found."));
            }
        }
        Ok(())
    }
}

/// What begins so is ECS's own.
fn is_custom(name: &str) -> bool {
    !["ecs.", "com.amazonaws."].iter().any(|prefix| name.starts_with(prefix))
}

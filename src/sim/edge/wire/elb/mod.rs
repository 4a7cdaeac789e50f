//! Elastic Load Balancing's actions, of its API version 2: those on target groups in `groups`, those on targets in `targets`.

mod groups;
mod targets;

use super::query::Form;
use super::xml::Xml;
use crate::sim::kernel::Fault;
use crate::sim::world::World;

/// Every form has it; Classic Load Balancers have another.
pub const VERSION: &str = "2015-12-01";
pub const NAMESPACE: &str = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/";

pub fn handle(world: &mut World, action: &str, form: &Form) -> Result<Xml, Fault> {
    match action {
        "DescribeTargetGroups" => groups::describe(world, form),
        "DescribeTargetGroupAttributes" => groups::attributes(world, form),
        "DescribeTargetHealth" => targets::health(world, form),
        "RegisterTargets" => targets::register(world, form),
        "DeregisterTargets" => targets::deregister(world, form),
        _ => Err(Fault::sender("InvalidAction", format!("Could not find operation {action} for version {VERSION}"))),
    }
}

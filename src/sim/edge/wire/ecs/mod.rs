//! ECS's actions.

mod attributes;
mod clusters;
mod container_instances;
mod filter;
mod services;
mod tasks;

use serde::Deserialize;
use serde_json::{Value, json};

use super::json::{input, unknown_operation};
use super::page::page;
use crate::sim::ecs::{Cluster, Ecs, Failure};
use crate::sim::kernel::{Fault, short};
use crate::sim::world::World;

pub fn handle(world: &mut World, action: &str, body: &[u8]) -> Result<Value, Fault> {
    match action {
        "ListClusters" => clusters::list(world, &input(body)?),
        "DescribeClusters" => clusters::describe(world, &input(body)?),
        "DescribeCapacityProviders" => clusters::describe_capacity_providers(world, input(body)?),
        "ListContainerInstances" => container_instances::list(world, &input(body)?),
        "DescribeContainerInstances" => container_instances::describe(world, &input(body)?),
        "UpdateCapacityProvider" => clusters::update_capacity_provider(world, &input(body)?),
        "DeregisterContainerInstance" => container_instances::deregister(world, &input(body)?),
        "PutAttributes" => attributes::put(world, &input(body)?),
        "DeleteAttributes" => attributes::delete(world, &input(body)?),
        "ListAttributes" => attributes::list(world, &input(body)?),
        "UpdateContainerInstancesState" => container_instances::update_state(world, &input(body)?),
        "ListServices" => services::list(world, &input(body)?),
        "DescribeServices" => services::describe(world, &input(body)?),
        "UpdateService" => services::update(world, input(body)?),
        "DescribeTaskDefinition" => tasks::describe_definition(world, &input(body)?),
        "RunTask" => tasks::run(world, input(body)?, false),
        "StartTask" => tasks::run(world, input(body)?, true),
        "UpdateTaskProtection" => tasks::protect(world, &input(body)?),
        "GetTaskProtection" => tasks::get_protection(world, &input(body)?),
        "ListTasks" => tasks::list(world, &input(body)?),
        "DescribeTasks" => tasks::describe(world, &input(body)?),
        "StopTask" => tasks::stop(world, &input(body)?),
        _ => Err(unknown_operation()),
    }
}

/// The cluster that a request names, by name or ARN; `default` where it names none.
fn cluster<'a>(ecs: &'a Ecs, name: Option<&str>) -> Result<&'a Cluster, Fault> {
    ecs.clusters.get(short(name.unwrap_or("default"))).ok_or_else(no_such_cluster)
}

fn cluster_mut<'a>(ecs: &'a mut Ecs, name: Option<&str>) -> Result<&'a mut Cluster, Fault> {
    ecs.clusters.get_mut(short(name.unwrap_or("default"))).ok_or_else(no_such_cluster)
}

fn no_such_cluster() -> Fault {
    Fault::sender("ClusterNotFoundException", "Cluster not found.")
}

/// Refuses a batch that is empty or longer than the API takes.
fn batch(what: &str, ids: &[String], max: usize) -> Result<(), Fault> {
    match ids.len() {
        0 => Err(Fault::invalid_parameter(format!("{what} cannot be empty."))),
        length if length > max => Err(Fault::invalid_parameter(format!("{what} can have at most {max} items."))),
        _ => Ok(()),
    }
}

fn failures(failures: &[Failure]) -> Vec<Value> {
    failures.iter().map(|failure| json!({"arn": failure.arn, "reason": failure.reason})).collect()
}

/// Where in a list a request wants to read on.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Paging {
    next_token: Option<String>,
    max_results: Option<usize>,
}

impl Paging {
    fn check(&self) -> Result<(), Fault> {
        const SIZES: std::ops::RangeInclusive<usize> = 1..=100;
        match self.max_results {
            Some(size) if !SIZES.contains(&size) => {
                Err(Fault::invalid_parameter("maxResults must be between 1 and 100."))
            }
            _ => Ok(()),
        }
    }

    /// The page of `arns`, as the value of `field`. Sizes are 1 to 100.
    fn answer(&self, field: &str, arns: Vec<&String>, default: usize) -> Result<Value, Fault> {
        let (arns, next) = self.page(arns, default)?;
        Ok(json!({field: arns, "nextToken": next}))
    }

    /// The page of `keys`, and the token of the next.
    fn page<'a>(&self, keys: Vec<&'a String>, default: usize) -> Result<(Vec<&'a String>, Option<String>), Fault> {
        self.check()?;
        Ok(page(keys, self.next_token.as_deref(), self.max_results.unwrap_or(default)))
    }
}

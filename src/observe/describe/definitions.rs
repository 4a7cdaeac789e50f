//! Task definitions, as far as stopping is concerned. They never change, so each is asked for once.

use std::sync::Arc;

use aws_sdk_ecs::types::{ContainerDefinition, TaskDefinition};
use jiff::SignedDuration;

use super::View;
use crate::aws::{Class, Failure};
use crate::observe::Observation;
use crate::observe::task::{Container, Definition};

/// Containers of one task definition that are looked at. ECS allows ten (ECS service quotas).
const CONTAINERS_MAX: usize = 50;

const DEFINITION: &str = "ecs:DescribeTaskDefinition";

/// Reads a task definition. One that is gone counts as one that says nothing.
pub async fn read(view: View<'_>, arn: &Arc<str>) -> Result<(), Failure> {
    let answer = view.clients.ecs.describe_task_definition().task_definition(&**arn).send().await;
    let definition = match answer.map_err(|error| Failure::of(DEFINITION, &error)) {
        Ok(answer) => answer.task_definition().map(self::definition).unwrap_or_default(),
        Err(failure) if matches!(failure.class, Class::Invalid | Class::NotFound) => Definition::default(),
        Err(failure) => return Err(failure),
    };
    view.send(Observation::Definition { arn: Arc::clone(arn), definition }).await;
    Ok(())
}

/// What a task definition says of stopping.
#[must_use]
pub fn definition(found: &TaskDefinition) -> Definition {
    Definition { containers: found.container_definitions().iter().take(CONTAINERS_MAX).map(container).collect() }
}

fn container(container: &ContainerDefinition) -> Container {
    let positive = |seconds: &i32| *seconds > 0;
    let dependencies = container.depends_on().iter();
    Container {
        name: container.name().unwrap_or_default().to_owned(),
        stop_timeout: container
            .stop_timeout()
            .filter(positive)
            .map(|seconds| SignedDuration::from_secs(seconds.into())),
        depends_on: dependencies.map(|dependency| dependency.container_name().to_owned()).collect(),
    }
}

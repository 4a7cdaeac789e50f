//! The tasks of container instances.

use std::collections::BTreeMap;

use aws_sdk_ecs::operation::describe_tasks::DescribeTasksOutput;
use aws_sdk_ecs::types::{self, DesiredStatus, LaunchType};
use jiff::Timestamp;

use super::{View, counted, next_page};
use crate::aws::{Failure, timestamp};
use crate::ids::{ContainerInstanceArn, InstanceId, TaskArn};
use crate::observe::target::{Endpoint, Reached};
use crate::observe::task::{Task, Words};
use crate::observe::{Look, Observation};

const LIST: &str = "ecs:ListTasks";

/// No list of tasks is read further than this many pages of a hundred. Those that have stopped within the hour are in one, too.
const LIST_PAGES_MAX: usize = 500;

/// Lists an instance's tasks and looks at each. A task that was told to stop leaves the default listing while it still runs,
/// so both listings are taken.
pub async fn list(view: View<'_>, instance: &InstanceId, arn: &ContainerInstanceArn) -> Result<(), Failure> {
    let began_at = view.now();
    let mut arns = list_by(view, Some(arn), DesiredStatus::Running).await?;
    arns.extend(list_by(view, Some(arn), DesiredStatus::Stopped).await?);
    let found = describe(view, &arns).await?;
    view.send(Observation::Tasks { instance: instance.clone(), found, listed_at: Some(began_at) }).await;
    Ok(())
}

/// An instance and its tasks.
type Found<'a> = (&'a InstanceId, Vec<(TaskArn, Task)>);

/// Goes through all tasks of the cluster for those of `instances`.
pub async fn list_all(view: View<'_>, instances: &[(InstanceId, ContainerInstanceArn)]) -> Result<(), Failure> {
    let began_at = view.now();
    let mut arns = list_by(view, None, DesiredStatus::Running).await?;
    arns.extend(list_by(view, None, DesiredStatus::Stopped).await?);
    let mut found: BTreeMap<&str, Found<'_>> =
        instances.iter().map(|(id, arn)| (arn.last_segment(), (id, Vec::new()))).collect();
    for some in arns.chunks(Look::TASKS_MAX) {
        let (answer, asked_at) = describe_some(view, some).await?;
        for task in answer.tasks() {
            let host = task.container_instance_arn().map(ContainerInstanceArn::from);
            let host = host.and_then(|arn| found.get_mut(arn.last_segment()));
            host.into_iter().for_each(|(_, tasks)| tasks.extend(read(task, asked_at)));
        }
    }
    for (instance, found) in found.into_values() {
        view.send(Observation::Tasks { instance: instance.clone(), found, listed_at: Some(began_at) }).await;
    }
    Ok(())
}

/// Looks at known tasks again.
pub async fn again(view: View<'_>, known: &[(InstanceId, TaskArn)]) -> Result<(), Failure> {
    let arns: Vec<String> = known.iter().map(|(_, task)| task.to_string()).collect();
    let mut by_instance: BTreeMap<&InstanceId, Vec<(TaskArn, Task)>> = BTreeMap::new();
    for (task, seen) in describe(view, &arns).await? {
        if let Some((instance, _)) = known.iter().find(|(_, known)| *known == task) {
            by_instance.entry(instance).or_default().push((task, seen));
        }
    }
    for (instance, found) in by_instance {
        view.send(Observation::Tasks { instance: instance.clone(), found, listed_at: None }).await;
    }
    Ok(())
}

/// The tasks of an instance, or of the whole cluster.
async fn list_by(
    view: View<'_>,
    instance: Option<&ContainerInstanceArn>,
    desired: DesiredStatus,
) -> Result<Vec<String>, Failure> {
    let mut arns = Vec::new();
    let mut next = None;
    for _ in 0..LIST_PAGES_MAX {
        let call = view.clients.ecs.list_tasks().cluster(&*view.address.cluster);
        let call = call.set_container_instance(instance.map(ToString::to_string));
        // What runs on Fargate runs on no instance.
        let call = call.set_launch_type(instance.is_none().then_some(LaunchType::Ec2));
        let answer = call.desired_status(desired.clone()).set_next_token(next).send().await;
        let answer = answer.map_err(|error| Failure::of(LIST, &error))?;
        arns.extend_from_slice(answer.task_arns());
        next = next_page(answer.next_token());
        if next.is_none() {
            return Ok(arns);
        }
    }
    Err(Failure::endless(LIST))
}

async fn describe(view: View<'_>, arns: &[String]) -> Result<Vec<(TaskArn, Task)>, Failure> {
    let mut found = Vec::new();
    for some in arns.chunks(Look::TASKS_MAX) {
        let (answer, asked_at) = describe_some(view, some).await?;
        found.extend(answer.tasks().iter().filter_map(|task| read(task, asked_at)));
        let missing = answer.failures().iter().filter(|failure| failure.reason() == Some("MISSING"));
        found.extend(missing.filter_map(|failure| Some(forgotten(failure.arn()?, asked_at))));
    }
    Ok(found)
}

async fn describe_some(view: View<'_>, some: &[String]) -> Result<(DescribeTasksOutput, Timestamp), Failure> {
    let call = view.clients.ecs.describe_tasks().cluster(&*view.address.cluster);
    let asked_at = view.now();
    let answer = call.set_tasks(Some(some.to_vec())).send().await;
    Ok((answer.map_err(|error| Failure::of("ecs:DescribeTasks", &error))?, asked_at))
}

fn read(task: &types::Task, observed_at: Timestamp) -> Option<(TaskArn, Task)> {
    let words = Words {
        group: task.group(),
        definition: task.task_definition_arn(),
        last_status: task.last_status(),
        stopped_reason: task.stopped_reason(),
        stopped_at: task.stopped_at().and_then(timestamp),
        version: counted(task.version()),
    };
    let endpoints = task.containers().iter().flat_map(endpoints).collect();
    Some((TaskArn::from(task.task_arn()?), Task { endpoints, ..words.at(observed_at) }))
}

fn endpoints(container: &types::Container) -> Vec<Endpoint> {
    let Some(name) = container.name() else { return Vec::new() };
    let port = |said: Option<i32>| u16::try_from(said?).ok();
    let ports = container.network_bindings().iter().filter_map(|binding| {
        let (container_port, host_port) = (port(binding.container_port())?, port(binding.host_port())?);
        Some(Reached::Through { container_port, host_port })
    });
    let addresses = container.network_interfaces().iter();
    let addresses = addresses.filter_map(|of| of.private_ipv4_address().map(|address| Reached::At(address.into())));
    ports.chain(addresses).map(|reached| Endpoint { container: name.into(), reached }).collect()
}

/// ECS forgets a task an hour or more after it stopped, so one that it does not know has ended.
fn forgotten(arn: &str, observed_at: Timestamp) -> (TaskArn, Task) {
    (TaskArn::from(arn), Words { last_status: Some("STOPPED"), ..Words::default() }.at(observed_at))
}

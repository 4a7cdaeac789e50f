//! Container instances.

use std::collections::BTreeSet;
use std::pin::pin;

use aws_sdk_ecs::types;
use futures_util::stream::{FuturesUnordered, StreamExt, TryStreamExt};
use jiff::Timestamp;

use super::{PAGES_MAX, View, counted, next_page};
use crate::aws::{Failure, timestamp};
use crate::ids::{CapacityProviderName, ClusterKey, ContainerInstanceArn, InstanceId};
use crate::observe::mark::{self, Mark};
use crate::observe::snapshot::{ContainerInstance, InstanceStatus};
use crate::observe::{Look, Observation};

/// An instance with this attribute is left alone.
const IGNORE_ATTRIBUTE: &str = "ecs-spot-operator.ignore";

const LIST: &str = "ecs:ListContainerInstances";

/// Container instances in one answer at most (ECS API reference).
const PAGE: i32 = 100;

/// Sends all container instances of the cluster, and gives back the last segments of their ARNs. A page is described while the
/// next one is listed.
pub async fn all(view: View<'_>) -> Result<BTreeSet<String>, Failure> {
    let (mut listed, mut described) = (BTreeSet::new(), FuturesUnordered::new());
    let mut next = None;
    for _ in 0..PAGES_MAX {
        let mut listing = pin!(list(view, None, next));
        let (arns, token) = loop {
            tokio::select! {
                biased;
                page = &mut listing => break page?,
                Some(done) = described.next() => done?,
            }
        };
        listed.extend(arns.iter().filter_map(|arn| arn.rsplit('/').next()).map(str::to_owned));
        described.push(describe_page(view, arns));
        next = token;
        if next.is_none() {
            described.try_collect::<()>().await?;
            return Ok(listed);
        }
    }
    Err(Failure::endless(LIST))
}

async fn describe_page(view: View<'_>, arns: Vec<String>) -> Result<(), Failure> {
    let Described { found, .. } = describe(view, arns).await?;
    view.send(Observation::Instances { found, missing: Vec::new() }).await;
    Ok(())
}

/// Sends the container instances that `instances` are. Whatever else the filter lets through is not theirs.
pub async fn find(view: View<'_>, instances: &[InstanceId]) -> Result<(), Failure> {
    let ids: Vec<&str> = instances.iter().map(InstanceId::as_str).collect();
    let filter = format!("ec2InstanceId in [{}]", ids.join(","));
    let mut found = Vec::new();
    let mut next = None;
    for _ in 0..PAGES_MAX {
        let (arns, token) = list(view, Some(&filter), next).await?;
        found.extend(describe(view, arns).await?.found);
        next = token;
        if next.is_none() {
            found.retain(|(id, _)| instances.contains(id));
            view.send(Observation::Instances { found, missing: Vec::new() }).await;
            return Ok(());
        }
    }
    Err(Failure::endless(LIST))
}

/// Sends known container instances as they are now. One is missing only where ECS says so.
pub async fn again(view: View<'_>, known: &[(InstanceId, ContainerInstanceArn)]) -> Result<(), Failure> {
    let Described { found, missing } = describe(view, known.iter().map(|(_, arn)| arn.to_string()).collect()).await?;
    let missing = known.iter().filter(|(_, arn)| missing.contains(arn.last_segment()));
    let missing = missing.map(|(id, _)| id.clone()).collect();
    view.send(Observation::Instances { found, missing }).await;
    Ok(())
}

async fn list(
    view: View<'_>,
    filter: Option<&str>,
    next: Option<String>,
) -> Result<(Vec<String>, Option<String>), Failure> {
    let call = view.clients.ecs.list_container_instances().cluster(&*view.address.cluster).max_results(PAGE);
    let answer = call.set_filter(filter.map(str::to_owned)).set_next_token(next).send().await;
    let answer = answer.map_err(|error| Failure::of(LIST, &error))?;
    Ok((answer.container_instance_arns().to_vec(), next_page(answer.next_token())))
}

#[derive(Default)]
struct Described {
    found: Vec<(InstanceId, ContainerInstance)>,
    /// The last segments of the ARNs that ECS does not know.
    missing: BTreeSet<String>,
}

async fn describe(view: View<'_>, arns: Vec<String>) -> Result<Described, Failure> {
    let mut described = Described::default();
    for some in arns.chunks(Look::INSTANCES_MAX) {
        let call = view.clients.ecs.describe_container_instances().cluster(&*view.address.cluster);
        let asked_at = view.now();
        let answer = call.set_container_instances(Some(some.to_vec())).send().await;
        let answer = answer.map_err(|error| Failure::of("ecs:DescribeContainerInstances", &error))?;
        let instances = answer.container_instances().iter();
        described.found.extend(instances.filter_map(|instance| read(view.key, instance, asked_at)));
        let missing = answer.failures().iter().filter(|failure| failure.reason() == Some("MISSING"));
        let missing = missing.filter_map(|failure| failure.arn()?.rsplit('/').next());
        described.missing.extend(missing.map(str::to_owned));
    }
    Ok(described)
}

fn tasks_on(instance: &types::ContainerInstance) -> u32 {
    let tasks = i64::from(instance.running_tasks_count()) + i64::from(instance.pending_tasks_count());
    u32::try_from(tasks.max(0)).unwrap_or(u32::MAX)
}

/// A container instance as the SDK gives it. External instances have no EC2 id that begins with `i-` and concern nobody here.
pub fn read(
    cluster: &ClusterKey,
    instance: &types::ContainerInstance,
    observed_at: Timestamp,
) -> Option<(InstanceId, ContainerInstance)> {
    let id = instance.ec2_instance_id().filter(|id| id.starts_with("i-"))?;
    let arn = instance.container_instance_arn()?;
    let attribute = |name: &str| instance.attributes().iter().find(|attribute| attribute.name() == name);
    let value = |name: &str| attribute(name).and_then(types::Attribute::value).map(Into::into);
    let status = InstanceStatus::from(instance.status().unwrap_or_default());
    let seen = ContainerInstance {
        cluster: cluster.clone(),
        arn: ContainerInstanceArn::from(arn),
        draining_since: (status == InstanceStatus::Draining).then_some(observed_at),
        status,
        disconnected_since: (!instance.agent_connected()).then_some(observed_at),
        provider: instance.capacity_provider_name().filter(|name| !name.is_empty()).map(CapacityProviderName::from),
        availability_zone: value("ecs.availability-zone"),
        instance_type: value("ecs.instance-type"),
        registered_at: instance.registered_at().and_then(timestamp).unwrap_or(observed_at),
        ignored: attribute(IGNORE_ATTRIBUTE).is_some(),
        mark: attribute(mark::ATTRIBUTE).and_then(types::Attribute::value).and_then(Mark::read),
        tasks: tasks_on(instance),
        version: counted(instance.version()),
        observed_at,
        looked_at: observed_at,
        gone_at: None,
    };
    Some((InstanceId::from(id), seen))
}

//! Container instances.

use std::collections::BTreeSet;

use aws_sdk_ecs::types;
use jiff::Timestamp;

use super::{PAGES_MAX, View};
use crate::aws::{Failure, timestamp};
use crate::ids::{CapacityProviderName, ClusterKey, ContainerInstanceArn, InstanceId};
use crate::observe::snapshot::{ContainerInstance, InstanceStatus};
use crate::observe::{Look, Observation};

/// An instance with this attribute is left alone.
const IGNORE_ATTRIBUTE: &str = "ecs-spot-operator.ignore";

/// Sends all container instances of the cluster, page by page, and gives back their ids.
pub async fn all(view: View<'_>) -> Result<BTreeSet<InstanceId>, Failure> {
    let mut seen = BTreeSet::new();
    let mut next = None;
    for _ in 0..PAGES_MAX {
        let (arns, token) = list(view, None, next).await?;
        let found = describe(view, arns).await?;
        seen.extend(found.iter().map(|(id, _)| id.clone()));
        view.send(Observation::Instances { found, missing: Vec::new() }).await;
        next = token;
        if next.is_none() {
            break;
        }
    }
    Ok(seen)
}

/// Sends the container instances that `instances` are. Whatever else the filter lets through is not theirs.
pub async fn find(view: View<'_>, instances: &[InstanceId]) -> Result<(), Failure> {
    let ids: Vec<&str> = instances.iter().map(InstanceId::as_str).collect();
    let filter = format!("ec2InstanceId in [{}]", ids.join(","));
    let mut found = Vec::new();
    let mut next = None;
    for _ in 0..PAGES_MAX {
        let (arns, token) = list(view, Some(&filter), next).await?;
        found.extend(describe(view, arns).await?);
        next = token;
        if next.is_none() {
            break;
        }
    }
    found.retain(|(id, _)| instances.contains(id));
    view.send(Observation::Instances { found, missing: Vec::new() }).await;
    Ok(())
}

/// Sends known container instances as they are now.
pub async fn again(view: View<'_>, known: &[(InstanceId, ContainerInstanceArn)]) -> Result<(), Failure> {
    let arns = known.iter().map(|(_, arn)| arn.to_string()).collect();
    let found = describe(view, arns).await?;
    let missing = known.iter().map(|(id, _)| id).filter(|id| !found.iter().any(|(found, _)| found == *id));
    let missing = missing.cloned().collect();
    view.send(Observation::Instances { found, missing }).await;
    Ok(())
}

async fn list(
    view: View<'_>,
    filter: Option<&str>,
    next: Option<String>,
) -> Result<(Vec<String>, Option<String>), Failure> {
    let call = view.clients.ecs.list_container_instances().cluster(&*view.address.cluster).max_results(100);
    let answer = call.set_filter(filter.map(str::to_owned)).set_next_token(next).send().await;
    let answer = answer.map_err(|error| Failure::of("ecs:ListContainerInstances", &error))?;
    let next = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
    Ok((answer.container_instance_arns().to_vec(), next))
}

async fn describe(view: View<'_>, arns: Vec<String>) -> Result<Vec<(InstanceId, ContainerInstance)>, Failure> {
    let mut found = Vec::new();
    for some in arns.chunks(Look::INSTANCES_MAX) {
        let call = view.clients.ecs.describe_container_instances().cluster(&*view.address.cluster);
        let asked_at = view.now();
        let answer = call.set_container_instances(Some(some.to_vec())).send().await;
        let answer = answer.map_err(|error| Failure::of("ecs:DescribeContainerInstances", &error))?;
        found.extend(answer.container_instances().iter().filter_map(|instance| read(view.key, instance, asked_at)));
    }
    Ok(found)
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
    let seen = ContainerInstance {
        cluster: cluster.clone(),
        arn: ContainerInstanceArn::from(arn),
        status: InstanceStatus::from(instance.status().unwrap_or_default()),
        disconnected_since: (!instance.agent_connected()).then_some(observed_at),
        provider: instance.capacity_provider_name().filter(|name| !name.is_empty()).map(CapacityProviderName::from),
        availability_zone: value("ecs.availability-zone"),
        instance_type: value("ecs.instance-type"),
        registered_at: instance.registered_at().and_then(timestamp).unwrap_or(observed_at),
        ignored: attribute(IGNORE_ATTRIBUTE).is_some(),
        observed_at,
        gone_at: None,
    };
    Some((InstanceId::from(id), seen))
}

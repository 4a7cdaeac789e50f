//! A cluster as a whole: capacity providers, the groups behind them, all container instances.

use std::collections::BTreeMap;

use super::{PAGES_MAX, View, autoscaling, container_instances, next_page};
use aws_sdk_ecs::types::CapacityProvider;

use crate::aws::{Class, Failure};
use crate::ids::{CapacityProviderName, GroupKey, Region};
use crate::observe::snapshot::Behind;
use crate::observe::{Look, Observation};

/// Names in one `DescribeCapacityProviders` (ECS API reference).
const PROVIDERS_MAX: usize = 100;

const CLUSTERS: &str = "ecs:DescribeClusters";
const PROVIDERS: &str = "ecs:DescribeCapacityProviders";

/// Reads the cluster.
pub async fn read(view: View<'_>) -> Result<(), Failure> {
    let began_at = view.now();
    let call = view.clients.ecs.describe_clusters().clusters(&*view.address.cluster);
    let answer = call.send().await.map_err(|error| Failure::of(CLUSTERS, &error));
    let answer = match answer {
        Err(failure) if failure.class == Class::NotFound => return missing(view).await,
        other => other?,
    };
    let Some(cluster) = answer.clusters().first() else {
        let reason = answer.failures().first().and_then(|failure| failure.reason()).unwrap_or("nothing");
        return match reason {
            "MISSING" => missing(view).await,
            other => Err(Failure::answered(CLUSTERS, Class::Other, other, "the answer has no cluster in it", None)),
        };
    };
    if cluster.status() == Some("INACTIVE") {
        return missing(view).await;
    }
    let name = cluster.cluster_name().unwrap_or(&view.address.cluster).into();
    let providers = providers(view, cluster.capacity_providers()).await?;
    let groups: Vec<GroupKey> = providers.values().filter_map(Behind::group).cloned().collect();
    view.send(Observation::Cluster { cluster: view.key.clone(), name, providers }).await;
    for some in groups.chunks(Look::GROUPS_MAX) {
        let observation = autoscaling::groups(view.clients, &view.address.region, some, view.now()).await?;
        view.send(observation).await;
    }
    let listed = container_instances::all(view).await?;
    view.send(Observation::ClusterRead { cluster: view.key.clone(), began_at, listed }).await;
    Ok(())
}

async fn missing(view: View<'_>) -> Result<(), Failure> {
    view.send(Observation::ClusterMissing(view.key.clone())).await;
    Ok(())
}

/// What is behind each capacity provider.
async fn providers(view: View<'_>, names: &[String]) -> Result<BTreeMap<CapacityProviderName, Behind>, Failure> {
    let unknown = |name: &String| (CapacityProviderName::from(name), Behind::NoInstances);
    let mut providers: BTreeMap<_, _> = names.iter().map(unknown).collect();
    for some in names.chunks(PROVIDERS_MAX) {
        providers.extend(described(view, some).await?);
    }
    Ok(providers)
}

async fn described(view: View<'_>, names: &[String]) -> Result<Vec<(CapacityProviderName, Behind)>, Failure> {
    let found = capacity_providers(&view.clients.ecs, names).await?;
    let named = |provider: &CapacityProvider| {
        Some((CapacityProviderName::from(provider.name()?), behind(&view.address.region, provider)))
    };
    Ok(found.iter().filter_map(named).collect())
}

/// The capacity providers with these names, a hundred at most: ten are in a page where nobody asks for more (ECS API reference).
///
/// # Errors
/// The call fails, or does not come to an end.
pub async fn capacity_providers(ecs: &aws_sdk_ecs::Client, names: &[String]) -> Result<Vec<CapacityProvider>, Failure> {
    let mut found = Vec::new();
    let mut next = None;
    for _ in 0..PAGES_MAX {
        let call = ecs.describe_capacity_providers().set_capacity_providers(Some(names.to_vec()));
        let answer = call.set_next_token(next).send().await;
        let answer = answer.map_err(|error| Failure::of(PROVIDERS, &error))?;
        found.extend_from_slice(answer.capacity_providers());
        next = next_page(answer.next_token());
        if next.is_none() {
            return Ok(found);
        }
    }
    Err(Failure::endless(PROVIDERS))
}

fn behind(region: &Region, provider: &CapacityProvider) -> Behind {
    let group = provider.auto_scaling_group_provider().map(|group| group.auto_scaling_group_arn());
    match group {
        Some(arn) => Behind::Group(group_of(region, arn)),
        None if provider.managed_instances_provider().is_some() => Behind::ManagedInstances,
        None => Behind::NoInstances,
    }
}

/// The group that an ARN names: `arn:…:autoScalingGroup:<uuid>:autoScalingGroupName/<name>`.
fn group_of(region: &Region, arn: &str) -> GroupKey {
    let name = arn.split_once("autoScalingGroupName/").map_or(arn, |(_, name)| name);
    autoscaling::key(region, name)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::{AutoScalingGroupProvider, ManagedInstancesProvider};

    use super::*;

    #[test]
    fn what_is_behind_a_capacity_provider_is_told_by_what_it_has() {
        let region = Region::from("us-east-1");
        let arn = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:uuid:autoScalingGroupName/web-asg";
        let group = AutoScalingGroupProvider::builder().auto_scaling_group_arn(arn).build().unwrap();
        let of_group = CapacityProvider::builder().auto_scaling_group_provider(group).build();
        let managed = ManagedInstancesProvider::builder().build();
        let managed = CapacityProvider::builder().managed_instances_provider(managed).build();
        let fargate = CapacityProvider::builder().name("FARGATE_SPOT").build();
        let found = [of_group, managed, fargate].map(|provider| behind(&region, &provider));
        let group = autoscaling::key(&region, "web-asg");
        assert_eq!(found, [Behind::Group(group), Behind::ManagedInstances, Behind::NoInstances]);
    }
}

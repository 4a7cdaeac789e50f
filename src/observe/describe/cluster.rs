//! A cluster as a whole: capacity providers, the groups behind them, all container instances.

use std::collections::BTreeMap;

use super::{View, autoscaling, ecs};
use crate::aws::Failure;
use crate::ids::{CapacityProviderName, GroupKey, Region};
use crate::observe::{Look, Observation};

/// Names in one `DescribeCapacityProviders` (ECS API reference).
const PROVIDERS_MAX: usize = 100;

/// Reads the cluster.
pub async fn read(view: View<'_>) -> Result<(), Failure> {
    let began_at = view.now();
    let call = view.clients.ecs.describe_clusters().clusters(&*view.address.cluster);
    let answer = call.send().await.map_err(|error| Failure::of("ecs:DescribeClusters", &error));
    let answer = match answer {
        Err(failure) if failure.class == crate::aws::Class::NotFound => return missing(view).await,
        other => other?,
    };
    let Some(cluster) = answer.clusters().first().filter(|cluster| cluster.status() != Some("INACTIVE")) else {
        return missing(view).await;
    };
    let name = cluster.cluster_name().unwrap_or(&view.address.cluster).into();
    let providers = providers(view, cluster.capacity_providers()).await?;
    let groups: Vec<GroupKey> = providers.values().flatten().cloned().collect();
    view.send(Observation::Cluster { cluster: view.key.clone(), name, providers }).await;
    for some in groups.chunks(Look::GROUPS_MAX) {
        let observation = autoscaling::groups(view.clients, &view.address.region, some, view.now()).await?;
        view.send(observation).await;
    }
    let instances = ecs::all(view).await?;
    view.send(Observation::ClusterRead { cluster: view.key.clone(), began_at, instances }).await;
    Ok(())
}

async fn missing(view: View<'_>) -> Result<(), Failure> {
    view.send(Observation::ClusterMissing(view.key.clone())).await;
    Ok(())
}

/// The group behind each capacity provider. Those of Fargate have none.
async fn providers(
    view: View<'_>,
    names: &[String],
) -> Result<BTreeMap<CapacityProviderName, Option<GroupKey>>, Failure> {
    let mut providers: BTreeMap<_, _> = names.iter().map(|name| (CapacityProviderName::from(name), None)).collect();
    for some in names.chunks(PROVIDERS_MAX) {
        let mut next = None;
        loop {
            let call = view.clients.ecs.describe_capacity_providers().set_capacity_providers(Some(some.to_vec()));
            let answer = call.set_next_token(next).send().await;
            let answer = answer.map_err(|error| Failure::of("ecs:DescribeCapacityProviders", &error))?;
            for provider in answer.capacity_providers() {
                let arn = provider.auto_scaling_group_provider().map(|group| group.auto_scaling_group_arn());
                if let Some((name, arn)) = provider.name().zip(arn) {
                    providers.insert(CapacityProviderName::from(name), Some(group_of(&view.address.region, arn)));
                }
            }
            next = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if next.is_none() || answer.capacity_providers().is_empty() {
                break;
            }
        }
    }
    Ok(providers)
}

/// The group that an ARN names: `arn:…:autoScalingGroup:<uuid>:autoScalingGroupName/<name>`.
fn group_of(region: &Region, arn: &str) -> GroupKey {
    let name = arn.split_once("autoScalingGroupName/").map_or(arn, |(_, name)| name);
    autoscaling::key(region, name)
}

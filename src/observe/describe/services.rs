//! Services, as far as a hand-over takes tasks from them.

use aws_sdk_ecs::types;
use jiff::Timestamp;

use super::View;
use crate::aws::Failure;
use crate::observe::Observation;
use crate::observe::service::{Service, ServiceName, Words};
use crate::observe::target::Balanced;

const SERVICES: &str = "ecs:DescribeServices";

/// Looks at services by their names. One that the cluster does not have is none any more.
pub async fn read(view: View<'_>, names: &[ServiceName]) -> Result<(), Failure> {
    let asked_at = view.now();
    let asked = names.iter().map(ToString::to_string).collect();
    let call = view.clients.ecs.describe_services().cluster(&*view.address.cluster).set_services(Some(asked));
    let answer = call.send().await.map_err(|error| Failure::of(SERVICES, &error))?;
    let found = answer.services().iter().filter_map(|service| named(service, asked_at)).collect();
    view.send(Observation::Services { cluster: view.key.clone(), asked: names.to_vec(), found }).await;
    Ok(())
}

fn named(service: &types::Service, observed_at: Timestamp) -> Option<(ServiceName, Service)> {
    let words = Words {
        strategy: service.scheduling_strategy().map(types::SchedulingStrategy::as_str),
        desired: service.desired_count(),
        running: service.running_count(),
        minimum_healthy_percent: service.deployment_configuration().and_then(|of| of.minimum_healthy_percent()),
    };
    let balanced = service.load_balancers().iter().flat_map(balanced).collect();
    Some((service.service_name()?.into(), Service { balanced, ..words.at(observed_at) }))
}

/// A container that is a target, in each group that it may be in: during a blue/green deployment there are two. One behind a
/// Classic Load Balancer is in none.
fn balanced(balancer: &types::LoadBalancer) -> Vec<Balanced> {
    let port = balancer.container_port().and_then(|port| u16::try_from(port).ok());
    let Some((container, port)) = balancer.container_name().zip(port) else { return Vec::new() };
    let alternate = balancer.advanced_configuration().and_then(|more| more.alternate_target_group_arn());
    let groups = balancer.target_group_arn().into_iter().chain(alternate);
    groups.map(|group| Balanced { group: group.into(), container: container.into(), port }).collect()
}

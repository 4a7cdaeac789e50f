//! Targets: how a load balancer knows the tasks of a service.
//!
//! Plain data and look-ups in it.

use std::sync::Arc;

use crate::ids::{InstanceId, TargetGroupArn};

/// What a load balancer sends requests to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Its target group.
    pub group: TargetGroupArn,
    /// The id of an instance, or an IP address.
    pub id: Arc<str>,
    /// Where it listens.
    pub port: u16,
}

/// A container of a service that is a target, in each of its tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balanced {
    /// Its target group.
    pub group: TargetGroupArn,
    /// The container's name.
    pub container: Arc<str>,
    /// The port of the container.
    pub port: u16,
}

/// Where a container of a task is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The container's name.
    pub container: Arc<str>,
    /// How.
    pub reached: Reached,
}

/// How a container is reached from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// At a port of its instance that stands for one of its own (network modes `bridge` and `host`).
    Through {
        /// The port of the container.
        container_port: u16,
        /// The port of the instance.
        host_port: u16,
    },
    /// At an address of its own (network mode `awsvpc`).
    At(Arc<str>),
}

impl Balanced {
    /// The targets that a task on `instance` is, whose containers are reached at `endpoints`.
    pub fn targets<'a>(
        &'a self,
        endpoints: &'a [Endpoint],
        instance: &'a InstanceId,
    ) -> impl Iterator<Item = Target> + 'a {
        let of_container = endpoints.iter().filter(|endpoint| endpoint.container == self.container);
        let reached = of_container.filter_map(move |endpoint| match &endpoint.reached {
            Reached::Through { container_port, host_port } if *container_port == self.port => {
                Some((instance.as_str().into(), *host_port))
            }
            Reached::Through { .. } => None,
            Reached::At(address) => Some((Arc::clone(address), self.port)),
        });
        reached.map(|(id, port)| Target { group: self.group.clone(), id, port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(container: &str, reached: Reached) -> Endpoint {
        Endpoint { container: container.into(), reached }
    }

    fn target(endpoints: &[Endpoint]) -> Option<(String, u16)> {
        let balanced = Balanced { group: "arn:tg".into(), container: "app".into(), port: 8_080 };
        let instance = "i-1".into();
        let mut targets = balanced.targets(endpoints, &instance);
        targets.next().map(|target| (target.id.to_string(), target.port))
    }

    #[test]
    fn a_container_behind_a_host_port_is_known_by_its_instance() {
        let through = |container_port, host_port| Reached::Through { container_port, host_port };
        let endpoints = [endpoint("log", through(8_080, 1)), endpoint("app", through(9, 2))];
        assert_eq!(target(&endpoints), None);
        let endpoints = [endpoints.as_slice(), &[endpoint("app", through(8_080, 32_768))]].concat();
        assert_eq!(target(&endpoints), Some(("i-1".to_owned(), 32_768)));
    }

    #[test]
    fn one_with_an_address_is_known_by_that() {
        let endpoints = [endpoint("app", Reached::At("10.0.0.7".into()))];
        assert_eq!(target(&endpoints), Some(("10.0.0.7".to_owned(), 8_080)));
    }
}

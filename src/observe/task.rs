//! Tasks as they were last seen, and how long they take to stop.
//!
//! Plain data and arithmetic on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::service::ServiceName;
use super::target::Endpoint;
use crate::ids::TaskArn;

/// The stopTimeout of a container that names none: the agent's `ECS_CONTAINER_STOP_TIMEOUT`, whose default is 30 s (ECS
/// Developer Guide, "Amazon ECS container agent configuration").
pub const DEFAULT_STOP_TIMEOUT: SignedDuration = SignedDuration::from_secs(30);

/// The tasks of one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TasksOf {
    /// When they were last begun to be listed: an instance that is not draining may have been given more since.
    pub listed_at: Option<Timestamp>,
    /// The tasks.
    pub tasks: BTreeMap<TaskArn, Task>,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Who wants it to run.
    pub owner: Owner,
    /// Its task definition, by ARN; empty where AWS did not tell.
    pub definition: Arc<str>,
    /// Where its containers are reached; events do not say.
    pub endpoints: Vec<Endpoint>,
    /// Whether its service takes it out of its target groups: it is DEACTIVATING.
    pub is_deactivating: bool,
    /// Whether it has got SIGTERM: it is STOPPING, or past that.
    pub told_to_stop: bool,
    /// Whether it has come to its end.
    pub stopped: bool,
    /// When it did, by AWS's clock.
    pub stopped_at: Option<Timestamp>,
    /// Whether its instance took it along.
    pub died_with_host: bool,
    /// Counts its changes, where AWS tells.
    pub version: Option<i64>,
    /// When it was seen so.
    pub observed_at: Timestamp,
}

impl Task {
    /// The service that wants it to run.
    #[must_use]
    pub const fn service(&self) -> Option<&ServiceName> {
        match &self.owner {
            Owner::Service(name) => Some(name),
            Owner::Nobody => None,
        }
    }
}

/// A task in the words of AWS, which are the same in an answer and in an event.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words<'a> {
    /// `service:…`, or anything else.
    pub group: Option<&'a str>,
    /// The ARN of its task definition.
    pub definition: Option<&'a str>,
    /// How far it is.
    pub last_status: Option<&'a str>,
    /// Why it was stopped.
    pub stopped_reason: Option<&'a str>,
    /// When it had stopped.
    pub stopped_at: Option<Timestamp>,
    /// Counts its changes.
    pub version: Option<i64>,
}

impl Words<'_> {
    /// The task that was seen so at `observed_at`.
    #[must_use]
    pub fn at(&self, observed_at: Timestamp) -> Task {
        Task {
            owner: Owner::of_group(self.group),
            definition: self.definition.unwrap_or_default().into(),
            endpoints: Vec::new(),
            is_deactivating: self.last_status == Some("DEACTIVATING"),
            told_to_stop: matches!(self.last_status, Some("STOPPING" | "DEPROVISIONING" | "STOPPED")),
            stopped: self.last_status == Some("STOPPED"),
            stopped_at: self.stopped_at,
            died_with_host: self.stopped_reason.is_some_and(died_with_host),
            version: self.version,
            observed_at,
        }
    }
}

/// "Host EC2 (instance i-…) terminated." or "… stopped." (ECS Developer Guide, "Stopped tasks error codes").
fn died_with_host(reason: &str) -> bool {
    reason.starts_with("Host EC2")
}

/// Who wants a task to run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A service, which starts another one in its place.
    Service(ServiceName),
    /// Nobody but who ran it: draining leaves it alone.
    Nobody,
}

impl Owner {
    /// As a task's `group` tells it: `service:<name>`, or the family of its task definition or anything else.
    #[must_use]
    pub fn of_group(group: Option<&str>) -> Self {
        group.and_then(|group| group.strip_prefix("service:")).map_or(Self::Nobody, |name| Self::Service(name.into()))
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Service(name) => write!(f, "service {name}"),
            Self::Nobody => f.write_str("tasks of no service"),
        }
    }
}

/// What a task definition says of stopping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// Its containers.
    pub containers: Vec<Container>,
}

/// A container of a task definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// From SIGTERM to SIGKILL; `None`: the agent's default.
    pub stop_timeout: Option<SignedDuration>,
    /// The containers that it depends on: it is stopped before them.
    pub depends_on: Vec<String>,
}

impl Definition {
    /// How long a task may take from the first SIGTERM to its end. At the stop dependencies are reversed (ECS API reference,
    /// `ContainerDependency`), so the stopTimeouts along the longest chain of them add up.
    #[must_use]
    pub fn stops_within(&self) -> SignedDuration {
        let own = |container: &Container| container.stop_timeout.unwrap_or(DEFAULT_STOP_TIMEOUT);
        let mut ends: BTreeMap<&str, SignedDuration> =
            self.containers.iter().map(|container| (container.name.as_str(), own(container))).collect();
        // No chain is longer than there are containers, and a circle, which ECS does not accept, ends there as well.
        for _ in 1..self.containers.len() {
            for container in &self.containers {
                let dependents = self.containers.iter().filter(|other| other.depends_on.contains(&container.name));
                let begins = dependents.filter_map(|other| ends.get(other.name.as_str())).max().copied();
                let end = begins.unwrap_or_default().saturating_add(own(container));
                ends.insert(&container.name, end);
            }
        }
        ends.into_values().max().unwrap_or(DEFAULT_STOP_TIMEOUT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(name: &str, stop_timeout: Option<i64>, depends_on: &[&str]) -> Container {
        Container {
            name: name.to_owned(),
            stop_timeout: stop_timeout.map(SignedDuration::from_secs),
            depends_on: depends_on.iter().map(ToString::to_string).collect(),
        }
    }

    fn seconds(containers: Vec<Container>) -> i64 {
        Definition { containers }.stops_within().as_secs()
    }

    #[test]
    fn a_task_stops_within_the_longest_of_its_stop_timeouts() {
        assert_eq!(seconds(vec![]), 30);
        assert_eq!(seconds(vec![container("app", Some(10), &[])]), 10);
        assert_eq!(seconds(vec![container("app", Some(10), &[]), container("log", None, &[])]), 30);
    }

    #[test]
    fn along_a_chain_of_dependencies_they_add_up() {
        let chain = vec![
            container("log", Some(20), &[]),
            container("proxy", Some(5), &["log"]),
            container("app", Some(60), &["proxy"]),
            container("other", Some(70), &[]),
        ];
        assert_eq!(seconds(chain), 85);
    }

    #[test]
    fn a_circle_ends() {
        assert!(seconds(vec![container("a", Some(1), &["b"]), container("b", Some(2), &["a"])]) >= 3);
    }
}

//! The account that the demo shows.

use std::time::Duration;

use super::spec::{
    ClusterSpec, GroupSpec, InterruptionPlan, Launch, QueueSpec, Redrive, RuleSpec, Scenario, ServiceSpec, TaskSpec,
};

const CLUSTER: &str = "web";
const QUEUE: &str = "spot-events";
const DEAD_LETTERS: &str = "spot-events-dead";
/// When Spot takes back its first instances, and how often from then on.
const FIRST: Duration = Duration::from_secs(3);
const EVERY: Duration = Duration::from_secs(40);
/// A day of interruptions: nobody watches longer.
const INTERRUPTIONS: u32 = 2_160;

/// One cluster, `web`, of 20 instances in two capacity providers, that Spot takes something back from every 40 s.
/// Notices arrive in the queue `https://sqs.us-east-1.amazonaws.com/123456789012/spot-events`.
#[must_use]
pub fn demo() -> Scenario {
    Scenario {
        clusters: vec![ClusterSpec { name: CLUSTER.to_owned(), services: services(), standalone: Vec::new() }],
        groups: vec![
            group("web-spot-a", 12, &["m5.large", "m5a.large"]),
            group("web-spot-b", 8, &["c5.large", "c5a.large", "m5.large"]),
        ],
        queues: vec![
            QueueSpec { name: DEAD_LETTERS.to_owned(), ..QueueSpec::default() },
            QueueSpec {
                name: QUEUE.to_owned(),
                redrive: Some(Redrive { queue: DEAD_LETTERS.to_owned(), max_receive_count: 100 }),
                ..QueueSpec::default()
            },
        ],
        rules: vec![RuleSpec::interruptions(QUEUE)],
        interruptions: (0..INTERRUPTIONS).map(interruption).collect(),
        ..Scenario::default()
    }
}

fn group(provider: &str, desired: u32, instance_types: &[&str]) -> GroupSpec {
    GroupSpec {
        name: format!("{provider}-asg"),
        cluster: Some(CLUSTER.to_owned()),
        capacity_provider: Some(provider.to_owned()),
        min: desired / 2,
        max: desired * 2,
        desired,
        instance_types: instance_types.iter().map(|name| (*name).to_owned()).collect(),
        ..GroupSpec::default()
    }
}

fn services() -> Vec<ServiceSpec> {
    let secs = Duration::from_secs;
    let frontend = service("frontend", 24, 50, 10);
    let checkout = service("checkout", 16, 75, 30);
    let search = service("search", 20, 100, 20);
    let worker = service("worker", 12, 50, 45);
    vec![
        ServiceSpec { deregistration_delay: Some(secs(15)), ..frontend },
        ServiceSpec { deregistration_delay: Some(secs(20)), ..checkout },
        search,
        ServiceSpec { launch: Launch::Type, ..worker },
    ]
}

fn service(name: &str, desired: usize, min_healthy_percent: usize, stop_timeout: u64) -> ServiceSpec {
    let (family, containers) = (name.to_owned(), vec![name.to_owned()]);
    let stop_timeout = Duration::from_secs(stop_timeout);
    ServiceSpec {
        name: name.to_owned(),
        desired,
        min_healthy_percent,
        launch: Launch::CapacityProviders(vec!["web-spot-a".to_owned(), "web-spot-b".to_owned()]),
        task: TaskSpec { family, containers, stop_timeout, ..TaskSpec::default() },
        ..ServiceSpec::default()
    }
}

/// The groups take turns; every third time two instances of one pool go at once, as they do in reality.
fn interruption(number: u32) -> InterruptionPlan {
    let group = if number.is_multiple_of(2) { "web-spot-a-asg" } else { "web-spot-b-asg" };
    let count = if number % 3 == 2 { 2 } else { 1 };
    InterruptionPlan::new(FIRST + EVERY * number, group, count)
}

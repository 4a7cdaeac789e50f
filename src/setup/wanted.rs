//! The plumbing that manifests ask for: a queue with its dead-letter queue, and a rule for each kind of event that a policy uses.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::HOOK;
use super::arn::Home;
use crate::api::{CapacityProviderPolicy, Manifests, Mode, Problem, Problems, Queue, Signals, SpotClusterSpec};
use crate::aws::clients::region_of_queue;
use crate::ids::{QueueUrl, Region};

/// Rules' names have 64 characters at most (EventBridge API reference, `PutRule`).
const RULE_NAME_MAX: usize = 64;

/// A pattern has 2,048 characters at most (EventBridge User Guide, quotas): with more clusters than this it is for all of the account.
const NAMED_CLUSTERS_MAX: usize = 15;

/// What rules are named after.
const SIGNALS: [&str; 7] = ["interruption", "rebalance", "state", "maintenance", "hook", "scaling", "ecs"];

/// The plumbing that manifests ask for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// The queues.
    pub queues: Vec<WantedQueue>,
    /// The clusters whose groups want the hook, by name or ARN, each with its Region and the capacity providers that do not.
    pub hooked: Vec<HookedCluster>,
}

/// A queue and what feeds it.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedQueue {
    /// Its URL, as the manifest has it.
    pub url: QueueUrl,
    /// Where it is.
    pub home: Home,
    /// Its name.
    pub name: String,
    /// Roles that may send to it besides EventBridge.
    pub senders: Vec<String>,
    /// The rules that send to it.
    pub rules: Vec<WantedRule>,
}

impl WantedQueue {
    /// The name of its dead-letter queue.
    #[must_use]
    pub fn dead_letters(&self) -> String {
        format!("{}-dead-letters", self.name)
    }

    /// The names of all rules that there may be for it, wanted now or not.
    #[must_use]
    pub fn rule_names(&self) -> Vec<String> {
        SIGNALS.iter().map(|signal| rule_name(&self.name, signal)).collect()
    }

    /// Its ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        self.home.arn("sqs", &self.name)
    }

    /// The ARN of its dead-letter queue.
    #[must_use]
    pub fn dead_letters_arn(&self) -> String {
        self.home.arn("sqs", &self.dead_letters())
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedRule {
    /// Its name.
    pub name: String,
    /// Which events it is for.
    pub pattern: Value,
    /// What it is for, for people.
    pub description: &'static str,
}

/// A cluster whose groups want the hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookedCluster {
    /// Where it is.
    pub region: Region,
    /// Its name or ARN.
    pub cluster: String,
    /// Capacity providers that do not want it.
    pub except: BTreeSet<String>,
}

impl Wanted {
    /// What `manifests` ask for. Whatever names no Region is in `default_region`.
    ///
    /// # Errors
    /// A queue's URL does not tell its account and name, so that no policy for it can be written.
    pub fn of(manifests: &Manifests, default_region: &Region) -> Result<Self, Problems> {
        let uses = Uses::of(manifests);
        let (mut queues, mut problems) = (Vec::new(), Vec::new());
        for queue in &manifests.operator.spec.queues {
            match wanted_queue(queue, manifests, &uses, default_region) {
                Some(queue) => queues.push(queue),
                None => problems.push(Problem::with_file(
                    &queue.url,
                    "the queue's URL does not end with /<account>/<name>, so that no policy can be written for it",
                )),
            }
        }
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let hooked = manifests.clusters.iter().filter_map(|cluster| hooked(&cluster.spec, default_region)).collect();
        Ok(Self { queues, hooked })
    }
}

/// Which signals any policy uses.
#[derive(Debug, Default)]
struct Uses {
    interruption: bool,
    rebalance: bool,
    maintenance: bool,
    hooks: BTreeSet<String>,
}

impl Uses {
    fn of(manifests: &Manifests) -> Self {
        let mut uses = Self::default();
        for cluster in &manifests.clusters {
            let spec = &cluster.spec;
            let own = spec.capacity_providers.iter().filter(|it| it.managed).filter_map(|it| it.signals.as_ref());
            own.chain([&spec.signals]).for_each(|signals| uses.add(signals));
        }
        uses
    }

    fn add(&mut self, signals: &Signals) {
        self.interruption |= signals.interruption.enabled;
        self.rebalance |= signals.rebalance.enabled;
        self.maintenance |= signals.maintenance.enabled;
        self.hooks.extend(signals.lifecycle_hooks.iter().cloned());
    }
}

fn wanted_queue(queue: &Queue, manifests: &Manifests, uses: &Uses, default_region: &Region) -> Option<WantedQueue> {
    let url = QueueUrl::from(&queue.url);
    let region = region_of_queue(&url).unwrap_or_else(|| default_region.clone());
    let (home, name) = Home::of_queue(&url, &region)?;
    let clusters: Vec<String> = manifests
        .clusters
        .iter()
        .filter(|cluster| cluster.spec.named_region().unwrap_or(default_region.as_str()) == region.as_str())
        .map(|cluster| cluster_arn(&cluster.spec, &home))
        .collect();
    let rules = rules(&name, uses, &clusters);
    Some(WantedQueue { url, home, name, senders: queue.senders.clone(), rules })
}

fn cluster_arn(spec: &SpotClusterSpec, home: &Home) -> String {
    match spec.cluster.starts_with("arn:") {
        true => spec.cluster.clone(),
        false => home.arn("ecs", &format!("cluster/{}", spec.cluster)),
    }
}

fn rules(queue: &str, uses: &Uses, clusters: &[String]) -> Vec<WantedRule> {
    let ec2 = |kind: &str| json!({"source": ["aws.ec2"], "detail-type": [kind]});
    let mut rules = Vec::new();
    let mut add = |wanted: bool, signal: &str, description: &'static str, pattern: Value| {
        if wanted {
            rules.push(WantedRule { name: rule_name(queue, signal), pattern, description });
        }
    };
    add(uses.interruption, "interruption", "Spot interruption notices", ec2("EC2 Spot Instance Interruption Warning"));
    add(uses.rebalance, "rebalance", "rebalance recommendations", ec2("EC2 Instance Rebalance Recommendation"));
    let states = json!({"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"],
        "detail": {"state": ["shutting-down", "terminated", "stopping", "stopped"]}});
    add(true, "state", "instances that end without notice", states);
    let health = json!({"source": ["aws.health"], "detail-type": ["AWS Health Event"],
        "detail": {"service": ["EC2"], "eventTypeCategory": ["scheduledChange"]}});
    add(uses.maintenance, "maintenance", "scheduled maintenance of instances", health);
    let hooks = json!({"source": ["aws.autoscaling"], "detail-type": ["EC2 Instance-terminate Lifecycle Action"],
        "detail": {"LifecycleHookName": uses.hooks}});
    add(!uses.hooks.is_empty(), "hook", "termination hooks that wait", hooks);
    let scaling = json!({"source": ["aws.autoscaling"], "detail-type": ["EC2 Instance Launch Successful",
        "EC2 Instance Launch Unsuccessful", "EC2 Instance Terminate Successful", "EC2 Instance Terminate Unsuccessful"]});
    add(true, "scaling", "what groups launch and terminate", scaling);
    let mut ecs = json!({"source": ["aws.ecs"],
        "detail-type": ["ECS Container Instance State Change", "ECS Task State Change"],
        "detail": {"clusterArn": clusters}});
    if clusters.len() > NAMED_CLUSTERS_MAX
        && let Some(pattern) = ecs.as_object_mut()
    {
        pattern.remove("detail");
    }
    add(!clusters.is_empty(), "ecs", "container instances and tasks of the managed clusters", ecs);
    rules
}

fn rule_name(queue: &str, signal: &str) -> String {
    let room = RULE_NAME_MAX - signal.len() - 1;
    let queue: String = queue.chars().take(room).collect();
    format!("{queue}-{signal}")
}

fn hooked(spec: &SpotClusterSpec, default_region: &Region) -> Option<HookedCluster> {
    let names = |signals: &Signals| signals.lifecycle_hooks.iter().any(|hook| hook == HOOK);
    let wants = names(&spec.signals);
    let acts = |it: &CapacityProviderPolicy| it.managed && it.mode.unwrap_or(spec.mode) == Mode::Enforce;
    let except = spec.capacity_providers.iter().filter(|it| !acts(it) || !it.signals.as_ref().map_or(wants, names));
    let except = except.map(|it| it.name.clone()).collect();
    let region = spec.named_region().map_or_else(|| default_region.clone(), Region::from);
    // In a cluster where nothing is done nobody would complete it.
    let wants = wants && spec.mode == Mode::Enforce;
    wants.then(|| HookedCluster { region, cluster: spec.cluster.clone(), except })
}

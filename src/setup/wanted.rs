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

/// A pattern has so many characters at most (EventBridge User Guide, quotas). One that names too many clusters for that is for all of the
/// account: what is told of others is acknowledged.
const PATTERN_MAX: usize = 2_048;

/// What rules are named after.
const SIGNALS: [&str; 7] = ["interruption", "rebalance", "state", "maintenance", "hook", "scaling", "ecs"];

/// The plumbing that manifests ask for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// The queues.
    pub queues: Vec<WantedQueue>,
    /// The clusters whose groups want the hook, or some of them.
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

    /// The ARN of a rule beside it.
    #[must_use]
    pub fn rule_arn(&self, rule: &str) -> String {
        self.home.arn("events", &format!("rule/{rule}"))
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
    /// Whether the groups of its capacity providers do, where nothing else is said of one.
    pub usually: bool,
    /// The capacity providers of which the opposite is true.
    pub except: BTreeSet<String>,
    /// Whether it may be gone from ECS.
    pub may_be_gone: bool,
}

impl HookedCluster {
    /// Whether the group of a capacity provider wants the hook.
    #[must_use]
    pub fn wants(&self, provider: &str) -> bool {
        self.usually != self.except.contains(provider)
    }
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
        let hooked = manifests.clusters.iter().map(|cluster| hooked(&cluster.spec, default_region));
        let hooked = hooked.filter(|cluster| cluster.usually || !cluster.except.is_empty()).collect();
        Ok(Self { queues, hooked })
    }

    /// The same, with every group that may have got the hook at some time: where it was wanted once it may be wanted no more.
    #[must_use]
    pub fn or_ever(mut self, manifests: &Manifests, default_region: &Region) -> Self {
        let all = manifests.clusters.iter().map(|cluster| HookedCluster {
            usually: true,
            except: BTreeSet::new(),
            may_be_gone: true,
            ..hooked(&cluster.spec, default_region)
        });
        self.hooked = all.collect();
        self
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
    if ecs.to_string().len() > PATTERN_MAX
        && let Some(pattern) = ecs.as_object_mut()
    {
        pattern.remove("detail");
    }
    add(!clusters.is_empty(), "ecs", "container instances and tasks", ecs);
    rules
}

fn rule_name(queue: &str, signal: &str) -> String {
    let whole = format!("{queue}-{signal}");
    if whole.len() <= RULE_NAME_MAX {
        return whole;
    }
    // Queues that begin alike have rules of their own all the same.
    let mark = format!(
        "{:08x}",
        queue.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    );
    let room = RULE_NAME_MAX - signal.len() - mark.len() - 2;
    let queue: String = queue.chars().take(room).collect();
    format!("{queue}-{mark}-{signal}")
}

/// Where nothing is done nobody would complete it.
fn hooked(spec: &SpotClusterSpec, default_region: &Region) -> HookedCluster {
    let names = |signals: &Signals| signals.lifecycle_hooks.iter().any(|hook| hook == HOOK);
    let usually = names(&spec.signals) && spec.mode == Mode::Enforce;
    let wants = |it: &CapacityProviderPolicy| {
        let acts = it.managed && it.mode.unwrap_or(spec.mode) == Mode::Enforce;
        acts && names(it.signals.as_ref().unwrap_or(&spec.signals))
    };
    let except = spec.capacity_providers.iter().filter(|it| wants(it) != usually).map(|it| it.name.clone()).collect();
    let region = spec.named_region().map_or_else(|| default_region.clone(), Region::from);
    HookedCluster { region, cluster: spec.cluster.clone(), usually, except, may_be_gone: false }
}

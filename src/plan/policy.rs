//! What people allow: the manifests, boiled down to what planning asks of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::SignedDuration;

use crate::api::{
    self, Amount, ApiBudget, CapacityProviderPolicy, Maintenance, Manifests, Method, Mode, Rebalance, Signals,
    SpotClusterSpec, StandaloneTasks,
};
use crate::ids::{CapacityProviderName, ClusterKey};
use crate::signal::{Signal, SignalKind};

/// The refill of that bucket a second (ECS API reference, "Request throttling for the Amazon ECS API").
const STOPS_PER_SECOND: i64 = 40;

/// What people allow, for all clusters.
#[derive(Clone, Debug, PartialEq)]
pub struct Policies {
    /// How often a cluster is read as a whole.
    pub resync: SignedDuration,
    /// The pause between two calls that stop tasks: what the share of the API's quota allows for long.
    pub stop_pace: SignedDuration,
    /// How many instances or tasks may be looked at again in a second where many are.
    pub looks_a_second: i64,
    clusters: BTreeMap<ClusterKey, ClusterPolicy>,
}

#[derive(Clone, Debug, PartialEq)]
struct ClusterPolicy {
    /// Nothing new is begun there: it is managed no more, and what was begun goes on to its end.
    leaving: bool,
    rules: Rules,
    providers: BTreeMap<CapacityProviderName, Rules>,
}

/// What people allow for the instances of one capacity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether they are to be touched at all.
    pub managed: bool,
    /// Whether to act.
    pub mode: Mode,
    /// Whether interruption notices count.
    pub interruption_enabled: bool,
    /// How a replacement is asked for.
    pub method: Method,
    /// Who launches where the pool has no capacity.
    pub fallback: Option<Fallback>,
    /// How long a replacement may go unseen before that is reported.
    pub confirm_within: SignedDuration,
    /// What is done about rebalance recommendations.
    pub rebalance: Rebalance,
    /// What is done about scheduled maintenance.
    pub maintenance: Maintenance,
    /// The termination hooks that we complete.
    pub lifecycle_hooks: Arc<[String]>,
    /// When tasks of no service are stopped.
    pub standalone: StandaloneTasks,
    /// Whether targets of tasks that we stop are taken out of their group before.
    pub deregisters_targets: bool,
    /// Kept free between a task's end and the deadline.
    pub margin: SignedDuration,
}

/// Who launches where a pool has no capacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// Whence it comes.
    pub source: Source,
    /// So many at a time.
    pub max: Amount,
}

/// Whence capacity comes that a pool does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// From another pool.
    Provider(CapacityProviderName),
    /// From the On-Demand base of its own group.
    OnDemandBase,
}

impl From<&api::Fallback> for Fallback {
    fn from(fallback: &api::Fallback) -> Self {
        let provider = fallback.capacity_provider.as_ref().map(CapacityProviderName::from);
        Self { source: provider.map_or(Source::OnDemandBase, Source::Provider), max: fallback.max }
    }
}

impl Fallback {
    /// The other pool.
    #[must_use]
    pub const fn provider(&self) -> Option<&CapacityProviderName> {
        match &self.source {
            Source::Provider(provider) => Some(provider),
            Source::OnDemandBase => None,
        }
    }
}

impl Rules {
    /// For a cluster that no manifest names: hands off.
    fn of_nobody() -> Self {
        Self {
            managed: false,
            mode: Mode::Paused,
            interruption_enabled: false,
            method: Method::None,
            fallback: None,
            confirm_within: SignedDuration::ZERO,
            rebalance: Rebalance { enabled: false, ..Rebalance::default() },
            maintenance: Maintenance { enabled: false, ..Maintenance::default() },
            lifecycle_hooks: Arc::new([]),
            standalone: StandaloneTasks::Leave,
            deregisters_targets: false,
            margin: SignedDuration::ZERO,
        }
    }

    /// Whether something is done about a signal of this kind; with [`SignalKind::TerminateHook`]: of these hooks.
    #[must_use]
    pub fn heeds(&self, kind: SignalKind, hooks: &BTreeSet<Arc<str>>) -> bool {
        match kind {
            SignalKind::InterruptionNotice(_) => self.interruption_enabled,
            SignalKind::TerminateHook => hooks.iter().any(|hook| self.is_our_hook(hook)),
            SignalKind::RebalanceRecommendation => self.rebalance.enabled,
            SignalKind::Maintenance => self.maintenance.enabled,
            SignalKind::ManualDrain | SignalKind::Surplus | SignalKind::Fallback => self.managed,
            SignalKind::StateChange => false,
        }
    }

    /// Whether we complete the hook with this name.
    #[must_use]
    pub fn is_our_hook(&self, name: &str) -> bool {
        self.lifecycle_hooks.iter().any(|ours| ours == name)
    }

    fn new(spec: &SpotClusterSpec) -> Self {
        Self {
            managed: true,
            mode: spec.mode,
            interruption_enabled: spec.signals.interruption.enabled,
            method: spec.replacement.method,
            fallback: spec.replacement.fallback.as_ref().map(Fallback::from),
            confirm_within: spec.confirm_within.signed(),
            rebalance: spec.signals.rebalance.clone(),
            maintenance: spec.signals.maintenance.clone(),
            lifecycle_hooks: spec.signals.lifecycle_hooks.as_slice().into(),
            standalone: spec.tasks.standalone,
            deregisters_targets: spec.tasks.deregister_targets,
            margin: spec.tasks.margin.signed(),
        }
    }

    fn overridden(&self, by: &CapacityProviderPolicy) -> Self {
        Self {
            managed: by.managed,
            mode: by.mode.unwrap_or(self.mode),
            interruption_enabled: by.signals.as_ref().map_or(self.interruption_enabled, |s| s.interruption.enabled),
            method: by.replacement.as_ref().map_or(self.method, |r| r.method),
            fallback: match &by.replacement {
                Some(replacement) => replacement.fallback.as_ref().map(Fallback::from),
                None => self.fallback.clone(),
            },
            confirm_within: by.confirm_within.map_or(self.confirm_within, |d| d.signed()),
            rebalance: by.signals.as_ref().map_or(&self.rebalance, |signals| &signals.rebalance).clone(),
            maintenance: by.signals.as_ref().map_or(&self.maintenance, |signals| &signals.maintenance).clone(),
            lifecycle_hooks: by.signals.as_ref().map_or_else(|| Arc::clone(&self.lifecycle_hooks), hooks_of),
            deregisters_targets: by.tasks.as_ref().map_or(self.deregisters_targets, |tasks| tasks.deregister_targets),
            standalone: by.tasks.as_ref().map_or(self.standalone, |tasks| tasks.standalone),
            margin: by.tasks.as_ref().map_or(self.margin, |tasks| tasks.margin.signed()),
        }
    }
}

impl Policies {
    /// What `manifests` allow.
    #[must_use]
    pub fn new(manifests: &Manifests) -> Self {
        let clusters = manifests.clusters.iter().map(|cluster| {
            let rules = Rules::new(&cluster.spec);
            let provider = |by: &CapacityProviderPolicy| (CapacityProviderName::from(&by.name), rules.overridden(by));
            let providers = cluster.spec.capacity_providers.iter().map(provider).collect();
            (ClusterKey::from(&cluster.metadata.name), ClusterPolicy { leaving: false, rules, providers })
        });
        let operator = &manifests.operator.spec;
        Self {
            resync: operator.resync.signed(),
            stop_pace: stop_pace(&operator.api),
            looks_a_second: looks_a_second(&operator.api),
            clusters: clusters.collect(),
        }
    }

    /// The same, and as `before` allowed it for clusters that are managed no more: nothing new is begun in them.
    #[must_use]
    pub fn keeping<'a>(mut self, leaving: impl IntoIterator<Item = &'a ClusterKey>, before: &Self) -> Self {
        for key in leaving {
            if let Some(policy) = before.clusters.get(key) {
                self.clusters.insert(key.clone(), ClusterPolicy { leaving: true, ..policy.clone() });
            }
        }
        self
    }

    /// Whether a cluster is managed no more, but for what was begun there.
    #[must_use]
    pub fn is_leaving(&self, cluster: &ClusterKey) -> bool {
        self.clusters.get(cluster).is_some_and(|cluster| cluster.leaving)
    }

    /// Whether there is a cluster in which something is done about a signal. If not, nobody needs to know whose instance it
    /// is about.
    #[must_use]
    pub fn heeds(&self, signal: &Signal) -> bool {
        let clusters = self.clusters.values().filter(|cluster| !cluster.leaving);
        let rules = clusters.flat_map(|cluster| cluster.providers.values().chain([&cluster.rules]));
        let hooks: BTreeSet<Arc<str>> = signal.hook.iter().map(|hook| Arc::clone(&hook.name)).collect();
        rules.into_iter().any(|rules| rules.heeds(signal.kind, &hooks))
    }

    /// The rules for the instances of a capacity provider, or for those that count to none.
    #[must_use]
    pub fn rules(&self, cluster: &ClusterKey, provider: Option<&CapacityProviderName>) -> Rules {
        let Some(cluster) = self.clusters.get(cluster) else { return Rules::of_nobody() };
        provider.and_then(|name| cluster.providers.get(name)).unwrap_or(&cluster.rules).clone()
    }
}

fn hooks_of(signals: &Signals) -> Arc<[String]> {
    signals.lifecycle_hooks.as_slice().into()
}

/// A fifth of what the bucket "Cluster resource read" gains is for looking again (ECS API reference: 20 calls a second), each about 100
/// things; the rest is for whatever is more urgent.
fn looks_a_second(budget: &ApiBudget) -> i64 {
    let shares = 4 * i64::from(budget.share.of_hundred());
    (shares / i64::from(budget.replicas.max(1))).max(1)
}

/// Every `StopTask` takes a token of the bucket "Cluster resource modify".
fn stop_pace(budget: &ApiBudget) -> SignedDuration {
    let per_second = STOPS_PER_SECOND * i64::from(budget.share.of_hundred());
    SignedDuration::from_micros(100_000_000 * i64::from(budget.replicas) / per_second)
}

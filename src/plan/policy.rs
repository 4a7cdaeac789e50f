//! What people allow: the manifests, boiled down to what planning asks of them.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::api::{CapacityProviderPolicy, Manifests, Method, Mode, SpotClusterSpec};
use crate::ids::{CapacityProviderName, ClusterKey};

/// What people allow, for all clusters.
#[derive(Clone, Debug, PartialEq)]
pub struct Policies {
    /// How often a cluster is read as a whole.
    pub resync: SignedDuration,
    clusters: BTreeMap<ClusterKey, ClusterPolicy>,
}

#[derive(Clone, Debug, PartialEq)]
struct ClusterPolicy {
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
    /// How long a replacement may go unseen before that is reported.
    pub confirm_within: SignedDuration,
}

impl Rules {
    /// For a cluster that no manifest names: hands off.
    const NOBODY: Self = Self {
        managed: false,
        mode: Mode::Paused,
        interruption_enabled: false,
        method: Method::None,
        confirm_within: SignedDuration::ZERO,
    };

    fn new(spec: &SpotClusterSpec) -> Self {
        Self {
            managed: true,
            mode: spec.mode,
            interruption_enabled: spec.signals.interruption.enabled,
            method: spec.replacement.method,
            confirm_within: spec.confirm_within.signed(),
        }
    }

    fn overridden(&self, by: &CapacityProviderPolicy) -> Self {
        Self {
            managed: by.managed,
            mode: by.mode.unwrap_or(self.mode),
            interruption_enabled: by.signals.as_ref().map_or(self.interruption_enabled, |s| s.interruption.enabled),
            method: by.replacement.as_ref().map_or(self.method, |r| r.method),
            confirm_within: by.confirm_within.map_or(self.confirm_within, |d| d.signed()),
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
            (ClusterKey::from(&cluster.metadata.name), ClusterPolicy { rules, providers })
        });
        Self { resync: manifests.operator.spec.resync.signed(), clusters: clusters.collect() }
    }

    /// The rules for the instances of a capacity provider, or for those that count to none.
    #[must_use]
    pub fn rules(&self, cluster: &ClusterKey, provider: Option<&CapacityProviderName>) -> Rules {
        let Some(cluster) = self.clusters.get(cluster) else { return Rules::NOBODY };
        provider.and_then(|name| cluster.providers.get(name)).unwrap_or(&cluster.rules).clone()
    }
}

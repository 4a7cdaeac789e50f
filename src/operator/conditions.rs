//! What holds of each cluster: judged whenever the cluster has been read or its groups have, kept with the time since when it holds.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::api::CapacityProviderStatus;
use crate::doctor::{self, Finding, GroupFacts, Severity};
use crate::ids::{CapacityProviderName, ClusterKey};
use crate::observe::Snapshot;
use crate::observe::snapshot::{Behind, Cluster, ClusterState, Group, InstanceStatus, Lifecycle};
use crate::plan::Policies;
use crate::telemetry::cluster_view::{ClusterView, Judgement, Verdict};

/// How a cluster stands by `snapshot` and `policies`; its instances are `counted` anew where nobody has.
pub fn judge(
    key: &ClusterKey,
    snapshot: &Snapshot,
    policies: &Policies,
    counted: Option<(usize, usize)>,
) -> Option<ClusterView> {
    let cluster = snapshot.clusters.get(key)?;
    let findings = findings(key, cluster, snapshot, policies);
    let (instances, draining) = counted.unwrap_or_else(|| count(key, snapshot));
    let pools = cluster.providers.iter().map(|(name, behind)| pool(key, name, behind, snapshot, policies)).collect();
    Some(ClusterView {
        cluster: cluster.name.to_string(),
        region: cluster.region.to_string(),
        instances,
        draining,
        observed_at: match cluster.state {
            ClusterState::Read { at } => Some(at),
            ClusterState::Unread | ClusterState::Missing { .. } => None,
        },
        pools,
        judgements: judgements(cluster, &findings),
    })
}

fn judgements(cluster: &Cluster, findings: &[Finding]) -> BTreeMap<&'static str, Judgement> {
    let of = |severity: Severity| findings.iter().filter(move |finding| finding.severity == severity);
    let read = matches!(cluster.state, ClusterState::Read { .. });
    let observed = match cluster.state {
        ClusterState::Unread => Judgement::new(Verdict::Unknown, "Unread", "it has not been read as a whole yet"),
        ClusterState::Missing { .. } => {
            Judgement::new(Verdict::False, "Missing", "there is no such ECS cluster in this Region and account")
        }
        ClusterState::Read { .. } => Judgement::new(Verdict::True, "Read", "it has been read as a whole"),
    };
    let verdict = |found: Vec<&Finding>, good: &str| match found.first() {
        _ if !read => Judgement::new(Verdict::Unknown, "Unread", "it has not been read as a whole yet"),
        Some(first) => {
            let messages: Vec<String> = found.iter().map(|it| format!("{}: {}", it.object, it.message)).collect();
            Judgement::new(Verdict::False, first.check, &messages.join("; "))
        }
        None => Judgement::new(Verdict::True, "Fit", good),
    };
    [
        ("Observed", observed),
        ("Replaceable", verdict(of(Severity::Critical).collect(), "every group can replace an interrupted instance")),
        ("Prepared", verdict(of(Severity::Warning).collect(), "nothing that the index shows stands in the way")),
    ]
    .into()
}

/// The part of `doctor` that costs nothing: what the index knows anyway.
fn findings(key: &ClusterKey, cluster: &Cluster, snapshot: &Snapshot, policies: &Policies) -> Vec<Finding> {
    let mut found = Vec::new();
    for (provider, behind) in &cluster.providers {
        let rules = policies.rules(key, Some(provider));
        let group = behind.group().and_then(|group| Some((group, snapshot.groups.get(group)?)));
        let Some((name, group)) = group.filter(|_| rules.managed) else { continue };
        let wishes = (rules.method, rules.rebalance.enabled);
        doctor::check_group(&GroupFacts::seen(&name.name, provider.as_str(), group, wishes), &mut found);
    }
    found
}

fn count(key: &ClusterKey, snapshot: &Snapshot) -> (usize, usize) {
    let there = snapshot.instances.values().filter(|it| it.cluster == *key && it.gone_at.is_none());
    there.fold((0, 0), |(all, draining), it| (all + 1, draining + usize::from(it.status == InstanceStatus::Draining)))
}

fn pool(
    key: &ClusterKey,
    name: &CapacityProviderName,
    behind: &Behind,
    snapshot: &Snapshot,
    policies: &Policies,
) -> CapacityProviderStatus {
    let group = behind.group().and_then(|group| snapshot.groups.get(group));
    let in_service =
        |group: &Group| group.members.values().filter(|member| member.lifecycle == Lifecycle::InService).count();
    CapacityProviderStatus {
        name: name.to_string(),
        auto_scaling_group: behind.group().map(ToString::to_string),
        managed: policies.rules(key, Some(name)).managed,
        desired: group.map_or(0, |group| group.desired),
        max: group.map_or(0, |group| group.max),
        in_service: group.map_or(0, in_service).try_into().unwrap_or(u64::MAX),
        fallback_in_use: group.and_then(raised_base),
        ..CapacityProviderStatus::default()
    }
}

/// The On-Demand base that an operator has raised, for people.
fn raised_base(group: &Group) -> Option<String> {
    let (mix, note) = group.mix.zip(group.base_note)?;
    (mix.base > note.original && note.covers(mix.base))
        .then(|| format!("On-Demand base raised from {} to {}", note.original, mix.base))
}

/// Since when each judgement holds: as long as its verdict stays the same.
pub fn aged(view: &mut ClusterView, before: Option<&ClusterView>, now: Timestamp) {
    for (kind, judgement) in &mut view.judgements {
        let known = before.and_then(|before| before.judgements.get(kind));
        judgement.since = known.filter(|known| known.verdict == judgement.verdict).map_or(now, |known| known.since);
    }
}

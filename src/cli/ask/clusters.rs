//! Clusters in words: a row for `get clusters`, a page for `describe cluster`.

use super::table::table;
use super::words::{Page, or_none, plain};
use crate::api::{
    CapacityProviderStatus, Condition, Declared, LeadSeconds, SpotClusterList, SpotClusterSpec, SpotClusterStatus,
};

type Cluster = Declared<SpotClusterSpec, SpotClusterStatus>;

const HEADINGS: [&str; 9] =
    ["NAME", "CLUSTER", "MODE", "OBSERVED", "REPLACEABLE", "WORKING", "INSTANCES", "DRAINING", "OPEN"];

/// The clusters as a table.
pub fn rows(list: &SpotClusterList) -> String {
    table(HEADINGS, list.items.iter().map(row))
}

fn row(cluster: &Cluster) -> [String; 9] {
    let status = &cluster.status;
    let holds = |kind: &str| {
        let condition = status.conditions.iter().find(|condition| condition.kind == kind);
        or_none(condition.map_or("", |condition| condition.status.as_str()))
    };
    [
        or_none(&cluster.metadata.name),
        or_none(cluster.spec.cluster_name()),
        mode(cluster),
        holds("Observed"),
        holds("Replaceable"),
        holds("Working"),
        status.instances.to_string(),
        status.draining.to_string(),
        status.open_interruptions.to_string(),
    ]
}

fn mode(cluster: &Cluster) -> String {
    let written = serde_json::to_value(cluster.spec.mode).ok();
    or_none(written.as_ref().and_then(|mode| mode.as_str()).unwrap_or_default())
}

/// All that is told of one.
pub fn page(cluster: &Cluster) -> String {
    let status = &cluster.status;
    let mut page = Page::default();
    page.field("Name", &cluster.metadata.name);
    page.field("Cluster", &cluster.spec.cluster);
    page.field("Region", &or_none(&status.region));
    page.field("Mode", &mode(cluster));
    page.list("Labels", &pairs(&cluster.metadata.labels));
    page.list("Annotations", &pairs(&cluster.metadata.annotations));
    page.field("Generation", &cluster.metadata.generation.to_string());
    page.field("Observed at", status.observed_at.as_deref().unwrap_or("not yet"));
    page.field("Instances", &format!("{}, {} draining", status.instances, status.draining));
    page.field("Interruptions", &format!("{} open", status.open_interruptions));
    page.list("Capacity providers", &status.capacity_providers.iter().map(pool).collect::<Vec<_>>());
    page.block("Conditions", &conditions(&status.conditions));
    page.list("Events", &super::words::events(&status.events));
    page.text()
}

fn pool(pool: &CapacityProviderStatus) -> String {
    let group = pool.auto_scaling_group.as_deref().unwrap_or("no group");
    let managed = if pool.managed { "" } else { ", not managed" };
    let mut words = format!(
        "{}: {group}, {} of {} in service, at most {}{managed}",
        pool.name, pool.in_service, pool.desired, pool.max
    );
    if pool.interruptions_last_day > 0 {
        words.push_str(&format!("; {} interruptions in 24 h", pool.interruptions_last_day));
    }
    if let Some(LeadSeconds { median, slowest, of }) = pool.lead_seconds {
        words.push_str(&format!("; replaced after {median} s in the median of {of}, {slowest} s at most"));
    }
    if let Some(fallback) = &pool.fallback_in_use {
        words.push_str(&format!("; {fallback}"));
    }
    words
}

/// Conditions as a table.
pub fn conditions(conditions: &[Condition]) -> String {
    let row = |it: &Condition| {
        [plain(&it.kind), plain(&it.status), plain(&it.reason), plain(&it.last_transition_time), plain(&it.message)]
    };
    match conditions.is_empty() {
        true => String::new(),
        false => table(["TYPE", "STATUS", "REASON", "SINCE", "MESSAGE"], conditions.iter().map(row)),
    }
}

fn pairs(pairs: &std::collections::BTreeMap<String, String>) -> Vec<String> {
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

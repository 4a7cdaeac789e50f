//! What the operators of a drawn account are told: mostly nothing but the cluster's name.

use serde_json::{Value, json};

use super::CLUSTER;
use super::lots::Lots;
use crate::api::{
    HumanDuration, ScenarioCapacity, ScenarioDeed, ScenarioGroup, ScenarioHappening, ScenarioSpec, SpotClusterSpec,
};

/// Sometimes a cluster in which nothing may be changed, sometimes one whose people have chosen what is off by default.
pub fn policy(lots: &mut Lots, groups: &[ScenarioGroup]) -> Option<SpotClusterSpec> {
    let mode = lots.one_of(&["enforce", "enforce", "enforce", "dryRun", "paused"], "enforce");
    let moded = lots.chance(20).then(|| json!({"cluster": CLUSTER, "mode": mode}));
    let chosen = lots.chance(30).then(|| chosen(lots, groups));
    serde_json::from_value(moded.or(chosen)?).ok()
}

fn chosen(lots: &mut Lots, groups: &[ScenarioGroup]) -> Value {
    let rebalance = json!({
        "enabled": lots.chance(60),
        "budget": lots.one_of(&["10%", "50%", "2"], "10%"),
        "cooldown": format!("{}s", lots.between(10, 120)),
    });
    let method = lots.one_of(&["auto", "auto", "detach", "launch"], "auto");
    let max = lots.between(1, 4);
    let another = json!({"capacityProvider": groups.get(1).map(|group| &group.capacity_provider), "max": max});
    let own_base = json!({"onDemandBaseCapacity": true, "max": max});
    let (falls_back, fallback) = match groups.len() {
        0 | 1 => (max < 4, own_base),
        _ => (lots.chance(60), another),
    };
    let first = groups.first().map(|group| &group.capacity_provider);
    let replacement = json!({"method": method, "fallback": if falls_back { fallback } else { Value::Null }});
    json!({
        "cluster": CLUSTER,
        "replacement": {"method": method},
        "signals": {"rebalance": rebalance},
        "capacityProviders": [{"name": first, "replacement": replacement}],
    })
}

/// Where a group may fall back it mostly has to: its pools run dry for a while, and the other group has On-Demand Instances, or
/// its own can have them and give them back.
pub fn let_fallbacks_matter(lots: &mut Lots, spec: &mut ScenarioSpec) {
    let may = spec.spot_clusters.iter().flat_map(|cluster| &cluster.capacity_providers);
    let may =
        may.filter_map(|provider| provider.replacement.as_ref()).any(|replacement| replacement.fallback.is_some());
    if !may || lots.chance(20) {
        return;
    }
    let from = lots.between(40, 200);
    let until = from + lots.between(60, 200);
    let Some([first, others @ ..]) = spec.clusters.first_mut().map(|cluster| cluster.groups.as_mut_slice()) else {
        return;
    };
    // Without a zone, pools that nobody uses at that time stay as they are.
    let (fewer, zones) = match others {
        [] => (1, first.zones.iter().cloned().map(Some).collect()),
        _ => (0, vec![None]),
    };
    match others.first_mut() {
        Some(second) => (second.on_demand_percent_above, second.max, second.suspended) = (100, None, Vec::new()),
        None => {
            (first.instance_types, first.managed_draining) = (["m5.large", "c5.large"].map(Into::into).into(), true);
        }
    }
    for name in &first.instance_types {
        let capacity = Some(lots.below(3).saturating_sub(fewer));
        for zone in &zones {
            spec.happenings.extend([holds(name, zone, from, capacity), holds(name, zone, until, None)]);
        }
    }
}

/// Sometimes targets of tasks that operators stop are to drain before.
pub fn let_targets_drain(lots: &mut Lots, spec: &mut ScenarioSpec) {
    if !lots.chance(20) {
        return;
    }
    if spec.spot_clusters.is_empty() {
        spec.spot_clusters.extend(serde_json::from_value(json!({"cluster": CLUSTER})));
    }
    spec.spot_clusters.iter_mut().for_each(|cluster: &mut SpotClusterSpec| cluster.tasks.deregister_targets = true);
}

fn holds(instance_type: &str, zone: &Option<String>, after: u32, capacity: Option<u32>) -> ScenarioHappening {
    let what = ScenarioCapacity { instance_type: Some(instance_type.to_owned()), zone: zone.clone(), capacity };
    ScenarioHappening { after: HumanDuration::from_secs(after), what: ScenarioDeed::Capacity(what) }
}

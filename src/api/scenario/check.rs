//! What a scenario has to be beyond its types: every name that is referred to exists, and numbers stay within what can be
//! simulated.

use super::{ScenarioCluster, ScenarioDeed, ScenarioFaults, ScenarioGroup, ScenarioHook, ScenarioSpec};
use crate::api::HumanDuration;
use crate::api::check::{Complaint, Complaints};

/// Instances of one cluster (ECS service quotas).
const INSTANCES_MAX: u32 = 5000;

/// Interruptions that repeat faster than this are one of a larger count.
const EVERY_MIN: HumanDuration = HumanDuration::from_secs(1);

/// HeartbeatTimeout (EC2 Auto Scaling API reference, `PutLifecycleHook`).
const HEARTBEAT: std::ops::RangeInclusive<HumanDuration> =
    HumanDuration::from_secs(30)..=HumanDuration::from_secs(7_200);

/// Checks a scenario.
pub fn scenario(spec: &ScenarioSpec) -> Vec<Complaint> {
    let mut found = Complaints::default();
    found.add_if(spec.clusters.is_empty(), "spec.clusters", || "is empty: a scenario has at least one".to_owned());
    for (index, cluster) in spec.clusters.iter().enumerate() {
        self::cluster(spec, cluster, index, &mut found);
    }
    interruptions(spec, &mut found);
    happenings(spec, &mut found);
    faults(&spec.faults, &mut found);
    found.all()
}

fn all_groups(spec: &ScenarioSpec) -> impl Iterator<Item = &ScenarioGroup> {
    spec.clusters.iter().flat_map(|cluster| cluster.groups.iter())
}

fn cluster(spec: &ScenarioSpec, cluster: &ScenarioCluster, index: usize, found: &mut Complaints) {
    let (name, path) = (&cluster.name, format!("spec.clusters[{index}]"));
    let repeated = spec.clusters.iter().take(index).any(|other| other.name == *name);
    found.add_if(repeated, &format!("{path}.name"), || format!("two clusters have the name `{name}`"));
    for (index, group) in cluster.groups.iter().enumerate() {
        self::group(spec, group, &format!("{path}.groups[{index}]"), found);
    }
    for (index, service) in cluster.services.iter().enumerate() {
        let (name, path) = (&service.name, format!("{path}.services[{index}]"));
        let repeated = cluster.services.iter().take(index).any(|other| other.name == *name);
        found.add_if(repeated, &format!("{path}.name"), || {
            format!("two services of `{}` have the name `{name}`", cluster.name)
        });
        for (index, provider) in service.capacity_providers.iter().enumerate() {
            known_provider(spec, provider, &format!("{path}.capacityProviders[{index}]"), found);
        }
    }
}

fn group(spec: &ScenarioSpec, group: &ScenarioGroup, path: &str, found: &mut Complaints) {
    let name = &group.capacity_provider;
    let first = all_groups(spec).find(|other| other.capacity_provider == *name);
    let repeated = first.is_some_and(|first| !std::ptr::eq(first, group));
    found.add_if(repeated, &format!("{path}.capacityProvider"), || {
        format!("two groups have the capacity provider `{name}`")
    });
    let possible = group.desired <= INSTANCES_MAX && !group.zones.is_empty() && !group.instance_types.is_empty();
    found
        .add_if(!possible, path, || format!("group of `{name}`: at most {INSTANCES_MAX} instances, a zone and a type"));
    let outside = group.max.is_some_and(|max| max < group.desired) || group.min > group.desired;
    found.add_if(outside, &format!("{path}.desired"), || {
        format!("group of `{name}`: desired is not between min and max")
    });
    for (index, hook) in group.hooks.iter().enumerate() {
        self::hook(hook, &format!("{path}.hooks[{index}].heartbeat"), found);
    }
}

fn hook(hook: &ScenarioHook, path: &str, found: &mut Complaints) {
    found.add_if(!HEARTBEAT.contains(&hook.heartbeat), path, || {
        format!("hook `{}`: heartbeat {} is not between 30s and 2h", hook.name, hook.heartbeat)
    });
}

fn known_provider(spec: &ScenarioSpec, name: &str, path: &str, found: &mut Complaints) {
    let is_known = all_groups(spec).any(|group| group.capacity_provider == name);
    found.add_if(!is_known, path, || format!("no group has the capacity provider `{name}`"));
}

fn interruptions(spec: &ScenarioSpec, found: &mut Complaints) {
    for (index, interruption) in spec.interruptions.iter().enumerate() {
        let path = format!("spec.interruptions[{index}]");
        known_provider(spec, &interruption.capacity_provider, &format!("{path}.capacityProvider"), found);
        let too_often = interruption.every.is_some_and(|every| every < EVERY_MIN);
        found.add_if(too_often, &format!("{path}.every"), || format!("interruptions come at most every {EVERY_MIN}"));
    }
}

fn happenings(spec: &ScenarioSpec, found: &mut Complaints) {
    for (index, happening) in spec.happenings.iter().enumerate() {
        let path = format!("spec.happenings[{index}].what");
        if let Some(name) = provider(&happening.what) {
            known_provider(spec, name, &path, found);
        }
        if let ScenarioDeed::InterruptFargate(some) = &happening.what {
            let name = &some.capacity_provider;
            let is_known = spec.clusters.iter().any(|cluster| cluster.name == *name);
            found.add_if(!is_known, &path, || format!("there is no cluster `{name}`"));
        }
    }
}

fn provider(deed: &ScenarioDeed) -> Option<&String> {
    use ScenarioDeed as D;
    match deed {
        D::Recommend(some)
        | D::Maintain(some)
        | D::Drain(some)
        | D::Detach(some)
        | D::Terminate(some)
        | D::Resize(some)
        | D::Refresh(some) => Some(&some.capacity_provider),
        D::Capacity(_) | D::InterruptFargate(_) | D::Send(_) => None,
    }
}

fn faults(faults: &ScenarioFaults, found: &mut Complaints) {
    for (index, calls) in faults.calls.iter().enumerate() {
        let path = format!("spec.faults.calls[{index}]");
        let parts = [
            ("serverError", calls.server_error),
            ("accessDenied", calls.access_denied),
            ("timeOutBefore", calls.time_out_before),
            ("timeOutAfter", calls.time_out_after),
            ("resetBefore", calls.reset_before),
            ("resetAfter", calls.reset_after),
            ("stale", calls.stale),
            ("entryFailure", calls.entry_failure),
        ];
        probabilities(&path, &parts, found);
    }
    let (events, queues) = (&faults.events, &faults.queues);
    let parts = [("loss", events.loss), ("duplicate", events.duplicate), ("delayed", events.delayed)];
    probabilities("spec.faults.events", &parts, found);
    let parts =
        [("redelivery", queues.redelivery), ("shuffle", queues.shuffle), ("entryFailure", queues.entry_failure)];
    probabilities("spec.faults.queues", &parts, found);
}

fn probabilities(path: &str, parts: &[(&str, f64)], found: &mut Complaints) {
    for (name, value) in parts.iter().filter(|(_, value)| !(0.0..=1.0).contains(value)) {
        found.add(format!("{path}.{name}"), format!("{value} is no probability: write 0 to 1"));
    }
}

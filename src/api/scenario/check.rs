//! What a scenario has to be beyond its types: every name that is referred to exists, and numbers stay within what can be
//! simulated.

use super::{ScenarioDeed, ScenarioFaults, ScenarioGroup, ScenarioHook, ScenarioSpec};
use crate::api::HumanDuration;
use crate::api::check::{Complaint, complain};

/// Instances of one cluster (ECS service quotas).
const INSTANCES_MAX: u32 = 5000;

/// Interruptions that repeat faster than this are one of a larger count.
const EVERY_MIN: HumanDuration = HumanDuration::from_secs(1);

/// HeartbeatTimeout (EC2 Auto Scaling API reference, `PutLifecycleHook`).
const HEARTBEAT: std::ops::RangeInclusive<HumanDuration> =
    HumanDuration::from_secs(30)..=HumanDuration::from_secs(7_200);

/// Checks a scenario.
pub fn scenario(spec: &ScenarioSpec) -> Result<(), Complaint> {
    if spec.clusters.is_empty() {
        return complain("clusters:", "spec.clusters is empty: a scenario has at least one".to_owned());
    }
    clusters(spec)?;
    groups(spec)?;
    names(spec)?;
    faults(&spec.faults)?;
    match spec.interruptions.iter().find(|interruption| interruption.every.is_some_and(|every| every < EVERY_MIN)) {
        Some(_) => complain("every:", format!("interruptions come at most every {EVERY_MIN}")),
        None => Ok(()),
    }
}

fn clusters(spec: &ScenarioSpec) -> Result<(), Complaint> {
    for (index, cluster) in spec.clusters.iter().enumerate() {
        let name = &cluster.name;
        if spec.clusters.iter().take(index).any(|other| other.name == *name) {
            return complain(name, format!("two clusters have the name `{name}`"));
        }
        for (index, service) in cluster.services.iter().enumerate() {
            let name = &service.name;
            if cluster.services.iter().take(index).any(|other| other.name == *name) {
                return complain(name, format!("two services of `{}` have the name `{name}`", cluster.name));
            }
        }
    }
    Ok(())
}

fn all_groups(spec: &ScenarioSpec) -> impl Iterator<Item = &ScenarioGroup> {
    spec.clusters.iter().flat_map(|cluster| cluster.groups.iter())
}

fn groups(spec: &ScenarioSpec) -> Result<(), Complaint> {
    for group in all_groups(spec) {
        let name = &group.capacity_provider;
        if all_groups(spec).filter(|other| other.capacity_provider == *name).count() > 1 {
            return complain(name, format!("two groups have the capacity provider `{name}`"));
        }
        if group.desired > INSTANCES_MAX || group.zones.is_empty() || group.instance_types.is_empty() {
            return complain(name, format!("group of `{name}`: at most {INSTANCES_MAX} instances, a zone and a type"));
        }
        if group.max.is_some_and(|max| max < group.desired) || group.min > group.desired {
            return complain(name, format!("group of `{name}`: desired is not between min and max"));
        }
        group.hooks.iter().try_for_each(hook)?;
    }
    Ok(())
}

fn hook(hook: &ScenarioHook) -> Result<(), Complaint> {
    if HEARTBEAT.contains(&hook.heartbeat) {
        return Ok(());
    }
    complain(&hook.name, format!("hook `{}`: heartbeat {} is not between 30s and 2h", hook.name, hook.heartbeat))
}

fn names(spec: &ScenarioSpec) -> Result<(), Complaint> {
    let services = spec.clusters.iter().flat_map(|cluster| cluster.services.iter());
    let of_services = services.flat_map(|service| service.capacity_providers.iter());
    let of_interruptions = spec.interruptions.iter().map(|interruption| &interruption.capacity_provider);
    let of_happenings = spec.happenings.iter().filter_map(|happening| provider(&happening.what));
    let mut named = of_services.chain(of_interruptions).chain(of_happenings);
    if let Some(name) = named.find(|name| all_groups(spec).all(|group| group.capacity_provider != **name)) {
        return complain(name, format!("no group has the capacity provider `{name}`"));
    }
    let known = |name: &str| spec.clusters.iter().any(|cluster| cluster.name == name);
    let unknown = spec.happenings.iter().find_map(|happening| match &happening.what {
        ScenarioDeed::InterruptFargate(some) if !known(&some.capacity_provider) => Some(&some.capacity_provider),
        _ => None,
    });
    match unknown {
        Some(name) => complain(name, format!("there is no cluster `{name}`")),
        None => Ok(()),
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

fn faults(faults: &ScenarioFaults) -> Result<(), Complaint> {
    let calls = faults.calls.iter().flat_map(|calls| {
        [
            ("serverError:", calls.server_error),
            ("accessDenied:", calls.access_denied),
            ("timeOutBefore:", calls.time_out_before),
            ("timeOutAfter:", calls.time_out_after),
            ("resetBefore:", calls.reset_before),
            ("resetAfter:", calls.reset_after),
            ("stale:", calls.stale),
            ("entryFailure:", calls.entry_failure),
        ]
    });
    let (events, queues) = (&faults.events, &faults.queues);
    let others = [
        ("loss:", events.loss),
        ("duplicate:", events.duplicate),
        ("delayed:", events.delayed),
        ("redelivery:", queues.redelivery),
        ("shuffle:", queues.shuffle),
        ("entryFailure:", queues.entry_failure),
    ];
    match calls.chain(others).find(|(_, probability)| !(0.0..=1.0).contains(probability)) {
        Some((name, value)) => complain(name, format!("{name} {value} is no probability: write 0 to 1")),
        None => Ok(()),
    }
}

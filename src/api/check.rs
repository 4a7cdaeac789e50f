//! What a spec has to be beyond its types: one complaint at a time, with the text that it is about.

use super::spot_cluster::region_of;
use super::{CapacityProviderPolicy, HumanDuration, OperatorSpec, Queue, ScenarioSpec, SpotClusterSpec};

/// An index is filled by describe calls, so it is not filled anew more often than this.
const RESYNC_MIN: HumanDuration = HumanDuration::from_secs(1);

/// Instances of one cluster (ECS service quotas).
const INSTANCES_MAX: u32 = 5000;

/// Interruptions that repeat faster than this are one of a larger count.
const EVERY_MIN: HumanDuration = HumanDuration::from_secs(1);

/// Something wrong with a spec.
#[derive(Debug)]
pub struct Complaint {
    /// Text of the manifest that the complaint is about.
    pub near: String,
    /// What is wrong and what mends it.
    pub message: String,
}

fn complain<T>(near: &str, message: String) -> Result<T, Complaint> {
    Err(Complaint { near: near.to_owned(), message })
}

/// Checks an operator's spec.
pub fn operator(spec: &OperatorSpec) -> Result<(), Complaint> {
    if spec.queues.is_empty() {
        return complain("queues:", "spec.queues is empty: name at least one SQS queue".to_owned());
    }
    if spec.resync < RESYNC_MIN {
        return complain("resync:", format!("spec.resync: {} is too often: at least {RESYNC_MIN}", spec.resync));
    }
    queues(&spec.queues)?;
    listen(&spec.http.listen)
}

fn queues(queues: &[Queue]) -> Result<(), Complaint> {
    for (index, queue) in queues.iter().enumerate() {
        let url = &queue.url;
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let path =
            rest.and_then(|rest| rest.split_once('/')).filter(|(host, path)| !host.is_empty() && !path.is_empty());
        if path.is_none() {
            return complain(url, format!("spec.queues[{index}].url `{url}` is not a queue's URL"));
        }
        if queues.iter().take(index).any(|earlier| earlier == queue) {
            return complain(url, format!("spec.queues[{index}] names a queue for the second time: {url}"));
        }
    }
    Ok(())
}

fn listen(address: &str) -> Result<(), Complaint> {
    let parts = address.rsplit_once(':');
    if parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()) {
        return Ok(());
    }
    complain("listen:", format!("spec.http.listen `{address}` is no address: write it like `127.0.0.1:8080`"))
}

/// Checks a cluster's spec.
pub fn spot_cluster(spec: &SpotClusterSpec) -> Result<(), Complaint> {
    if spec.cluster.trim().is_empty() {
        return complain("cluster:", "spec.cluster is empty: give the ECS cluster's name or ARN".to_owned());
    }
    match (&spec.region, region_of(&spec.cluster)) {
        (Some(region), Some(named)) if region != named => {
            return complain("region:", format!("spec.region is `{region}`, and the cluster's ARN says `{named}`"));
        }
        _ => {}
    }
    capacity_providers(&spec.capacity_providers)
}

fn capacity_providers(providers: &[CapacityProviderPolicy]) -> Result<(), Complaint> {
    for (index, provider) in providers.iter().enumerate() {
        let name = &provider.name;
        if providers.iter().take(index).any(|earlier| earlier.name == *name) {
            return complain(name, format!("spec.capacityProviders[{index}] names `{name}` for the second time"));
        }
    }
    Ok(())
}

/// Checks a scenario: every name that is referred to exists, and numbers stay within what can be simulated.
pub fn scenario(spec: &ScenarioSpec) -> Result<(), Complaint> {
    if spec.clusters.is_empty() {
        return complain("clusters:", "spec.clusters is empty: a scenario has at least one".to_owned());
    }
    let groups = || spec.clusters.iter().flat_map(|cluster| cluster.groups.iter());
    let known = |name: &str| groups().any(|group| group.capacity_provider == name);
    for group in groups() {
        let name = &group.capacity_provider;
        if groups().filter(|other| other.capacity_provider == *name).count() > 1 {
            return complain(name, format!("two groups have the capacity provider `{name}`"));
        }
        if group.desired > INSTANCES_MAX || group.zones.is_empty() || group.instance_types.is_empty() {
            return complain(name, format!("group of `{name}`: at most {INSTANCES_MAX} instances, a zone and a type"));
        }
    }
    let services = spec.clusters.iter().flat_map(|cluster| cluster.services.iter());
    let of_services = services.flat_map(|service| service.capacity_providers.iter());
    let of_interruptions = spec.interruptions.iter().map(|interruption| &interruption.capacity_provider);
    if let Some(name) = of_services.chain(of_interruptions).find(|name| !known(name)) {
        return complain(name, format!("no group has the capacity provider `{name}`"));
    }
    match spec.interruptions.iter().find(|interruption| interruption.every.is_some_and(|every| every < EVERY_MIN)) {
        Some(_) => complain("every:", format!("interruptions come at most every {EVERY_MIN}")),
        None => Ok(()),
    }
}

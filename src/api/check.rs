//! What a spec has to be beyond its types: one complaint at a time, with the text that it is about.

use super::spot_cluster::region_of;
use super::{CapacityProviderPolicy, Fallback, HumanDuration, OperatorSpec, Queue, SpotClusterSpec};

/// An index is filled by describe calls, so it is not filled anew more often than this.
const RESYNC_MIN: HumanDuration = HumanDuration::from_secs(1);

/// A hundredth of a bucket is less than a request a second.
const REPLICAS_MAX: u32 = 100;

/// Something wrong with a spec.
#[derive(Debug)]
pub struct Complaint {
    /// Text of the manifest that the complaint is about.
    pub near: String,
    /// What is wrong and what mends it.
    pub message: String,
}

/// Complains.
pub fn complain<T>(near: &str, message: String) -> Result<T, Complaint> {
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
    if !(1..=REPLICAS_MAX).contains(&spec.api.replicas) {
        return complain(
            "replicas:",
            format!("spec.api.replicas: {} operators cannot share it: 1 to {REPLICAS_MAX}", spec.api.replicas),
        );
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
    fallback("spec.", spec.replacement.fallback.as_ref())?;
    capacity_providers(&spec.capacity_providers)
}

fn fallback(path: &str, fallback: Option<&Fallback>) -> Result<(), Complaint> {
    let Some(fallback) = fallback else { return Ok(()) };
    let one = match &fallback.capacity_provider {
        Some(provider) => !provider.trim().is_empty() && !fallback.on_demand_base_capacity,
        None => fallback.on_demand_base_capacity,
    };
    if one {
        return Ok(());
    }
    let message = "says where capacity comes from in one of two ways: capacityProvider with a name, or onDemandBaseCapacity: true";
    complain("fallback:", format!("{path}replacement.fallback {message}"))
}

fn capacity_providers(providers: &[CapacityProviderPolicy]) -> Result<(), Complaint> {
    for (index, provider) in providers.iter().enumerate() {
        let name = &provider.name;
        if providers.iter().take(index).any(|earlier| earlier.name == *name) {
            return complain(name, format!("spec.capacityProviders[{index}] names `{name}` for the second time"));
        }
        let replacement = provider.replacement.as_ref();
        let fallback = replacement.and_then(|replacement| replacement.fallback.as_ref());
        self::fallback(&format!("spec.capacityProviders[{index}]."), fallback)?;
    }
    Ok(())
}

//! What a spec has to be beyond its types: every rule between fields, each complaint with the path that it is about.

use super::notifications;
use super::spot_cluster::region_of;
use super::supported::{unsupported_in_operator, unsupported_in_spot_cluster};
use super::{CapacityProviderPolicy, Fallback, HumanDuration, OperatorSpec, Queue, SpotClusterSpec};

/// An index is filled by describe calls, so it is not filled anew more often than this.
const RESYNC_MIN: HumanDuration = HumanDuration::from_secs(1);

/// A hundredth of a bucket is less than a request a second.
const REPLICAS_MAX: u32 = 100;

/// Something wrong with a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The path of the field, from the document's root, such as `spec.queues[0].url`.
    pub path: String,
    /// What is wrong and what mends it.
    pub message: String,
}

/// What is wrong with a spec, as far as it has been looked at.
#[derive(Debug, Default)]
pub struct Complaints(Vec<Complaint>);

impl Complaints {
    /// Adds one.
    pub fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(Complaint { path: path.into(), message: message.into() });
    }

    /// Adds one where it `applies`.
    pub fn add_if(&mut self, applies: bool, path: &str, message: impl FnOnce() -> String) {
        if applies {
            self.add(path, message());
        }
    }

    /// All of them.
    pub fn all(self) -> Vec<Complaint> {
        self.0
    }
}

/// Checks an operator's spec.
pub fn operator(spec: &OperatorSpec) -> Vec<Complaint> {
    let mut found = Complaints::default();
    unsupported_in_operator(spec, &mut found);
    found.add_if(spec.queues.is_empty(), "spec.queues", || "is empty: name at least one SQS queue".to_owned());
    found.add_if(spec.resync < RESYNC_MIN, "spec.resync", || {
        format!("{} is too often: at least {RESYNC_MIN}", spec.resync)
    });
    found.add_if(!(1..=REPLICAS_MAX).contains(&spec.api.replicas), "spec.api.replicas", || {
        format!("{} operators cannot share it: 1 to {REPLICAS_MAX}", spec.api.replicas)
    });
    queues(&spec.queues, &mut found);
    listen(&spec.http.listen, &mut found);
    spec.notifications.iter().for_each(|spec| notifications::check(spec, &mut found));
    spec.http.replicas.iter().for_each(|url| replicas(url, &mut found));
    found.all()
}

fn queues(queues: &[Queue], found: &mut Complaints) {
    for (index, queue) in queues.iter().enumerate() {
        let (url, path) = (&queue.url, format!("spec.queues[{index}].url"));
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let parts = rest.and_then(|rest| rest.split_once('/'));
        let is_url = parts.is_some_and(|(host, name)| !host.is_empty() && !name.is_empty());
        found.add_if(!is_url, &path, || format!("`{url}` is not a queue's URL"));
        for (place, sender) in queue.senders.iter().enumerate().filter(|(_, sender)| !sender.starts_with("arn:")) {
            found.add(format!("spec.queues[{index}].senders[{place}]"), format!("`{sender}` is not a role's ARN"));
        }
        let repeated = queues.iter().take(index).any(|earlier| earlier.url == queue.url);
        found.add_if(repeated, &path, || format!("names a queue for the second time: {url}"));
    }
}

/// Replicas speak plain HTTP, and nothing but the host and the port is for people to say.
fn replicas(url: &str, found: &mut Complaints) {
    let rest = url.strip_prefix("http://").map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    let is_base = rest.is_some_and(|rest| {
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !rest.ends_with(']') => (host, port.parse::<u16>().is_ok_and(|port| port > 0)),
            _ => (rest, true),
        };
        let is_v6 = host.starts_with('[') && host.ends_with(']');
        let is_name = host.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
        port && !host.is_empty() && (is_v6 || is_name)
    });
    found.add_if(!is_base, "spec.http.replicas", || {
        format!("`{url}` is no address of replicas: write it like `http://ecs-spot-operator.internal:8080`")
    });
}

fn listen(address: &str, found: &mut Complaints) {
    let parts = address.rsplit_once(':');
    let is_address = parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    found.add_if(!is_address, "spec.http.listen", || {
        format!("`{address}` is no address: write it like `127.0.0.1:8080`")
    });
}

/// Checks a cluster's spec.
pub fn spot_cluster(spec: &SpotClusterSpec) -> Vec<Complaint> {
    let mut found = Complaints::default();
    unsupported_in_spot_cluster(spec, &mut found);
    found.add_if(spec.cluster.trim().is_empty(), "spec.cluster", || {
        "is empty: give the ECS cluster's name or ARN".to_owned()
    });
    if let (Some(region), Some(named)) = (&spec.region, region_of(&spec.cluster)) {
        found.add_if(region != named, "spec.region", || format!("is `{region}`, and the cluster's ARN says `{named}`"));
    }
    fallback("spec", None, spec.replacement.fallback.as_ref(), &mut found);
    capacity_providers(&spec.capacity_providers, &mut found);
    found.all()
}

fn fallback(path: &str, of: Option<&str>, fallback: Option<&Fallback>, found: &mut Complaints) {
    let Some(fallback) = fallback else { return };
    let one = match &fallback.capacity_provider {
        Some(provider) => !provider.trim().is_empty() && !fallback.on_demand_base_capacity,
        None => fallback.on_demand_base_capacity,
    };
    let path = format!("{path}.replacement.fallback");
    found.add_if(!one, &path, || {
        "says where capacity comes from in one of two ways: capacityProvider with a name, or onDemandBaseCapacity: true"
            .to_owned()
    });
    let itself = of.is_some() && of == fallback.capacity_provider.as_deref();
    found.add_if(itself, &format!("{path}.capacityProvider"), || {
        "is the capacity provider itself: name another one".to_owned()
    });
}

fn capacity_providers(providers: &[CapacityProviderPolicy], found: &mut Complaints) {
    for (index, provider) in providers.iter().enumerate() {
        let (name, path) = (&provider.name, format!("spec.capacityProviders[{index}]"));
        let repeated = providers.iter().take(index).any(|earlier| earlier.name == *name);
        found.add_if(repeated, &format!("{path}.name"), || format!("names `{name}` for the second time"));
        let replacement = provider.replacement.as_ref();
        fallback(&path, Some(name), replacement.and_then(|replacement| replacement.fallback.as_ref()), found);
    }
}

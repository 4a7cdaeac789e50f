//! Reads from a live account what the doctor judges. Changes nothing.
//!
//! A call that fails is a finding of its own, and the examination goes on without what it would have told.

mod groups;
mod services;
mod tasks;

use jiff::SignedDuration;

use super::finding::{Finding, Severity, Sheet};
use super::{ClusterFacts, cluster, group, plumbing, service};
use crate::api::{Manifests, SpotClusterSpec};
use crate::aws::{Class, Clients, Connection, Failure, Gates, RegionClients};
use crate::ids::Region;
use crate::setup::{Surveyor, Wanted, plan};

/// Pages of a list that are read at most.
const PAGES_MAX: usize = 100;

/// Examines the account that manifests are about.
pub struct Examiner<'a> {
    /// What is declared.
    pub manifests: &'a Manifests,
    /// The Region of whatever names none.
    pub region: &'a Region,
    /// The way to AWS.
    pub connection: &'a Connection,
    /// The API budget.
    pub gates: &'a Gates,
    /// Clients of the clusters' Regions.
    pub clients: &'a Clients,
    /// How the manifests are called in commands that mend something.
    pub config: &'a str,
}

/// One cluster under examination.
struct Patient<'a> {
    spec: &'a SpotClusterSpec,
    region: Region,
    clients: &'a RegionClients,
}

impl Examiner<'_> {
    /// All findings, the worst first; `told` hears what is being examined.
    pub async fn examine(&self, told: impl Fn(&str)) -> Vec<Finding> {
        let mut found = Vec::new();
        told("queues and rules");
        self.plumbing(&mut found).await;
        for cluster in &self.manifests.clusters {
            let spec = &cluster.spec;
            told(&format!("cluster {}", spec.cluster_name()));
            let region = spec.named_region().map_or_else(|| self.region.clone(), Region::from);
            let Ok(clients) = self.clients.of(&region, "ecs") else { continue };
            self.cluster(&Patient { spec, region, clients }, &mut found).await;
        }
        found.sort_by(|a, b| (a.severity, &a.object, a.check).cmp(&(b.severity, &b.object, b.check)));
        found
    }

    async fn plumbing(&self, found: &mut Vec<Finding>) {
        let mut wanted = match Wanted::of(self.manifests, self.region) {
            Ok(wanted) => wanted,
            Err(problems) => return found.extend(problems.0.iter().map(plumbing::unplannable)),
        };
        // Whether a group has a hook is no part of what would be lost.
        wanted.hooked.clear();
        let surveyor = Surveyor { connection: self.connection, gates: self.gates, clients: self.clients };
        match surveyor.survey(&wanted).await {
            Ok(there) => plumbing::check(&plan(&wanted, &there), &there, self.config, found),
            Err(failure) => not_read("queues and rules", &failure, found),
        }
    }

    async fn cluster(&self, patient: &Patient<'_>, found: &mut Vec<Finding>) {
        let name = patient.spec.cluster_name();
        let pools = match groups::read(patient).await {
            Ok(pools) => pools,
            Err(failure) => return not_read(&format!("cluster {name}"), &failure, found),
        };
        pools.iter().for_each(|pool| group::check(&pool.facts, found));
        match services::read(patient, found).await {
            Ok(services) => services.iter().for_each(|facts| service::check(facts, found)),
            Err(failure) => not_read(&format!("services of cluster {name}"), &failure, found),
        }
        let mut facts = ClusterFacts {
            name: name.to_owned(),
            standalone: patient.spec.tasks.standalone,
            leads: Vec::new(),
            ..ClusterFacts::default()
        };
        if let Err(failure) = tasks::read(patient, &pools, &mut facts).await {
            not_read(&format!("instances and tasks of cluster {name}"), &failure, found);
        }
        cluster::check(&facts, found);
    }
}

/// What could not be read is a finding: the operator could not read it either.
fn not_read(object: &str, failure: &Failure, found: &mut Vec<Finding>) {
    let (severity, check) = match failure.class {
        Class::Denied | Class::Credentials => (Severity::Critical, "Denied"),
        Class::NotFound => (Severity::Critical, "Missing"),
        _ => (Severity::Warning, "NotRead"),
    };
    let cost = "the operator needs to read it as well, and does nothing about instances that it cannot see".to_owned();
    Sheet::of(object, found).note(severity, check, (failure.to_string(), cost, failure.remedy()));
}

fn seconds(seconds: i32) -> SignedDuration {
    SignedDuration::from_secs(seconds.into())
}

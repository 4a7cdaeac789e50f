//! Reads from a live account what the doctor judges. Changes nothing.
//!
//! A call that fails is a finding of its own, and the examination goes on without what it would have told.

mod groups;
#[cfg(feature = "iam")]
mod permissions;
mod services;
mod tasks;

use jiff::SignedDuration;

use super::finding::{Finding, Severity, Sheet};
#[cfg(feature = "iam")]
use super::permission::{self, Duty};
use super::{ClusterFacts, cluster, group, plumbing, service};
use crate::api::{CapacityProviderPolicy, Manifests, SpotClusterSpec, TaskRules};
use crate::aws::{Class, Clients, Connection, Failure, Gates, RegionClients};
use crate::ids::Region;
use crate::setup::{Surveyor, Wanted};
#[cfg(feature = "iam")]
use crate::{aws::clients, setup::Home};
use groups::{Pool, Pools};

/// What is read to examine an account, and not to run the operator.
const DOCTORS_OWN: [&str; 10] = [
    "autoscaling:DescribeLaunchConfigurations",
    "ecs:ListServices",
    "events:DescribeRule",
    "events:ListRuleNamesByTarget",
    "events:ListTagsForResource",
    "events:ListTargetsByRule",
    "iam:SimulatePrincipalPolicy",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ListQueueTags",
];

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
    /// The ARN of the operator's role, whose policies are looked at; nobody's where there is none.
    pub role: Option<&'a str>,
}

/// One cluster under examination.
struct Patient<'a> {
    spec: &'a SpotClusterSpec,
    region: Region,
    clients: &'a RegionClients,
}

impl Patient<'_> {
    /// What is said of a capacity provider, where anything is.
    fn own(&self, provider: Option<&str>) -> Option<&CapacityProviderPolicy> {
        self.spec.capacity_providers.iter().find(|own| Some(own.name.as_str()) == provider)
    }

    /// Whether instances of a capacity provider, or of none, are the operator's business.
    fn manages(&self, provider: Option<&str>) -> bool {
        self.own(provider).is_none_or(|own| own.managed)
    }

    /// Whether a capacity provider launches where another one has no capacity.
    fn stands_in(&self, provider: &str) -> bool {
        let own = self.spec.capacity_providers.iter().filter_map(|own| own.replacement.as_ref());
        let mut fallbacks = own.chain([&self.spec.replacement]).filter_map(|it| it.fallback.as_ref());
        fallbacks.any(|fallback| fallback.capacity_provider.as_deref() == Some(provider))
    }

    /// What holds of tasks on them.
    fn task_rules(&self, provider: Option<&str>) -> &TaskRules {
        self.own(provider).and_then(|own| own.tasks.as_ref()).unwrap_or(&self.spec.tasks)
    }
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
            let patient = Patient { spec, region, clients };
            let pools = self.cluster(&patient, &mut found).await;
            self.permissions_for(&patient, &pools, &mut found).await;
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
        let Self { connection, gates, clients, .. } = *self;
        // Who made what is no part of it either.
        let surveyor = Surveyor { connection, gates, clients, whose: false };
        match surveyor.survey(&wanted).await {
            Ok(there) => plumbing::check(&wanted, &there, self.config, found),
            Err(failure) => not_read("queues and rules", &failure, found),
        }
        #[cfg(feature = "iam")]
        if let Some(role) = self.role {
            for queue in &wanted.queues {
                let duties = vec![permission::receiving(&queue.arn())];
                self.duties(role, &queue.home.region, duties, found).await;
            }
            if let Some(bus) = self.told_bus(role) {
                self.duties(role, self.region, vec![permission::telling(&bus)], found).await;
            }
        }
    }

    /// The ARN of the event bus that is told of cases.
    #[cfg(feature = "iam")]
    fn told_bus(&self, role: &str) -> Option<String> {
        let name = &self.manifests.operator.spec.notifications.as_ref()?.event_bus.as_ref()?.name;
        let home = Home { region: self.region.clone(), account: account_of(role).unwrap_or_default().to_owned() };
        Some(if name.starts_with("arn:") { name.clone() } else { home.arn("events", &format!("event-bus/{name}")) })
    }

    async fn cluster(&self, patient: &Patient<'_>, found: &mut Vec<Finding>) -> Vec<Pool> {
        let name = patient.spec.cluster_name();
        let pools = match groups::read(patient, found).await {
            Ok(pools) => pools,
            Err(failure) => {
                not_read(&format!("cluster {name}"), &failure, found);
                // Of a cluster that is not there nothing else can be read.
                if failure.class == Class::NotFound {
                    return Vec::new();
                }
                Pools::default()
            }
        };
        match services::read(patient, found).await {
            Ok(services) => services.iter().for_each(|facts| service::check(facts, found)),
            Err(failure) => not_read(&format!("services of cluster {name}"), &failure, found),
        }
        let mut facts = ClusterFacts { name: name.to_owned(), ..ClusterFacts::default() };
        if let Err(failure) = tasks::read(patient, &pools, &mut facts, found).await {
            not_read(&format!("instances and tasks of cluster {name}"), &failure, found);
        }
        pools.managed.iter().for_each(|pool| group::check(&pool.facts, found));
        cluster::check(&facts, found);
        pools.managed
    }

    /// Whether the operator's role may do what a cluster takes.
    #[cfg(feature = "iam")]
    async fn permissions_for(&self, patient: &Patient<'_>, pools: &[Pool], found: &mut Vec<Finding>) {
        let Some(role) = self.role else { return };
        let account = account_of(&patient.spec.cluster).or_else(|| account_of(role)).unwrap_or_default().to_owned();
        let home = Home { region: patient.region.clone(), account };
        let groups: Vec<String> = pools.iter().map(|pool| pool.arn.clone()).collect();
        let duties = permission::of_cluster(patient.spec, &home, &groups);
        self.duties(role, &patient.region, duties, found).await;
    }

    #[cfg(not(feature = "iam"))]
    async fn permissions_for(&self, _: &Patient<'_>, _: &[Pool], _: &mut Vec<Finding>) {}

    /// Where IAM does not say it of one, it is not asked about others.
    #[cfg(feature = "iam")]
    async fn duties(&self, role: &str, region: &Region, duties: Vec<Duty>, found: &mut Vec<Finding>) {
        let object = format!("role {role}");
        let silent = found.iter().any(|it| it.object == object && UNREAD.contains(&it.check));
        let client = clients::iam(self.connection, self.region);
        for duty in duties.into_iter().filter(|_| !silent) {
            match permissions::verdict(&client, role, region, &duty).await {
                Ok(verdict) => permission::check(role, &duty, &verdict, found),
                Err(failure) => return not_read(&object, &failure, found),
            }
        }
    }
}

/// The account in an ARN.
#[cfg(feature = "iam")]
fn account_of(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.split(':').nth(3).filter(|account| !account.is_empty())
}

/// The checks that say that something could not be read.
#[cfg(feature = "iam")]
const UNREAD: [&str; 4] = ["NotExamined", "Denied", "Missing", "NotRead"];

/// What could not be read is a finding, and more so where the operator has to read it as well.
fn not_read(object: &str, failure: &Failure, found: &mut Vec<Finding>) {
    not_read_for(DOCTORS_OWN.contains(&failure.action), object, failure, found);
}

/// The same, for the doctor's own sake or for the operator's.
fn not_read_for(doctors_own: bool, object: &str, failure: &Failure, found: &mut Vec<Finding>) {
    let (severity, check) = match failure.class {
        Class::Denied if doctors_own => (Severity::Note, "NotExamined"),
        Class::Denied | Class::Credentials => (Severity::Critical, "Denied"),
        Class::NotFound => (Severity::Critical, "Missing"),
        _ => (Severity::Warning, "NotRead"),
    };
    let cost = match doctors_own {
        true => "what it would have told is not known; the operator itself does not read it",
        false => "the operator needs to read it as well, and does nothing about instances that it cannot see",
    };
    let mend = match failure.class {
        Class::Denied if doctors_own => format!("allow `{}` to whoever runs doctor", failure.action),
        Class::Denied => format!("allow `{}` to the operator's role, and to whoever runs doctor", failure.action),
        _ => failure.remedy(),
    };
    Sheet::of(object, found).note(severity, check, (failure.to_string(), cost.to_owned(), mend));
}

fn seconds(seconds: i32) -> SignedDuration {
    SignedDuration::from_secs(seconds.into())
}

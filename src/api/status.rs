//! What an operator tells of the resources that it works by: what was declared, and how that stands. Read, never written by people.
//!
//! Reading is lenient here: an operator may be newer than its reader.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something about a resource that holds or does not hold, as Kubernetes has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// What is said to hold, such as `Observed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// Why, in one word.
    pub reason: String,
    /// Why, for people.
    pub message: String,
    /// Since when the status is so.
    #[schemars(extend("format" = "date-time"))]
    pub last_transition_time: String,
    /// The generation of the resource that this is about.
    pub observed_generation: u64,
}

/// Something that happened to a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceEvent {
    /// When.
    #[schemars(extend("format" = "date-time"))]
    pub time: String,
    /// What, such as `case.draining`.
    pub event: String,
    /// The same for people.
    pub message: String,
}

/// A resource as it was declared, and how it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DeclaredWith{T}")]
pub struct Declared<S, T> {
    /// Always `ecs-spot-operator/v1`.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its name and notes on it.
    pub metadata: DeclaredMetadata,
    /// What is wanted, with every default.
    pub spec: S,
    /// How it stands.
    pub status: T,
}

/// A resource's name and notes on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeclaredMetadata {
    /// Its name.
    pub name: String,
    /// Pairs to select by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Notes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Counts the changes of the manifests since the operator was started, from 1.
    pub generation: u64,
}

/// How a `SpotCluster` stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SpotClusterStatus {
    /// The generation that it stands by.
    pub observed_generation: u64,
    /// What holds of it: `Observed`, `Replaceable`, `Prepared`, `Working`.
    pub conditions: Vec<Condition>,
    /// Where it is.
    pub region: String,
    /// Its container instances when it was last read as a whole.
    pub instances: u64,
    /// Of these, those that drain.
    pub draining: u64,
    /// The interruptions that are open now.
    pub open_interruptions: u64,
    /// When it was last read as a whole.
    #[schemars(extend("format" = "date-time"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<String>,
    /// Its capacity providers.
    pub capacity_providers: Vec<CapacityProviderStatus>,
    /// What happened lately, the latest last. Only told of one cluster at a time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<ResourceEvent>,
}

/// How a capacity provider stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CapacityProviderStatus {
    /// Its name.
    pub name: String,
    /// The Auto Scaling group behind it; missing where none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scaling_group: Option<String>,
    /// Whether the policy lets its instances be touched.
    pub managed: bool,
    /// DesiredCapacity.
    pub desired: u32,
    /// MaxSize.
    pub max: u32,
    /// Members in service.
    pub in_service: u64,
    /// From interruption notices to the registration of replacements, of the latest 100 since the operator's start; missing where there
    /// was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_seconds: Option<LeadSeconds>,
    /// Interruption notices of the last 24 hours, since the operator's start.
    pub interruptions_last_day: u64,
    /// What stands in for capacity that the pool does not have, for people; missing where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_in_use: Option<String>,
}

/// How long replacements took, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LeadSeconds {
    /// Half of them took no longer.
    pub median: f64,
    /// The slowest.
    pub slowest: f64,
    /// How many there were.
    pub of: u64,
}

/// How an `Operator` stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OperatorStatus {
    /// The generation that it works by.
    pub observed_generation: u64,
    /// What holds of it: `Ready`, `ConfigAccepted`, `Working`.
    pub conditions: Vec<Condition>,
    /// Its version.
    pub version: String,
    /// Its own Region.
    pub region: String,
    /// The clusters that it manages.
    pub clusters: u64,
    /// The interruptions that are open now.
    pub open_interruptions: u64,
    /// The time by its clock.
    #[schemars(extend("format" = "date-time"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The API budget, bucket by bucket, those that were asked for anything.
    pub budget: Vec<BucketStatus>,
    /// It and the others that `spec.http.replicas` names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replicas: Vec<ReplicaStatus>,
}

/// How a bucket of the API budget stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct BucketStatus {
    /// The Region.
    pub region: String,
    /// The bucket's name.
    pub bucket: String,
    /// Tokens in it.
    pub tokens: f64,
    /// Tokens in a full one.
    pub burst: f64,
    /// Tokens that it gains a second now.
    pub rate: f64,
    /// Requests that wait, by lane.
    pub waiting: BTreeMap<String, u64>,
    /// Requests that got a token since the start.
    pub requests: u64,
    /// Answers since the start that said that it was too much.
    pub throttled: u64,
    /// Requests since the start that were not sent, because it was too late for them.
    pub dropped: u64,
}

/// One of several operators that share the work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplicaStatus {
    /// Its name.
    pub name: String,
    /// Whether it is the one that tells this.
    #[serde(rename = "self")]
    pub is_self: bool,
    /// Whether it answers.
    pub answers: bool,
    /// The `SpotCluster`s that it manages.
    pub clusters: Vec<String>,
    /// Why it does not answer, for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// All clusters that an operator manages.
pub type SpotClusterList = List<Declared<super::SpotClusterSpec, SpotClusterStatus>>;

/// Several resources.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ListOf{T}")]
pub struct List<T> {
    /// They.
    pub items: Vec<T>,
}

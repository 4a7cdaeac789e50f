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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
}

/// All clusters that an operator manages.
pub type SpotClusterList = List<Declared<super::SpotClusterSpec, SpotClusterStatus>>;

/// Several resources.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct List<T> {
    /// They.
    pub items: Vec<T>,
}

//! What every kind has in common.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The one `apiVersion` there is.
pub const API_VERSION: &str = "ecs-spot-operator/v1";

/// A document: which kind it is, its name, and what it wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resource<S> {
    /// Always `ecs-spot-operator/v1`.
    pub api_version: String,
    /// The kind of the document, such as `Operator` or `SpotCluster`.
    pub kind: String,
    /// The document's name and notes on it.
    pub metadata: Metadata,
    /// What is wanted.
    pub spec: S,
}

/// The name of a resource and notes on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metadata {
    /// Unique among the resources of a kind.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Free-form pairs for people and tools to select by.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Free-form notes.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

//! Token buckets and who else draws on them, as they are given.

use serde::{Deserialize, Serialize};

use super::faults::Window;

/// Whether requests are throttled, and who else makes requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Throttling {
    /// Whether there are buckets at all.
    pub enabled: bool,
    /// The bucket of Auto Scaling.
    pub auto_scaling: BucketSize,
    /// Auto Scaling says `RateExceeded`, as its API reference has it, and not `Throttling`, as callers report.
    pub documented_name: bool,
    /// Others who make requests in the same account.
    pub neighbours: Vec<Neighbour>,
}

/// How much a bucket holds and gains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BucketSize {
    /// Tokens in a full bucket.
    pub burst: u32,
    /// Tokens gained a second.
    pub per_second: u32,
}

impl BucketSize {
    pub(in crate::sim) const fn of(burst: u32, per_second: u32) -> Self {
        Self { burst, per_second }
    }
}

impl Default for BucketSize {
    /// Auto Scaling's: assumed, as it is not published.
    fn default() -> Self {
        Self::of(50, 10)
    }
}

/// Somebody else who draws tokens, evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Neighbour {
    /// When.
    #[serde(default)]
    pub window: Window,
    /// From which bucket.
    pub category: Category,
    /// How many a second it asks for.
    pub tokens_per_second: u32,
}

/// A bucket. The names are AWS's, but for Auto Scaling's only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Category {
    /// `DescribeClusters`, `ListClusters`.
    ClusterRead,
    /// `DescribeCapacityProviders`.
    CapacityProviderRead,
    /// `UpdateContainerInstancesState`, `StopTask` and the like.
    ClusterResourceModify,
    /// `DescribeContainerInstances`, `ListTasks` and the like.
    ClusterResourceRead,
    /// `DescribeServices`, `ListServices`.
    ServiceRead,
    /// `UpdateService` and the like.
    ServiceModify,
    /// `UpdateCapacityProvider` and the like.
    CapacityProviderModify,
    /// `DescribeTaskDefinition` and the like.
    TaskDefinitionRead,
    /// `UpdateTaskProtection`, `GetTaskProtection`.
    TaskProtection,
    /// Every action of Auto Scaling.
    AutoScaling,
}

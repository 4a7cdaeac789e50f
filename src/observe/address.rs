//! Where a cluster is, so that a question or a call can be addressed.

use std::sync::Arc;

use crate::ids::Region;

/// Where a cluster is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The cluster's Region.
    pub region: Region,
    /// Its name or ARN, as the manifest gives it.
    pub cluster: Arc<str>,
}

impl Address {
    /// Whether both name the same cluster, be it by name or by ARN.
    #[must_use]
    pub fn is_same_place(&self, other: &Self) -> bool {
        self.region == other.region && self.name() == other.name()
    }

    /// The cluster's name, without the rest of its ARN.
    #[must_use]
    pub fn name(&self) -> &str {
        self.cluster.rsplit('/').next().unwrap_or(&self.cluster)
    }
}

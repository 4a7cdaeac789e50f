//! The name of a case.

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::ids::InstanceId;

/// A case's name: the instance, and when AWS said that it is doomed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseId {
    /// The doomed instance.
    pub instance: InstanceId,
    /// When AWS said so.
    pub said_at: Timestamp,
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.instance, self.said_at)
    }
}

impl Serialize for CaseId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

//! What would go wrong in an interruption, told before there is one.
//!
//! Rules over facts, pure and synchronous: what a fact means, not how it is had. The operator's own index gives some of the facts
//! (its conditions are made of these); [`Examiner`] reads the rest from a live account, the only part of this room that asks AWS.

mod agent;
mod cluster;
mod finding;
mod group;
#[cfg(feature = "iam")]
mod permission;
mod plumbing;
mod service;
mod survey;

pub use agent::AgentDraining;
pub use cluster::ClusterFacts;
pub use finding::{Finding, Severity};
pub use group::{GroupFacts, check as check_group};
pub use service::ServiceFacts;
pub use survey::Examiner;

//! Makes the plumbing that brings events to the operator, and repairs it: queues, rules, targets, hooks.
//!
//! [`Wanted`] is read from the manifests, [`Found`] from the account, [`plan()`] compares both; all three are plain data. Only
//! [`Surveyor`] asks AWS, and only [`Builder`] changes it, change by change.

mod apply;
mod arn;
mod change;
mod found;
mod permission;
mod plan;
mod policy;
mod survey;
mod wanted;

pub use apply::Builder;
pub use arn::Home;
pub use change::Change;
pub use found::{Found, FoundQueue, FoundRule};
pub use permission::{Permission, Sender, permits};
pub use plan::{covering, has_a_role, plan, removal};
pub use survey::Surveyor;
pub use wanted::{Wanted, WantedQueue, WantedRule};

/// The tag on queues and rules that `setup` made. What does not carry it is not removed.
pub const TAG: (&str, &str) = ("ecs-spot-operator/made-by", "setup");

/// The id of our target in a rule.
const TARGET: &str = "ecs-spot-operator";

/// The name of the termination hook that `setup` makes.
pub const HOOK: &str = "ecs-spot-operator-drain";

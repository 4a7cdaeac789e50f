//! What would go wrong in an interruption, told before there is one.
//!
//! Rules over facts, pure and synchronous: what a fact means, not how it is had. The operator's own index gives some of the facts
//! (its conditions are made of these), `survey` reads the rest for the command `doctor`.

mod finding;
mod group;

pub use finding::{Finding, Severity};
pub use group::{GroupFacts, check as check_group};

//! What a simulated account is given: what it holds, what is going to happen to it, how AWS behaves where it leaves that
//! open, and what goes wrong. Plain data; nothing here draws, decides or moves.

mod account;
mod action;
mod cluster;
mod delivery;
mod faults;
mod group;
mod params;
mod plan;
mod spread;
mod throttling;
mod weather;

pub use account::Scenario;
pub use action::Action;
pub use cluster::{CONTAINER_PORT, ClusterSpec, Launch, Need, ServiceSpec, Strategy, TaskSpec};
pub use delivery::{QueueSpec, Redrive, RuleSpec, TopicSpec, VISIBILITY_DEFAULT};
pub use faults::{CallFaults, EventFaults, Faults, ImdsFaults, QueueFaults, Window};
pub use group::{GroupSpec, HookSpec, HookTarget, MANAGED_HOOK, ManagedScaling, Market, PoolSpec, Process};
pub use params::Params;
pub use plan::{Deed, InterruptionPlan, Planned};
pub use spread::Spread;
pub use throttling::{BucketSize, Category, Neighbour, Throttling};
pub use weather::Weather;

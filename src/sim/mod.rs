//! The simulated AWS: one model of the parts of ECS, EC2 Auto Scaling, EC2 Spot, Elastic Load Balancing, SQS and EventBridge
//! that a hand-over touches.
//!
//! A [`Simulation`] is a world that moves through time by itself (instances boot, agents register, tasks are placed and
//! stopped, groups replace what they lose, Spot takes instances back) and that is talked to as AWS is: the SDK's
//! clients speak to [`Simulation::http_client`] in AWS's own wire formats. Time is a [`crate::clock::Clock`], chance is
//! a seed: the same scenario, seed and calls give the same run, to the byte. [`Truth`] tells what really happened.
//!
//! [`serve`] puts it on the wire, for the AWS CLI and other programs.
//!
//! This room stands for AWS, so it must not know who calls it: of this crate it imports the clock and nothing else.
//! What AWS does not document is a parameter ([`Params`]), never a constant.
//! What goes wrong is data ([`Faults`]), and off by default; it strikes between the callers and the services, and between
//! the services, never in their rules.
//!
//! How it is built: each service is a struct that changes at API calls, at its own timers, and when it hears a
//! fact that another service told. Services do not call each other, but for two that do so in AWS as well: Auto
//! Scaling orders instances from EC2, EventBridge sends to SQS.
//!
//! ```text
//!  HTTP request ─> door ─> edge ─> world ──┬─> ec2 ─────────┐
//!                                    ^     ├─> autoscaling ─┤ facts ──> every service, record
//!  clock ─> door::driver ────────────┘     ├─> ecs ─────────┤
//!            (agenda of timers)            ├─> elb ─────────┤
//!                                          └─> events ─> sqs┘
//! ```
//!
//! | room | what it is for | may use |
//! |---|---|---|
//! | `spec` | what an account is given, as plain data | nothing |
//! | `kernel` | time, chance, facts, timers, names, errors, faults that strike | `spec` |
//! | `ec2`, `autoscaling`, `ecs`, `elb`, `sqs`, `events` | a service each, its rules and what callers may ask for | `spec`, `kernel` |
//! | `record` | what really happened | the services, to look at |
//! | `edge` | wire formats, token buckets, stale answers | all of these |
//! | `world`, `setup`, `plan` | all services together; from a scenario to a world; what was planned | all of these |
//! | `door` | the ways in | all of these |

mod autoscaling;
mod demo;
mod door;
mod ec2;
mod ecs;
mod edge;
mod elb;
mod events;
mod kernel;
mod plan;
mod record;
mod setup;
mod spec;
mod sqs;
mod world;

pub use demo::demo;
pub use door::{Served, Simulation, serve};
pub use edge::STALE_SECONDS_MAX;
pub use record::{
    ContainerInstanceView, GroupView, Happening, Interruption, Listener, MemberView, QueueDepth, Replacement,
    Situation, TaskView, Truth,
};
pub use spec::{
    Action, BucketSize, CallFaults, Category, ClusterSpec, Deed, EventFaults, Faults, GroupSpec, HookSpec, HookTarget,
    ImdsFaults, InterruptionPlan, Launch, ManagedScaling, Market, Neighbour, Params, Planned, PoolSpec, Process,
    QueueFaults, QueueSpec, Redrive, RuleSpec, Scenario, ServiceSpec, Spread, Strategy, TaskSpec, Throttling,
    TopicSpec, Weather, Window,
};

#[cfg(test)]
mod tests;

//! The simulated AWS: one model of the parts of ECS, EC2 Auto Scaling, EC2 Spot, SQS and EventBridge that a hand-over
//! touches.
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
//!  HTTP request ─> wire ─> world ──┬─> ec2 ─────────┐
//!                            ^     ├─> autoscaling ─┤ facts ──> every service, truth, journal
//!  clock ─> driver ──────────┘     ├─> ecs ─────────┤
//!            (agenda of timers)    └─> events ─> sqs┘
//! ```

mod agenda;
mod autoscaling;
mod connector;
mod control;
mod core;
mod demo;
mod dice;
mod driver;
mod ec2;
mod ecs;
mod events;
mod fact;
mod fault;
mod faults;
mod fields;
mod happening;
mod inspect;
mod journal;
mod mishap;
mod names;
mod params;
mod past;
mod scenario;
mod server;
mod setup;
mod simulation;
mod sqs;
mod state;
mod throttle;
mod truth;
mod wire;
mod world;

pub use demo::demo;
pub use ec2::Action;
pub use faults::{CallFaults, EventFaults, Faults, QueueFaults, Window};
pub use happening::{Happening, Listener};
pub use inspect::{ContainerInstanceView, GroupView, MemberView, QueueDepth, TaskView};
pub use params::{Params, Spread};
pub use past::STALE_SECONDS_MAX;
pub use scenario::{
    ClusterSpec, GroupSpec, InterruptionPlan, Launch, Process, QueueSpec, Redrive, RuleSpec, Scenario, ServiceSpec,
    TaskSpec,
};
pub use server::{Served, serve};
pub use simulation::Simulation;
pub use throttle::{BucketSize, Category, Neighbour, Throttling};
pub use truth::{Interruption, Replacement, Truth};

#[cfg(test)]
mod tests;

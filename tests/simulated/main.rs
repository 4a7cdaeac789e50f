//! The whole operator, with the real AWS SDK, on the simulated AWS in virtual time. What is asserted is what AWS would show.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod dashboards;
mod faults;
mod handing_over;
mod messages;
mod news;
mod obstacles;
mod planned;
mod reloading;
mod rig;
mod rows;
mod shown;
mod signals;
mod stopping;
mod stopping_tasks;
mod storm;
mod told;

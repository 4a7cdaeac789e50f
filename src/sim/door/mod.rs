//! The ways in: a running world (`simulation`, `driver`) as an HTTP client of the SDK (`connector`), or on an address
//! (`server`) with what no caller of AWS can do (`control`).

mod connector;
mod control;
mod driver;
mod fields;
mod server;
mod simulation;

pub use server::{Served, serve};
pub use simulation::Simulation;

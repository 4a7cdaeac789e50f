//! `sim`: the simulated AWS, and the operator on it.

mod fuzz;
mod run;

use clap::Subcommand;

/// What can be done with it.
#[derive(Debug, Subcommand)]
pub enum Sim {
    /// Play one scenario in simulated time and print what happens, then a summary.
    Run(run::Options),
    /// Play one drawn scenario a seed and hold each to what must always hold.
    Fuzz(fuzz::Options),
}

/// Does what was asked.
pub fn sim(command: &Sim) -> u8 {
    match command {
        Sim::Run(options) => run::run(options),
        Sim::Fuzz(options) => fuzz::run(options),
    }
}

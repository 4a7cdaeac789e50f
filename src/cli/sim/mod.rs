//! `sim`: the simulated AWS, and the operator on it.

mod run;

use clap::Subcommand;

/// What can be done with it.
#[derive(Debug, Subcommand)]
pub enum Sim {
    /// Play one scenario in simulated time and print what happens, then a summary.
    Run(run::Options),
}

/// Does what was asked.
pub fn sim(command: &Sim) -> u8 {
    match command {
        Sim::Run(options) => run::run(options),
    }
}

//! The program: reads the command line and does what it says.

use std::process::ExitCode;

use clap::Parser;
use ecs_spot_operator::cli::{self, Cli};

fn main() -> ExitCode {
    cli::run(Cli::parse())
}

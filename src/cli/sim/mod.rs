//! `sim`: the simulated AWS, for the operator in this process and for programs other than this one.

mod fuzz;
mod run;
mod serve;

use clap::Subcommand;

/// What can be done with it.
#[derive(Debug, Subcommand)]
pub enum Sim {
    /// Play one scenario in simulated time and print what happens, then a summary.
    Run(run::Options),
    /// Play one drawn scenario a seed and hold each to what must always hold.
    Fuzz(fuzz::Options),
    /// Serve it in real time to the AWS CLI and any SDK, until Ctrl-C.
    ///
    /// ECS, EC2 Auto Scaling, SQS and EventBridge answer at one endpoint, for any credentials. Under /_sim/ are `POST
    /// interrupt` with {"instanceIds":["i-…"],"noticeSeconds":120,"action":"terminate"}, `POST rebalance`, `POST faults`,
    /// `GET state`, `GET calls`, `POST reset`, and the metadata of an instance at `imds/INSTANCE/latest/…`.
    Serve(serve::Options),
}

/// Does it, and gives back the exit code.
pub fn sim(command: &Sim) -> u8 {
    match command {
        Sim::Run(options) => run::run(options),
        Sim::Fuzz(options) => fuzz::run(options),
        Sim::Serve(options) => serve::serve(options),
    }
}

//! The command line: what can be asked of the program, and with which exit code it answers.
//!
//! Joins the rooms for each command; decides nothing itself.

mod ask;
mod demo;
mod doctor;
mod drain;
mod manifest;
mod output;
mod paper;
mod reach;
mod report;
mod run;
mod setup;
mod sim;
mod speed;
mod stop;
mod tape;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Location;
use crate::telemetry::LogFormat;

/// Done.
pub const DONE: u8 = 0;
/// It failed.
pub const FAILED: u8 = 1;
/// Bad usage or bad input. clap exits with the same.
pub const BAD_INPUT: u8 = 2;

/// Hands over Amazon ECS container instances that EC2 Spot takes back, inside the two-minute window.
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the operator.
    ///
    /// Credentials, Region and endpoints come the standard AWS way: environment, profile, task role, AWS_ENDPOINT_URL. Exits
    /// with 0 on SIGTERM and SIGINT, after finishing or handing back what is in flight, within 20 s.
    Run {
        /// Where the manifests are, one Operator and at least one SpotCluster: a YAML file, a directory of them, s3://bucket/prefix or ssm:/path.
        /// Changes take effect within seconds, at once on SIGHUP.
        #[arg(long, value_name = "LOCATION")]
        config: Location,
        /// How log lines look; RUST_LOG says which there are.
        #[arg(long, value_enum, default_value = "auto")]
        log_format: LogFormat,
    },
    /// List what a running operator deals with.
    #[command(subcommand)]
    Get(ask::get::Get),
    /// Show all that a running operator tells of one thing.
    #[command(subcommand)]
    Describe(ask::describe::Describe),
    /// Tell what manifests would change in a running operator.
    ///
    /// Exits with 0 where nothing differs, 1 where something does or the operator does not answer, 2 where the manifests are bad.
    Diff(ask::diff::Options),
    /// Ask a running operator, through its queue, to hand over an instance.
    ///
    /// Sends one message; credentials, Region and endpoints come the standard AWS way, and need `sqs:SendMessage` on the queue.
    /// Exits with 0 once the queue has it, which does not say what becomes of it: `describe interruption` does.
    Drain(drain::Options),
    /// Tell what would go wrong in an interruption, what that costs, and what mends it.
    ///
    /// Reads the live account and changes nothing. Exits with 1 where anything is critical.
    Doctor(doctor::Options),
    /// Make the event plumbing that manifests ask for, or repair it: queues, rules, targets, hooks.
    ///
    /// Shows each change before it makes any. Made again it changes nothing. --destroy removes what
    /// setup has made, known by a tag, and leaves all else.
    Setup(setup::Options),
    /// Show the operator at work on a simulated AWS, in this process. No account is needed.
    Demo(demo::Options),
    /// The simulated AWS, and the operator on it.
    #[command(subcommand)]
    Sim(sim::Sim),
    /// Find everything that is wrong with manifests.
    ///
    /// Exits with 2 where something is, with the place of each problem. Nothing is asked of AWS: `doctor` does that.
    Check(manifest::check::Options),
    /// Tell what a field of a manifest means.
    Explain(manifest::explain::Options),
    /// Tell what happened from a log alone: how many cases, how they ended, how long each phase took, what to change.
    Report(report::Options),
    /// Print the JSON Schema of a kind or of the lines of the log, or the OpenAPI document of an operator's HTTP server.
    Schema {
        /// Operator, SpotCluster, Scenario, Interruption, LogLine or OpenAPI.
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(manifest::schema::kinds()))]
        kind: String,
    },
    /// Print what a shell needs to complete these commands.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: paper::Shell,
    },
    /// Write the manual pages of all commands.
    Man {
        /// The directory to write them to; it is made where it is not there.
        #[arg(value_name = "DIRECTORY")]
        directory: PathBuf,
    },
}

/// Does what was asked, and gives back the exit code.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let code = match cli.command {
        Command::Run { config, log_format } => run::run(config, log_format),
        Command::Get(what) => ask::get::get(&what),
        Command::Describe(what) => ask::describe::describe(&what),
        Command::Diff(options) => ask::diff::diff(&options),
        Command::Drain(options) => drain::drain(&options),
        Command::Doctor(options) => doctor::doctor(&options),
        Command::Setup(options) => setup::setup(&options),
        Command::Demo(options) => demo::demo(&options),
        Command::Sim(command) => sim::sim(&command),
        Command::Check(options) => manifest::check::check(&options),
        Command::Explain(options) => manifest::explain::explain(&options),
        Command::Report(options) => report::report(&options),
        Command::Schema { kind } => manifest::schema::print(&kind),
        Command::Completions { shell } => paper::completions(shell),
        Command::Man { directory } => paper::man(&directory),
    };
    ExitCode::from(code)
}

/// Tells people something. A reader who left, as `head` does, is no reason to fail.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", tame(text));
}

/// The same for lines of our own that have colours in them.
fn say_in_colour(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A text of which a terminal obeys nothing but lines and tabs: some of it was written by others.
fn tame(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Says what went wrong, for people.
fn complain(message: impl std::fmt::Display) {
    tell_people(format_args!("error: {message}"));
}

/// Says something to people beside what is printed.
#[expect(clippy::print_stderr, reason = "the one place where the program speaks outside its log")]
fn tell_people(message: impl std::fmt::Display) {
    eprintln!("{}", tame(&message.to_string()));
}

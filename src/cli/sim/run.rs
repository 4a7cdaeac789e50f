//! `sim run`: plays one scenario with one seed, and prints what happens.

use std::path::PathBuf;

use clap::Args;

use crate::cli::tape::Tape;
use crate::cli::{BAD_INPUT, DONE, FAILED, complain, say};
use crate::config;
use crate::trial::{Line, Trial};

/// What is played, and how it is shown.
#[derive(Debug, Args)]
pub struct Options {
    /// A YAML file with one Scenario.
    scenario: PathBuf,
    /// Where chance comes from. The same seed gives the same run, byte for byte.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One JSON object a line, with every call of the API, for machines.
    #[arg(long)]
    json: bool,
    /// Every call of the API, not only DetachInstances and UpdateContainerInstancesState.
    #[arg(long)]
    calls: bool,
}

/// Plays the scenario.
pub fn run(options: &Options) -> u8 {
    let scenario = match config::load_scenario(&options.scenario) {
        Ok(scenario) => scenario.spec,
        Err(problem) => {
            complain(problem);
            return BAD_INPUT;
        }
    };
    let (json, calls) = (options.json, options.calls);
    let trial = Trial { scenario, seed: options.seed, meddler: None };
    let tape = Tape::default();
    let listener = tape.clone();
    let summary = trial.play(move |line| {
        if line.event.starts_with("case.") {
            listener.hear(&line.detail);
        }
        show(&line, json, calls);
    });
    match summary {
        Ok(summary) if json => say(&serde_json::json!({ "summary": summary }).to_string()),
        Ok(summary) => {
            say(&format!("\n{summary}"));
            tape.play();
        }
        Err(error) => {
            complain(error);
            return FAILED;
        }
    }
    DONE
}

fn show(line: &Line, json: bool, calls: bool) {
    if json {
        say(&serde_json::to_string(line).unwrap_or_default());
    } else if calls || !line.minor {
        say(&line.aligned());
    }
}

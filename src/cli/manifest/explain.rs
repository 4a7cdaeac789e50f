//! `explain`: what a field of a manifest means.

use clap::Args;

use crate::api;
use crate::cli::output::{self, Output, Shown};
use crate::cli::{BAD_INPUT, DONE, complain, say};

/// What is explained, and how.
#[derive(Debug, Args)]
pub struct Options {
    /// A kind, or a field of one, such as `SpotCluster.spec.signals.rebalance`. Lists are looked into by themselves.
    #[arg(value_name = "KIND[.FIELD]...")]
    path: String,
    /// List all fields below it with their types and defaults, and nothing else.
    #[arg(long)]
    recursive: bool,
    #[command(flatten)]
    shown: Shown,
}

/// Explains it.
pub fn explain(options: &Options) -> u8 {
    let explanation = match api::explain(&options.path) {
        Ok(explanation) => explanation,
        Err(message) => {
            complain(message);
            return BAD_INPUT;
        }
    };
    let text = match (options.shown.output, options.recursive) {
        (Output::Json, _) => output::json(&explanation),
        (Output::Text, true) => explanation.outline(),
        (Output::Text, false) => explanation.to_string(),
    };
    say(text.trim_end());
    DONE
}

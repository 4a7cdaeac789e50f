//! `explain`: what a field of a manifest means.

use clap::{Args, ValueEnum};

use crate::api;
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
    /// For people, or for machines.
    #[arg(short, long, value_enum, default_value = "text")]
    output: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
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
    let text = match (options.output, options.recursive) {
        (Format::Json, _) => serde_json::to_string_pretty(&explanation).unwrap_or_default(),
        (Format::Text, true) => explanation.outline(),
        (Format::Text, false) => explanation.to_string(),
    };
    say(text.trim_end());
    DONE
}

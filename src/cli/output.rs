//! How a command shows what it has found: for people, or for machines.

use clap::{Args, ValueEnum};
use serde::Serialize;

/// The option that says so.
#[derive(Clone, Copy, Debug, Args)]
pub struct Shown {
    /// For people, or for machines.
    #[arg(short, long, value_enum, default_value = "text")]
    pub output: Output,
}

/// For whom it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    Text,
    Json,
}

/// Plain data as machines read it; such data is always written.
pub fn json(data: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string_pretty(data).unwrap_or_default()
}

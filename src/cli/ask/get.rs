//! `get`: the interruptions or the clusters of a running operator as a table, or as they are.

use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::Value;

use super::table::table;
use super::{Operator, clusters, json, understood, words, yaml};
use crate::api::{Interruption, InterruptionList};

/// What can be listed.
#[derive(Debug, Subcommand)]
pub enum Get {
    /// The interruptions: the open ones, by deadline, then those that ended within the last hour.
    ///
    /// PHASE is the one that was reached last, or how it ended; LEFT the time to the deadline. `describe interruption` shows
    /// all that is known of one.
    #[command(visible_alias = "interruption")]
    Interruptions(Options),
    /// The clusters that it manages: how each stands, and how many interruptions are open there.
    #[command(visible_alias = "cluster")]
    Clusters(ClusterOptions),
}

/// Of which operator, and how they are shown.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    operator: Operator,
    /// For people, or for machines as the operator gives them.
    #[arg(short, long, value_enum, default_value = "table")]
    output: Format,
    /// So many at most.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=5000))]
    limit: u32,
    /// Show them again whenever they have changed, until Ctrl-C.
    #[arg(short, long)]
    watch: bool,
}

/// Of which operator, and how they are shown.
#[derive(Debug, Args)]
pub struct ClusterOptions {
    #[command(flatten)]
    operator: Operator,
    /// For people, or for machines as the operator gives them.
    #[arg(short, long, value_enum, default_value = "table")]
    output: Format,
    /// Show them again whenever they have changed, until Ctrl-C.
    #[arg(short, long)]
    watch: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Table,
    Json,
    Yaml,
}

const HEADINGS: [&str; 7] = ["NAME", "INSTANCE", "CLUSTER", "SIGNAL", "PHASE", "LEFT", "WAITING FOR"];

/// Lists them.
pub fn get(what: &Get) -> u8 {
    match what {
        Get::Interruptions(Options { operator, output, limit, watch }) => {
            let path = format!("/api/v1/interruptions?limit={limit}");
            operator.list(&path, *watch, |answer| shown(answer, *output, |list| interruptions(&list)))
        }
        Get::Clusters(ClusterOptions { operator, output, watch }) => {
            operator.list("/api/v1/clusters", *watch, |answer| shown(answer, *output, |list| clusters::rows(&list)))
        }
    }
}

fn shown<'a, T: Deserialize<'a>>(
    answer: &'a Value,
    format: Format,
    in_words: impl Fn(T) -> String,
) -> Result<String, String> {
    match format {
        Format::Json => json(answer),
        Format::Yaml => Ok(yaml::text(answer)),
        Format::Table => understood(answer).map(in_words),
    }
}

fn interruptions(list: &InterruptionList) -> String {
    if list.items.is_empty() {
        return "No interruption is open, and none has ended within the last hour.".to_owned();
    }
    let mut text = table(HEADINGS, list.items.iter().map(row));
    if list.remaining_item_count > 0 {
        text.push_str(&format!("and {} more: --limit shows up to 5000\n", list.remaining_item_count));
    }
    text
}

fn row(interruption: &Interruption) -> [String; 7] {
    let status = &interruption.status;
    let reasons: Vec<&str> = status.waiting_for.iter().map(|waiting| waiting.reason.as_str()).collect();
    [
        words::or_none(&interruption.metadata.name),
        words::or_none(&interruption.spec.instance_id),
        words::or_none(interruption.spec.cluster.as_deref().unwrap_or_default()),
        words::or_none(&interruption.spec.signal),
        words::plain(&words::phase(status)),
        words::left(status),
        words::or_none(&reasons.join(",")),
    ]
}

//! `get`: the interruptions of a running operator as a table, or as they are.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;

use super::{Operator, json, understood, words, yaml};
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
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Table,
    Json,
    Yaml,
}

const HEADINGS: [&str; 7] = ["NAME", "INSTANCE", "CLUSTER", "SIGNAL", "PHASE", "LEFT", "WAITING FOR"];

/// Lists them.
pub fn get(Get::Interruptions(options): &Get) -> u8 {
    let path = &format!("/api/v1/interruptions?limit={}", options.limit);
    options.operator.tell(path, |answer| shown(answer, options.output))
}

fn shown(answer: &Value, format: Format) -> Result<String, String> {
    match format {
        Format::Json => json(answer),
        Format::Yaml => Ok(yaml::text(answer)),
        Format::Table => understood(answer).map(|list| table(&list)),
    }
}

fn table(list: &InterruptionList) -> String {
    if list.items.is_empty() {
        return "No interruption is open, and none has ended within the last hour.".to_owned();
    }
    let rows: Vec<[String; 7]> = [HEADINGS.map(str::to_owned)].into_iter().chain(list.items.iter().map(row)).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..HEADINGS.len()).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    if list.remaining_item_count > 0 {
        text.push_str(&format!("and {} more: --limit shows up to 5000\n", list.remaining_item_count));
    }
    text
}

fn row(interruption: &Interruption) -> [String; 7] {
    let status = &interruption.status;
    let reasons: Vec<&str> = status.waiting_for.iter().map(|waiting| waiting.reason.as_str()).collect();
    let or_none = |text: &str| if text.is_empty() { "-".to_owned() } else { words::plain(text) };
    [
        or_none(&interruption.metadata.name),
        or_none(&interruption.spec.instance_id),
        or_none(interruption.spec.cluster.as_deref().unwrap_or_default()),
        or_none(&interruption.spec.signal),
        words::plain(&words::phase(status)),
        words::left(status),
        or_none(&reasons.join(",")),
    ]
}

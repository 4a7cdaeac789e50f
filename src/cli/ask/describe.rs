//! `describe`: all that a running operator tells of one interruption or cluster.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::Value;

use super::{Operator, clusters, json, understood, words, yaml};
use crate::api::Interruption;

/// What can be described.
#[derive(Debug, Subcommand)]
pub enum Describe {
    /// One interruption: where the instance stands, how far its hand-over is, and what it waits for.
    ///
    /// The operator tells of open ones, and of those that ended within the last hour. Exits with 1 where it knows none by that
    /// name.
    #[command(visible_alias = "interruptions")]
    Interruption(Options),
    /// One cluster: how it stands, what holds of it, and what happened there lately.
    #[command(visible_alias = "clusters")]
    Cluster(ClusterOptions),
}

/// Which one, and how it is shown.
#[derive(Debug, Args)]
pub struct Options {
    /// The instance's id, or the name that `get interruptions` shows. An instance with several is known by the open one, then
    /// by the latest.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    id: String,
    #[command(flatten)]
    operator: Operator,
    /// For people, or for machines as the operator gives it.
    #[arg(short, long, value_enum, default_value = "text")]
    output: Format,
}

/// Which cluster, and how it is shown.
#[derive(Debug, Args)]
pub struct ClusterOptions {
    /// The name of the SpotCluster, as `get clusters` shows it.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    name: String,
    #[command(flatten)]
    operator: Operator,
    /// For people, or for machines as the operator gives it.
    #[arg(short, long, value_enum, default_value = "text")]
    output: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
    Yaml,
}

/// Describes it.
pub fn describe(what: &Describe) -> u8 {
    match what {
        Describe::Interruption(Options { id, operator, output }) => {
            let path = &format!("/api/v1/interruptions/{}", encoded(id));
            operator.tell(path, |answer| shown(answer, *output, |one: Interruption| text(&one)))
        }
        Describe::Cluster(ClusterOptions { name, operator, output }) => {
            let path = &format!("/api/v1/clusters/{}", encoded(name));
            operator.tell(path, |answer| shown(answer, *output, |one| clusters::page(&one)))
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
        Format::Text => understood(answer).map(in_words),
    }
}

/// As a part of a URL's path: whatever is no letter, digit or one of a few marks stands as its bytes.
fn encoded(id: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@:".contains(&byte);
    id.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn text(interruption: &Interruption) -> String {
    let status = &interruption.status;
    let optional = [
        ("Container instance", &status.container_instance_arn),
        ("Cluster", &status.cluster),
        ("Capacity provider", &status.capacity_provider),
        ("Auto Scaling group", &status.auto_scaling_group),
        ("Zone", &status.availability_zone),
        ("Type", &status.instance_type),
        ("Replica", &status.replica),
    ];
    let mut text = words::Page::default();
    text.field("Name", &interruption.metadata.name);
    text.field("Instance", &status.instance_id);
    optional.into_iter().for_each(|(name, value)| value.iter().for_each(|value| text.field(name, value)));
    text.field("Signal", &format!("{}, given at {}", status.signal, interruption.spec.said_at));
    text.field("Deadline", &deadline(interruption));
    text.field("State", &words::phase(status));
    text.list("Phases", &phases(interruption));
    text.field("Replacement", status.replacement.as_deref().unwrap_or("none that is known"));
    text.field("Tasks", &words::tasks(&status.tasks));
    let requests: Vec<String> = status.aws_request_ids.iter().map(|(call, id)| format!("{call:<22}  {id}")).collect();
    text.list("AWS request ids", &requests);
    let waiting = status.waiting_for.iter().map(|waiting| format!("{} — {}", waiting.reason, waiting.message));
    text.list("Waiting for", &waiting.collect::<Vec<_>>());
    text.field("Message", &status.message);
    if !status.conditions.is_empty() {
        text.block("Conditions", &clusters::conditions(&status.conditions));
    }
    if !status.events.is_empty() {
        text.list("Events", &words::events(&status.events));
    }
    text.text()
}

fn deadline(interruption: &Interruption) -> String {
    let status = &interruption.status;
    let Some((deadline, left)) = status.deadline.as_ref().zip(status.seconds_left) else {
        return "none that is known".to_owned();
    };
    match (status.open, left >= 0.0) {
        (true, true) => format!("{deadline} ({left:.0} s left)"),
        (true, false) => format!("{deadline} ({:.0} s ago)", -left),
        (false, true) => format!("{deadline} (it ended {left:.0} s before)"),
        (false, false) => format!("{deadline} (it ended {:.0} s after)", -left),
    }
}

/// In the order of time.
fn phases(interruption: &Interruption) -> Vec<String> {
    let mut phases: Vec<(&String, &String)> = interruption.status.phases.iter().collect();
    phases.sort_by_key(|(_, at)| *at);
    phases.into_iter().map(|(phase, at)| format!("{phase:<22}  {at}")).collect()
}

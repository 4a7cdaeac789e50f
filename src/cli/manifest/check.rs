//! `check`: everything that is wrong with manifests, before an operator reads them.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::api::{self, Checked, Problem, Problems, Text};
use crate::cli::output::{self, Output, Shown};
use crate::cli::{BAD_INPUT, DONE, complain, say, tell_people};
use crate::config;

/// What is checked, and how problems are shown.
#[derive(Debug, Args)]
pub struct Options {
    /// Files, and directories of `*.yaml` and `*.yml` files; all together are what one operator reads.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    shown: Shown,
}

/// What was found, for machines.
#[derive(Serialize)]
struct Findings<'a> {
    /// Whether nothing is wrong.
    ok: bool,
    /// How many documents of which kind were read.
    operators: usize,
    spot_clusters: usize,
    scenarios: usize,
    problems: Vec<Told<'a>>,
    notes: &'a [String],
}

/// A problem, for machines.
#[derive(Serialize)]
struct Told<'a> {
    file: &'a str,
    line: Option<u64>,
    column: Option<u64>,
    field: Option<&'a str>,
    message: &'a str,
}

impl<'a> From<&'a Problem> for Told<'a> {
    fn from(problem: &'a Problem) -> Self {
        let (line, column) = problem.place.unzip();
        Self { file: &problem.file, line, column, field: problem.field.as_deref(), message: &problem.message }
    }
}

/// Checks them.
pub fn check(options: &Options) -> u8 {
    let (texts, mut problems) = read(&options.paths);
    let mut checked = api::check(&texts);
    problems.append(&mut checked.problems);
    let notes = if problems.is_empty() { notes(&checked) } else { Vec::new() };
    match options.shown.output {
        Output::Text => tell(&checked, &problems, &notes),
        Output::Json => print(&checked, &problems, &notes),
    }
    if problems.is_empty() { DONE } else { BAD_INPUT }
}

fn read(paths: &[PathBuf]) -> (Vec<Text>, Vec<Problem>) {
    let (mut texts, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match config::read_path(path) {
            Ok(some) => texts.extend(some),
            Err(Problems(some)) => problems.extend(some),
        }
    }
    (texts, problems)
}

/// What `run` would miss in them, which is no mistake in a part of a configuration.
fn notes(checked: &Checked) -> Vec<String> {
    let mut notes = Vec::new();
    if checked.scenarios.is_empty() && checked.operator.is_none() {
        notes.push("there is no Operator among them, and `run` needs one".to_owned());
    }
    if checked.operator.is_some() && checked.clusters.is_empty() {
        notes.push("there is no SpotCluster among them, and `run` needs at least one".to_owned());
    }
    notes
}

fn tell(checked: &Checked, problems: &[Problem], notes: &[String]) {
    if problems.is_empty() {
        say(&format!("No problems in {}.", counts(checked)));
        notes.iter().for_each(|note| say(&format!("note: {note}")));
        return;
    }
    tell_people(Problems(problems.to_vec()));
    let count = problems.len();
    complain(format!(
        "{count} problem{}; `ecs-spot-operator explain KIND.field` tells what belongs where",
        if count == 1 { "" } else { "s" }
    ));
}

fn counts(checked: &Checked) -> String {
    let kinds = [
        (usize::from(checked.operator.is_some()), "Operator"),
        (checked.clusters.len(), "SpotCluster"),
        (checked.scenarios.len(), "Scenario"),
    ];
    let there = kinds.into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> =
        there.map(|(count, kind)| format!("{count} {kind}{}", if count == 1 { "" } else { "s" })).collect();
    if words.is_empty() { "no documents at all".to_owned() } else { words.join(", ") }
}

fn print(checked: &Checked, problems: &[Problem], notes: &[String]) {
    let findings = Findings {
        ok: problems.is_empty(),
        operators: usize::from(checked.operator.is_some()),
        spot_clusters: checked.clusters.len(),
        scenarios: checked.scenarios.len(),
        problems: problems.iter().map(Told::from).collect(),
        notes,
    };
    // Plain data is always written.
    say(&output::json(&findings));
}

//! One document of a text: what kind it is, what is wrong with it, what it says. The only file that knows which YAML library is
//! used, beside `tree`.

use serde::de::DeserializeOwned;
use serde_saphyr::{Options, budget, options};

use crate::api::check::Complaint;
use crate::api::fit::misfits;
use crate::api::nearest::nearest;
use crate::api::tree::{Node, Value};
use crate::api::{API_VERSION, Problem, Resource, Text, WRITTEN, schema};

/// Far more than manifests need, and little enough for any machine: what aliases make of a short text counts.
fn limits() -> Options {
    options! {
        budget: budget! { max_depth: 24, max_events: 200_000, max_nodes: 100_000, max_aliases: 1_000, max_total_scalar_bytes: 4 * 1024 * 1024 },
    }
}

/// One document.
pub struct Document<'a> {
    text: &'a Text,
    yaml: &'a str,
    /// Lines of the text that stand before it.
    before: u64,
}

impl<'a> Document<'a> {
    /// The document `yaml` of `text`.
    pub fn new(text: &'a Text, yaml: &'a str, before: usize) -> Self {
        Self { text, yaml, before: before as u64 }
    }

    /// The document as a tree, and its kind.
    pub fn kind(&self) -> Result<(Node, String), Vec<Problem>> {
        let tree = self.tree().map_err(|error| vec![self.yaml_problem(&error)])?;
        if !matches!(tree.value, Value::Map(_)) {
            return Err(vec![self.problem("a document is a mapping: apiVersion, kind, metadata, spec")]);
        }
        let mut problems = Vec::new();
        self.version(&tree).into_iter().for_each(|problem| problems.push(problem));
        match self.known_kind(&tree) {
            Ok(kind) if problems.is_empty() => Ok((tree, kind)),
            Ok(_) => Err(problems),
            Err(problem) => {
                problems.push(problem);
                Err(problems)
            }
        }
    }

    /// `off` is a word where the kind has one; whether it can be a switch is for the kind to say.
    fn tree(&self) -> Result<Node, serde_saphyr::Error> {
        let mut options = limits();
        options.strict_booleans = true;
        serde_saphyr::from_str_with_options(self.yaml, options)
    }

    fn version(&self, tree: &Node) -> Option<Problem> {
        let Some(node) = tree.get("apiVersion") else {
            return Some(self.problem(format!("apiVersion is missing: write `{API_VERSION}`")));
        };
        let is_known = node.text().as_deref() == Some(API_VERSION);
        (!is_known).then(|| {
            let message = format!("apiVersion {} is not known: write `{API_VERSION}`", node.value);
            self.at(node.place, message).of_field("apiVersion")
        })
    }

    fn known_kind(&self, tree: &Node) -> Result<String, Problem> {
        let known = WRITTEN.join(", ");
        let node = tree.get("kind").ok_or_else(|| self.problem(format!("kind is missing: {known}")))?;
        let text = node.text().unwrap_or_default();
        if WRITTEN.contains(&text.as_str()) {
            return Ok(text);
        }
        let mend = match nearest(&text, WRITTEN.into_iter()) {
            Some(near) => format!("did you mean {near}? It is one of {known}"),
            None => known,
        };
        Err(self.at(node.place, format!("kind {} is not known: {mend}", node.value)).of_field("kind"))
    }

    /// Reads the document, or finds all that is wrong with it: first what does not fit the kind, then what `rules` complain of.
    pub fn read<S: DeserializeOwned>(
        &self,
        tree: &Node,
        kind: &str,
        rules: impl FnOnce(&S) -> Vec<Complaint>,
    ) -> Result<Resource<S>, Vec<Problem>> {
        let schema = schema(kind).map(|schema| schema.to_value()).unwrap_or_default();
        let misfits = misfits(&schema, tree);
        let mut problems: Vec<Problem> =
            misfits.into_iter().map(|misfit| self.at(misfit.place, misfit.message).of_field(&misfit.path)).collect();
        problems.sort_by_key(|problem| problem.place);
        if !problems.is_empty() {
            return Err(problems);
        }
        let read: Resource<S> = serde_saphyr::from_str_with_options(self.yaml, limits())
            .map_err(|error| vec![self.yaml_problem(&error)])?;
        let complaints = rules(&read.spec);
        if complaints.is_empty() {
            return Ok(read);
        }
        let problem =
            |complaint: Complaint| self.at(tree.place_of(&complaint.path), complaint.message).of_field(&complaint.path);
        Err(complaints.into_iter().map(problem).collect())
    }

    /// A problem of the document as a whole, shown at its first line.
    pub fn problem(&self, message: impl Into<String>) -> Problem {
        let first = self.yaml.lines().position(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        self.at((first.unwrap_or_default() as u64 + 1, 1), message)
    }

    /// A problem of the field at `path`.
    pub fn problem_of(&self, path: &str, message: impl Into<String>) -> Problem {
        match self.tree() {
            Ok(tree) => self.at(tree.place_of(path), message).of_field(path),
            Err(_) => self.problem(message),
        }
    }

    /// At a place of this document.
    fn at(&self, (line, column): (u64, u64), message: impl Into<String>) -> Problem {
        Problem::at(&self.text.name, &self.text.text, (line + self.before, column), message)
    }

    fn yaml_problem(&self, error: &serde_saphyr::Error) -> Problem {
        let plain = error.without_snippet();
        let message = plain.to_string();
        let Some(location) = plain.location() else { return self.problem(message) };
        let (line, column) = (location.line(), location.column());
        let message = [format!(" at line {line}, column {column}"), format!("line {line} column {column}: ")]
            .iter()
            .fold(message, |message, repeated| message.replace(repeated, ""));
        if message.starts_with("budget breached") {
            return self.at((line, column), "the document is too large or too deeply nested");
        }
        // What the library says to programmers is of no use to people who write manifests.
        let message = ["; use ", ", set DuplicateKeyPolicy", " (defined at line "]
            .iter()
            .fold(message.as_str(), |message, advice| {
                message.split_once(advice).map_or(message, |(message, _)| message)
            });
        self.at((line, column), message)
    }
}

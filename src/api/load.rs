//! From YAML files to checked manifests. The only room that knows which YAML library is used.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_saphyr::Spanned;

use super::check::{self, Complaint};
use super::scenario;
use super::supported::{unsupported_in_operator, unsupported_in_spot_cluster};
use super::{API_VERSION, OperatorSpec, Problem, Resource, ScenarioSpec, SpotClusterSpec, WRITTEN};

/// A manifest file may be this long, in bytes: a hundred times what a large fleet needs.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// A file may hold so many documents.
const DOCUMENTS_MAX: usize = 1000;

/// So many files of a directory are read at most.
const FILES_MAX: usize = 1000;

/// Everything that one operator is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifests {
    /// The one `Operator`.
    pub operator: Resource<OperatorSpec>,
    /// The clusters it manages: at least one, no two with the same name or for the same cluster.
    pub clusters: Vec<Resource<SpotClusterSpec>>,
}

/// Reads a YAML file, or all `*.yaml` and `*.yml` files of a directory in the order of their names.
///
/// # Errors
/// The first problem found: unreadable, malformed, unknown or missing fields, or documents that contradict each other.
pub fn load_path(path: &Path) -> Result<Manifests, Problem> {
    let mut documents = Documents::default();
    for file in files(path)? {
        let name = file.display().to_string();
        let text = read(&file).map_err(|message| Problem::with_file(&name, message))?;
        documents.read(&name, &text)?;
    }
    documents.finish(&path.display().to_string())
}

/// Reads manifests from `text`, which messages call `name`.
///
/// # Errors
/// As [`load_path`].
pub fn load_str(name: &str, text: &str) -> Result<Manifests, Problem> {
    let mut documents = Documents::default();
    documents.read(name, text)?;
    documents.finish(name)
}

/// Reads the one `Scenario` of a file.
///
/// # Errors
/// As [`load_path`].
pub fn load_scenario(path: &Path) -> Result<Resource<ScenarioSpec>, Problem> {
    let name = path.display().to_string();
    let text = read(path).map_err(|message| Problem::with_file(&name, message))?;
    let source = Source { name: &name, text: &text, document: &text };
    if source.kind()? != "Scenario" {
        return Err(source.problem("the kind of a scenario is Scenario"));
    }
    let read: Resource<ScenarioSpec> = source.parse()?;
    scenario::check::scenario(&read.spec).map_err(|complaint| source.complain(complaint))?;
    Ok(read)
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Problem> {
    let refuse = |message: String| Problem::with_file(&path.display().to_string(), message);
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|file| is_yaml(file)).take(FILES_MAX + 1).collect();
    if files.is_empty() {
        return Err(refuse("has no *.yaml or *.yml file in it".to_owned()));
    }
    if files.len() > FILES_MAX {
        return Err(refuse(format!("has more than {FILES_MAX} YAML files in it")));
    }
    files.sort();
    Ok(files)
}

fn is_yaml(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn read(file: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let mut bytes = Vec::new();
    fs::File::open(file).map_err(unreadable)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("has more than {FILE_BYTES_MAX} bytes, which is all that manifests may have"));
    }
    String::from_utf8(bytes).map_err(|error| format!("is not UTF-8 text (byte {})", error.utf8_error().valid_up_to()))
}

/// The two fields that tell documents apart; the rest is read once the kind is known.
#[derive(Deserialize)]
struct Header {
    #[serde(rename = "apiVersion")]
    api_version: Option<Spanned<String>>,
    kind: Option<Spanned<String>>,
    #[serde(flatten)]
    _rest: std::collections::BTreeMap<String, IgnoredAny>,
}

#[derive(Default)]
struct Documents {
    operator: Option<Resource<OperatorSpec>>,
    clusters: Vec<Resource<SpotClusterSpec>>,
}

impl Documents {
    fn read(&mut self, name: &str, text: &str) -> Result<(), Problem> {
        let mut starts = starts(text);
        let first = starts.next().unwrap_or_default();
        if starts.clone().count() >= DOCUMENTS_MAX {
            return Err(Problem::with_file(name, format!("has more than {DOCUMENTS_MAX} documents")));
        }
        let ends = starts.clone().map(Some).chain([None]);
        for (start, end) in [first].into_iter().chain(starts).zip(ends) {
            let document = document(text, start, end);
            if has_content(&document) {
                self.read_document(&Source { name, text, document: &document })?;
            }
        }
        Ok(())
    }

    fn read_document(&mut self, source: &Source<'_>) -> Result<(), Problem> {
        match source.kind()?.as_str() {
            "Operator" => self.add_operator(source),
            "SpotCluster" => self.add_cluster(source),
            other => {
                Err(source.problem(format!("kind `{other}` is not one that `run` reads: Operator or SpotCluster")))
            }
        }
    }

    fn add_operator(&mut self, source: &Source<'_>) -> Result<(), Problem> {
        let operator: Resource<OperatorSpec> = source.parse()?;
        source.refuse(unsupported_in_operator(&operator.spec))?;
        check::operator(&operator.spec).map_err(|complaint| source.complain(complaint))?;
        if let Some(first) = &self.operator {
            let name = &first.metadata.name;
            return Err(source.problem(format!("a second Operator; there can be one, and `{name}` is it")));
        }
        self.operator = Some(operator);
        Ok(())
    }

    fn add_cluster(&mut self, source: &Source<'_>) -> Result<(), Problem> {
        let cluster: Resource<SpotClusterSpec> = source.parse()?;
        source.refuse(unsupported_in_spot_cluster(&cluster.spec))?;
        check::spot_cluster(&cluster.spec).map_err(|complaint| source.complain(complaint))?;
        for other in &self.clusters {
            let name = &other.metadata.name;
            if *name == cluster.metadata.name {
                return Err(source.problem(format!("a second SpotCluster with the name `{name}`")));
            }
            if other.spec.is_same_cluster(&cluster.spec) {
                let ecs = &cluster.spec.cluster;
                return Err(source.problem(format!("SpotCluster `{name}` is for the ECS cluster `{ecs}` already")));
            }
        }
        self.clusters.push(cluster);
        Ok(())
    }

    fn finish(self, name: &str) -> Result<Manifests, Problem> {
        let operator = self.operator.ok_or_else(|| {
            Problem::with_file(name, "has no document of the kind Operator, which names the queues to receive from")
        })?;
        if self.clusters.is_empty() {
            return Err(Problem::with_file(
                name,
                "has no document of the kind SpotCluster, so there is nothing to manage",
            ));
        }
        Ok(Manifests { operator, clusters: self.clusters })
    }
}

/// One document of a file. `document` begins with as many empty lines as stand before it, so that places come out right.
struct Source<'a> {
    name: &'a str,
    text: &'a str,
    document: &'a str,
}

impl Source<'_> {
    fn kind(&self) -> Result<String, Problem> {
        let header: Header = serde_saphyr::from_str(self.document).map_err(|error| self.yaml_problem(&error))?;
        let version =
            header.api_version.ok_or_else(|| self.problem(format!("apiVersion is missing: write `{API_VERSION}`")))?;
        if version.value != API_VERSION {
            let message = format!("apiVersion `{}` is not known: write `{API_VERSION}`", version.value);
            return Err(self.problem_at(&version, message));
        }
        let kind = header.kind.ok_or_else(|| self.problem(format!("kind is missing: {}", WRITTEN.join(", "))))?;
        if !WRITTEN.contains(&kind.value.as_str()) {
            let message = format!("kind `{}` is not known: {}", kind.value, WRITTEN.join(", "));
            return Err(self.problem_at(&kind, message));
        }
        Ok(kind.value)
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_saphyr::from_str(self.document).map_err(|error| self.yaml_problem(&error))
    }

    fn refuse(&self, unsupported: Vec<String>) -> Result<(), Problem> {
        match unsupported.first() {
            Some(path) => {
                Err(self.problem(format!("{path} is not supported by this version; leave it at its default")))
            }
            None => Ok(()),
        }
    }

    fn yaml_problem(&self, error: &serde_saphyr::Error) -> Problem {
        let plain = error.without_snippet();
        let message = plain.to_string();
        let Some(location) = plain.location() else { return self.problem(message) };
        let place = (location.line(), location.column());
        let (line, column) = place;
        let message = [format!(" at line {line}, column {column}"), format!("line {line} column {column}: ")]
            .iter()
            .fold(message, |message, repeated| message.replace(repeated, ""));
        if message.starts_with("budget breached") {
            return Problem::at(self.name, self.text, place, "the document is too large or too deeply nested");
        }
        // What the library says to programmers is of no use to people who write manifests.
        let message = ["; use ", ", set DuplicateKeyPolicy"].iter().fold(message.as_str(), |message, advice| {
            message.split_once(advice).map_or(message, |(message, _)| message)
        });
        Problem::at(self.name, self.text, place, message)
    }

    fn problem_at(&self, value: &Spanned<String>, message: String) -> Problem {
        Problem::at(self.name, self.text, (value.referenced.line(), value.referenced.column()), message)
    }

    /// A problem of what stands at the first place where the complaint says.
    fn complain(&self, complaint: Complaint) -> Problem {
        let mut lines = self.document.lines().enumerate().filter(|_| !complaint.near.is_empty());
        let found = lines.find_map(|(index, line)| Some((index as u64 + 1, line.find(&complaint.near)? as u64 + 1)));
        match found {
            Some(place) => Problem::at(self.name, self.text, place, complaint.message),
            None => self.problem(complaint.message),
        }
    }

    /// A problem of the document as a whole, shown at its first line.
    fn problem(&self, message: impl Into<String>) -> Problem {
        let first =
            self.document.lines().position(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        let line = first.unwrap_or_default() as u64 + 1;
        Problem::at(self.name, self.text, (line, 1), message)
    }
}

/// The lines that the documents of a file begin with, from 0.
fn starts(text: &str) -> impl Iterator<Item = usize> + Clone {
    let markers = text.lines().enumerate().filter(|(_, line)| *line == "---" || line.starts_with("--- "));
    [0].into_iter().chain(markers.map(|(index, _)| index))
}

/// The lines from `start` to `end`, behind as many empty lines as stand before them, so that places come out right.
fn document(text: &str, start: usize, end: Option<usize>) -> String {
    let count = end.map_or(usize::MAX, |end| end - start);
    let mut document = "\n".repeat(start);
    for (index, line) in text.lines().skip(start).take(count).enumerate() {
        let marker = index == 0 && line.starts_with("---");
        document.push_str(if marker { line.trim_start_matches("---") } else { line });
        document.push('\n');
    }
    document
}

fn has_content(document: &str) -> bool {
    document.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}

#[cfg(test)]
mod tests;

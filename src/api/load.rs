//! From YAML texts to checked manifests. Where the texts come from is not known here.

mod document;
mod split;

use super::{OperatorSpec, Problem, Problems, Resource, ScenarioSpec, SpotClusterSpec, Text};
use document::Document;
use split::split;

/// A text may be this long, in bytes: a hundred times what a large fleet needs.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// A text may hold so many documents.
const DOCUMENTS_MAX: usize = 1000;

/// All texts together may hold so many.
const ALL_DOCUMENTS_MAX: usize = 4000;

/// Whoever has made so many mistakes finds the rest after having mended these.
const PROBLEMS_MAX: usize = 1000;

/// Everything that one operator is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifests {
    /// The one `Operator`.
    pub operator: Resource<OperatorSpec>,
    /// The clusters it manages: at least one, no two with the same name or for the same cluster.
    pub clusters: Vec<Resource<SpotClusterSpec>>,
}

/// All documents of some texts, checked as far as that goes without AWS.
#[derive(Debug, Default)]
pub struct Checked {
    /// The `Operator`, where there is one.
    pub operator: Option<Resource<OperatorSpec>>,
    /// The `SpotCluster`s.
    pub clusters: Vec<Resource<SpotClusterSpec>>,
    /// The `Scenario`s.
    pub scenarios: Vec<Resource<ScenarioSpec>>,
    /// What is wrong, in the order in which it stands: all of it, up to 100 things of a document and 1,000 in all.
    pub problems: Vec<Problem>,
    /// The kinds of all documents that have one, good or bad.
    kinds: Vec<String>,
}

/// Reads the manifests of one operator.
///
/// # Errors
/// All that is wrong: malformed, unknown or missing fields, documents that contradict each other, none of a kind that is needed.
pub fn load(texts: &[Text]) -> Result<Manifests, Problems> {
    let Checked { operator, clusters, scenarios, mut problems, .. } = check(texts);
    let file = texts.first().map_or("", |text| text.name.as_str());
    if problems.is_empty() {
        if !scenarios.is_empty() {
            problems.push(Problem::with_file(file, "has a Scenario in it, which is for `sim run`"));
        }
        if operator.is_none() {
            let message = "has no document of the kind Operator, which names the queues to receive from";
            problems.push(Problem::with_file(file, message));
        }
        if clusters.is_empty() {
            let message = "has no document of the kind SpotCluster, so there is nothing to manage";
            problems.push(Problem::with_file(file, message));
        }
    }
    match operator.filter(|_| problems.is_empty()) {
        Some(operator) => Ok(Manifests { operator, clusters }),
        None => Err(Problems(problems)),
    }
}

/// Reads the manifests of one operator from `text`, which messages call `name`.
///
/// # Errors
/// As [`load`].
pub fn load_str(name: &str, text: &str) -> Result<Manifests, Problems> {
    load(&[Text { name: name.to_owned(), text: text.to_owned() }])
}

/// Reads the one `Scenario` of a text.
///
/// # Errors
/// As [`load`].
pub fn load_scenario(text: &Text) -> Result<Resource<ScenarioSpec>, Problems> {
    let Checked { mut scenarios, mut problems, kinds, .. } = check(std::slice::from_ref(text));
    let another = kinds.iter().any(|kind| kind != "Scenario");
    if another || kinds.len() > 1 || problems.is_empty() && kinds.is_empty() {
        // What else is wrong with documents of other kinds is beside the point.
        problems.retain(|_| !another);
        problems.push(Problem::with_file(&text.name, "a scenario's file has one document, of the kind Scenario"));
    }
    match scenarios.pop().filter(|_| problems.is_empty()) {
        Some(scenario) => Ok(scenario),
        None => Err(Problems(problems)),
    }
}

/// Reads all documents of `texts` and finds all that is wrong with them.
#[must_use]
pub fn check(texts: &[Text]) -> Checked {
    let mut checked = Checked::default();
    for text in texts {
        let Some(parts) = split(&text.text, DOCUMENTS_MAX) else {
            checked.problems.push(Problem::with_file(&text.name, format!("has more than {DOCUMENTS_MAX} documents")));
            continue;
        };
        for (before, part) in parts {
            if checked.len() >= ALL_DOCUMENTS_MAX {
                let message = format!("with all that is read before it has more than {ALL_DOCUMENTS_MAX} documents");
                checked.problems.push(Problem::with_file(&text.name, message));
            }
            if checked.len() >= ALL_DOCUMENTS_MAX || checked.problems.len() >= PROBLEMS_MAX {
                return checked;
            }
            checked.read(&Document::new(text, &part, before));
        }
    }
    checked
}

impl Checked {
    fn len(&self) -> usize {
        self.clusters.len() + self.scenarios.len()
    }

    fn read(&mut self, document: &Document<'_>) {
        let (tree, kind) = match document.kind() {
            Ok(found) => found,
            Err(problems) => return self.problems.extend(problems),
        };
        self.kinds.push(kind.clone());
        match kind.as_str() {
            "Operator" => {
                let read = document.read(&tree, &kind, super::check::operator);
                self.keep(read).into_iter().for_each(|operator| self.add_operator(document, operator));
            }
            "SpotCluster" => {
                let read = document.read(&tree, &kind, super::check::spot_cluster);
                self.keep(read).into_iter().for_each(|cluster| self.add_cluster(document, cluster));
            }
            _ => {
                let read = document.read(&tree, &kind, super::scenario::check::scenario);
                self.keep(read).into_iter().for_each(|scenario| self.scenarios.push(scenario));
            }
        }
    }

    fn keep<S>(&mut self, read: Result<Resource<S>, Vec<Problem>>) -> Option<Resource<S>> {
        read.map_err(|problems| self.problems.extend(problems)).ok()
    }

    fn add_operator(&mut self, document: &Document<'_>, operator: Resource<OperatorSpec>) {
        match &self.operator {
            Some(first) => {
                let message = format!("a second Operator; there can be one, and `{}` is it", first.metadata.name);
                self.problems.push(document.problem(message));
            }
            None => self.operator = Some(operator),
        }
    }

    fn add_cluster(&mut self, document: &Document<'_>, cluster: Resource<SpotClusterSpec>) {
        let same_name = self.clusters.iter().find(|other| other.metadata.name == cluster.metadata.name);
        let same_cluster = self.clusters.iter().find(|other| other.spec.is_same_cluster(&cluster.spec));
        match (same_name, same_cluster) {
            (Some(other), _) => {
                let message = format!("a second SpotCluster with the name `{}`", other.metadata.name);
                self.problems.push(document.problem_of("metadata.name", message));
            }
            (None, Some(other)) => {
                let (name, ecs) = (&other.metadata.name, &cluster.spec.cluster);
                let message = format!("SpotCluster `{name}` is for the ECS cluster `{ecs}` already");
                self.problems.push(document.problem_of("spec.cluster", message));
            }
            (None, None) => self.clusters.push(cluster),
        }
    }
}

#[cfg(test)]
mod tests;

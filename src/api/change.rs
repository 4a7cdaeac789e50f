//! What is different between two sets of manifests, field by field.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value as Json;

use super::Manifests;

/// The longest value that is shown as it is, in characters.
const SHOWN_MAX: usize = 80;

/// A field that is different, or a document that comes or goes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The document's kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The field's path, such as `spec.signals.rebalance.enabled`; empty: the document as a whole.
    pub path: String,
    /// What stands there before; `None`: nothing.
    pub from: Option<Json>,
    /// What stands there after; `None`: nothing.
    pub to: Option<Json>,
}

impl Change {
    /// Whether a running operator takes it over only when it is started anew.
    #[must_use]
    pub fn needs_restart(&self) -> bool {
        self.kind == "Operator" && self.path.starts_with("spec.http")
    }
}

/// What `after` changes of `before`, by kind, name and path. Defaults count as written.
#[must_use]
pub fn changes(before: &Manifests, after: &Manifests) -> Vec<Change> {
    let (before, after) = (documents(before), documents(after));
    let mut found = Vec::new();
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for (kind, name) in keys {
        let key = &(*kind, name.clone());
        let mut list = List { kind, name, found: &mut found };
        match (before.get(key), after.get(key)) {
            (Some(before), Some(after)) => list.compare("", before, after),
            (before, after) => list.add("", before.cloned(), after.cloned()),
        }
    }
    found
}

type Documents = BTreeMap<(&'static str, String), Json>;

fn documents(manifests: &Manifests) -> Documents {
    let operator = &manifests.operator;
    let mut documents = Documents::new();
    documents.insert(("Operator", operator.metadata.name.clone()), written(operator));
    for cluster in &manifests.clusters {
        documents.insert(("SpotCluster", cluster.metadata.name.clone()), written(cluster));
    }
    documents
}

fn written(document: &impl Serialize) -> Json {
    serde_json::to_value(document).unwrap_or_default()
}

struct List<'a> {
    kind: &'static str,
    name: &'a str,
    found: &'a mut Vec<Change>,
}

impl List<'_> {
    fn compare(&mut self, path: &str, before: &Json, after: &Json) {
        match (before, after) {
            (Json::Object(old), Json::Object(new)) => {
                let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
                for name in names {
                    let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    match (old.get(name), new.get(name)) {
                        (Some(old), Some(new)) => self.compare(&below, old, new),
                        (old, new) => self.add(&below, old.cloned(), new.cloned()),
                    }
                }
            }
            (Json::Array(old), Json::Array(new)) => {
                for index in 0..old.len().max(new.len()) {
                    let at = format!("{path}[{index}]");
                    match (old.get(index), new.get(index)) {
                        (Some(old), Some(new)) => self.compare(&at, old, new),
                        (old, new) => self.add(&at, old.cloned(), new.cloned()),
                    }
                }
            }
            (old, new) if old == new => {}
            (old, new) => self.add(path, Some(old.clone()), Some(new.clone())),
        }
    }

    fn add(&mut self, path: &str, from: Option<Json>, to: Option<Json>) {
        self.found.push(Change { kind: self.kind, name: self.name.to_owned(), path: path.to_owned(), from, to });
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, path, from, to } = self;
        match (path.as_str(), from, to) {
            ("", None, _) => write!(f, "{kind} {name} is new"),
            ("", _, None) => write!(f, "{kind} {name} is gone"),
            (_, from, to) => write!(f, "{kind} {name}: {path} {} → {}", shown(from.as_ref()), shown(to.as_ref())),
        }
    }
}

fn shown(value: Option<&Json>) -> String {
    let text = match value {
        None => return "nothing".to_owned(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    match text.chars().count() {
        count if count > SHOWN_MAX => format!("{}…", text.chars().take(SHOWN_MAX).collect::<String>()),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::load_str;

    const BEFORE: &str = "\
apiVersion: ecs-spot-operator/v1
kind: Operator
metadata: {name: default}
spec: {queues: [{url: 'https://sqs.us-east-1.amazonaws.com/1/a'}]}
---
apiVersion: ecs-spot-operator/v1
kind: SpotCluster
metadata: {name: web}
spec: {cluster: web}
";

    #[test]
    fn each_field_that_is_different_is_named() {
        let before = load_str("before", BEFORE).unwrap();
        let after = BEFORE
            .replace("{cluster: web}", "{cluster: web, mode: dryRun, signals: {rebalance: {budget: 3}}}")
            .replace("/1/a'}", "/1/a'}, {url: 'https://sqs.us-east-1.amazonaws.com/1/b'}")
            .replace("spec: {queues", "spec: {http: {listen: '0.0.0.0:80'}, queues");
        let after =
            load_str("after", &format!("{after}---\n{}", BEFORE.split_once("---\n").unwrap().1.replace("web", "api")));
        let found: Vec<String> = changes(&before, &after.unwrap()).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "Operator default: spec.http.listen 127.0.0.1:8080 → 0.0.0.0:80",
                "Operator default: spec.queues[1] nothing → \
                 {\"url\":\"https://sqs.us-east-1.amazonaws.com/1/b\",\"senders\":[]}",
                "SpotCluster api is new",
                "SpotCluster web: spec.mode enforce → dryRun",
                "SpotCluster web: spec.signals.rebalance.budget 10% → 3",
            ]
        );
        assert_eq!(changes(&before, &before), []);
    }
}

//! What the schemas say about a field, for people: meaning, type, default, source, and what belongs below it.

use std::fmt;

use serde::Serialize;
use serde_json::Value as Json;

use super::nearest::nearest;
use super::schema::{KINDS, SOURCE, schema};

/// Fields within fields are listed so deep at most.
const DEPTH_MAX: usize = 12;

/// What is known of a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The kind.
    pub kind: String,
    /// The path in it; empty: the kind itself.
    pub path: String,
    /// What is said of it.
    #[serde(flatten)]
    pub field: Field,
}

/// A field and what is below it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type, such as `Duration`, `[]string` or `Object`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Whether a document has to have it.
    pub required: bool,
    /// What holds where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
    /// Where its limits come from, where they are not this operator's own choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What it means.
    pub description: String,
    /// What may stand there, where it is one of a few words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Word>,
    /// The fields below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

/// One of a few words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Word {
    /// The word.
    pub value: String,
    /// What it means.
    pub description: String,
}

/// Explains `KIND` or `KIND.field.path`.
///
/// # Errors
/// There is no such kind or field; which one may have been meant.
pub fn explain(path: &str) -> Result<Explanation, String> {
    let (kind, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some(known) = KINDS.iter().find(|known| known.eq_ignore_ascii_case(kind)) else {
        let mend = nearest(kind, KINDS.into_iter()).map(|near| format!("did you mean {near}? "));
        return Err(format!(
            "there is no kind `{kind}`: {}it is one of {}",
            mend.unwrap_or_default(),
            KINDS.join(", ")
        ));
    };
    let root = schema(known).map(|schema| schema.to_value()).unwrap_or_default();
    let mut here = Here { root: &root, schema: &root, outer: &root, name: known, required: true };
    for step in rest.split('.').filter(|step| !step.is_empty()) {
        here = here.step(step)?;
    }
    Ok(Explanation { kind: (*known).to_owned(), path: rest.to_owned(), field: here.field(DEPTH_MAX) })
}

/// A place in a schema. `outer` is the property as it stands there, `schema` what it refers to.
#[derive(Clone, Copy)]
struct Here<'a> {
    root: &'a Json,
    outer: &'a Json,
    schema: &'a Json,
    name: &'a str,
    required: bool,
}

impl<'a> Here<'a> {
    fn step(self, step: &str) -> Result<Self, String> {
        let step = step.split('[').next().unwrap_or(step);
        let inner = self.inside();
        let found = inner.properties().into_iter().find(|here| here.name == step);
        found.ok_or_else(|| {
            let names: Vec<&str> = inner.properties().into_iter().map(|here| here.name).collect();
            match nearest(step, names.iter().copied()) {
                Some(near) => format!("`{}` has no field `{step}`: did you mean `{near}`?", self.name),
                None if names.is_empty() => format!("`{}` has no fields", self.name),
                None => format!("`{}` has no field `{step}`; it has {}", self.name, names.join(", ")),
            }
        })
    }

    /// The entries of a list, where it is one.
    fn inside(self) -> Self {
        match self.schema.get("items") {
            Some(items) => Self { schema: resolved(self.root, items), outer: items, ..self }.inside(),
            None => self,
        }
    }

    fn properties(self) -> Vec<Self> {
        let required: Vec<&str> = self
            .schema
            .get("required")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let properties = self.schema.get("properties").and_then(Json::as_object).into_iter().flatten();
        let own = properties.map(|(name, outer)| Self {
            root: self.root,
            outer,
            schema: resolved(self.root, outer),
            name,
            required: required.contains(&name.as_str()),
        });
        own.chain(self.tagged()).collect()
    }

    /// The fields of which there is one.
    fn tagged(self) -> Vec<Self> {
        let alternatives = self.schema.get("oneOf").and_then(Json::as_array).into_iter().flatten();
        alternatives
            .filter(|one| one.get("properties").is_some())
            .flat_map(|one| Self { schema: one, outer: one, ..self }.properties())
            .map(|here| Self { required: false, ..here })
            .collect()
    }

    fn field(self, depth: usize) -> Field {
        let text = |name: &str| [self.outer, self.schema].into_iter().find_map(|schema| schema.get(name)?.as_str());
        let fields = match depth {
            0 => Vec::new(),
            _ => self.inside().properties().into_iter().map(|here| here.field(depth - 1)).collect(),
        };
        Field {
            name: self.name.to_owned(),
            type_name: self.type_name(),
            required: self.required,
            default: self.outer.get("default").cloned(),
            source: text(SOURCE).map(str::to_owned),
            description: text("description").unwrap_or_default().to_owned(),
            values: self.inside().words(),
            fields,
        }
    }

    fn type_name(self) -> String {
        if let Some(items) = self.schema.get("items") {
            return format!("[]{}", Self { schema: resolved(self.root, items), outer: items, ..self }.type_name());
        }
        if let Some(others) = self.schema.get("additionalProperties").filter(|others| others.is_object()) {
            return format!(
                "map[string]{}",
                Self { schema: resolved(self.root, others), outer: others, ..self }.type_name()
            );
        }
        match named(self.outer) {
            Some(name @ ("Duration" | "Percent" | "Amount")) => name.to_owned(),
            _ if self.schema.get("properties").is_some() => "Object".to_owned(),
            _ if !self.words().is_empty() => "string".to_owned(),
            _ => match self.schema.get("type") {
                Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).find(|name| *name != "null"),
                other => other.and_then(Json::as_str),
            }
            .filter(|name| *name != "object")
            .unwrap_or("Object")
            .to_owned(),
        }
    }

    fn words(self) -> Vec<Word> {
        let alternatives = self.schema.get("oneOf").and_then(Json::as_array).into_iter().flatten();
        let word = |one: &Json| {
            let description = one.get("description").and_then(Json::as_str).unwrap_or_default().to_owned();
            Some(Word { value: one.get("const")?.as_str()?.to_owned(), description })
        };
        let described = alternatives.filter_map(word);
        let plain = self.schema.get("enum").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        described.chain(plain.map(|value| Word { value: value.to_owned(), description: String::new() })).collect()
    }
}

/// What a schema refers to, where it may also be null.
fn named(schema: &Json) -> Option<&str> {
    let of = |schema: &'_ Json| schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/").map(str::to_owned);
    let direct = schema.get("$ref").and_then(Json::as_str).and_then(|name| name.strip_prefix("#/$defs/"));
    direct.or_else(|| {
        let alternatives = schema.get("anyOf")?.as_array()?;
        let one = alternatives.iter().find(|one| of(one).is_some())?;
        one.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
    })
}

fn resolved<'a>(root: &'a Json, schema: &'a Json) -> &'a Json {
    match named(schema) {
        Some(name) => root.get("$defs").and_then(|definitions| definitions.get(name)).unwrap_or(schema),
        None => schema,
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Field { type_name, required, default, source, description, values, fields, .. } = &self.field;
        writeln!(f, "KIND:        {}", self.kind)?;
        if !self.path.is_empty() {
            writeln!(f, "FIELD:       {} <{type_name}>{}", self.path, if *required { ", required" } else { "" })?;
        }
        match default {
            Some(Json::Object(_)) if !fields.is_empty() => writeln!(f, "DEFAULT:     those of its fields")?,
            Some(default) => writeln!(f, "DEFAULT:     {}", plain(default))?,
            None => {}
        }
        source.iter().try_for_each(|source| writeln!(f, "SOURCE:      {source}"))?;
        writeln!(f, "\nDESCRIPTION:")?;
        indented(f, description, 2)?;
        if !values.is_empty() {
            writeln!(f, "\nVALUES:")?;
            for word in values {
                writeln!(f, "  {}", word.value)?;
                indented(f, &word.description, 4)?;
            }
        }
        if !fields.is_empty() {
            writeln!(f, "\nFIELDS:")?;
            for field in fields {
                writeln!(f, "  {}", headline(field))?;
                indented(f, &field.description, 4)?;
            }
        }
        Ok(())
    }
}

impl Explanation {
    /// All fields below this one, a line each, with their types and defaults.
    #[must_use]
    pub fn outline(&self) -> String {
        let mut text = String::new();
        outline(&self.field.fields, 0, &mut text);
        text
    }
}

fn outline(fields: &[Field], depth: usize, text: &mut String) {
    for field in fields {
        text.push_str(&"  ".repeat(depth));
        text.push_str(&headline(field));
        text.push('\n');
        outline(&field.fields, depth + 1, text);
    }
}

fn headline(field: &Field) -> String {
    let required = if field.required { ", required" } else { "" };
    let default = field.default.as_ref().filter(|default| !default.is_object());
    let default = default.map(|default| format!(", default {}", plain(default))).unwrap_or_default();
    format!("{} <{}>{required}{default}", field.name, field.type_name)
}

/// A default as people write it.
fn plain(default: &Json) -> String {
    match default {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn indented(f: &mut fmt::Formatter<'_>, text: &str, spaces: usize) -> fmt::Result {
    text.lines().try_for_each(|line| writeln!(f, "{:spaces$}{line}", "").map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_explained_with_its_type_and_default() {
        let budget = explain("SpotCluster.spec.signals.rebalance.budget").unwrap();
        assert_eq!((budget.field.type_name.as_str(), budget.field.default), ("Amount", Some("10%".into())));
        let mode = explain("spotcluster.spec.mode").unwrap();
        assert_eq!(
            mode.field.values.iter().map(|word| word.value.as_str()).collect::<Vec<_>>(),
            ["enforce", "dryRun", "paused"]
        );
        let name = explain("SpotCluster.spec.capacityProviders.name").unwrap();
        assert!(name.field.required, "lists are looked into");
        assert_eq!(explain("Operator.spec.queues").unwrap().field.type_name, "[]Object");
        assert_eq!(explain("SpotCluster.metadata.labels").unwrap().field.type_name, "map[string]string");
        assert!(
            explain("Scenario.spec.happenings.what").unwrap().field.fields.iter().any(|field| field.name == "drain")
        );
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is() {
        for (path, part) in [
            ("SpotClutser", "did you mean SpotCluster?"),
            ("SpotCluster.spec.modes", "did you mean `mode`?"),
            ("SpotCluster.spec.mode.x", "`mode` has no fields"),
            ("Operator.spec.zzz", "it has queues"),
        ] {
            let message = explain(path).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn every_field_of_what_people_write_is_explained() {
        fn every(field: &Field, at: &str) {
            assert!(!field.description.is_empty(), "{at}.{} has no description", field.name);
            assert!(
                field.required || field.default.is_some() || at.contains("what"),
                "{at}.{} has no default",
                field.name
            );
            field.fields.iter().for_each(|below| every(below, &format!("{at}.{}", field.name)));
        }
        for kind in crate::api::WRITTEN {
            every(&explain(kind).unwrap().field, kind);
        }
    }
}

//! Whether a document fits the schema of its kind: every misfit, each with its place, and not only the first one.
//!
//! It understands what the schemas of this crate use, no more. What it lets through is read by serde afterwards, which has the
//! last word.

use std::str::FromStr;

use serde_json::{Map, Value as Json};

use super::nearest::nearest;
use super::tree::{Node, Place, Value};
use super::{Amount, HumanDuration, Percent};

/// References and alternatives within each other, at most: more than any schema of this crate has.
const DEPTH_MAX: usize = 64;

/// So many are told of one document.
const MISFITS_MAX: usize = 100;

/// What YAML 1.1 takes for `true` or `false` as well.
const SWITCHES: [&str; 8] = ["yes", "no", "on", "off", "Yes", "No", "On", "Off"];

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where it stands.
    pub place: Place,
    /// Its path, such as `spec.queues[0].url`.
    pub path: String,
    /// What is wrong, and what mends it.
    pub message: String,
}

/// All that does not fit `schema` in `tree`.
pub fn misfits(schema: &Json, tree: &Node) -> Vec<Misfit> {
    let mut fitting = Fitting { root: schema, found: Vec::new(), depth: 0 };
    fitting.fit(schema, tree, "");
    fitting.found
}

struct Fitting<'a> {
    root: &'a Json,
    found: Vec<Misfit>,
    depth: usize,
}

impl<'a> Fitting<'a> {
    fn misfit(&mut self, place: Place, path: &str, message: impl Into<String>) {
        if self.found.len() < MISFITS_MAX {
            self.found.push(Misfit { place, path: path.to_owned(), message: message.into() });
        }
    }

    fn fit(&mut self, schema: &'a Json, node: &Node, path: &str) {
        if self.depth >= DEPTH_MAX {
            return;
        }
        self.depth += 1;
        self.fit_one(schema, node, path);
        self.depth -= 1;
    }

    fn fit_one(&mut self, schema: &'a Json, node: &Node, path: &str) {
        if let Some(name) = reference(schema) {
            match well_known(name, node) {
                Some(Ok(())) => {}
                Some(Err(message)) => self.misfit(node.place, path, message),
                None => self.fit(self.definition(name), node, path),
            }
            return;
        }
        if let Some(alternatives) = alternatives(schema) {
            return self.fit_any(alternatives, node, path);
        }
        if let Some(word) = schema.get("const").and_then(Json::as_str) {
            return self.fit_words(&[word], node, path);
        }
        if let Some(words) = schema.get("enum").and_then(Json::as_array) {
            let words: Vec<&str> = words.iter().filter_map(Json::as_str).collect();
            return self.fit_words(&words, node, path);
        }
        let types = types(schema);
        if types.contains(&"null") && matches!(node.value, Value::Null) || types.is_empty() {
            return;
        }
        match (types.iter().find(|name| **name != "null").copied().unwrap_or("null"), &node.value) {
            ("object", Value::Map(_)) => self.fit_object(schema, node, path),
            ("array", Value::List(items)) => self.fit_list(schema, node.place, items, path),
            ("string", _) if node.text().is_some() => self.fit_text(schema, node, path),
            ("boolean", Value::Bool(_)) => {}
            ("boolean", Value::Text(word)) if SWITCHES.contains(&word.as_str()) => {}
            ("integer", Value::Integer(number)) => self.fit_integer(schema, *number, node.place, path),
            ("number", Value::Integer(_) | Value::Float(_)) => self.fit_number(schema, node, path),
            (wanted, found) => {
                self.misfit(node.place, path, format!("{found} stands where {} belongs", words_for(wanted)))
            }
        }
    }

    fn definition(&self, name: &str) -> &'a Json {
        self.root.get("$defs").and_then(|definitions| definitions.get(name)).unwrap_or(&Json::Null)
    }

    /// One of several: a word of a few, something or nothing, or a mapping with one key of a few.
    fn fit_any(&mut self, alternatives: &'a [Json], node: &Node, path: &str) {
        let words: Vec<&str> = alternatives.iter().filter_map(|one| one.get("const").and_then(Json::as_str)).collect();
        if words.len() == alternatives.len() {
            return self.fit_words(&words, node, path);
        }
        let is_null = |one: &&Json| types(one).contains(&"null");
        if matches!(node.value, Value::Null) && alternatives.iter().any(|one| is_null(&one)) {
            return;
        }
        let rest: Vec<&'a Json> = alternatives.iter().filter(|one| !is_null(one)).collect();
        match rest.as_slice() {
            [one] => self.fit(one, node, path),
            several => self.fit_tagged(several, node, path),
        }
    }

    fn fit_tagged(&mut self, several: &[&'a Json], node: &Node, path: &str) {
        let tags: Vec<&str> = several.iter().filter_map(|one| one.get("required")?.get(0)?.as_str()).collect();
        match several
            .iter()
            .find(|one| one.get("required").and_then(|r| r.get(0)?.as_str()).is_some_and(|tag| node.get(tag).is_some()))
        {
            Some(one) => self.fit(one, node, path),
            None if tags.is_empty() => {}
            None => self.misfit(node.place, path, format!("has to have one of {}", listed(&tags))),
        }
    }

    fn fit_words(&mut self, words: &[&str], node: &Node, path: &str) {
        let text = node.text();
        if text.as_deref().is_some_and(|text| words.contains(&text)) {
            return;
        }
        let near = text.and_then(|text| nearest(&text, words.iter().copied()));
        let mend = match (near, words) {
            (Some(near), _) => format!("did you mean `{near}`? It is one of {}", listed(words)),
            (None, [word]) => format!("write `{word}`"),
            (None, _) => format!("it is one of {}", listed(words)),
        };
        self.misfit(node.place, path, format!("{} is not known: {mend}", node.value));
    }

    fn fit_object(&mut self, schema: &'a Json, node: &Node, path: &str) {
        let Value::Map(entries) = &node.value else { return };
        let empty = Map::new();
        let properties = schema.get("properties").and_then(Json::as_object).unwrap_or(&empty);
        let others = schema.get("additionalProperties");
        for (key, value) in entries {
            let at = below(path, &key.name);
            match (schema.get("properties").and_then(|properties| properties.get(&key.name)), others) {
                (Some(property), _) => self.fit(property, value, &at),
                (None, Some(Json::Bool(false))) => {
                    let known: Vec<&str> = properties.keys().map(String::as_str).collect();
                    self.misfit(key.place, &at, unknown(&key.name, &known));
                }
                (None, Some(others)) => self.fit(others, value, &at),
                (None, None) => {}
            }
        }
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        for name in required.filter(|name| node.get(name).is_none()) {
            self.misfit(node.place, &below(path, name), format!("`{name}` is missing"));
        }
    }

    fn fit_list(&mut self, schema: &'a Json, place: Place, items: &[Node], path: &str) {
        let limit = |name: &str| schema.get(name).and_then(Json::as_u64).and_then(|limit| usize::try_from(limit).ok());
        if limit("minItems").is_some_and(|least| items.len() < least) {
            self.misfit(
                place,
                path,
                format!("has {} entries: at least {} belong here", items.len(), limit("minItems").unwrap_or(1)),
            );
        }
        if let Some(most) = limit("maxItems").filter(|most| items.len() > *most) {
            self.misfit(place, path, format!("has {} entries: {most} at most", items.len()));
        }
        let Some(schema) = schema.get("items") else { return };
        items.iter().enumerate().for_each(|(index, item)| self.fit(schema, item, &format!("{path}[{index}]")));
    }

    fn fit_text(&mut self, schema: &Json, node: &Node, path: &str) {
        let length = node.text().map_or(0, |text| text.chars().count() as u64);
        let limit = |name: &str| schema.get(name).and_then(Json::as_u64);
        if limit("minLength").is_some_and(|least| length < least) {
            self.misfit(node.place, path, "is empty");
        }
        if let Some(most) = limit("maxLength").filter(|most| length > *most) {
            self.misfit(node.place, path, format!("is {length} characters long: {most} at most"));
        }
    }

    fn fit_integer(&mut self, schema: &Json, number: i128, place: Place, path: &str) {
        let limit = |name: &str| schema.get(name).and_then(Json::as_i64).map(i128::from);
        if let Some(least) = limit("minimum").filter(|least| number < *least) {
            self.misfit(place, path, format!("{number} is too little: at least {least}"));
        }
        if let Some(most) = limit("maximum").filter(|most| number > *most) {
            self.misfit(place, path, format!("{number} is too much: {most} at most"));
        }
    }

    fn fit_number(&mut self, schema: &Json, node: &Node, path: &str) {
        let Some(number) = node.text().and_then(|text| text.parse::<f64>().ok()) else { return };
        let limit = |name: &str| schema.get(name).and_then(Json::as_f64);
        let within =
            limit("minimum").is_none_or(|least| number >= least) && limit("maximum").is_none_or(|most| number <= most);
        if !within {
            let (least, most) = (limit("minimum").unwrap_or(f64::MIN), limit("maximum").unwrap_or(f64::MAX));
            self.misfit(node.place, path, format!("{number} is out of range: {least} to {most}"));
        }
    }
}

/// Types whose texts have a syntax of their own.
fn well_known(name: &str, node: &Node) -> Option<Result<(), String>> {
    let text = node.text().ok_or_else(|| format!("{} stands where a single value belongs", node.value));
    let read = |read: fn(&str) -> Result<(), String>| text.and_then(|text| read(&text));
    match name {
        "Duration" => Some(read(|text| HumanDuration::from_str(text).map(drop))),
        "Percent" => Some(read(|text| Percent::from_str(text).map(drop))),
        "Amount" => Some(read(|text| Amount::from_str(text).map(drop))),
        _ => None,
    }
}

fn reference(schema: &Json) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

fn alternatives(schema: &Json) -> Option<&[Json]> {
    ["anyOf", "oneOf"].iter().find_map(|name| schema.get(name)?.as_array()).map(Vec::as_slice)
}

fn types(schema: &Json) -> Vec<&str> {
    match schema.get("type") {
        Some(Json::String(name)) => vec![name],
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

fn words_for(kind: &str) -> &str {
    match kind {
        "object" => "a mapping",
        "array" => "a list",
        "string" => "a text",
        "boolean" => "`true` or `false`",
        "integer" => "a whole number",
        "number" => "a number",
        other => other,
    }
}

fn unknown(name: &str, known: &[&str]) -> String {
    let name = name.chars().take(60).collect::<String>().escape_debug().to_string();
    match nearest(&name, known.iter().copied()) {
        Some(near) => format!("unknown field `{name}`: did you mean `{near}`?"),
        None => format!("unknown field `{name}`: here belong {}", listed(known)),
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

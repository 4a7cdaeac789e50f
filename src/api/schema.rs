//! JSON Schemas of the kinds, generated from the types: the doc comments are the descriptions.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::json;

use super::{API_VERSION, Interruption, LogLine, OperatorSpec, Resource, ScenarioSpec, SpotClusterSpec};

/// The keyword of a schema that says where a limit comes from, where it is not this operator's own choice.
pub const SOURCE: &str = "x-source";

/// All kinds, and the lines of the log.
pub const KINDS: [&str; 5] = ["Operator", "SpotCluster", "Scenario", "Interruption", "LogLine"];

/// The kinds that people write.
pub const WRITTEN: [&str; 3] = ["Operator", "SpotCluster", "Scenario"];

/// The JSON Schema (draft 2020-12) of `kind`, or `None` where there is no such kind.
#[must_use]
pub fn schema(kind: &str) -> Option<Schema> {
    match kind {
        "Operator" => Some(document::<Resource<OperatorSpec>>(kind)),
        "SpotCluster" => Some(document::<Resource<SpotClusterSpec>>(kind)),
        "Scenario" => Some(document::<Resource<ScenarioSpec>>(kind)),
        "Interruption" => Some(document::<Interruption>(kind)),
        "LogLine" => Some(document::<LogLine>(kind)),
        _ => None,
    }
}

fn document<D: JsonSchema>(kind: &str) -> Schema {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<D>();
    schema.insert("title".to_owned(), json!(kind));
    if let Some(properties) = schema.get_mut("properties").and_then(|p| p.as_object_mut()) {
        fix(properties, "apiVersion", API_VERSION);
        fix(properties, "kind", kind);
    }
    schema
}

/// These two are what tells documents apart, so a schema allows one value of each.
fn fix(properties: &mut serde_json::Map<String, serde_json::Value>, property: &str, value: &str) {
    if let Some(property) = properties.get_mut(property).and_then(|p| p.as_object_mut()) {
        property.insert("const".to_owned(), json!(value));
    }
}

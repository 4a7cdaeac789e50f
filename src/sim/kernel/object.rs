//! JSON objects of large values.

use serde_json::Value;

/// An object of values that are taken over, where `json!` would copy them.
pub fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
}

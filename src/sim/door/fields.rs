//! Reading a JSON object field by field, so that a refusal names the field. For the control API only: AWS's own inputs
//! are refused in AWS's words.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Why an object is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(String);

impl Refusal {
    /// What is wrong with a field.
    pub fn of(field: &str, problem: impl fmt::Display) -> Self {
        Self(format!("{field}: {problem}"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The fields that nobody has read yet.
#[derive(Debug)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// No body counts as an empty object.
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Refusal::of("body", "a JSON object is expected")),
            Err(error) => Err(Refusal::of("body", format!("not JSON: {error}"))),
        }
    }

    pub fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Refusal> {
        let value = self.0.remove(name).map(serde_json::from_value);
        value.transpose().map_err(|error| Refusal::of(name, error))
    }

    pub fn required<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Refusal> {
        self.optional(name)?.ok_or_else(|| Refusal::of(name, "missing"))
    }

    /// Refuses what is left; `known` is what there could have been.
    pub fn end(self, known: &[&str]) -> Result<(), Refusal> {
        match self.0.keys().next() {
            Some(name) => Err(Refusal::of(name, format!("unknown field; there are {}", known.join(", ")))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<(u64, Option<bool>), Refusal> {
        let mut fields = Fields::read(body.as_bytes())?;
        let both = (fields.required("a")?, fields.optional("b")?);
        fields.end(&["a", "b"])?;
        Ok(both)
    }

    #[test]
    fn a_refusal_names_the_field() {
        assert_eq!(read(r#"{"a": 1, "b": true}"#), Ok((1, Some(true))));
        for (body, field) in [
            ("[]", "body: "),
            ("{", "body: "),
            ("", "a: missing"),
            (r#"{"a": "x"}"#, "a: "),
            (r#"{"a": 1, "c": 2}"#, "c: unknown field; there are a, b"),
        ] {
            let refusal = read(body).unwrap_err().to_string();
            assert!(refusal.starts_with(field), "{body}: {refusal}");
        }
    }
}

//! `schema KIND`: prints a kind's JSON Schema.

use std::io::Write;

use crate::cli::{BAD_INPUT, DONE, FAILED, complain};

/// Prints the schema.
pub fn print(kind: &str) -> u8 {
    let Some(schema) = crate::api::schema(kind) else {
        complain(format!("there is no kind `{kind}`: {}", crate::api::KINDS.join(" or ")));
        return BAD_INPUT;
    };
    let written = serde_json::to_string_pretty(&schema)
        .map_err(std::io::Error::from)
        .and_then(|text| writeln!(std::io::stdout(), "{text}"));
    match written {
        Ok(()) => DONE,
        Err(error) => {
            complain(format!("the schema could not be printed: {error}"));
            FAILED
        }
    }
}

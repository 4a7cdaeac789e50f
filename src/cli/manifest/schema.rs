//! `schema KIND`: prints a kind's JSON Schema, or the OpenAPI document of what an operator answers.

use std::io::Write;

use crate::cli::{BAD_INPUT, DONE, FAILED, complain};

/// What stands for the OpenAPI document.
pub const OPEN_API: &str = "OpenAPI";

/// All that can be printed.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    crate::api::KINDS.into_iter().chain([OPEN_API])
}

/// Prints the schema.
pub fn print(kind: &str) -> u8 {
    let text = match (kind, crate::api::schema(kind)) {
        (OPEN_API, _) => serde_json::to_string_pretty(&crate::http::openapi()),
        (_, Some(schema)) => serde_json::to_string_pretty(&schema),
        (_, None) => {
            complain(format!("there is no kind `{kind}`: {}", crate::api::KINDS.join(" or ")));
            return BAD_INPUT;
        }
    };
    let written = text.map_err(std::io::Error::from).and_then(|text| writeln!(std::io::stdout(), "{text}"));
    match written {
        Ok(()) => DONE,
        Err(error) => {
            complain(format!("the schema could not be printed: {error}"));
            FAILED
        }
    }
}

//! What is said where a question has no answer, as Kubernetes says it.

use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use super::json;

/// What went wrong with a question.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Refusal {
    /// The status of the answer.
    code: u16,
    /// A name for it.
    reason: &'static str,
    /// What mends it.
    message: String,
}

/// Says it.
pub fn refuse(status: StatusCode, reason: &'static str, message: String) -> Response {
    json(status, &Refusal { code: status.as_u16(), reason, message })
}

/// What stands in the path is no text.
pub fn unreadable() -> Response {
    refuse(StatusCode::BAD_REQUEST, "BadRequest", "the path is not UTF-8".to_owned())
}

//! `/api/v1/interruptions`: the cases as people and programs read them. Changes nothing and knows nothing of planning.

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::refusal::refuse;
use super::{Shown, json};

/// So many are listed where nobody says how many.
const LIMIT_DEFAULT: usize = 1_000;

/// So many at most: the instances of the largest cluster (ECS service quotas). More than that nobody reads at once.
const LIMIT_MAX: usize = 5_000;

/// The open ones, by deadline, then those that ended lately.
pub async fn list(State(shown): State<Shown>, RawQuery(query): RawQuery) -> Response {
    match limit(query.as_deref().unwrap_or_default()) {
        Ok(limit) => json(StatusCode::OK, &shown.board.list(limit, shown.clock.now())),
        Err(message) => refuse(StatusCode::BAD_REQUEST, "BadRequest", message),
    }
}

/// The one with this name, or of the instance with this id.
pub async fn one(State(shown): State<Shown>, Path(id): Path<String>) -> Response {
    match shown.board.find(&id, shown.clock.now()) {
        Some(mut interruption) => {
            interruption.status.events = shown.registry.events_of_case(&interruption.metadata.name);
            json(StatusCode::OK, &interruption)
        }
        None => refuse(StatusCode::NOT_FOUND, "NotFound", unknown(&id)),
    }
}

/// How many are asked for. Parameters of other names are left alone.
fn limit(query: &str) -> Result<usize, String> {
    let given = query.split('&').filter_map(|pair| pair.strip_prefix("limit=")).next_back();
    let Some(given) = given else { return Ok(LIMIT_DEFAULT) };
    let limit = given.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| format!("limit is a whole number from 1 to {LIMIT_MAX}"))
}

fn unknown(id: &str) -> String {
    const SHOWN_MAX: usize = 100;
    let id: String = id.chars().filter(|c| !c.is_control()).take(SHOWN_MAX).collect();
    format!(
        "no interruption `{id}` is open or has ended within the last hour; notices for instances of no managed cluster are \
         not kept"
    )
}

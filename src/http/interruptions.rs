//! `/api/v1/interruptions`: the cases as people and programs read them. Changes nothing and knows nothing of planning.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::query::{is_local, parameter};
use super::refusal::{refuse, unreadable};
use super::{Shown, json, replicas};

/// So many are listed where nobody says how many.
pub const LIMIT_DEFAULT: usize = 1_000;

/// So many at most: the instances of the largest cluster (ECS service quotas). More than that nobody reads at once.
pub const LIMIT_MAX: usize = 5_000;

/// The open ones, by deadline, then those that ended lately.
pub async fn list(State(shown): State<Shown>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    match limit(&query) {
        Ok(limit) => {
            let own = shown.board.list(limit, shown.clock.now());
            let others = if is_local(&query) { Arc::default() } else { shown.replicas.others().await };
            json(StatusCode::OK, &replicas::merged(own, &others, limit))
        }
        Err(message) => refuse(StatusCode::BAD_REQUEST, "BadRequest", message),
    }
}

/// The one with this name, or of the instance with this id.
pub async fn one(
    State(shown): State<Shown>,
    id: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Response {
    let Ok(Path(id)) = id else { return unreadable() };
    let own = shown.board.find(&id, shown.clock.now());
    // One that is open there counts more than one that has ended here.
    let is_open = own.as_ref().is_some_and(|own| own.status.open);
    let elsewhere = match is_open || is_local(&query.unwrap_or_default()) {
        true => None,
        false => shown.replicas.find(&id).await.filter(|other| other.status.open || own.is_none()),
    };
    match own.filter(|_| elsewhere.is_none()) {
        Some(mut interruption) => {
            interruption.status.events = shown.registry.events_of_case(&interruption.metadata.name);
            json(StatusCode::OK, &interruption)
        }
        None => match elsewhere {
            Some(elsewhere) => json(StatusCode::OK, &elsewhere),
            None => refuse(StatusCode::NOT_FOUND, "NotFound", unknown(&id)),
        },
    }
}

/// How many are asked for. Parameters of other names are left alone.
fn limit(query: &str) -> Result<usize, String> {
    let Some(given) = parameter(query, "limit") else { return Ok(LIMIT_DEFAULT) };
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

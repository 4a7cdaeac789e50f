//! The control API of a served simulation, under `/_sim/`: what no caller of AWS can do or see. Speaks JSON; refuses
//! what it does not understand and names the field.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::fields::{Fields, Refusal};
use super::server::Served;
use crate::sim::ec2::ImdsRequest;
use crate::sim::record::state as whole_state;
use crate::sim::setup;
use crate::sim::spec::{Action, Faults};
use crate::sim::world::World;

/// The longest lead time that can be asked for: a day.
const NOTICE_MAX: u64 = 24 * 60 * 60;

type Shared = State<Arc<Served>>;

/// The routes, relative to `/_sim`.
pub fn router(served: Arc<Served>) -> Router {
    Router::new()
        .route("/interrupt", post(interrupt))
        .route("/rebalance", post(rebalance))
        .route("/imds/{instance}/{*path}", get(imds).put(imds))
        .route("/state", get(state))
        .route("/calls", get(calls))
        .route("/faults", post(faults))
        .route("/reset", post(reset))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .with_state(served)
}

/// Lets Spot take instances back: all of them, or none where one cannot be.
async fn interrupt(State(served): Shared, body: Bytes) -> Response {
    respond(interrupted(&served, &body))
}

fn interrupted(served: &Served, body: &[u8]) -> Result<Value, Refusal> {
    let mut fields = Fields::read(body)?;
    let ids: Vec<String> = fields.required("instanceIds")?;
    let seconds: Option<u64> = fields.optional("noticeSeconds")?;
    let action: Action = fields.optional("action")?.unwrap_or_default();
    fields.end(&["instanceIds", "noticeSeconds", "action"])?;
    if ids.is_empty() {
        return Err(Refusal::of("instanceIds", "names no instance"));
    }
    if seconds.is_some_and(|seconds| seconds > NOTICE_MAX) {
        return Err(Refusal::of("noticeSeconds", format!("at most {NOTICE_MAX}")));
    }
    served.simulation.change(|world| {
        let notice = seconds.map_or(world.core.params.notice_lead, Duration::from_secs);
        give_notice(world, &ids, action, notice)?;
        Ok(json!({"time": world.core.now, "instanceIds": ids}))
    })
}

fn give_notice(world: &mut World, ids: &[String], action: Action, notice: Duration) -> Result<(), Refusal> {
    if let Some(id) = ids.iter().find(|id| !world.ec2.can_be_interrupted(id)) {
        return Err(Refusal::of("instanceIds", format!("{id} does not run, or has notice already")));
    }
    ids.iter().for_each(|id| world.ec2.interrupt(id, action, notice, &mut world.core));
    Ok(())
}

/// Lets EC2 recommend to rebalance: about all of the instances, or none where one does not run.
async fn rebalance(State(served): Shared, body: Bytes) -> Response {
    respond(rebalanced(&served, &body))
}

fn rebalanced(served: &Served, body: &[u8]) -> Result<Value, Refusal> {
    let mut fields = Fields::read(body)?;
    let ids: Vec<String> = fields.required("instanceIds")?;
    fields.end(&["instanceIds"])?;
    if ids.is_empty() {
        return Err(Refusal::of("instanceIds", "names no instance"));
    }
    served.simulation.change(|world| {
        if let Some(id) = ids.iter().find(|id| !world.ec2.can_be_interrupted(id)) {
            return Err(Refusal::of(
                "instanceIds",
                format!("{id} is no Spot Instance that runs, or has notice already"),
            ));
        }
        ids.iter().for_each(|id| world.ec2.recommend(id, &mut world.core));
        Ok(json!({"time": world.core.now, "instanceIds": ids}))
    })
}

/// The metadata service of an instance: `/_sim/imds/i-0abc` stands for `http://169.254.169.254` on it.
async fn imds(
    State(served): Shared,
    Path((instance, path)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let path = format!("/{path}");
    let request = ImdsRequest {
        put: method == Method::PUT,
        path: &path,
        token: header("x-aws-ec2-metadata-token"),
        ttl: header("x-aws-ec2-metadata-token-ttl-seconds"),
    };
    match served.simulation.metadata(&instance, &request) {
        Some(answer) => {
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let ttl = answer.ttl.map(|seconds| ("x-aws-ec2-metadata-token-ttl-seconds", seconds.to_string()));
            (status, [(header::CONTENT_TYPE, "text/plain")], AppendHeaders(ttl), answer.body).into_response()
        }
        None => refused(StatusCode::BAD_GATEWAY, &format!("{instance} does not run")),
    }
}

/// Everything that there is, and what really happened.
async fn state(State(served): Shared) -> Response {
    respond(Ok(whole_state(&served.simulation.present())))
}

/// How often each caller called each action, and which errors the actions were answered with.
async fn calls(State(served): Shared) -> Response {
    let mut calls: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let world = served.simulation.present();
    for (call, count) in world.journal.by_caller() {
        calls.entry(format!("{}.{}", call.service, call.action)).or_default().insert(call.caller.clone(), *count);
    }
    respond(Ok(json!({"calls": calls, "errors": world.journal.errors()})))
}

/// What goes wrong from here on; `{}` is nothing. Windows count from the start of the simulation.
async fn faults(State(served): Shared, body: Bytes) -> Response {
    match serde_json::from_slice::<Faults>(&body) {
        Ok(faults) => {
            served.simulation.set_faults(faults.clone());
            respond(Ok(json!({"faults": faults})))
        }
        Err(error) => refused(StatusCode::BAD_REQUEST, &format!("the faults cannot be read: {error}")),
    }
}

/// Starts over: the same scenario, from now on, with the same seed unless another is given.
async fn reset(State(served): Shared, body: Bytes) -> Response {
    respond(started_over(&served, &body))
}

fn started_over(served: &Served, body: &[u8]) -> Result<Value, Refusal> {
    let mut fields = Fields::read(body)?;
    let seed: Option<u64> = fields.optional("seed")?;
    fields.end(&["seed"])?;
    Ok(served.simulation.change(|world| {
        let seed = seed.unwrap_or_else(|| world.core.dice.seed());
        *world = setup::build(served.scenario.clone(), seed, world.core.now);
        json!({"time": world.core.now, "seed": seed})
    }))
}

async fn unknown() -> Response {
    refused(StatusCode::NOT_FOUND, "there is no such path under /_sim/")
}

async fn wrong_method() -> Response {
    refused(StatusCode::METHOD_NOT_ALLOWED, "this path does not take that method")
}

fn respond(result: Result<Value, Refusal>) -> Response {
    match result {
        Ok(value) => json_response(StatusCode::OK, &value),
        Err(refusal) => refused(StatusCode::BAD_REQUEST, &refusal.to_string()),
    }
}

fn refused(status: StatusCode, message: &str) -> Response {
    json_response(status, &json!({"error": message}))
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], format!("{body}\n")).into_response()
}

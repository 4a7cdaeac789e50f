//! `/api/v1/openapi.json`: what can be asked for and what is answered, as an OpenAPI document, made from the types of the answers.
#![expect(clippy::indexing_slicing, reason = "fields of objects that are made right here")]

use axum::http::StatusCode;
use axum::response::Response;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::{OPEN_METRICS, interruptions, json};
use crate::api::{Declared, SpotClusterSpec, SpotClusterStatus};
use crate::api::{Interruption, InterruptionList, OperatorSpec, OperatorStatus, SpotClusterList};
use crate::operator::problems::Readiness;

/// The document.
pub async fn document() -> Response {
    json(StatusCode::OK, &openapi())
}

/// The same as a value (OpenAPI Specification 3.1.1).
#[must_use]
pub fn openapi() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut types = Types(settings.into_generator());
    let paths = types.paths();
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "ecs-spot-operator",
            "version": "v1",
            "summary": "What a running operator tells of its clusters and of the interruptions that it deals with.",
            "description": "Read-only: every path answers GET alone. New fields and paths may come; those that are here keep their meaning.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:8080", "description": "spec.http.listen of the Operator"}],
        "security": [],
        "paths": paths,
        "components": {"schemas": types.0.take_definitions(true)},
    })
}

struct Types(SchemaGenerator);

impl Types {
    fn paths(&mut self) -> Value {
        let mut paths = Map::new();
        let mut add = |path: &str, operation: Value| paths.insert(path.to_owned(), json!({"get": operation}));
        let name = |what: &str| parameter("path", what, true, &json!({"type": "string"}));
        let local = "Whether only this replica's own answer is wanted.";
        let local = with_description(parameter("query", "local", false, &json!({"type": "boolean"})), local);

        let mut operator = self.question::<Declared<OperatorSpec, OperatorStatus>>("operator", "The operator itself");
        operator["parameters"] = json!([local]);
        add("/api/v1/operator", operator);
        add("/api/v1/clusters", self.question::<SpotClusterList>("clusters", "All clusters that it manages"));
        let mut cluster = self.question::<Declared<SpotClusterSpec, SpotClusterStatus>>(
            "cluster",
            "One cluster, by the name of its SpotCluster, with what happened there lately",
        );
        cluster["parameters"] = json!([name("name")]);
        cluster["responses"]["400"] = self.refusal("The name is no text");
        cluster["responses"]["404"] = self.refusal("No SpotCluster has that name");
        add("/api/v1/clusters/{name}", cluster);
        let mut list = self.question::<InterruptionList>(
            "interruptions",
            "Open interruptions, by deadline, then those that ended within the last hour, the latest first",
        );
        let range = json!({
            "type": "integer", "minimum": 1, "maximum": interruptions::LIMIT_MAX, "default": interruptions::LIMIT_DEFAULT,
        });
        let limit = with_description(parameter("query", "limit", false, &range), "How many at most.");
        list["parameters"] = json!([limit, local]);
        list["responses"]["400"] = self.refusal("The limit is none");
        add("/api/v1/interruptions", list);
        let mut one = self.question::<Interruption>(
            "interruption",
            "One interruption, by its name or by its instance, with what happened in it",
        );
        one["parameters"] = json!([name("id"), local]);
        one["responses"]["400"] = self.refusal("The name is no text");
        one["responses"]["404"] = self.refusal("None of that name is open or has ended lately");
        add("/api/v1/interruptions/{id}", one);
        let text = answer("One line a change", "text/event-stream", &json!({"type": "string"}));
        let mut listening = operation("events", "Says when something has changed, as server-sent events", &text);
        listening["description"] = json!(
            "The event `changed` carries the operator's time and a number for each of `operator`, `clusters` and `interruptions`: \
             where a number is another one, the answers there may be too. It comes at once, and then at most once a second."
        );
        listening["responses"]["503"] = self.refusal("Too many listen");
        add("/api/v1/events", listening);
        let document = answer("An OpenAPI document", "application/json", &json!({"type": "object"}));
        add("/api/v1/openapi.json", operation("openapi", "This document", &document));
        let mut ready =
            self.question::<Readiness>("ready", "Whether the index was filled and every queue has answered");
        ready["responses"]["503"] = self.answered::<Readiness>("It is not ready, and why");
        add("/readyz", ready);
        let text = answer("The loop turns", "text/plain", &json!({"type": "string"}));
        let mut healthy = operation("healthy", "Whether the operator is alive", &text);
        healthy["responses"]["503"] = answer("It does not turn", "text/plain", &json!({"type": "string"}));
        add("/healthz", healthy);
        let metrics = answer("Metrics", OPEN_METRICS, &json!({"type": "string"}));
        add("/metrics", operation("metrics", "Metrics in the OpenMetrics text format", &metrics));
        paths.into()
    }

    fn question<T: JsonSchema>(&mut self, id: &str, summary: &str) -> Value {
        let good = self.answered::<T>(summary);
        operation(id, summary, &good)
    }

    fn refusal(&mut self, description: &str) -> Value {
        self.answered::<Refusal>(description)
    }

    fn answered<T: JsonSchema>(&mut self, description: &str) -> Value {
        let schema: Schema = self.0.subschema_for::<T>();
        answer(description, "application/json", schema.as_value())
    }
}

fn operation(id: &str, summary: &str, good: &Value) -> Value {
    json!({"operationId": id, "summary": summary, "responses": {"200": good}})
}

fn answer(description: &str, kind: &str, schema: &Value) -> Value {
    let mut content = Map::new();
    content.insert(kind.to_owned(), json!({"schema": schema}));
    json!({"description": description, "content": content})
}

fn parameter(place: &str, name: &str, required: bool, schema: &Value) -> Value {
    json!({"name": name, "in": place, "required": required, "schema": schema})
}

fn with_description(mut parameter: Value, description: &str) -> Value {
    parameter["description"] = json!(description);
    parameter
}

//! A trace of each case that has ended, for a collector that speaks OTLP over HTTP: the case as a whole, its replacement and its drain
//! as spans, the phases as events (OpenTelemetry Protocol specification, "OTLP/HTTP Request").

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value as Any};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span, status::StatusCode};
use prost::Message;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::batch::Setback;
use super::notice::Notice;
use super::post::Post;
use crate::api::Traces;
use crate::clock::Clock;

/// So many cases in one request.
pub const CASES_MAX: usize = 100;

/// One request in so long at most.
pub const EVERY: Duration = Duration::from_secs(1);

/// A collector.
pub struct Collector {
    post: Post,
}

impl Collector {
    /// The one that people wrote.
    ///
    /// # Errors
    /// Its address is none.
    pub fn new(spec: &Traces, clock: &Clock) -> Result<Self, String> {
        let url = format!("{}/v1/traces", spec.endpoint.trim_end_matches('/'));
        Ok(Self { post: Post::to(&url, clock)? })
    }

    /// Sends a trace of each.
    ///
    /// # Errors
    /// None was taken, and why.
    pub async fn send(&self, batch: Vec<Arc<Notice>>) -> Result<(), Setback> {
        let body = request(&batch).encode_to_vec();
        let answer = self.post.send("application/x-protobuf", body).await;
        // OTLP/HTTP, "Failures": these four may be tried again.
        Setback::of(answer, batch, |status| [429, 502, 503, 504].contains(&status))
    }
}

fn request(batch: &[Arc<Notice>]) -> ExportTraceServiceRequest {
    let spans = batch.iter().flat_map(|notice| trace(notice)).collect();
    let scope = InstrumentationScope {
        name: "ecs-spot-operator".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    };
    let resource = Resource { attributes: vec![text("service.name", "ecs-spot-operator")], ..Resource::default() };
    let scope_spans = vec![ScopeSpans { scope: Some(scope), spans, ..ScopeSpans::default() }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource: Some(resource), scope_spans, ..ResourceSpans::default() }],
    }
}

/// The spans of a case, that of the whole first.
fn trace(notice: &Notice) -> Vec<Span> {
    let case = Case { line: &notice.line, ends: notice.at };
    let whole = case.whole();
    let root = whole.span_id.clone();
    let parts = [
        case.part("replacement", "replacement_requested", "replacement_registered", &root),
        case.part("drain", "draining", "tasks_stopped", &root),
    ];
    std::iter::once(whole).chain(parts.into_iter().flatten()).collect()
}

struct Case<'a> {
    line: &'a Value,
    ends: Timestamp,
}

impl Case<'_> {
    fn whole(&self) -> Span {
        // The name of a case ends with when the signal was given.
        let said_at = self.text("case").and_then(|case| case.rsplit('@').next()?.parse().ok());
        let phases = self.line.get("phases").and_then(Value::as_object);
        let events = phases.into_iter().flatten().filter_map(|(name, at)| {
            let at: Timestamp = at.as_str()?.parse().ok()?;
            Some(span::Event { time_unix_nano: nanoseconds(at), name: name.clone(), ..span::Event::default() })
        });
        let outcome = self.text("outcome").unwrap_or("closed");
        let code = match outcome {
            "handed_over" | "returned" => StatusCode::Ok,
            _ => StatusCode::Error,
        };
        Span {
            attributes: self.attributes(),
            events: events.collect(),
            status: Some(Status { message: outcome.to_owned(), code: code.into() }),
            ..self.span("spot interruption", said_at.unwrap_or(self.ends), self.ends)
        }
    }

    /// From one phase to another, or to the end where that was not reached; nothing where it was not begun.
    fn part(&self, name: &str, from: &str, to: &str, whole: &[u8]) -> Option<Span> {
        let from = self.phase(from)?;
        let to = self.phase(to);
        let code = if to.is_some() { StatusCode::Ok } else { StatusCode::Error };
        Some(Span {
            parent_span_id: whole.to_vec(),
            status: Some(Status { message: String::new(), code: code.into() }),
            ..self.span(name, from, to.unwrap_or(self.ends))
        })
    }

    fn span(&self, name: &str, from: Timestamp, to: Timestamp) -> Span {
        Span {
            trace_id: self.id("", 16),
            span_id: self.id(name, 8),
            name: name.to_owned(),
            kind: span::SpanKind::Internal.into(),
            start_time_unix_nano: nanoseconds(from),
            end_time_unix_nano: nanoseconds(to.max(from)),
            ..Span::default()
        }
    }

    /// The same for the same case, so that a trace that is sent again is no other one.
    fn id(&self, of: &str, bytes: usize) -> Vec<u8> {
        let digest = Sha256::digest(format!("{}/{of}", self.text("case").unwrap_or_default()));
        digest.iter().copied().take(bytes).collect()
    }

    fn attributes(&self) -> Vec<KeyValue> {
        // Where OpenTelemetry has a name for something, that one (Semantic Conventions, "Host", "Cloud", "AWS ECS").
        let named = [
            ("host.id", "instance_id"),
            ("host.type", "instance_type"),
            ("cloud.availability_zone", "availability_zone"),
            ("ecs_spot_operator.case", "case"),
            ("ecs_spot_operator.cluster", "cluster"),
            ("ecs_spot_operator.capacity_provider", "capacity_provider"),
            ("ecs_spot_operator.signal", "signal"),
            ("ecs_spot_operator.outcome", "outcome"),
            ("ecs_spot_operator.replacement", "replacement"),
        ];
        let texts = named.into_iter().filter_map(|(name, field)| Some(text(name, self.text(field)?)));
        let count = |end: &str| self.line.get("tasks")?.get(end)?.as_i64();
        let counts = ["graceful", "killed"].into_iter().filter_map(|end| {
            let value = Some(AnyValue { value: Some(Any::IntValue(count(end)?)) });
            Some(KeyValue { key: format!("ecs_spot_operator.tasks.{end}"), value, ..KeyValue::default() })
        });
        texts.chain(counts).collect()
    }

    fn phase(&self, name: &str) -> Option<Timestamp> {
        self.line.get("phases")?.get(name)?.as_str()?.parse().ok()
    }

    fn text(&self, field: &str) -> Option<&str> {
        self.line.get(field)?.as_str()
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(Any::StringValue(value.to_owned())) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

fn nanoseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_nanosecond()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::Occasion;

    fn of(line: Value) -> Vec<Span> {
        let at = "2026-01-02T03:02:10Z".parse().unwrap();
        let request = request(&[Arc::new(Notice { occasion: Occasion::Closed, at, line })]);
        let read = ExportTraceServiceRequest::decode(request.encode_to_vec().as_slice()).unwrap();
        read.resource_spans[0].scope_spans[0].spans.clone()
    }

    #[test]
    fn a_trace_has_the_case_and_what_was_done_for_it() {
        let phases = json!({
            "noticed": "2026-01-02T03:00:01Z", "replacement_requested": "2026-01-02T03:00:02Z", "draining": "2026-01-02T03:00:02Z",
            "replacement_registered": "2026-01-02T03:01:02Z",
        });
        let spans = of(json!({
            "case": "i-1@2026-01-02T03:00:00Z", "instance_id": "i-1", "outcome": "lossy", "phases": phases,
            "tasks": {"graceful": 1, "killed": 2},
        }));
        let seconds: Vec<(&str, u64)> = spans
            .iter()
            .map(|it| (it.name.as_str(), (it.end_time_unix_nano - it.start_time_unix_nano) / 1_000_000_000))
            .collect();
        assert_eq!(seconds, [("spot interruption", 130), ("replacement", 60), ("drain", 128)]);
        assert!(spans.iter().all(|it| it.trace_id == spans[0].trace_id && it.trace_id.len() == 16));
        assert!(spans[1..].iter().all(|it| it.parent_span_id == spans[0].span_id), "{spans:?}");
        assert!(spans[1..].iter().all(|it| it.span_id != it.parent_span_id) && spans[1].span_id != spans[2].span_id);
        let codes: Vec<i32> = spans.iter().map(|it| it.status.as_ref().unwrap().code).collect();
        assert_eq!(codes, [StatusCode::Error as i32, StatusCode::Ok as i32, StatusCode::Error as i32]);
        assert_eq!((spans[0].events.len(), spans[0].attributes.len()), (4, 5));
    }

    #[test]
    fn a_case_of_which_little_is_known_is_a_span_all_the_same() {
        let spans = of(json!({}));
        assert_eq!((spans.len(), spans[0].start_time_unix_nano), (1, spans[0].end_time_unix_nano));
    }
}

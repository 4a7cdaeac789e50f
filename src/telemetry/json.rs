//! Log events as JSON, one object a line.
//!
//! A field named `record` holds a JSON object whose fields become the line's own, so that nested values stay nested.

use std::fmt;

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::bounded::bounded;
use super::case_line::to_milliseconds;
use crate::clock::Clock;

/// The name of the field that holds a whole record.
pub const RECORD: &str = "record";

/// Formats events as JSON lines with the clock's time.
pub struct JsonLines {
    /// The time.
    pub clock: Clock,
}

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = Map::new();
        line.insert("timestamp".to_owned(), json!(to_milliseconds(self.clock.now())));
        line.insert("level".to_owned(), json!(event.metadata().level().as_str()));
        line.extend(fields(event));
        if let Some(message) = line.shift_remove("message") {
            line.insert("message".to_owned(), message);
        }
        writeln!(writer, "{}", bounded(line))
    }
}

/// An event's fields, with those of its record among them.
pub fn fields(event: &Event<'_>) -> Map<String, Value> {
    let mut fields = Fields::default();
    event.record(&mut fields);
    fields.0
}

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn insert(&mut self, field: &Field, value: Value) {
        self.0.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        match serde_json::from_str(value) {
            Ok(Value::Object(record)) if field.name() == RECORD => self.0.extend(record),
            _ => self.insert(field, json!(value)),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert(field, json!(format!("{value:?}")));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, json!(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, json!(value));
    }
}

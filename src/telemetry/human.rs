//! Log events for a person at a terminal: time, level, message, and the few fields that the message does not tell.

use std::fmt;

use serde_json::Value;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::json::fields;
use crate::clock::Clock;

/// Worth a person's look beside the message.
const SHOWN: [&str; 3] = ["remedy", "place", "request_id"];

/// Formats events for people with the clock's time.
pub struct HumanLines {
    /// The time.
    pub clock: Clock,
    /// Whether to colour.
    pub colours: bool,
}

impl<S, N> FormatEvent<S, N> for HumanLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let fields = fields(event);
        let time = self.clock.now().strftime("%H:%M:%S").to_string();
        let level = *event.metadata().level();
        if self.colours {
            write!(writer, "\x1b[2m{time}\x1b[0m {}{level:>5}\x1b[0m ", colour(level))?;
        } else {
            write!(writer, "{time} {level:>5} ")?;
        }
        writer.write_str(fields.get("message").and_then(Value::as_str).unwrap_or_default())?;
        for name in SHOWN {
            if let Some(value) = fields.get(name).and_then(Value::as_str) {
                write!(writer, " ({name}: {value})")?;
            }
        }
        writeln!(writer)
    }
}

fn colour(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        _ => "\x1b[2m",
    }
}

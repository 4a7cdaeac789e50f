//! Where log events go: to standard output, as JSON lines, or for people where that is a terminal.

use std::io::{self, IsTerminal};

use clap::ValueEnum;
use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, reload};

use super::human::HumanLines;
use super::json::JsonLines;
use crate::api::LogThreshold;
use crate::clock::Clock;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people on a terminal, JSON anywhere else.
    #[default]
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Human,
}

/// What is logged of libraries; of our own what the manifests say.
fn filter(level: LogThreshold) -> EnvFilter {
    EnvFilter::new(format!("warn,ecs_spot_operator={},aws_config=error", level.name()))
}

/// Changes what is logged while the program runs.
pub struct LogLevel {
    set: Box<dyn Fn(EnvFilter) + Send + Sync>,
    /// `RUST_LOG` decides.
    fixed: bool,
}

impl LogLevel {
    /// From now on so much is logged of our own, unless `RUST_LOG` says what is.
    pub fn set(&self, level: LogThreshold) {
        if !self.fixed {
            (self.set)(filter(level));
        }
    }
}

/// Sends log events to `writer` as JSON lines, once it is made the default.
pub fn json_to<W>(writer: W, level: LogThreshold, clock: &Clock) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    let lines = lines.event_format(JsonLines { clock: clock.clone() });
    tracing_subscriber::registry().with(filter(level)).with(lines)
}

/// Sends log events to standard output. Call it once, before anything is logged.
///
/// # Errors
/// When it has been called before.
pub fn init_logging(
    format: LogFormat,
    level: LogThreshold,
    clock: &Clock,
) -> Result<LogLevel, tracing_subscriber::util::TryInitError> {
    let from_environment = EnvFilter::try_from_default_env().ok();
    let fixed = from_environment.is_some();
    let (filter, handle) = reload::Layer::new(from_environment.unwrap_or_else(|| filter(level)));
    let registry = tracing_subscriber::registry().with(filter);
    let terminal = io::stdout().is_terminal();
    let human = format == LogFormat::Human || (format == LogFormat::Auto && terminal);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stdout).with_ansi(false);
    if human {
        let colours = terminal && std::env::var_os("NO_COLOR").is_none();
        registry.with(lines.event_format(HumanLines { clock: clock.clone(), colours })).try_init()?;
    } else {
        registry.with(lines.event_format(JsonLines { clock: clock.clone() })).try_init()?;
    }
    // Without its subscriber, at the end of the process, nothing is logged at all.
    let set = Box::new(move |filter| drop(handle.reload(filter)));
    Ok(LogLevel { set, fixed })
}

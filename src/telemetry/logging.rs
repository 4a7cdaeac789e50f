//! Where log events go: to standard output, as JSON lines, or for people where that is a terminal.

use std::io::{self, IsTerminal};

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::human::HumanLines;
use super::json::JsonLines;
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

/// What is logged where `RUST_LOG` does not say: our own from INFO on, of the libraries what is wrong.
const DEFAULT_FILTER: &str = "warn,ecs_spot_operator=info,aws_config=error";

/// Sends log events to standard output. Call it once, before anything is logged.
///
/// # Errors
/// When it has been called before.
pub fn init_logging(format: LogFormat, clock: &Clock) -> Result<(), tracing_subscriber::util::TryInitError> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let registry = tracing_subscriber::registry().with(filter);
    let terminal = io::stdout().is_terminal();
    let human = format == LogFormat::Human || (format == LogFormat::Auto && terminal);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stdout).with_ansi(false);
    if human {
        let colours = terminal && std::env::var_os("NO_COLOR").is_none();
        registry.with(lines.event_format(HumanLines { clock: clock.clone(), colours })).try_init()
    } else {
        registry.with(lines.event_format(JsonLines { clock: clock.clone() })).try_init()
    }
}

//! Questions to an operator that runs, over its own HTTP server: `get`, `describe`, `diff`. Changes nothing.

mod clusters;
pub mod describe;
pub mod diff;
pub mod get;
mod table;
mod words;
mod yaml;

use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use crate::cli::{DONE, FAILED, complain, say};
use crate::clock::Clock;
use crate::http::{Limits, Server, Unanswered};

/// How often a list that is watched is asked for.
const WATCH_EVERY: Duration = Duration::from_secs(1);

/// A list at its longest has a few MiB, and an operator answers from its memory: one that has not by then does not.
const LIMITS: Limits = Limits { patience: Duration::from_secs(10), bytes: 64 * 1024 * 1024 };

/// Which operator is asked.
#[derive(Debug, Args)]
struct Operator {
    /// The operator's own HTTP server, `spec.http.listen` of its manifest: http://HOST:PORT.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    server: Server,
}

impl Operator {
    /// Asks for `path`; what goes wrong comes with what to do about it.
    fn ask(&self, path: &str) -> Result<Value, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("the runtime could not be started: {error}"))?;
        runtime.block_on(self.server.ask(path, &Clock::system(), LIMITS)).map_err(|unanswered| match unanswered {
            Unanswered::Unreachable(why) => format!(
                "{why}. Is the operator running there? It logs its address when it starts (`spec.http.listen`); give it with --server"
            ),
            Unanswered::Strange(why) => format!("{why}: check --server, or whether the operator is older"),
            Unanswered::Refused(why) => why,
        })
    }

    /// Asks for `path` and prints what `shown` makes of the answer: once, or whenever it has become something else.
    fn list(&self, path: &str, watch: bool, shown: impl Fn(&Value) -> Result<String, String>) -> u8 {
        if !watch {
            return self.tell(path, shown);
        }
        let mut last = String::new();
        loop {
            match self.ask(path).and_then(|answer| shown(&answer)) {
                Ok(text) if text == last => {}
                Ok(text) => {
                    if !last.is_empty() {
                        say("");
                    }
                    say(text.trim_end());
                    last = text;
                }
                Err(message) => {
                    complain(message);
                    return FAILED;
                }
            }
            pause(WATCH_EVERY);
        }
    }

    /// Asks for `path` and prints what `shown` makes of the answer.
    fn tell(&self, path: &str, shown: impl FnOnce(&Value) -> Result<String, String>) -> u8 {
        match self.ask(path).and_then(|answer| shown(&answer)) {
            Ok(text) => {
                say(text.trim_end());
                DONE
            }
            Err(message) => {
                complain(message);
                FAILED
            }
        }
    }
}

/// The answer as the kind that it is.
fn understood<'a, T: Deserialize<'a>>(answer: &'a Value) -> Result<T, String> {
    T::deserialize(answer).map_err(|error| format!("the answer is not understood: {error}"))
}

/// Waits, in real time.
fn pause(time: Duration) {
    if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() {
        runtime.block_on(Clock::system().sleep(time));
    }
}

fn json(answer: &Value) -> Result<String, String> {
    serde_json::to_string_pretty(answer).map_err(|error| error.to_string())
}

//! Questions to an operator that runs, over its own HTTP server: `get` and `describe`. Changes nothing.

pub mod describe;
pub mod get;
mod server;
mod words;
mod yaml;

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use server::Server;

use crate::cli::{DONE, FAILED, complain, say};

/// Which operator is asked.
#[derive(Debug, Args)]
struct Operator {
    /// The operator's own HTTP server, `spec.http.listen` of its manifest: http://HOST:PORT.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    server: Server,
}

impl Operator {
    /// Asks for `path` and prints what `shown` makes of the answer.
    fn tell(&self, path: &str, shown: impl FnOnce(&Value) -> Result<String, String>) -> u8 {
        match self.server.get(path).and_then(|answer| shown(&answer)) {
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

fn json(answer: &Value) -> Result<String, String> {
    serde_json::to_string_pretty(answer).map_err(|error| error.to_string())
}

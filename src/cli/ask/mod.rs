//! Questions to an operator that runs, over its own HTTP server: `get` and `describe`. Changes nothing.

pub mod describe;
pub mod get;
mod server;
mod words;
mod yaml;

use clap::Args;

use server::Server;

/// Which operator is asked.
#[derive(Debug, Args)]
struct Operator {
    /// The operator's own HTTP server, `spec.http.listen` of its manifest: http://HOST:PORT.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    server: Server,
}

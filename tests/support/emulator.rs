//! AWS endpoints that others wrote: LocalStack and moto, as plain processes.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::eventually;
use super::process::Process;

/// Which one.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// LocalStack's community edition.
    LocalStack,
    /// moto's server.
    Moto,
}

/// An emulator that runs.
pub struct Emulator {
    /// Its URL.
    pub endpoint: String,
    kind: Kind,
    _process: Process,
}

impl Emulator {
    /// Starts it on a free port and waits until it answers.
    pub async fn start(kind: Kind) -> Self {
        let port = free_port();
        let script = match kind {
            Kind::LocalStack => "localstack/start.sh",
            Kind::Moto => "localstack/start-moto.sh",
        };
        let process = Process::start(Command::new(root().join(script)).args(["--port", &port.to_string()]));
        let connected = || async { TcpStream::connect(("127.0.0.1", port)).ok() };
        eventually(&format!("{kind:?} listens"), connected).await;
        Self { endpoint: format!("http://127.0.0.1:{port}"), kind, _process: process }
    }

    /// Makes queue, rule, cluster, group and container instances, or registers the instances launched since.
    pub fn seed(&self, instances: usize) -> Value {
        let venv = match self.kind {
            Kind::LocalStack => ".venv/localstack/bin/python",
            Kind::Moto => ".venv/moto/bin/python",
        };
        let output = Command::new(root().join(venv))
            .arg(root().join("localstack/seed.py"))
            .args(["--endpoint", &self.endpoint, "--instances", &instances.to_string(), "--wait", "60"])
            .output()
            .unwrap();
        assert!(output.status.success(), "seed.py: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

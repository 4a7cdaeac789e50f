//! A program under watch: its output line by line, its end.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;

use serde_json::Value;

use super::PATIENCE;

/// A program that runs.
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Process {
    /// Starts `command`; its standard output is read, its errors are passed on to the test's, so that it never has a terminal.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || errors.lines().map_while(Result::ok).for_each(|line| eprintln!("{line}")));
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines, seen: Vec::new() }
    }

    /// `sim serve` with a scenario, in real time; its URL too.
    pub fn simulated_aws(scenario: &str) -> (Self, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("scenario.yaml");
        std::fs::write(&file, scenario).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
        let mut aws = Self::start(command.args(["sim", "serve", "--listen", "127.0.0.1:0", "--scenario"]).arg(&file));
        aws.text("is a simulated AWS");
        let endpoint = aws.said().split(' ').next().unwrap().to_owned();
        (aws, endpoint)
    }

    /// The operator, run with the manifests at `config` against the AWS at `endpoint`.
    pub fn operator(config: &Path, endpoint: &str) -> Self {
        Self::operator_with(config, endpoint, &[])
    }

    /// The same, with more in its environment.
    pub fn operator_with(config: &Path, endpoint: &str, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
        command.args(["run", "--config"]).arg(config).env_remove("RUST_LOG");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
            command.env_remove(name);
        }
        command.env("AWS_ENDPOINT_URL", endpoint).env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command.envs(environment.iter().copied());
        Self::start(&mut command)
    }

    /// Waits for a log line that `wanted` is true of, from here on.
    pub fn line(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.next(what);
            if let Some(found) = serde_json::from_str::<Value>(&line).ok().filter(&wanted) {
                return found;
            }
        }
    }

    /// Waits for a line with `part` in it.
    pub fn text(&mut self, part: &str) {
        while !self.next(part).contains(part) {}
    }

    fn next(&mut self, what: &str) -> String {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => {
                self.seen.push(line.clone());
                line
            }
            Err(RecvTimeoutError::Timeout) => {
                panic!("waited {PATIENCE:?} in vain for {what}; it said:\n{}", self.said())
            }
            Err(RecvTimeoutError::Disconnected) => panic!("it ended before {what}; it said:\n{}", self.said()),
        }
    }

    /// Waits for the line of `event` about `instance`.
    pub fn case(&mut self, event: &str, instance: &str) -> Value {
        self.line(&format!("{event} of {instance}"), |line| line["event"] == event && line["instance_id"] == instance)
    }

    /// Everything that was read so far.
    pub fn said(&self) -> String {
        self.seen.join("\n")
    }

    /// Asks it to stop with SIGTERM and gives back its exit code and all that it said.
    pub fn stop(mut self) -> (Option<i32>, String) {
        self.signal("TERM");
        let status = self.child.wait().unwrap();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.seen.push(line);
        }
        (status.code().or(status.signal().map(|signal| 128 + signal)), self.said())
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success(), "SIG{name} could not be sent");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // The emulators have children of their own, which they end when they are asked nicely.
            let _ = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status();
            let _ = self.child.wait();
        }
    }
}

//! What commands print, word for word. Each file of `tests/golden` has commands behind `$ `, what they print behind them, and the
//! exit code where it is not 0. With `UPDATE_GOLDEN=1` the files are written anew: read the difference.
//!
//! What stands before the first command says what runs meanwhile: `scenario: FILE` a simulated AWS, `emulator: localstack`
//! LocalStack, `operator: FILE` an operator on it, which commands know as SERVER. Times are left out.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::emulator::{Emulator, Kind};
use crate::support::process::Process;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    command.current_dir(folder()).stdin(Stdio::null()).env_remove("RUST_LOG");
    command
}

/// What runs while the commands of a file do.
#[derive(Default)]
struct Stage {
    endpoint: Option<String>,
    server: Option<String>,
    _processes: Vec<Process>,
    _emulator: Option<Emulator>,
}

impl Stage {
    fn set(heading: &str) -> Self {
        let mut stage = Self::default();
        for (what, file) in heading.lines().filter_map(|line| line.split_once(": ")) {
            match what {
                "scenario" => stage.serve(file),
                "operator" => stage.operate(file),
                "emulator" => stage.emulate(),
                _ => panic!("{heading}"),
            }
        }
        stage
    }

    fn emulate(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let emulator = runtime.block_on(Emulator::start(Kind::LocalStack));
        self.endpoint = Some(emulator.endpoint.clone());
        self._emulator = Some(emulator);
    }

    fn serve(&mut self, scenario: &str) {
        let mut command = program();
        command.args(["sim", "serve", "--listen", "127.0.0.1:0", "--scenario", scenario]);
        let mut process = Process::start(&mut command);
        process.text("is a simulated AWS");
        self.endpoint = process.said().split(' ').next().map(str::to_owned);
        self._processes.push(process);
    }

    fn operate(&mut self, manifests: &str) {
        let mut process = Process::operator(&folder().join(manifests), self.endpoint.as_deref().unwrap());
        let started = process.line("its start", |line| line["event"] == "operator.started");
        self.server = started["http"].as_str().map(|address| format!("http://{address}"));
        let read = |line: &Value| line["event"] == "cluster.condition" && line["condition"] == "Replaceable";
        process.line("the cluster's condition", read);
        self._processes.push(process);
    }

    fn command(&self, line: &str) -> Command {
        let mut command = program();
        for word in line.split_whitespace().skip(1) {
            match (word, &self.server) {
                ("SERVER", Some(server)) => command.arg(server),
                _ => command.arg(word),
            };
        }
        if let Some(endpoint) = &self.endpoint {
            command.env("AWS_ENDPOINT_URL", endpoint).env("AWS_REGION", "us-east-1");
            command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        }
        command
    }

    /// What is another one each time is not written down.
    fn scrubbed(&self, text: &str) -> String {
        let text = self.server.iter().fold(text.to_owned(), |text, server| {
            text.replace(server, "SERVER").replace(server.trim_start_matches("http://"), "ADDRESS")
        });
        let mut scrubbed = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("20").filter(|_| !rest.is_empty()) {
            let (before, from) = rest.split_at(at);
            scrubbed.push_str(before);
            let length = from.find('Z').filter(|length| is_time(&from[..*length])).map(|length| length + 1);
            match length {
                Some(_) => scrubbed.push_str("<time>"),
                None => scrubbed.push_str("20"),
            }
            rest = &from[length.unwrap_or(2)..];
        }
        scrubbed + rest
    }
}

/// `2026-01-02T03:04:05.678`.
fn is_time(text: &str) -> bool {
    (19..=29).contains(&text.len())
        && text.as_bytes()[10] == b'T'
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"-T:.".contains(&byte))
}

/// Plays the commands of a file in its folder, and gives back the file as it is now.
fn played(text: &str) -> String {
    let mut blocks = text.split("$ ");
    let heading = blocks.next().unwrap_or_default();
    let stage = Stage::set(heading);
    let mut now = heading.to_owned();
    for block in blocks {
        let line = block.lines().next().unwrap_or_default();
        let output = stage.command(line).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (printed, complained) = (text(output.stdout), text(output.stderr));
        write!(now, "$ {line}\n{}", stage.scrubbed(&format!("{printed}{complained}"))).unwrap();
        match output.status.code() {
            Some(0) => {}
            code => writeln!(now, "[exit {}]", code.unwrap()).unwrap(),
        }
        now.push('\n');
    }
    now
}

#[test]
fn commands_print_what_is_written_down() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let before = std::fs::read_to_string(&file).unwrap();
        let now = played(&before);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, now).unwrap();
        } else {
            assert_eq!(now, before, "{}: UPDATE_GOLDEN=1 writes it anew", file.display());
        }
    }
}

//! Programs that run beside the benchmark: the simulated AWS, the operator, others; and what can be read of them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use ecs_spot_operator::api::{API_VERSION, ScenarioSpec};
use ecs_spot_operator::clock::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The release binary that is measured.
pub const BINARY: &str = env!("CARGO_BIN_EXE_ecs-spot-operator");

/// A program that ends with the benchmark.
pub struct Program {
    child: Child,
    /// The first line that it said.
    pub said: String,
}

impl Program {
    /// Starts it and waits for its first line.
    pub fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it can be started");
        let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut said = String::new();
        output.read_line(&mut said).expect("it says something");
        std::thread::spawn(move || drop(std::io::copy(&mut output, &mut std::io::sink())));
        Self { child, said }
    }

    /// Resident memory, in MiB.
    pub fn resident(&self) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it runs");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
    }

    /// Seconds of processor time that it has used.
    pub fn worked(&self) -> f64 {
        let stat = self.proc("stat");
        let (_, after) = stat.rsplit_once(')').expect("it runs");
        let ticks = after.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().expect("a number"));
        ticks.sum::<f64>() / 100.0
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).expect("it runs")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A simulated AWS on an address, in real time.
pub struct Served {
    _program: Program,
    folder: TempDir,
    /// Its URL.
    pub url: String,
}

impl Served {
    /// Serves the account of `scenario`.
    pub fn start(scenario: &ScenarioSpec) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("scenario.yaml");
        let scenario =
            json!({"apiVersion": API_VERSION, "kind": "Scenario", "metadata": {"name": "bench"}, "spec": scenario});
        std::fs::write(&file, scenario.to_string()).expect("it can be written");
        let mut command = Command::new(BINARY);
        command.args(["sim", "serve", "--listen", "127.0.0.1:0", "--scenario"]).arg(file);
        let program = Program::start(&mut command);
        let url = program.said.split(' ').next().expect("its URL").to_owned();
        Self { _program: program, folder, url }
    }

    /// What stands at `/_sim/…`.
    pub fn get(&self, path: &str) -> Value {
        serde_json::from_str(&request(&self.url, &format!("GET /_sim/{path}"), "")).expect("JSON")
    }

    /// Lets Spot take instances back.
    pub fn interrupt(&self, instances: &[String]) {
        request(&self.url, "POST /_sim/interrupt", &json!({"instanceIds": instances}).to_string());
    }

    /// The ids of all members of groups.
    pub fn instances(&self) -> Vec<String> {
        let state = self.get("state");
        let groups = state["groups"].as_array().expect("groups").iter();
        let members = groups.flat_map(|group| group["members"].as_array().expect("members"));
        members.map(|member| member["instanceId"].as_str().expect("an id").to_owned()).collect()
    }

    /// An operator that works on it, with all clusters of `scenario`.
    pub fn operate(&self, scenario: &ScenarioSpec, clock: &Clock) -> Operator {
        let queue = format!("{}/123456789012/spot-events", self.url);
        let spec = json!({"queues": [{"url": queue}], "http": {"listen": "127.0.0.1:0"}, "api": scenario.api});
        let mut manifests =
            vec![json!({"apiVersion": API_VERSION, "kind": "Operator", "metadata": {"name": "bench"}, "spec": spec})];
        manifests.extend(scenario.clusters.iter().map(|cluster| {
            let spec = json!({"cluster": cluster.name});
            json!({"apiVersion": API_VERSION, "kind": "SpotCluster", "metadata": {"name": cluster.name}, "spec": spec})
        }));
        let config = self.folder.path().join("manifests.yaml");
        let text: Vec<String> = manifests.iter().map(Value::to_string).collect();
        std::fs::write(&config, text.join("\n---\n")).expect("they can be written");
        let mut command = Command::new(BINARY);
        command.args(["run", "--config"]).arg(config);
        command.env("AWS_ENDPOINT_URL", &self.url).env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "bench").env("AWS_SECRET_ACCESS_KEY", "bench");
        let begun = clock.elapsed();
        let program = Program::start(&mut command);
        let line: Value = serde_json::from_str(&program.said).expect("a line of the log");
        let url = format!("http://{}", line["http"].as_str().expect("its address"));
        Operator { program, url, begun, clock: clock.clone() }
    }
}

/// An operator that runs.
pub struct Operator {
    /// The program.
    pub program: Program,
    url: String,
    begun: std::time::Duration,
    clock: Clock,
}

impl Operator {
    /// Waits until it is ready. How many seconds that took from its start.
    pub fn ready(&self) -> f64 {
        loop {
            if self.get("/readyz").contains("\"ready\": true") {
                return (self.clock.elapsed() - self.begun).as_secs_f64();
            }
            pause(&self.clock, 0.01);
        }
    }

    /// What it answers.
    pub fn get(&self, path: &str) -> String {
        request(&self.url, &format!("GET {path}"), "")
    }

    /// The value of a metric, by its name and labels as they stand in the text.
    pub fn metric(&self, name: &str) -> f64 {
        let text = self.get("/metrics");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.parse().ok()).unwrap_or_default()
    }
}

/// Waits in real time.
pub fn pause(clock: &Clock, seconds: f64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(clock.sleep(std::time::Duration::from_secs_f64(seconds)));
}

fn request(url: &str, line: &str, body: &str) -> String {
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).expect("it listens");
    let head =
        format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all((head + body).as_bytes()).expect("it listens");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).expect("a body")
}

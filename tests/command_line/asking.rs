//! `get` and `describe`: what is said of a case by an operator that runs, and of answers that are none.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Output;

use serde_json::{Value, json};

use crate::support::emulator::free_port;
use crate::support::eventually;
use crate::support::process::Process;
use crate::support::simulated::served;
use crate::{GOOD, operator};

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A server that gives this answer to everybody.
fn answering(status: &str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 16_384]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}")
}

/// An answer as a later version may give it, with fields that nobody knows yet and with an escape sequence in a text.
fn open() -> Value {
    json!({
        "apiVersion": "ecs-spot-operator/v1", "kind": "Interruption", "later": 1,
        "metadata": {"name": "i-0abc@2026-01-02T03:02:00Z", "uid": "1"},
        "spec": {"instanceId": "i-0abc", "cluster": "web", "signal": "interruption_notice",
            "saidAt": "2026-01-02T03:02:00.000Z", "deadline": "2026-01-02T03:04:00.000Z"},
        "status": {
            "case": "i-0abc@2026-01-02T03:02:00Z", "instance_id": "i-0abc", "cluster": "web", "availability_zone": "us-east-1a",
            "capacity_provider": "web-spot", "signal": "interruption_notice", "deadline": "2026-01-02T03:04:00.000Z",
            "seconds_left": 83.4, "open": true, "later": [1],
            "phases": {"draining": "2026-01-02T03:02:00.900Z", "noticed": "2026-01-02T03:02:00.400Z"},
            "tasks": {"graceful": 1, "killed": 0, "running": 2}, "aws_request_ids": {"drain": "r-1"},
            "waitingFor": [
                {"reason": "InstanceThere", "message": "the instance is still there"},
                {"reason": "DetachFailed", "message": "AWS said \u{1b}[31mno"}
            ],
            "message": "i-0abc: draining, 83 s left"
        }
    })
}

fn ended() -> Value {
    let mut ended = open();
    let status = &mut ended["status"];
    (status["open"], status["outcome"]) = (json!(false), json!("lossy"));
    (status["seconds_left"], status["waitingFor"]) = (json!(-5.7), json!([]));
    (status["replacement"], status["aws_request_ids"]) = (json!("i-0def"), json!({}));
    ended
}

#[test]
fn an_open_interruption_is_described_with_all_that_is_known_of_it() {
    let server = answering("200 OK", &open().to_string());
    let (code, text, errors) = said(&operator(&["describe", "interruption", "i-0abc", "--server", &server]));
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let expected = "\
Name:               i-0abc@2026-01-02T03:02:00Z
Instance:           i-0abc
Cluster:            web
Capacity provider:  web-spot
Zone:               us-east-1a
Signal:             interruption_notice, given at 2026-01-02T03:02:00.000Z
Deadline:           2026-01-02T03:04:00.000Z (83 s left)
State:              draining
Phases:
  noticed                 2026-01-02T03:02:00.400Z
  draining                2026-01-02T03:02:00.900Z
Replacement:        none that is known
Tasks:              1 stopped gracefully, 0 killed, 2 not ended
AWS request ids:
  drain                   r-1
Waiting for:
  InstanceThere — the instance is still there
  DetachFailed — AWS said [31mno
Message:            i-0abc: draining, 83 s left
";
    assert_eq!(text, expected);
}

#[test]
fn one_that_has_ended_is_described_with_its_outcome() {
    let server = answering("200 OK", &ended().to_string());
    let (code, text, _) = said(&operator(&["describe", "interruption", "i-0abc", "--server", &server]));
    assert_eq!(code, Some(0));
    for line in ["State:              closed:lossy", "(it ended 6 s after)", "Waiting for:        none", "i-0def"] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn the_table_has_a_line_for_each_and_says_what_it_leaves_out() {
    let list = json!({"items": [open(), ended()], "remainingItemCount": 7}).to_string();
    let server = answering("200 OK", &list);
    let (code, text, errors) = said(&operator(&["get", "interruptions", "--server", &server]));
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let expected = "\
NAME                         INSTANCE  CLUSTER  SIGNAL               PHASE         LEFT  WAITING FOR
i-0abc@2026-01-02T03:02:00Z  i-0abc    web      interruption_notice  draining      83s   InstanceThere,DetachFailed
i-0abc@2026-01-02T03:02:00Z  i-0abc    web      interruption_notice  closed:lossy  -     -
and 7 more: --limit shows up to 5000
";
    assert_eq!(text, expected);
    let (code, text, _) = said(&operator(&["get", "interruptions", "-o", "json", "--server", &server]));
    assert_eq!((code, serde_json::from_str::<Value>(&text).unwrap().to_string()), (Some(0), list));
    let (code, text, _) = said(&operator(&["get", "interruption", "-o", "yaml", "--server", &server]));
    assert!(code == Some(0) && text.starts_with("items:\n  - apiVersion: \"ecs-spot-operator/v1\"\n"), "{text}");
    let nothing = answering("200 OK", r#"{"items":[]}"#);
    let (code, text, _) = said(&operator(&["get", "interruptions", "--server", &nothing]));
    assert!(code == Some(0) && text.starts_with("No interruption is open"), "{text}");
}

#[test]
fn what_is_no_answer_ends_with_1_and_a_sentence_that_helps() {
    let unknown =
        answering("404 Not Found", r#"{"code":404,"reason":"NotFound","message":"no interruption `i-9` is open"}"#);
    let (page, odd) = (answering("200 OK", "<html>"), answering("200 OK", r#"{"items":[{"kind":3}]}"#));
    let (elsewhere, cut) = (answering("404 Not Found", ""), answering("200 OK\r\nContent-Length: 9", "{}"));
    let nobody = format!("http://127.0.0.1:{}", free_port());
    for (server, part) in [
        (&unknown, "error: no interruption `i-9` is open\n"),
        (&page, "does not answer as an operator of this version"),
        (&elsewhere, "HTTP status 404"),
        (&cut, "does not answer as an operator of this version"),
        (&odd, "the answer is not understood"),
        (&nobody, "Is the operator running there?"),
    ] {
        for what in [&["describe", "interruption", "i-9"][..], &["get", "interruptions"]] {
            let (code, text, errors) = said(&operator(&[what, &["--server", server]].concat()));
            assert_eq!((code, text.as_str()), (Some(1), ""), "{errors}");
            assert!(errors.starts_with("error: ") && errors.contains(part), "{part}: {errors}");
        }
    }
}

#[test]
fn a_question_that_is_none_ends_with_2() {
    for (arguments, part) in [
        (&["describe", "interruption"][..], "ID"),
        (&["describe", "interruption", ""], "ID"),
        (&["describe", "pod", "i-0abc"], "pod"),
        (&["describe", "interruption", "i-0abc", "--server", "https://127.0.0.1"], "plain HTTP only"),
        (&["describe", "interruption", "i-0abc", "--server", "127.0.0.1:8080"], "http://127.0.0.1:8080"),
        (&["get", "interruptions", "-o", "xml"], "yaml"),
        (&["get", "interruptions", "--limit", "0"], "1..=5000"),
    ] {
        let (code, _, errors) = said(&operator(arguments));
        assert_eq!(code, Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(part), "{arguments:?}: {errors}");
    }
}

/// Two instances, and nothing that happens by itself.
const QUIET: &str = "\
apiVersion: ecs-spot-operator/v1
kind: Scenario
metadata: {name: quiet}
spec:
  description: Nothing happens by itself.
  duration: 1h
  clusters:
    - name: web
      groups: [{capacityProvider: web-spot, desired: 2}]
      services: [{name: app, desired: 2, minimumHealthyPercent: 50, capacityProviders: [web-spot]}]
";

/// A simulated account that nothing happens in by itself; gives back its URL too.
pub fn quiet(directory: &tempfile::TempDir) -> (Process, String) {
    let path = directory.path().join("quiet.yaml");
    std::fs::write(&path, QUIET).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    served(command.args(["sim", "serve", "--listen", "127.0.0.1:0", "--scenario"]).arg(&path))
}

/// Sends a request to a simulated account and reads the JSON answer.
fn request(url: &str, request: &str, body: &str) -> Value {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn an_operator_that_runs_tells_what_it_does_and_waits_for() {
    let directory = tempfile::tempdir().unwrap();
    let (_account, aws) = quiet(&directory);
    let config = directory.path().join("operator.yaml");
    let queue = format!("{aws}/123456789012/spot-events");
    std::fs::write(&config, GOOD.replace("https://sqs.us-east-1.amazonaws.com/123456789012/spot-events", &queue))
        .unwrap();
    let mut running = Process::operator(&config, &aws);
    let started = running.line("its start", |line| line["event"] == "operator.started");
    let server = format!("http://{}", started["http"].as_str().unwrap());
    let ask = |arguments: &[&str]| said(&operator(&[arguments, &["--server", &server]].concat()));
    let (code, text, _) = ask(&["get", "interruptions"]);
    assert!(code == Some(0) && text.starts_with("No interruption is open"), "{text}");

    let state = request(&aws, "GET /_sim/state", "");
    let instance = state["clusters"][0]["containerInstances"][0]["instanceId"].as_str().unwrap().to_owned();
    // It stays for an hour, so that the case is open for as long as this test can take.
    let asked = json!({"instanceIds": [instance], "noticeSeconds": 3600}).to_string();
    assert_eq!(request(&aws, "POST /_sim/interrupt", &asked)["instanceIds"][0], *instance);
    running.case("case.draining", &instance);
    let described = || async {
        let (code, text, _) = ask(&["describe", "interruption", &instance, "-o", "json"]);
        let shown: Value = (code == Some(0)).then(|| serde_json::from_str(&text).unwrap())?;
        let waits =
            shown["status"]["waitingFor"].as_array().unwrap().iter().any(|why| why["reason"] == "InstanceThere");
        (waits && shown["status"]["phases"].get("draining").is_some()).then_some(shown)
    };
    let shown = eventually("what is said in the log can be read", described).await;
    let name = shown["metadata"]["name"].as_str().unwrap();
    assert_eq!((&shown["kind"], &shown["spec"]["cluster"]), (&json!("Interruption"), &json!("web")));
    let (code, text, _) = ask(&["describe", "interruption", name]);
    assert_eq!(code, Some(0));
    for part in [name, "web-spot", "Waiting for:\n", "InstanceThere — the instance is still there", "draining  "] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (_, table, _) = ask(&["get", "interruptions"]);
    let line = table.lines().nth(1).unwrap();
    assert!(line.starts_with(name) && line.contains("InstanceThere"), "{table}");
    for id in ["i-0f0f0f0f0f0f0f0f0", "i 0/ü?x=1#%"] {
        let (code, _, errors) = ask(&["describe", "interruption", id]);
        assert_eq!(code, Some(1));
        assert!(errors.contains(&format!("no interruption `{id}` is open")), "{errors}");
    }
    assert_eq!(running.stop().0, Some(0));
}

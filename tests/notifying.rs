//! Others are told of cases: an event bus, webhooks, traces. One that does not listen delays nothing.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as Segment, State};
use axum::http::StatusCode;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde_json::Value;
use support::eventually;
use support::process::Process;
use support::world::sdk_config;

const SCENARIO: &str = "apiVersion: ecs-spot-operator/v1\nkind: Scenario\nmetadata: {name: night}\nspec:\n  clusters:\n    - name: web\n      \
    groups: [{capacityProvider: web-spot, desired: 6}]\n      \
    services: [{name: app, desired: 12, minimumHealthyPercent: 50, capacityProviders: [web-spot]}]\n  \
    interruptions:\n    - {after: 6s, capacityProvider: web-spot, notice: 1s}\n    - {after: 9s, capacityProvider: web-spot, notice: 2s}\n";

/// What was posted, by path.
type Heard = Arc<Mutex<BTreeMap<String, Vec<Vec<u8>>>>>;

/// Takes what is posted. `slack` is busy the first time, `gone` does not exist, and `silent` never answers.
#[expect(clippy::disallowed_methods, reason = "it listens until the test ends")]
async fn listen() -> (String, Heard) {
    async fn take(State(heard): State<Heard>, Segment(name): Segment<String>, body: Bytes) -> StatusCode {
        let times = {
            let mut heard = heard.lock().unwrap();
            let of_name = heard.entry(name.clone()).or_default();
            of_name.push(body.to_vec());
            of_name.len()
        };
        match name.as_str() {
            "slack" if times == 1 => StatusCode::SERVICE_UNAVAILABLE,
            "gone" => StatusCode::NOT_FOUND,
            "silent" => std::future::pending().await,
            _ => StatusCode::OK,
        }
    }
    let heard = Heard::default();
    let router = Router::new().route("/{*name}", post(take)).with_state(Arc::clone(&heard));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, heard)
}

/// A queue that gets what is put on the default bus by the operator.
async fn subscribe(endpoint: &str) -> (aws_sdk_sqs::Client, String) {
    let config = sdk_config(endpoint);
    let (sqs, events) = (aws_sdk_sqs::Client::new(&config), aws_sdk_eventbridge::Client::new(&config));
    let queue = sqs.create_queue().queue_name("told").send().await.unwrap().queue_url.unwrap();
    let pattern = r#"{"source": ["ecs-spot-operator"]}"#;
    events.put_rule().name("told").event_pattern(pattern).send().await.unwrap();
    let attribute = aws_sdk_sqs::types::QueueAttributeName::QueueArn;
    let attributes =
        sqs.get_queue_attributes().queue_url(&queue).attribute_names(attribute.clone()).send().await.unwrap();
    let arn = attributes.attributes.unwrap().remove(&attribute).unwrap();
    let target = aws_sdk_eventbridge::types::Target::builder().id("told").arn(&arn).build().unwrap();
    events.put_targets().rule("told").targets(target).send().await.unwrap();
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
    }]});
    let policy = (aws_sdk_sqs::types::QueueAttributeName::Policy, policy.to_string());
    sqs.set_queue_attributes().queue_url(&queue).attributes(policy.0, policy.1).send().await.unwrap();
    (sqs, queue)
}

/// The texts that a webhook got, one after the other.
fn texts(heard: &Heard, name: &str) -> Vec<String> {
    let heard = heard.lock().unwrap();
    let bodies = heard.get(name).into_iter().flatten();
    bodies.map(|body| serde_json::from_slice::<Value>(body).unwrap()["text"].as_str().unwrap().to_owned()).collect()
}

fn manifests(url: &str) -> String {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/manifests/live.yaml"));
    let notifications = format!(
        "  notifications:\n    eventBus: {{}}\n    traces: {{endpoint: '{url}/collector/'}}\n    webhooks:\n      \
         - {{urlFrom: {{environment: TOLD_URL}}, when: [opened, closed], template: '{{event}} {{instance_id}} {{outcome}}'}}\n      \
         - {{url: '{url}/gone', when: [closed]}}\n      - {{url: '{url}/silent', when: [opened, atRisk, closed]}}\n      \
         - {{url: '{url}/lossy', when: [closed], outcomes: [lossy]}}\n      \
         - {{url: '{url}/saved', when: [closed], outcomes: [handed_over]}}\n      - {{urlFrom: {{environment: NOT_SET}}}}\n  http:"
    );
    text.unwrap().replacen("  http:", &notifications, 1)
}

/// Several threads: waiting for the operator's next line keeps one of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_wants_to_know_is_told_and_who_does_not_listen_delays_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (_aws, endpoint) = Process::simulated_aws(SCENARIO);
    let (url, heard) = listen().await;
    let (sqs, queue) = subscribe(&endpoint).await;
    let config = folder.path().join("operator.yaml");
    std::fs::write(&config, manifests(&url)).unwrap();
    let mut operator = Process::operator_with(&config, &endpoint, &[("TOLD_URL", &format!("{url}/slack"))]);
    let started = operator.line("its start", |line| line["event"] == "operator.started");
    let server = format!("http://{}", started["http"].as_str().unwrap());
    let unset = operator.line("a URL that is not there", |line| line["event"] == "notification.failed");
    assert!(unset["error"].as_str().unwrap().contains("NOT_SET"), "{unset}");
    let lost = operator.line("the first case's end", |line| line["event"] == "case.closed")["instance_id"].clone();
    let failed = operator.line("a refusal", |line| line["event"] == "notification.failed");
    assert_eq!((&failed["receiver"], &failed["error"]), (&"webhook".into(), &"HTTP status 404".into()));
    let second = operator.line("the second's", |line| line["event"] == "case.closed");
    let (first, second_id) = (lost.as_str().unwrap(), second["instance_id"].as_str().unwrap());
    assert_eq!(second["outcome"], "lossy", "{second}");

    // What was refused the first time came the second time, and nothing is told twice to who has taken it.
    let told = || async {
        let taken = texts(&heard, "slack").split_off(1).join("\n");
        taken.contains(&format!("case.closed {second_id} lossy")).then_some(taken)
    };
    let taken = eventually("the webhook is told of the end", told).await;
    for line in [format!("case.noticed {second_id} -"), format!("case.closed {first} lossy")] {
        assert_eq!(taken.matches(&line).count(), 1, "{line} in {taken}");
    }
    let lossy = texts(&heard, "lossy").join("\n");
    assert!(lossy.starts_with(&format!("web: {first} is gone and took ")), "{lossy}");
    assert_eq!((texts(&heard, "saved").len(), texts(&heard, "silent").is_empty()), (0, false));

    let collected = || async {
        let heard = heard.lock().unwrap();
        let requests = heard.get("collector/v1/traces").into_iter().flatten();
        let requests = requests.map(|body| ExportTraceServiceRequest::decode(body.as_slice()).unwrap());
        let spans = requests.flat_map(|it| it.resource_spans).flat_map(|it| it.scope_spans).flat_map(|it| it.spans);
        let mut names: Vec<String> = spans.map(|span| span.name).collect();
        names.sort();
        (names.iter().filter(|name| *name == "spot interruption").count() == 2).then_some(names)
    };
    let names = eventually("both traces have come", collected).await;
    assert!(names.contains(&"replacement".to_owned()) && names.contains(&"drain".to_owned()), "{names:?}");

    let mut closed = Vec::new();
    while closed.len() < 2 {
        let answer =
            sqs.receive_message().queue_url(&queue).max_number_of_messages(10).wait_time_seconds(10).send().await;
        let messages = answer.unwrap().messages.unwrap_or_default();
        assert!(!messages.is_empty(), "only {closed:?} came");
        let events = messages.iter().map(|it| serde_json::from_str::<Value>(it.body.as_deref().unwrap()).unwrap());
        closed.extend(events.filter(|event| event["detail-type"] == "Spot Case Closed"));
    }
    let of_second = closed.iter().find(|event| event["detail"]["instance_id"] == second_id).unwrap();
    assert_eq!((&of_second["source"], &of_second["detail"]["outcome"]), (&"ecs-spot-operator".into(), &"lossy".into()));
    assert_eq!(of_second["resources"][0], second["container_instance_arn"]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    let diff = command.args(["diff", "--server", &server]).arg(&config).output().unwrap();
    let diff = String::from_utf8(diff.stdout).unwrap();
    assert!(diff.starts_with("No difference"), "{diff}");
    let (code, said) = operator.stop();
    assert_eq!(code, Some(0), "who is silent does not keep it from stopping");
    assert!(!said.contains("/silent") && !said.contains("/gone"), "the URL of a webhook is a secret: {said}");
}

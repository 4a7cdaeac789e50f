//! `drain`: what is sent to which queue, and what is refused.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::asking::quiet;
use crate::support::emulator::free_port;
use crate::support::world::World;
use crate::{GOOD, operator, refusing};

const QUEUE: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/spot-events";

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Sends for real, to the AWS at `endpoint`.
fn sent(endpoint: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    command.arg("drain").args(arguments).env_clear().env("AWS_ENDPOINT_URL", endpoint);
    command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").env("AWS_REGION", "us-east-1");
    command.env("AWS_EC2_METADATA_DISABLED", "true").output().unwrap()
}

#[test]
fn a_dry_run_prints_the_message_and_where_it_would_go() {
    let output = operator(&["drain", "i-0abc", "--within", "10m", "--queue", QUEUE, "--dry-run", "--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["sent"], &report["queue"], &report["messageId"]), (&json!(false), &json!(QUEUE), &json!(null)));
    let message = &report["message"];
    assert_eq!(message["detail-type"], "ecs-spot-operator Manual Drain");
    assert_eq!(message["source"], "ecs-spot-operator");
    assert_eq!(message["detail"], json!({"instance-id": "i-0abc", "within-seconds": 600}));
    let time = message["time"].as_str().unwrap();
    assert!(time.len() == 20 && time.ends_with('Z') && time.parse::<jiff::Timestamp>().is_ok(), "{time}");

    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("operator.yaml");
    std::fs::write(&config, GOOD).unwrap();
    let output = operator(&["drain", "i-0abc", "--config", config.to_str().unwrap(), "--dry-run"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(said.starts_with(&format!("Nothing is sent. This would go to {QUEUE}:\n{{\n")), "{said}");
    assert!(said.contains(r#""instance-id": "i-0abc""#) && !said.contains("within"), "{said}");
}

#[test]
fn what_cannot_be_asked_for_ends_with_2() {
    for (arguments, part) in [
        (&["drain", "i-", "--queue", QUEUE][..], "an instance id is"),
        (&["drain", "banana", "--queue", QUEUE, "--dry-run"], "an instance id is"),
        (&["drain", "i-0abc"], "--queue"),
        (&["drain", "i-0abc", "--queue", QUEUE, "--config", "x.yaml"], "cannot be used with"),
        (&["drain", "i-0abc", "--queue", "spot-events"], "a queue is named by its URL"),
        (&["drain", "i-0abc", "--config", "/nowhere/operator.yaml"], "/nowhere/operator.yaml"),
        (&["drain", "i-0abc", "--queue", QUEUE, "--within", "soon"], "is not a duration"),
        (&["drain", "i-0abc", "--queue", QUEUE, "--within", "0s"], "at least 1s"),
        (&["drain", "--queue", QUEUE], "INSTANCE_ID"),
    ] {
        let output = operator(arguments);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(part) && output.stdout.is_empty(), "{arguments:?}: {errors}");
    }
}

#[tokio::test]
async fn the_queue_gets_one_message() {
    let directory = tempfile::tempdir().unwrap();
    let (_account, aws) = quiet(&directory);
    let queue = format!("{aws}/123456789012/spot-events");
    let output = sent(&aws, &["i-0abc", "--queue", &queue]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(said.contains("ecs-spot-operator describe interruption i-0abc") && said.contains(&queue), "{said}");
    let nothing = json!({"queueUrl": queue, "cluster": "web", "autoScalingGroup": "web", "instances": []});
    let world = World::new(&aws, &nothing);
    let received = world.sqs.receive_message().queue_url(&queue).max_number_of_messages(10).send().await.unwrap();
    let messages = received.messages.unwrap();
    assert_eq!(messages.len(), 1);
    let body: Value = serde_json::from_str(messages[0].body.as_deref().unwrap()).unwrap();
    assert_eq!(
        (&body["detail-type"], &body["detail"]),
        (&json!("ecs-spot-operator Manual Drain"), &json!({"instance-id": "i-0abc"}))
    );

    let output = sent(&aws, &["i-0abc", "--within", "90s", "--queue", &queue, "-o", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &report["sent"]), (Some(0), &json!(true)));
    let received = world.sqs.receive_message().queue_url(&queue).send().await.unwrap().messages.unwrap();
    assert_eq!(received[0].message_id.as_deref(), report["messageId"].as_str());
    assert_eq!(serde_json::from_str::<Value>(received[0].body.as_deref().unwrap()).unwrap(), report["message"]);
}

#[test]
fn a_queue_that_does_not_take_it_ends_with_1_and_what_mends_it() {
    let nobody = format!("http://127.0.0.1:{}", free_port());
    for (endpoint, part) in [(refusing(), "allow `sqs:SendMessage` on the queue"), (nobody, "AWS_ENDPOINT_URL")] {
        let output = sent(&endpoint, &["i-0abc", "--queue", QUEUE]);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{errors}");
        assert!(errors.contains("did not take the message") && errors.contains(part), "{errors}");
        assert!(output.stdout.is_empty());
    }
}

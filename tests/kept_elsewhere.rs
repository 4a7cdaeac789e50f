//! Manifests in S3 and in the Systems Manager, on LocalStack: read at start, read again while the operator runs.
#![cfg(all(feature = "s3", feature = "ssm"))]
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::path::Path;
use std::process::Command;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_ssm::types::ParameterType;
use support::emulator::{Emulator, Kind};
use support::process::Process;
use support::world::{World, sdk_config};

const BUCKET: &str = "manifests";

/// Where manifests are put, and how that place is written.
enum Place {
    S3(aws_sdk_s3::Client),
    Ssm(aws_sdk_ssm::Client),
}

impl Place {
    fn both(endpoint: &str) -> [Self; 2] {
        let config = sdk_config(endpoint);
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        [Self::S3(aws_sdk_s3::Client::from_conf(s3)), Self::Ssm(aws_sdk_ssm::Client::new(&config))]
    }

    fn location(&self) -> &'static str {
        match self {
            Self::S3(_) => "s3://manifests/prod",
            Self::Ssm(_) => "ssm:/spot/prod",
        }
    }

    async fn put(&self, name: &str, text: &str) {
        match self {
            Self::S3(s3) => {
                let call = s3.put_object().bucket(BUCKET).key(format!("prod/{name}.yaml"));
                call.body(ByteStream::from(text.as_bytes().to_vec())).send().await.unwrap();
            }
            Self::Ssm(ssm) => {
                let call = ssm.put_parameter().name(format!("/spot/prod/{name}")).value(text);
                call.r#type(ParameterType::SecureString).overwrite(true).send().await.unwrap();
            }
        }
    }

    /// Things that are none of the operator's.
    async fn put_others(&self) {
        match self {
            Self::S3(s3) => {
                for key in ["production/operator.yaml", "prod/old/operator.yaml", "prod/notes.txt", "prod/.draft.yaml"]
                {
                    let call = s3.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(b"kind: Nothing"));
                    call.send().await.unwrap();
                }
            }
            Self::Ssm(ssm) => {
                let call = ssm.put_parameter().name("/spot/production").value("kind: Nothing");
                call.r#type(ParameterType::String).send().await.unwrap();
            }
        }
    }
}

/// The exit code of `command` on these manifests, and what it complained of.
fn ended(arguments: &[&str], endpoint: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    command.args(arguments).env("AWS_ENDPOINT_URL", endpoint).env("AWS_REGION", "us-east-1");
    let output = command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn the_operator_follows_manifests_in_s3_and_in_the_systems_manager() {
    let emulator = Emulator::start(Kind::LocalStack).await;
    let world = World::new(&emulator.endpoint, &emulator.seed(1));
    let directory = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(world.config(&directory)).unwrap();
    let (operator, cluster) = text.split_once("---\n").unwrap();
    for place in Place::both(&emulator.endpoint) {
        let location = place.location();
        if let Place::S3(s3) = &place {
            let (code, complaint) = ended(&["run", "--config", location], &emulator.endpoint);
            assert_eq!(code, Some(1), "it may be there the next time: {complaint}");
            assert!(complaint.contains("s3://manifests/prod") && complaint.contains("NoSuchBucket"), "{complaint}");
            s3.create_bucket().bucket(BUCKET).send().await.unwrap();
        }
        let (code, complaint) = ended(&["run", "--config", location], &emulator.endpoint);
        assert_eq!(code, Some(1), "{complaint}");
        assert!(complaint.contains(location) && complaint.contains("below it"), "{complaint}");
        if let Place::Ssm(ssm) = &place {
            let call = ssm.put_parameter().name("/spot/prod/password").value("hunter2");
            call.r#type(ParameterType::SecureString).send().await.unwrap();
            let (code, complaint) = ended(&["run", "--config", location], &emulator.endpoint);
            assert!(code == Some(1) && complaint.contains("/spot/prod/password"), "{complaint}");
            assert!(!complaint.contains("hunter2"), "what may be a secret is not told");
            ssm.delete_parameter().name("/spot/prod/password").send().await.unwrap();
        }
        place.put_others().await;
        place.put("operator", operator).await;
        place.put("web", cluster).await;

        let mut operator = Process::operator(Path::new(location), &emulator.endpoint);
        operator.line("its start", |line| line["event"] == "operator.started");
        place.put("web", &format!("{cluster}  mode: dryRun\n")).await;
        operator.signal("HUP");
        let accepted = operator.line("the change", |line| line["event"] == "config.accepted");
        assert!(accepted.to_string().contains("mode"), "{accepted}");
        place.put("web", &format!("{cluster}  mode: rehearse\n")).await;
        operator.signal("HUP");
        let refused = operator.line("the refusal", |line| line["event"] == "config.refused");
        assert!(refused.to_string().contains("web"), "{refused}");
        let (code, said) = operator.stop();
        assert_eq!(code, Some(0), "{said}");
    }
}

#[tokio::test]
async fn one_object_and_one_parameter_are_locations_of_their_own() {
    let emulator = Emulator::start(Kind::LocalStack).await;
    let world = World::new(&emulator.endpoint, &emulator.seed(1));
    let directory = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(world.config(&directory)).unwrap();
    for place in Place::both(&emulator.endpoint) {
        if let Place::S3(s3) = &place {
            s3.create_bucket().bucket(BUCKET).send().await.unwrap();
        }
        place.put("all", &text).await;
        place.put("all.yaml", "kind: Nothing").await;
        let named = match place {
            Place::S3(_) => "s3://manifests/prod/all.yaml",
            Place::Ssm(_) => "ssm:/spot/prod/all",
        };
        let command = ["setup", "--dry-run", "--without-hooks", "--config", named];
        let (code, complaint) = ended(&command, &emulator.endpoint);
        assert_eq!(code, Some(0), "{named}: {complaint}");
    }
}

//! `doctor --role` on LocalStack's IAM: what the policy of the examples leaves out is told, and nothing else.
#![cfg(feature = "iam")]
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::emulator::{Emulator, Kind};
use support::world::{World, sdk_config};

const ROLE: &str = "spot-operator";

/// The policy of the examples for these resources, without some of its actions. LocalStack compares words and knows no conditions.
fn policy(resources: &[String], without: &[&str]) -> String {
    let text = std::fs::read_to_string("deploy/iam/operator-policy.json").unwrap();
    let mut policy: Value = serde_json::from_str(&text).unwrap();
    for statement in policy["Statement"].as_array_mut().unwrap() {
        let actions = match &statement["Action"] {
            Value::Array(actions) => actions.clone(),
            one => vec![one.clone()],
        };
        statement["Action"] = actions.into_iter().filter(|it| !without.contains(&it.as_str().unwrap())).collect();
        statement["Resource"] = json!(resources);
        statement.as_object_mut().unwrap().remove("Condition");
    }
    // IAM takes no statement without an action.
    policy["Statement"].as_array_mut().unwrap().retain(|statement| statement["Action"] != json!([]));
    policy.to_string()
}

/// The messages about the role.
fn told_of_role(config: &Path, endpoint: &str, role: &str) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    command.args(["doctor", "--output", "json", "--role", role, "--config"]).arg(config);
    command.env("AWS_ENDPOINT_URL", endpoint).env("AWS_REGION", "us-east-1");
    let output = command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    });
    let object = format!("role {role}");
    let about = told["findings"].as_array().unwrap().iter().filter(|finding| finding["object"] == object.as_str());
    about
        .map(|finding| format!("{} {}", finding["check"].as_str().unwrap(), finding["message"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn what_the_role_may_not_do_is_told_of() {
    let emulator = Emulator::start(Kind::LocalStack).await;
    let world = World::new(&emulator.endpoint, &emulator.seed(1));
    let directory = tempfile::tempdir().unwrap();
    let config = world.config(&directory);
    let iam = aws_sdk_iam::Client::new(&sdk_config(&emulator.endpoint));
    let trust = json!({"Version": "2012-10-17", "Statement": []}).to_string();
    let made = iam.create_role().role_name(ROLE).assume_role_policy_document(trust).send().await.unwrap();
    let role = made.role().unwrap().arn().to_owned();
    let group = world.autoscaling.describe_auto_scaling_groups().auto_scaling_group_names(&world.group).send().await;
    let group = group.unwrap().auto_scaling_groups()[0].auto_scaling_group_arn().unwrap().to_owned();
    let of_ecs = |kind: &str| format!("arn:aws:ecs:us-east-1:000000000000:{kind}");
    let (cluster, any) = (&world.cluster, "0".repeat(32));
    let mut resources = vec!["*".to_owned(), group, of_ecs(&format!("cluster/{cluster}"))];
    resources.extend(["container-instance", "task"].map(|kind| of_ecs(&format!("{kind}/{cluster}/{any}"))));
    resources.push(of_ecs(&format!("service/{cluster}/any")));
    resources.push(format!("arn:aws:sqs:us-east-1:000000000000:{}", world.queue.rsplit('/').next().unwrap()));
    let put = async |without: &[&str]| {
        let call = iam.put_role_policy().role_name(ROLE).policy_name("spot");
        call.policy_document(policy(&resources, without)).send().await.unwrap();
        told_of_role(&config, &emulator.endpoint, &role)
    };
    assert_eq!(put(&[]).await, [""; 0]);
    let told = put(&["ecs:StopTask", "autoscaling:AttachInstances", "autoscaling:DetachInstances"]).await;
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.iter().all(|message| message.starts_with("NotAllowed ")), "{told:?}");
    assert!(told.iter().any(|it| it.contains("do not allow autoscaling:DetachInstances on arn:")), "{told:?}");
    let nobody = told_of_role(&config, &emulator.endpoint, "arn:aws:iam::000000000000:role/nobody");
    assert!(nobody.len() == 1 && nobody[0].contains("iam:SimulatePrincipalPolicy"), "{nobody:?}");
}

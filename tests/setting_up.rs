//! `setup` on LocalStack: what it makes works, what is right it leaves alone, what it made it removes, and nothing else.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::path::Path;
use std::process::Command;

use aws_sdk_sqs::types::QueueAttributeName;
use support::emulator::{Emulator, Kind};
use support::eventually;
use support::process::Process;
use support::world::World;

/// What setup printed, once it has ended well. LocalStack's groups forget who made a hook (`NotificationMetadata`); hooks are tried
/// on the simulated AWS (`tests/golden/setup.txt`).
fn setup(config: &Path, endpoint: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    command
        .args(["setup", "--without-hooks", "--config"])
        .arg(config)
        .args(arguments)
        .env("AWS_ENDPOINT_URL", endpoint);
    command.env("AWS_REGION", "us-east-1").env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    let output = command.output().unwrap();
    let (printed, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{printed}{complained}");
    printed.into_owned()
}

async fn queues(world: &World) -> Vec<String> {
    let answer = world.sqs.list_queues().send().await.unwrap();
    answer.queue_urls().iter().filter_map(|url| url.rsplit('/').next()).map(str::to_owned).collect()
}

async fn rules(world: &World) -> Vec<String> {
    let answer = world.events.list_rules().send().await.unwrap();
    answer.rules().iter().filter_map(|rule| rule.name()).map(str::to_owned).collect()
}

async fn policy(world: &World, queue: &str) -> String {
    let call = world.sqs.get_queue_attributes().queue_url(queue).attribute_names(QueueAttributeName::Policy);
    let attributes = call.send().await.unwrap().attributes.unwrap_or_default();
    attributes.get(&QueueAttributeName::Policy).cloned().unwrap_or_default()
}

#[tokio::test]
async fn on_localstack_it_works_is_repaired_and_goes_again() {
    let emulator = Emulator::start(Kind::LocalStack).await;
    let mut world = World::new(&emulator.endpoint, &emulator.seed(3));
    let (queues_before, rules_before) = (queues(&world).await, rules(&world).await);
    let (base, seeded) = world.queue.rsplit_once('/').map(|(base, name)| (base.to_owned(), name.to_owned())).unwrap();
    world.queue = format!("{base}/plumbed");
    let directory = tempfile::tempdir().unwrap();
    let config = world.config(&directory);

    let shown = setup(&config, &emulator.endpoint, &["--dry-run"]);
    assert!(shown.contains("+ queue plumbed in us-east-1") && shown.contains("Nothing was changed"), "{shown}");
    assert_eq!(queues(&world).await, queues_before, "a dry run changes nothing");
    setup(&config, &emulator.endpoint, &[]);
    let again = setup(&config, &emulator.endpoint, &[]);
    assert!(again.starts_with("Nothing to change."), "{again}");

    let theirs = r#"{"Sid":"Theirs","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"sqs:*","Resource":"*"}"#;
    let with_theirs =
        policy(&world, &world.queue).await.replace("\"Statement\":[", &format!("\"Statement\":[{theirs},"));
    let call = world.sqs.set_queue_attributes().queue_url(&world.queue);
    call.attributes(QueueAttributeName::Policy, with_theirs).send().await.unwrap();
    world.events.disable_rule().name("plumbed-interruption").send().await.unwrap();
    world.events.remove_targets().rule("plumbed-state").ids("ecs-spot-operator").send().await.unwrap();
    let repaired = setup(&config, &emulator.endpoint, &[]);
    assert!(repaired.contains("1 to make, 1 to change, 0 to remove"), "{repaired}");
    assert!(policy(&world, &world.queue).await.contains("Theirs"), "what others may is left to them");

    let mut operator = Process::operator(&config, &emulator.endpoint);
    operator.line("its start", |line| line["event"] == "operator.started");
    let (doomed, arn) = &world.instances[0];
    world.interrupt(doomed, "terminate").await;
    operator.case("case.noticed", doomed);
    eventually("it drains", || async { (world.status(arn).await? == "DRAINING").then_some(()) }).await;
    operator.stop();

    let removed = setup(&config, &emulator.endpoint, &["--destroy"]);
    assert!(removed.contains("- queue plumbed in us-east-1"), "{removed}");
    assert_eq!((queues(&world).await, rules(&world).await), (queues_before.clone(), rules_before), "all else is there");
    assert!(queues_before.contains(&seeded));
    let again = setup(&config, &emulator.endpoint, &["--destroy"]);
    assert!(again.starts_with("Nothing to change."), "{again}");
}

#[tokio::test]
async fn a_queue_of_somebody_else_is_repaired_and_stays() {
    let emulator = Emulator::start(Kind::LocalStack).await;
    let world = World::new(&emulator.endpoint, &emulator.seed(1));
    let directory = tempfile::tempdir().unwrap();
    let config = world.config(&directory);
    let (queues_before, policy_before) = (queues(&world).await, policy(&world, &world.queue).await);
    setup(&config, &emulator.endpoint, &[]);
    assert!(policy(&world, &world.queue).await.contains("EcsSpotOperatorRules"));
    setup(&config, &emulator.endpoint, &["--destroy"]);
    assert_eq!(queues(&world).await, queues_before);
    let policy = policy(&world, &world.queue).await;
    assert!(!policy.contains("EcsSpotOperator"), "{policy}, before {policy_before}");
}

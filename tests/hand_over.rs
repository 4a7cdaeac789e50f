//! The main job against endpoints that nobody here wrote: the built binary, real sockets, LocalStack and moto.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use support::emulator::{Emulator, Kind};
use support::eventually;
use support::process::Process;
use support::world::World;

#[tokio::test]
async fn localstack_sees_a_doomed_instance_handed_over() {
    hand_over(Kind::LocalStack).await;
}

#[tokio::test]
async fn moto_sees_a_doomed_instance_handed_over() {
    hand_over(Kind::Moto).await;
}

async fn hand_over(kind: Kind) {
    let emulator = Emulator::start(kind).await;
    let world = World::new(&emulator.endpoint, &emulator.seed(3));
    let directory = tempfile::tempdir().unwrap();
    let mut operator = Process::operator(&world.config(&directory), &emulator.endpoint);
    let started = operator.line("its start", |line| line["event"] == "operator.started");
    ready(started["http"].as_str().unwrap()).await;
    let (before, desired) = world.members().await;
    let (doomed, arn) = &world.instances[0];

    world.interrupt(doomed, "terminate").await;
    operator.case("case.noticed", doomed);
    eventually("it drains", || async { (world.status(arn).await? == "DRAINING").then_some(()) }).await;
    let replaced = || async {
        let (members, _) = world.members().await;
        (!members.contains(doomed) && members.len() == before.len()).then_some(members)
    };
    let members = eventually("it is detached and replaced", replaced).await;
    assert_eq!(world.members().await.1, desired, "the group's desired capacity is as it was");
    assert_eq!(world.depth().await, (0, 1), "the notice is held while its case is open");
    for (other, arn) in world.instances.iter().skip(1) {
        assert_eq!(world.status(arn).await.as_deref(), Some("ACTIVE"), "{other} is left alone");
        assert!(members.contains(other), "{other} is left in its group");
    }

    emulator.seed(3);
    let newcomer = members.iter().find(|id| !before.contains(id)).unwrap();
    let registered =
        operator.line("the replacement's registration", |line| line["event"] == "case.replacement_registered");
    assert_eq!(registered["replacement"], **newcomer);

    world.take_away(arn).await;
    let closed = operator.case("case.closed", doomed);
    assert!(closed["outcome"] == "handed_over" || closed["outcome"] == "late", "{closed}");
    eventually("the notice is deleted", || async { (world.depth().await == (0, 0)).then_some(()) }).await;

    let (code, said) = operator.stop();
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test]
async fn of_a_mixed_batch_exactly_the_own_ones_are_acted_on_and_exactly_the_unparsable_ones_stay() {
    let emulator = Emulator::start(Kind::Moto).await;
    let world = World::new(&emulator.endpoint, &emulator.seed(6));
    let (gone, gone_arn) = &world.instances[3];
    world.take_away(gone_arn).await;
    let own = &world.instances[..3];
    let bystanders = &world.instances[4..];

    let unparsable =
        ["no json", r#"{"detail":{}}"#, r#"{"detail-type":"EC2 Spot Instance Interruption Warning","detail":null}"#];
    for body in unparsable {
        world.send(body).await;
    }
    for ((instance, _), action) in own.iter().zip(["terminate", "stop", "hibernate"]) {
        world.interrupt(instance, action).await;
        world.interrupt(instance, action).await;
    }
    world.interrupt("i-0f0e0d0c0b0a09080", "terminate").await;
    world.send(&notice(gone, "2026-01-02T03:04:05Z")).await;
    world.send(&notice(&bystanders[0].0, "2026-01-02T03:04:05Z")).await;
    world.send(&notice(gone, &support::world::now().to_string())).await;
    world.send(r#"{"detail-type":"Something New","detail":{"instance-id":"i-1"}}"#).await;

    let directory = tempfile::tempdir().unwrap();
    let mut operator = Process::operator(&world.config(&directory), &emulator.endpoint);
    for (instance, arn) in own {
        eventually("it drains", || async { (world.status(arn).await? == "DRAINING").then_some(()) }).await;
        let left = || async { (!world.members().await.0.contains(instance)).then_some(()) };
        eventually("it is detached", left).await;
    }
    let settled = || async { (world.depth().await == (0, own.len() + unparsable.len())).then_some(()) };
    eventually("only own notices and unparsable messages are left", settled).await;
    for (_, arn) in own {
        world.take_away(arn).await;
    }
    let closed = || async {
        let (visible, invisible) = world.depth().await;
        (visible + invisible == unparsable.len()).then_some(())
    };
    eventually("only unparsable messages are left", closed).await;
    for (instance, arn) in bystanders {
        assert_eq!(world.status(arn).await.as_deref(), Some("ACTIVE"), "{instance} is left alone");
        assert!(world.members().await.0.contains(instance), "{instance} is left in its group");
    }
    operator.line("the last case's end", |line| line["event"] == "case.closed");
    let (code, said) = operator.stop();
    assert_eq!(code, Some(0));
    assert_eq!(said.matches("message.unparsable").count(), unparsable.len(), "each is logged once:\n{said}");
    assert_eq!(said.matches(r#""event":"case.noticed""#).count(), own.len(), "{said}");
}

fn notice(instance: &str, time: &str) -> String {
    serde_json::json!({
        "version": "0",
        "detail-type": "EC2 Spot Instance Interruption Warning",
        "source": "aws.ec2",
        "time": time,
        "detail": {"instance-id": instance, "instance-action": "terminate"},
    })
    .to_string()
}

async fn ready(address: &str) {
    eventually("the operator is ready", || async { get(address, "/readyz").filter(|(status, _)| *status == 200) })
        .await;
    assert_eq!(get(address, "/healthz").unwrap().0, 200);
    let (_, metrics) = get(address, "/metrics").unwrap();
    assert!(metrics.contains("ecs_spot_operator_ready 1"), "{metrics}");
}

/// A GET as short as HTTP allows, so that the tests need no client library.
fn get(address: &str, path: &str) -> Option<(u16, String)> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

//! Messages of every kind: what is acted on, what is acknowledged, what is left.

use std::time::Duration;

use crate::rig::*;

#[tokio::test(start_paused = true)]
async fn of_a_mixed_batch_exactly_the_own_are_acted_on_and_the_unparsable_end_as_dead_letters() {
    let rig = Rig::new(scenario());
    let members = rig.members();
    let (own, bystanders) = members.split_at(3);
    let unparsable = [
        "",
        "[1]",
        r#"{"detail":{}}"#,
        r#"{"detail-type":"EC2 Spot Instance Interruption Warning","detail":{"instance-id":7}}"#,
    ];
    for (instance, action) in own.iter().zip(["terminate", "stop", "hibernate"]) {
        rig.send(rig.notice(instance, action, 1));
        rig.send(rig.notice(instance, action, 1));
    }
    rig.send(rig.notice("i-0f0e0d0c0b0a09080", "terminate", 1));
    rig.send(rig.notice(&bystanders[0], "terminate", 121));
    rig.send(rig.notice(&bystanders[1], "hibernate", 121));
    rig.send(r#"{"detail-type":"EC2 Instance Rebalance Recommendation","detail":{"instance-id":"i-1"}}"#.to_owned());
    unparsable.iter().for_each(|body| rig.send((*body).to_owned()));

    let operator = rig.operate();
    rig.secs(5).await;
    for instance in own {
        assert!(
            !rig.members().contains(instance)
                || rig
                    .sim
                    .group(GROUP)
                    .unwrap()
                    .members
                    .iter()
                    .any(|member| { member.instance_id == *instance && member.lifecycle_state == "Detaching" })
        );
        assert_eq!(rig.status(instance), "DRAINING");
    }
    for instance in bystanders {
        assert!(rig.members().contains(instance));
        assert_eq!(rig.status(instance), "ACTIVE");
    }
    assert_eq!(rig.depth(QUEUE), (0, own.len() + unparsable.len()));
    rig.secs(200).await;
    assert_eq!(rig.depth(DEAD_LETTERS), (unparsable.len(), 0), "the redrive policy has taken them");
    assert_eq!(rig.depth(QUEUE), (0, own.len()));
    assert_eq!(rig.events("case.noticed").len(), own.len());
    operator.stop().await;
}

#[tokio::test(start_paused = true)]
async fn thousands_of_duplicates_are_one_case() {
    let rig = Rig::new(scenario());
    let doomed = rig.members()[0].clone();
    let _operator = rig.operate();
    rig.secs(5).await;
    let body = rig.notice(&doomed, "terminate", 0);
    (0..3_000).for_each(|_| rig.send(body.clone()));
    rig.secs(20).await;
    assert_eq!(rig.depth(QUEUE), (0, 1), "one is held, the others are acknowledged");
    assert_eq!((rig.calls("DetachInstances"), rig.calls("UpdateContainerInstancesState")), (1, 1));
    assert_eq!(rig.events("case.noticed").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn messages_that_are_done_within_a_second_are_deleted_in_one_call() {
    let rig = Rig::new(scenario());
    let _operator = rig.operate();
    rig.secs(5).await;
    let body = rig.notice("i-0ffffffffffffffff", "terminate", 0);
    for _ in 0..3 {
        rig.send(body.clone());
        rig.clock.sleep(Duration::from_millis(200)).await;
    }
    rig.secs(5).await;
    assert_eq!((rig.depth(QUEUE), rig.calls("DeleteMessageBatch")), ((0, 0), 1));
}

#[tokio::test(start_paused = true)]
async fn of_two_notices_about_one_instance_the_later_is_held() {
    let rig = Rig::new(scenario());
    let running = rig.operate();
    rig.secs(5).await;
    let instance = rig.members().remove(0);
    rig.send(rig.notice(&instance, "terminate", 30));
    rig.secs(5).await;
    rig.send(rig.notice(&instance, "terminate", 0));
    rig.secs(5).await;
    assert_eq!(rig.depth("spot-events"), (0, 1));
    running.crash().await;
    rig.secs(95).await;
    let running = rig.operate();
    rig.secs(5).await;
    assert_eq!(rig.depth("spot-events"), (0, 1), "whoever takes over finds it alive");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn whatever_stands_in_a_message_the_next_one_is_handled() {
    let rig = Rig::new(scenario());
    let members = rig.members();
    let _operator = rig.operate();
    rig.secs(5).await;
    let good = rig.notice("i-0f0e0d0c0b0a09080", "terminate", 0);
    let mut dice: u64 = 7;
    let mut roll = move |below: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(dice >> 33).unwrap() % below
    };
    for _ in 0..500 {
        let mut body: Vec<char> = good.chars().collect();
        for _ in 0..=roll(4) {
            let at = roll(body.len());
            match roll(4) {
                0 => drop(body.remove(at)),
                1 => body.insert(at, ['"', '{', '}', '\\', ',', '\u{0}', '💥', '9'][roll(8)]),
                2 => body[at] = '\u{fffd}',
                _ => body.truncate(at.max(1)),
            }
        }
        rig.send(body.into_iter().collect());
    }
    rig.send(good.replace("terminate", "\\ud800"));
    rig.send(format!("{{\"pad\":\"{}\"}}", "x".repeat(1_000_000)));
    rig.send(rig.notice(&members[0], "terminate", 0));
    rig.secs(30).await;
    assert_eq!(rig.status(&members[0]), "DRAINING");
    assert_eq!(rig.events("case.noticed").len(), 1);
    members.iter().skip(1).for_each(|other| assert_eq!(rig.status(other), "ACTIVE"));
}

#[tokio::test(start_paused = true)]
async fn an_instance_launched_since_the_last_resync_is_found() {
    let rig = Rig::with(interrupted(1), &manifests("", ", mode: dryRun"));
    let watching = rig.operate();
    let before = rig.members();
    rig.secs(60).await;
    watching.crash().await;
    let acting = Rig { manifests: manifests("", ""), ..rig };
    let _operator = acting.operate();
    acting.secs(240).await;
    let newcomer = acting.members().into_iter().find(|instance| !before.contains(instance)).unwrap();
    assert_eq!(acting.calls("DescribeAutoScalingInstances"), 0);
    acting.send(acting.notice(&newcomer, "terminate", 0));
    acting.secs(3).await;
    assert_eq!(acting.calls("DescribeAutoScalingInstances"), 1, "it was not in the index");
    assert_eq!(acting.status(&newcomer), "DRAINING");
}

#[tokio::test(start_paused = true)]
async fn a_paused_operator_receives_nothing() {
    let rig = Rig::with(interrupted(1), &manifests(", paused: true", ""));
    let operator = rig.operate();
    rig.secs(60).await;
    assert_eq!((rig.depth(QUEUE), rig.calls("ReceiveMessage")), ((1, 0), 0));
    assert!(operator.problems.readiness().ready, "it waits for no queue");
}

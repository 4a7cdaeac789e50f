//! What people can read of a case while it is open and after it has ended.

use ecs_spot_operator::sim::{CallFaults, Faults, Process, Scenario, Window};

use crate::rig::*;

#[tokio::test(start_paused = true)]
async fn an_open_case_shows_what_it_waits_for_and_a_closed_one_how_it_ended() {
    let rig = Rig::new(interrupted(1));
    let operator = rig.operate();
    rig.secs(29).await;
    assert_eq!(operator.board.list(10, rig.clock.now()).items, []);
    let quiet = operator.board.revision();
    rig.secs(1).await;
    assert_eq!(operator.board.revision(), quiet, "nothing has changed");
    rig.secs(10).await;
    assert!(operator.board.revision() > quiet);
    let noticed = rig.events("case.noticed").pop().unwrap();
    let open = operator.board.find(noticed.instance_id.as_str(), rig.clock.now()).unwrap();
    assert_eq!(operator.board.list(10, rig.clock.now()).items, std::slice::from_ref(&open));
    let status = &open.status;
    let reasons: Vec<&str> = status.waiting_for.iter().map(|waiting| waiting.reason.as_str()).collect();
    assert!(reasons.contains(&"InstanceThere") && reasons.contains(&"TasksRunning"), "{reasons:?}");
    assert!(status.waiting_for.iter().all(|waiting| !waiting.message.is_empty()));
    assert!(status.open && status.outcome.is_none());
    assert!(status.phases.contains_key("replacement_requested") && status.phases.contains_key("draining"));
    assert!(status.aws_request_ids.contains_key("detach") && status.aws_request_ids.contains_key("drain"));
    assert!(status.tasks.running > 0);
    let left = open.status.seconds_left;
    rig.secs(5).await;
    let later = operator.board.find(&open.metadata.name, rig.clock.now()).unwrap();
    assert_eq!(later.status.seconds_left, left.map(|left| left - 5.0));

    rig.secs(255).await;
    let closed = operator.board.find(&open.metadata.name, rig.clock.now()).unwrap();
    assert!(!closed.status.open && closed.status.waiting_for.is_empty());
    assert_eq!(closed.status.outcome.as_deref(), Some("handed_over"));
    let ends: Vec<&str> = closed.status.task_ends.iter().map(|end| end.end.as_str()).collect();
    assert!(ends.len() as u64 == closed.status.tasks.graceful && ends.iter().all(|end| *end == "graceful"), "{ends:?}");
    assert!(closed.status.task_ends.iter().all(|end| Some(&end.at) < closed.status.deadline.as_ref()));
    let line = serde_json::to_value(&rig.events("case.closed")[0]).unwrap();
    let status = serde_json::to_value(&closed.status).unwrap();
    for (field, value) in line.as_object().unwrap().iter().filter(|(field, _)| *field != "event") {
        assert_eq!(&status[field], value, "the status has {field} as the log has it");
    }

    rig.secs(3_600).await;
    assert_eq!(operator.board.find(&open.metadata.name, rig.clock.now()), None, "and is forgotten after an hour");
}

#[tokio::test(start_paused = true)]
async fn why_nothing_is_asked_of_a_group_can_be_read_while_the_case_is_open() {
    let mut scenario = interrupted(1);
    scenario.groups[0].suspended = vec![Process::Launch];
    let rig = Rig::new(scenario);
    let operator = rig.operate();
    rig.secs(60).await;
    let open = operator.board.list(10, rig.clock.now()).items.pop().unwrap().status;
    assert_eq!(open.reason.as_deref(), Some("LaunchSuspended"));
    assert!(open.message.contains("nothing is asked of its group"), "{}", open.message);
}

#[tokio::test(start_paused = true)]
async fn of_notices_that_nothing_is_done_about_only_our_own_are_kept_with_the_reason() {
    for (spec, reason, words) in [
        (", mode: dryRun", "DryRun", "would detach it from web-asg"),
        (", mode: paused", "paused", "nothing is done"),
        (", capacityProviders: [{name: web-spot, managed: false}]", "unmanaged", "nothing is done"),
    ] {
        let rig = Rig::with(interrupted(1), &manifests("", spec));
        let operator = rig.operate();
        rig.secs(20).await;
        rig.send(rig.notice("i-0f0f0f0f0f0f0f0f0", "terminate", 0));
        rig.secs(25).await;
        assert_eq!(rig.depth(QUEUE), (0, 0), "{spec}");
        let kept = operator.board.list(10, rig.clock.now()).items;
        assert_eq!(kept.len(), 1, "{spec}");
        let status = &kept[0].status;
        assert!(!status.open && status.outcome.is_none(), "{spec}");
        assert_eq!(status.reason.as_deref(), Some(reason));
        assert!(status.message.contains(words), "{}", status.message);
    }
}

#[tokio::test(start_paused = true)]
async fn a_risk_is_shown_for_as_long_as_it_is_one() {
    let refused = CallFaults {
        window: Window { from_seconds: 25, until_seconds: Some(100) },
        actions: vec!["ecs:UpdateContainerInstancesState".to_owned()],
        access_denied: 1.0,
        ..CallFaults::default()
    };
    let rig = Rig::new(Scenario { faults: Faults { calls: vec![refused], ..Faults::none() }, ..interrupted(1) });
    let operator = rig.operate();
    let risks = || {
        let open = operator.board.list(10, rig.clock.now()).items.remove(0);
        assert_eq!(open.spec.spot_cluster.as_deref(), Some("web"));
        let names: Vec<String> = open.status.risks.iter().map(|risk| risk.reason.clone()).collect();
        assert_eq!(open.status.message.contains("at risk"), !names.is_empty(), "{}", open.status.message);
        names
    };
    rig.secs(95).await;
    assert_eq!(risks(), ["NotDraining"]);
    rig.secs(25).await;
    assert_eq!(risks(), [""; 0], "it drains by now");
}

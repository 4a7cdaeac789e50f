//! Every signal that something is done about, in every delivery, by what AWS shows afterwards.

use std::time::Duration;

use ecs_spot_operator::sim::{HookSpec, RuleSpec};
use serde_json::{Value, json};

use crate::rig::*;

const OURS: &str = "ecs-spot-operator-drain";

fn event(rig: &Rig, kind: &str, detail: &Value) -> String {
    let time = rig.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    json!({"version": "0", "id": "1", "detail-type": kind, "source": "aws", "time": time, "detail": detail}).to_string()
}

/// Hands the message over that `write` makes for two of the members, and lets ten minutes pass.
async fn told(manifests: &str, write: impl FnOnce(&Rig, &[String]) -> String) -> (Rig, Vec<String>) {
    let rig = Rig::with(scenario(), manifests);
    let _operator = rig.operate();
    rig.secs(30).await;
    let members = rig.members();
    rig.send(write(&rig, &members[..2]));
    rig.secs(600).await;
    (rig, members)
}

#[tokio::test(start_paused = true)]
async fn maintenance_of_several_instances_hands_each_over_with_its_replacement_first() {
    let maintenance = |rig: &Rig, some: &[String]| {
        let start = rig.clock.now() + jiff::SignedDuration::from_mins(9);
        let entities: Vec<Value> = some.iter().map(|id| json!({"entityValue": id})).collect();
        let detail = json!({
            "service": "EC2", "eventTypeCategory": "scheduledChange", "statusCode": "upcoming",
            "eventTypeCode": "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
            "startTime": start.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), "affectedEntities": entities,
        });
        event(rig, "AWS Health Event", &detail)
    };
    let (rig, before) = told(&manifests("", ""), maintenance).await;
    assert_eq!(rig.outcomes(), ["handed_over", "handed_over"]);
    let after = rig.members();
    assert!(before[..2].iter().all(|id| !after.contains(id)) && before[2..].iter().all(|id| after.contains(id)));
    assert_eq!((after.len(), rig.sim.group(GROUP).unwrap().desired), (6, 6));
    assert_eq!((rig.calls("LaunchInstances"), rig.calls("DetachInstances")), (2, 0));
    assert_eq!(rig.depth(QUEUE), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_recommendation_is_followed_where_the_policy_says_so_and_nowhere_else() {
    let recommended = |rig: &Rig, some: &[String]| {
        event(rig, "EC2 Instance Rebalance Recommendation", &json!({"instance-id": some[0]}))
    };
    let (rig, before) = told(&manifests("", ", signals: {rebalance: {enabled: true}}"), recommended).await;
    assert_eq!((rig.outcomes(), rig.members().contains(&before[0])), (vec!["handed_over"], false));
    assert_eq!((rig.members().len(), rig.sim.group(GROUP).unwrap().desired), (6, 6));
    let (rig, before) = told(&manifests("", ""), recommended).await;
    assert_eq!((rig.members(), rig.draining(), rig.depth(QUEUE)), (before, 0, (0, 0)));
}

/// The instance that waits for our hook is drained, and its hook completed, whichever way that was told.
async fn held(deliver: impl Fn(&Rig, &str) -> Option<String>) {
    let mut scenario = scenario();
    scenario.groups[0].hooks = vec![HookSpec::terminating(OURS, Duration::from_secs(300), true)];
    let rig = Rig::new(scenario);
    let _operator = rig.operate();
    rig.secs(30).await;
    let doomed = rig.members()[0].clone();
    rig.scale_in(&doomed).await;
    deliver(&rig, &doomed).into_iter().for_each(|body| rig.send(body));
    rig.secs(120).await;
    assert_eq!(rig.calls("CompleteLifecycleAction"), 1);
    assert!(!rig.members().contains(&doomed));
    let closed = rig.events("case.closed");
    assert!(closed[0].tasks.graceful > 0 && closed[0].tasks.killed == 0);
    assert_eq!(rig.depth(QUEUE), (0, 0));
}

fn action(instance: &str) -> Value {
    json!({
        "LifecycleHookName": OURS, "AutoScalingGroupName": GROUP, "EC2InstanceId": instance,
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING", "LifecycleActionToken": "token",
    })
}

#[tokio::test(start_paused = true)]
async fn a_termination_hook_from_event_bridge_is_completed_when_the_tasks_are_stopped() {
    held(|rig, id| Some(event(rig, "EC2 Instance-terminate Lifecycle Action", &action(id)))).await;
}

#[tokio::test(start_paused = true)]
async fn a_termination_hook_from_auto_scaling_itself_is_completed_when_the_tasks_are_stopped() {
    held(|_, id| Some(action(id).to_string())).await;
}

#[tokio::test(start_paused = true)]
async fn a_termination_hook_by_way_of_sns_is_completed_when_the_tasks_are_stopped() {
    held(|_, id| Some(json!({"Type": "Notification", "Message": action(id).to_string()}).to_string())).await;
}

#[tokio::test(start_paused = true)]
async fn test_notifications_launches_and_unknown_kinds_are_acknowledged_and_change_nothing() {
    for body in [
        json!({"Event": "autoscaling:TEST_NOTIFICATION", "AutoScalingGroupName": GROUP}),
        json!({"detail-type": "EC2 Instance-launch Lifecycle Action", "detail": action("i-0abc")}),
        json!({"detail-type": "EC2 Instance Launch Successful", "detail": {"AutoScalingGroupName": GROUP}}),
        json!({"detail-type": "EC2 Instance Launch Unsuccessful", "detail": {"AutoScalingGroupName": GROUP}}),
        json!({"detail-type": "A kind of next year", "detail": {}}),
    ] {
        let (rig, before) = told(&manifests("", ""), |_, _| body.to_string()).await;
        assert_eq!((rig.members(), rig.draining(), rig.depth(QUEUE)), (before, 0, (0, 0)), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_waits_for_our_hook_is_found_by_the_resync_where_no_message_told_of_it() {
    let mut scenario = scenario();
    scenario.groups[0].hooks = vec![HookSpec::terminating(OURS, Duration::from_secs(1200), true)];
    let rig = Rig::new(scenario);
    let _operator = rig.operate();
    rig.secs(30).await;
    let doomed = rig.members()[0].clone();
    rig.scale_in(&doomed).await;
    rig.secs(700).await;
    assert_eq!((rig.calls("CompleteLifecycleAction"), rig.members().contains(&doomed)), (1, false));
    assert_eq!(rig.events("case.closed")[0].tasks.killed, 0);
}

#[tokio::test(start_paused = true)]
async fn a_mixture_of_signals_for_one_instance_is_one_case() {
    let mut scenario = interrupted(1);
    scenario.groups[0].hooks = vec![HookSpec::terminating(OURS, Duration::from_secs(300), true)];
    scenario.rules.push(RuleSpec::of("EC2 Instance-terminate Lifecycle Action", QUEUE));
    scenario.rules.push(RuleSpec::of("EC2 Instance Rebalance Recommendation", QUEUE));
    let rig = Rig::with(scenario, &manifests("", ", signals: {rebalance: {enabled: true}}"));
    let _operator = rig.operate();
    rig.secs(29).await;
    rig.secs(400).await;
    assert_eq!((rig.outcomes(), rig.events("case.noticed").len()), (vec!["handed_over"], 1));
    assert_eq!((rig.members().len(), rig.sim.group(GROUP).unwrap().desired), (6, 6));
}

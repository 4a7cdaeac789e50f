use super::*;

fn hook(name: &str, token: Option<&str>) -> Hook {
    Hook { group: "my-asg".into(), name: name.into(), token: token.map(Into::into) }
}

#[test]
fn the_documented_event_says_that_a_hook_waits() {
    let expected = Signal {
        instance: "i-1234567890abcdef0".into(),
        kind: SignalKind::TerminateHook,
        said_at: time("2026-01-02T03:02:00Z"),
        deadline: None,
        history_from: time("2026-01-04T03:02:00Z"),
        hook: Some(hook("my-lifecycle-hook", Some("87654321-4321-4321-4321-210987654321"))),
    };
    assert_eq!(signal(samples::TERMINATE_ACTION), expected);
}

#[test]
fn auto_scaling_says_the_same_without_an_envelope_and_sns_around_that() {
    let expected = Signal {
        instance: "i-0598c7d356eba48d7".into(),
        kind: SignalKind::TerminateHook,
        said_at: time("2021-01-19T00:36:26.533Z"),
        deadline: None,
        history_from: time("2021-01-21T00:36:26.533Z"),
        hook: Some(hook("my-hook", Some("71514b9d-6a40-4b26-8523-05e7ee35fa40"))),
    };
    assert_eq!(signal(samples::RAW_TERMINATE), expected);
    assert_eq!(signal(&in_sns(samples::RAW_TERMINATE)), expected);
    assert_eq!(signal(&in_sns(samples::TERMINATE_ACTION)), signal(samples::TERMINATE_ACTION));
}

#[test]
fn of_a_notification_only_its_own_time_counts_if_it_can_be_believed() {
    let lower = with_outer(samples::RAW_TERMINATE, "time", json!("2021-01-19T00:00:00Z"));
    assert_eq!(signal(&lower).said_at, time("2021-01-19T00:36:26.533Z"));
    for incredible in [json!("9999-01-01T00:00:00Z"), json!(1611016586), json!(null)] {
        let body = with_outer(samples::RAW_TERMINATE, "Time", incredible);
        assert_eq!(signal(&body).said_at, sent());
    }
}

#[test]
fn a_hook_waits_before_a_launch_in_all_deliveries() {
    let token = Some("87654321-4321-4321-4321-210987654321");
    let event = News::LaunchHook {
        instance: "i-1234567890abcdef0".into(),
        hook: hook("my-lifecycle-hook", token),
        at: time("2026-01-02T03:02:00Z"),
    };
    assert_eq!(news(samples::LAUNCH_ACTION), event);
    let raw = News::LaunchHook {
        instance: "i-0598c7d356eba48d7".into(),
        hook: hook("my-hook", Some("71514b9d-6a40-4b26-8523-05e7ee35fa40")),
        at: time("2021-01-19T00:36:26.533Z"),
    };
    assert_eq!(news(samples::RAW_LAUNCH), raw);
    assert_eq!(news(&in_sns(samples::RAW_LAUNCH)), raw);
}

#[test]
fn a_warm_pool_makes_no_difference() {
    for (origin, destination) in [("WarmPool", "EC2"), ("AutoScalingGroup", "WarmPool")] {
        let body = with(samples::TERMINATE_ACTION, "Origin", json!(origin));
        let body = with(&body, "Destination", json!(destination));
        assert_eq!(signal(&body), signal(samples::TERMINATE_ACTION));
    }
}

#[test]
fn without_a_token_the_instance_names_the_wait() {
    let body = with(samples::TERMINATE_ACTION, "LifecycleActionToken", None);
    assert_eq!(signal(&body).hook, Some(hook("my-lifecycle-hook", None)));
}

#[test]
fn a_hook_without_its_names_leaves_a_doomed_instance_and_nothing_at_a_launch() {
    for field in ["AutoScalingGroupName", "LifecycleHookName"] {
        for value in [None, Some(json!("")), Some(json!(7)), Some(json!("x".repeat(2_049))), Some(json!("a\nb"))] {
            let body = with(samples::TERMINATE_ACTION, field, value.clone());
            assert_eq!(signal(&body).hook, None, "{field} {value:?}");
            let body = with(samples::LAUNCH_ACTION, field, value.clone());
            assert_eq!(read(&body), unknown("EC2 Instance-launch Lifecycle Action"), "{field} {value:?}");
        }
    }
    let longest = with(samples::TERMINATE_ACTION, "LifecycleHookName", json!("x".repeat(2_048)));
    assert_eq!(signal(&longest).hook, Some(hook(&"x".repeat(2_048), Some("87654321-4321-4321-4321-210987654321"))));
}

#[test]
fn without_an_instance_it_cannot_be_understood() {
    for body in [samples::TERMINATE_ACTION, samples::LAUNCH_ACTION] {
        assert_eq!(read(&with(body, "EC2InstanceId", None)), Err(Unparsable::NoInstanceId));
        let outer = with_outer(&with(body, "EC2InstanceId", None), "EC2InstanceId", json!("i-1"));
        assert_eq!(read(&outer), Err(Unparsable::NoInstanceId), "an event says in its detail what it says");
    }
    for body in [samples::RAW_TERMINATE, samples::RAW_LAUNCH] {
        assert_eq!(read(&with_outer(body, "EC2InstanceId", json!("sir-1"))), Err(Unparsable::NoInstanceId));
    }
}

#[test]
fn a_test_notification_is_one_wherever_it_says_so() {
    let elsewhere = r#"{"AutoScalingGroupName":"my-asg","LifecycleTransition":"autoscaling:TEST_NOTIFICATION"}"#;
    for body in [samples::RAW_TEST, elsewhere] {
        assert_eq!(read(body), Ok(Parsed::Test));
        assert_eq!(read(&in_sns(body)), Ok(Parsed::Test));
    }
}

#[test]
fn a_groups_other_notifications_are_of_an_unknown_kind() {
    for name in ["autoscaling:EC2_INSTANCE_TERMINATE", "autoscaling:EC2_INSTANCE_LAUNCH_ERROR"] {
        let body = json!({"Event": name, "EC2InstanceId": "i-1", "AutoScalingGroupName": "my-asg"}).to_string();
        assert_eq!(read(&body), unknown(name));
    }
}

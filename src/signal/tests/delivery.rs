use super::*;

#[test]
fn no_object_is_unparsable_and_an_object_without_a_kind_too() {
    for body in ["", "hello", "[]", "3", "null", r#""text""#, "{", r#"{"a":}"#, "\u{0}"] {
        assert_eq!(read(body), Err(Unparsable::NotAnObject), "{body}");
    }
    for body in ["{}", r#"{"detail-type":null}"#, r#"{"detail-type":5,"detail":{"instance-id":"i-1"}}"#] {
        assert_eq!(read(body), Err(Unparsable::NoKind), "{body}");
    }
}

#[test]
fn other_kinds_are_named() {
    for (body, name) in [
        (r#"{"detail-type":"EC2 Spot Instance Request Fulfillment"}"#, "EC2 Spot Instance Request Fulfillment"),
        (r#"{"detail-type":"ECS Service Action","detail":[]}"#, "ECS Service Action"),
        (r#"{"detail-type":""}"#, ""),
        (r#"{"LifecycleTransition":"autoscaling:SOMETHING_NEW"}"#, "autoscaling:SOMETHING_NEW"),
        (r#"{"detail-type":"Something","LifecycleTransition":"autoscaling:TEST_NOTIFICATION"}"#, "Something"),
    ] {
        assert_eq!(read(body), unknown(name));
    }
}

#[test]
fn the_name_of_an_unknown_kind_is_held_to_a_length() {
    let body = format!(r#"{{"detail-type":"{}\n"}}"#, "x".repeat(1_000_000));
    match read(&body) {
        Ok(Parsed::UnknownKind(name)) => assert_eq!(name.len(), 100),
        other => panic!("{other:?}"),
    }
}

#[test]
fn sns_wraps_every_message_and_nothing_is_lost() {
    for body in samples::ALL {
        let bare = read(body);
        assert!(!matches!(bare, Ok(Parsed::UnknownKind(_)) | Err(_)), "{body}");
        assert_eq!(read(&in_sns(body)), bare, "{body}");
    }
    assert_eq!(read(&in_sns("hello")), Err(Unparsable::NotAnObject));
    assert_eq!(read(&in_sns("{}")), Err(Unparsable::NoKind));
}

#[test]
fn an_event_that_looks_like_a_notification_of_sns_is_still_an_event() {
    let body = with_outer(samples::INTERRUPTION, "Type", json!("Notification"));
    assert_eq!(read(&with_outer(&body, "Message", json!("hello"))), read(samples::INTERRUPTION));
}

#[test]
fn metrics_have_a_name_for_each_kind() {
    let names: Vec<&str> = samples::ALL.into_iter().map(|body| read(body).unwrap().name()).collect();
    let expected = [
        "interruption_notice",
        "rebalance_recommendation",
        "terminate_hook",
        "launch_hook",
        "terminate_hook",
        "launch_hook",
        "test",
        "maintenance",
        "maintenance",
        "instance_state",
        "launch",
        "launch",
        "termination",
        "container_instance",
        "task",
        "task",
        "manual_drain",
    ];
    assert_eq!(names, expected);
    assert_eq!(Parsed::UnknownKind("whatever".to_owned()).name(), "unknown");
}

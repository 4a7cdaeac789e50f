use super::*;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn sent() -> Timestamp {
    time("2026-01-02T03:02:03Z")
}

fn notice(detail: &str) -> String {
    format!(
        r#"{{"version":"0","id":"1","detail-type":"EC2 Spot Instance Interruption Warning","source":"aws.ec2",
        "account":"123456789012","time":"2026-01-02T03:02:00Z","region":"us-east-2",
        "resources":["arn:aws:ec2:us-east-2a:instance/i-0abc"],"detail":{detail}}}"#
    )
}

fn signal(body: &str) -> Signal {
    match parse(body, sent()) {
        Ok(Parsed::Signal(signal)) => signal,
        other => panic!("no signal: {other:?}"),
    }
}

#[test]
fn the_documented_event_is_a_notice_with_its_deadline() {
    let signal = signal(&notice(r#"{"instance-id":"i-0abc","instance-action":"terminate"}"#));
    assert_eq!(signal.instance, "i-0abc".into());
    assert_eq!(signal.kind, SignalKind::InterruptionNotice(InstanceAction::Terminate));
    assert_eq!(signal.said_at, time("2026-01-02T03:02:00Z"));
    assert_eq!(signal.deadline, time("2026-01-02T03:04:00Z"));
    assert_eq!(signal.history_from, time("2026-01-02T03:04:00Z"));
}

#[test]
fn hibernation_has_no_lead_but_is_acted_on_as_long() {
    let signal = signal(&notice(r#"{"instance-id":"i-0abc","instance-action":"hibernate"}"#));
    assert_eq!(signal.deadline, time("2026-01-02T03:02:00Z"));
    assert_eq!(signal.history_from, time("2026-01-02T03:04:00Z"));
}

#[test]
fn stop_is_a_notice_and_so_is_an_action_nobody_knows() {
    for (action, expected) in [
        (r#""stop""#, InstanceAction::Stop),
        (r#""STOP""#, InstanceAction::Stop),
        (r#""vanish""#, InstanceAction::Terminate),
        ("null", InstanceAction::Terminate),
        ("7", InstanceAction::Terminate),
    ] {
        let body = notice(&format!(r#"{{"instance-id":"i-0abc","instance-action":{action}}}"#));
        assert_eq!(signal(&body).kind, SignalKind::InterruptionNotice(expected), "{action}");
    }
}

#[test]
fn an_unreadable_or_incredible_time_counts_as_when_it_was_sent() {
    for time in [r#""soon""#, "null", "[1]", r#""9999-01-01T00:00:00Z""#, r#""yyyy-mm-ddThh:mm:ssZ""#] {
        let body = format!(
            r#"{{"detail-type":"EC2 Spot Instance Interruption Warning","time":{time},"detail":{{"instance-id":"i-1"}}}}"#
        );
        assert_eq!(signal(&body).said_at, sent(), "{time}");
    }
}

#[test]
fn what_nobody_needs_may_be_of_any_shape() {
    let body = r#"{"detail-type":"EC2 Spot Instance Interruption Warning","detail-type-2":{},"account":12,"region":null,
        "resources":"none","extra":"\ud800","extra":[[[[1e999]]]],
        "detail":{"instance-id":"i-1","instance-id-2":[],"note":"\udfff"},"time":"2026-01-02T03:02:00Z"}"#;
    assert_eq!(signal(body).instance, "i-1".into());
}

#[test]
fn a_known_kind_without_a_usable_id_is_unparsable() {
    for detail in [
        "null",
        "[]",
        "{}",
        r#""i-1""#,
        r#"{"instance-id":null}"#,
        r#"{"instance-id":17}"#,
        r#"{"instance-id":""}"#,
        r#"{"instance-id":"i-"}"#,
        r#"{"instance-id":"sir-1"}"#,
        r#"{"instance-id":"i-1] or [x"}"#,
        r#"{"instance-id":"i-1\ud800"}"#,
    ] {
        assert_eq!(parse(&notice(detail), sent()), Err(Unparsable::NoInstanceId), "{detail}");
    }
    assert_eq!(
        parse(&notice(&format!(r#"{{"instance-id":"i-{}"}}"#, "0".repeat(1000))), sent()),
        Err(Unparsable::NoInstanceId)
    );
}

#[test]
fn no_object_is_unparsable_and_an_object_without_a_kind_too() {
    for body in ["", "hello", "[]", "3", "null", r#""text""#, "{", r#"{"a":}"#, "\u{0}"] {
        assert_eq!(parse(body, sent()), Err(Unparsable::NotAnObject), "{body}");
    }
    for body in ["{}", r#"{"detail-type":null}"#, r#"{"detail-type":5,"detail":{"instance-id":"i-1"}}"#] {
        assert_eq!(parse(body, sent()), Err(Unparsable::NoKind), "{body}");
    }
}

#[test]
fn other_kinds_are_named() {
    for (body, name) in [
        (r#"{"detail-type":"EC2 Instance Rebalance Recommendation"}"#, "EC2 Instance Rebalance Recommendation"),
        (r#"{"detail-type":"ECS Task State Change","detail":[]}"#, "ECS Task State Change"),
        (r#"{"detail-type":""}"#, ""),
        (r#"{"LifecycleTransition":"autoscaling:EC2_INSTANCE_TERMINATING"}"#, "autoscaling:EC2_INSTANCE_TERMINATING"),
        (r#"{"Event":"autoscaling:TEST_NOTIFICATION"}"#, "autoscaling:TEST_NOTIFICATION"),
    ] {
        assert_eq!(parse(body, sent()), Ok(Parsed::UnknownKind(name.to_owned())));
    }
}

#[test]
fn the_name_of_an_unknown_kind_is_held_to_a_length() {
    let body = format!(r#"{{"detail-type":"{}\n"}}"#, "x".repeat(1_000_000));
    match parse(&body, sent()) {
        Ok(Parsed::UnknownKind(name)) => assert_eq!(name.len(), 100),
        other => panic!("{other:?}"),
    }
}

#[test]
fn sns_wraps_the_same_event() {
    let inner = notice(r#"{"instance-id":"i-0abc","instance-action":"stop"}"#);
    let body = serde_json::json!({"Type": "Notification", "MessageId": "1", "Message": inner}).to_string();
    assert_eq!(signal(&body).instance, "i-0abc".into());
    let broken = serde_json::json!({"Type": "Notification", "Message": "hello"}).to_string();
    assert_eq!(parse(&broken, sent()), Err(Unparsable::NotAnObject));
}

#[test]
fn deep_nesting_and_a_mebibyte_are_read() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!(
        r#"{{"pad":"{}","deep":{deep},"detail-type":"EC2 Spot Instance Interruption Warning","detail":{{"instance-id":"i-1"}}}}"#,
        "x".repeat(800_000)
    );
    assert_eq!(signal(&body).instance, "i-1".into());
}

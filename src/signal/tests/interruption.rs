use super::*;

fn notice(detail: &str) -> String {
    format!(
        r#"{{"version":"0","id":"1","detail-type":"EC2 Spot Instance Interruption Warning","source":"aws.ec2",
        "account":"123456789012","time":"2026-01-02T03:02:00Z","region":"us-east-2",
        "resources":["arn:aws:ec2:us-east-2a:instance/i-0abc"],"detail":{detail}}}"#
    )
}

#[test]
fn the_documented_event_is_a_notice_with_its_deadline() {
    let signal = signal(samples::INTERRUPTION);
    assert_eq!(signal.instance, "i-1234567890abcdef0".into());
    assert_eq!(signal.kind, SignalKind::InterruptionNotice(InstanceAction::Terminate));
    assert_eq!(signal.said_at, time("2026-01-02T03:02:00Z"));
    assert_eq!(signal.deadline, Some(time("2026-01-02T03:04:00Z")));
    assert_eq!(signal.history_from, time("2026-01-02T03:04:00Z"));
    assert_eq!(signal.hook, None);
}

#[test]
fn hibernation_has_no_lead_but_is_acted_on_as_long() {
    let signal = signal(&notice(r#"{"instance-id":"i-0abc","instance-action":"hibernate"}"#));
    assert_eq!(signal.deadline, Some(time("2026-01-02T03:02:00Z")));
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
        assert_eq!(read(&notice(detail)), Err(Unparsable::NoInstanceId), "{detail}");
    }
    let long = notice(&format!(r#"{{"instance-id":"i-{}"}}"#, "0".repeat(1000)));
    assert_eq!(read(&long), Err(Unparsable::NoInstanceId));
}

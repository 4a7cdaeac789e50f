use super::*;

#[test]
fn the_documented_events_tell_how_a_launch_went() {
    let launch = |ok, message: Option<&str>| News::Launch {
        group: "my-auto-scaling-group".into(),
        instance: Some("i-1234567890abcdef0".into()),
        ok,
        zone: Some("us-west-2b".into()),
        message: message.map(str::to_owned),
        at: time("2026-01-02T03:02:00Z"),
    };
    assert_eq!(news(samples::LAUNCHED), launch(true, None), "whatever its status code");
    assert_eq!(news(samples::NOT_LAUNCHED), launch(false, Some("message-text")));
}

#[test]
fn the_documented_event_tells_how_a_termination_went() {
    let termination = |ok| News::Termination {
        group: "my-auto-scaling-group".into(),
        instance: Some("i-1234567890abcdef0".into()),
        ok,
        at: time("2026-01-02T03:02:00Z"),
    };
    assert_eq!(news(samples::TERMINATED), termination(true));
    let failed = with_outer(samples::TERMINATED, "detail-type", json!("EC2 Instance Terminate Unsuccessful"));
    assert_eq!(news(&failed), termination(false));
}

#[test]
fn a_launch_that_came_to_nothing_has_no_instance() {
    for id in [None, Some(json!("")), Some(json!("sir-1"))] {
        match news(&with(samples::NOT_LAUNCHED, "EC2InstanceId", id)) {
            News::Launch { instance, ok, .. } => assert_eq!((instance, ok), (None, false)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_message_is_held_to_a_length_and_details_may_be_anything() {
    let body = with(samples::NOT_LAUNCHED, "StatusMessage", json!("é\n".repeat(100_000)));
    match news(&with(&body, "Details", json!("none"))) {
        News::Launch { message, zone, .. } => {
            assert_eq!(message, Some("é".repeat(1_024)));
            assert_eq!(zone, None);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn of_a_group_that_is_not_named_there_are_no_news() {
    for (body, kind) in [
        (samples::LAUNCHED, "EC2 Instance Launch Successful"),
        (samples::NOT_LAUNCHED, "EC2 Instance Launch Unsuccessful"),
        (samples::TERMINATED, "EC2 Instance Terminate Successful"),
    ] {
        assert_eq!(read(&with(body, "AutoScalingGroupName", None)), unknown(kind));
    }
}

use super::*;

#[test]
fn the_documented_event_tells_of_a_state() {
    let expected = News::InstanceState {
        instance: "i-abcd1111".into(),
        state: InstanceState::Pending,
        at: time("2021-11-11T21:29:54Z"),
    };
    assert_eq!(news(samples::STATE_CHANGE), expected);
}

#[test]
fn every_state_has_its_name() {
    for (name, expected) in [
        ("pending", InstanceState::Pending),
        ("running", InstanceState::Running),
        ("stopping", InstanceState::Stopping),
        ("stopped", InstanceState::Stopped),
        ("shutting-down", InstanceState::ShuttingDown),
        ("Terminated", InstanceState::Terminated),
        ("Dozing", InstanceState::Other("Dozing".into())),
    ] {
        match news(&with(samples::STATE_CHANGE, "state", json!(name))) {
            News::InstanceState { state, .. } => assert_eq!(state, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn without_a_state_it_says_nothing_and_without_an_instance_less() {
    for state in [None, Some(json!(7)), Some(json!("")), Some(json!("x".repeat(10_000)))] {
        let body = with(samples::STATE_CHANGE, "state", state);
        assert_eq!(read(&body), unknown("EC2 Instance State-change Notification"));
    }
    assert_eq!(read(&with(samples::STATE_CHANGE, "instance-id", json!([]))), Err(Unparsable::NoInstanceId));
}

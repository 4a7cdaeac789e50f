use super::*;

#[test]
fn the_documented_event_recommends_without_a_deadline() {
    let expected = Signal {
        instance: "i-1234567890abcdef0".into(),
        kind: SignalKind::RebalanceRecommendation,
        said_at: time("2026-01-02T03:02:00Z"),
        deadline: None,
        history_from: time("2026-01-02T04:02:00Z"),
        hook: None,
    };
    assert_eq!(signal(samples::REBALANCE), expected);
}

#[test]
fn the_instance_is_the_one_in_the_detail_and_nowhere_else() {
    let other = with(samples::REBALANCE, "instance-id", json!("i-2"));
    assert_eq!(signal(&other).instance, "i-2".into());
    assert_eq!(read(&with(samples::REBALANCE, "instance-id", None)), Err(Unparsable::NoInstanceId));
}

use jiff::SignedDuration;

use super::*;
use crate::signal::manual;

const NOW: &str = "2026-01-02T03:02:00Z";

fn expected(deadline: Option<&str>, history_from: &str) -> Signal {
    Signal {
        instance: "i-1234567890abcdef0".into(),
        kind: SignalKind::ManualDrain,
        said_at: time(NOW),
        deadline: deadline.map(time),
        history_from: time(history_from),
        hook: None,
    }
}

#[test]
fn a_drain_has_the_deadline_that_was_asked_for() {
    let ten_minutes = expected(Some("2026-01-02T03:12:00Z"), "2026-01-02T03:12:00Z");
    assert_eq!(signal(samples::MANUAL), ten_minutes);
    assert_eq!(signal(&in_sns(samples::MANUAL)), ten_minutes);
}

#[test]
fn without_one_there_is_no_hurry() {
    for within in [None, Some(json!(0)), Some(json!(-1)), Some(json!(604_801)), Some(json!(1e300)), Some(json!("600"))]
    {
        let body = with(samples::MANUAL, "within-seconds", within.clone());
        assert_eq!(signal(&body), expected(None, "2026-01-02T04:02:00Z"), "{within:?}");
    }
}

#[test]
fn a_second_is_enough_and_a_week_is_not_too_much() {
    for (within, deadline) in [(1, "2026-01-02T03:02:01Z"), (604_800, "2026-01-09T03:02:00Z")] {
        let body = with(samples::MANUAL, "within-seconds", json!(within));
        assert_eq!(signal(&body), expected(Some(deadline), deadline));
    }
}

#[test]
fn what_is_written_is_read_back() {
    let instance = "i-1234567890abcdef0".into();
    let within = manual::message(&instance, Some(SignedDuration::from_mins(10)), time(NOW));
    assert_eq!(signal(&within), signal(samples::MANUAL));
    let week = manual::message(&instance, Some(manual::WITHIN_MAX), time(NOW));
    assert_eq!(signal(&week).deadline, Some(time("2026-01-09T03:02:00Z")));
    let whenever = manual::message(&instance, None, time(NOW));
    assert_eq!(signal(&whenever), expected(None, "2026-01-02T04:02:00Z"));
    let fields: Value = serde_json::from_str(&within).unwrap();
    assert_eq!(fields, serde_json::from_str::<Value>(samples::MANUAL).unwrap(), "nothing but what is documented");
}

#[test]
fn a_drain_of_nothing_cannot_be_understood() {
    assert_eq!(read(&with(samples::MANUAL, "instance-id", None)), Err(Unparsable::NoInstanceId));
}

mod delivery;
mod ecs;
mod health;
mod hook;
mod hostile;
mod instance_state;
mod interruption;
mod launch;
mod manual;
mod rebalance;
mod samples;

use serde_json::{Value, json};

use super::*;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn sent() -> Timestamp {
    time("2026-01-02T03:02:03Z")
}

fn read(body: &str) -> Result<Parsed, Unparsable> {
    parse(body, sent())
}

fn signals(body: &str) -> Vec<Signal> {
    match read(body) {
        Ok(Parsed::Signals(signals)) => signals,
        other => panic!("no signal: {other:?}"),
    }
}

fn signal(body: &str) -> Signal {
    let mut signals = signals(body);
    assert_eq!(signals.len(), 1);
    signals.remove(0)
}

fn news(body: &str) -> News {
    match read(body) {
        Ok(Parsed::News(news)) => news,
        other => panic!("no news: {other:?}"),
    }
}

fn unknown(name: &str) -> Result<Parsed, Unparsable> {
    Ok(Parsed::UnknownKind(name.to_owned()))
}

/// The same message with another value for a field of its `detail`, or without the field.
fn with(body: &str, field: &str, value: impl Into<Option<Value>>) -> String {
    let mut event: Value = serde_json::from_str(body).unwrap();
    put(event["detail"].as_object_mut().unwrap(), field, value.into());
    event.to_string()
}

/// The same with a field of the message itself.
fn with_outer(body: &str, field: &str, value: impl Into<Option<Value>>) -> String {
    let mut event: Value = serde_json::from_str(body).unwrap();
    put(event.as_object_mut().unwrap(), field, value.into());
    event.to_string()
}

fn put(fields: &mut serde_json::Map<String, Value>, field: &str, value: Option<Value>) {
    match value {
        Some(value) => fields.insert(field.to_owned(), value),
        None => fields.shift_remove(field),
    };
}

/// As SNS delivers it without raw delivery.
fn in_sns(body: &str) -> String {
    json!({"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": body,
        "Timestamp": "2026-01-02T03:02:01.000Z"})
    .to_string()
}

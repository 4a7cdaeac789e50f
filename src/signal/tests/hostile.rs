use super::*;

/// The names of the fields of `detail`, or of the message itself where it has none.
fn fields(body: &str) -> Vec<String> {
    let event: Value = serde_json::from_str(body).unwrap();
    let fields = event.get("detail").unwrap_or(&event).as_object().unwrap();
    fields.keys().cloned().collect()
}

fn changed(body: &str, field: &str, value: Option<Value>) -> String {
    if body.contains("\"detail\"") { with(body, field, value) } else { with_outer(body, field, value) }
}

#[test]
fn cut_short_anywhere_nothing_is_an_object() {
    for body in samples::ALL.into_iter().chain([in_sns(samples::RAW_TERMINATE).as_str()]) {
        for end in (0..body.len()).filter(|end| body.is_char_boundary(*end)) {
            let cut = &body[..end];
            assert_eq!(read(cut), Err(Unparsable::NotAnObject), "{cut}");
            assert_eq!(read(&in_sns(cut)), Err(Unparsable::NotAnObject), "{cut}");
        }
    }
}

#[test]
fn any_byte_may_be_another() {
    for body in samples::ALL {
        for at in 0..body.len() {
            for byte in *b"\"{}[]\\,:0 \x01" {
                let mut bytes = body.as_bytes().to_vec();
                bytes[at] = byte;
                // What comes of it is anybody's guess, but something has to.
                let _ = read(&String::from_utf8_lossy(&bytes));
            }
        }
    }
}

#[test]
fn a_wrongly_typed_field_counts_as_missing() {
    for body in samples::ALL {
        for field in fields(body) {
            let missing = read(&changed(body, &field, None));
            for wrong in [json!(null), json!([[]]), json!({"x": 1}), json!(1.5)] {
                assert_eq!(read(&changed(body, &field, Some(wrong.clone()))), missing, "{field}: {wrong} in {body}");
            }
        }
    }
}

#[test]
fn a_time_may_be_as_long_and_as_strange_as_it_likes() {
    for text in ["(".repeat(500_000), "Sat, ".repeat(100_000), format!("2026-01-01T00:00:00.{}Z", "1".repeat(500_000))]
    {
        assert_eq!(signal(&with(samples::RETIREMENT, "startTime", json!(text))).deadline, None);
        assert_eq!(signal(&with_outer(samples::REBALANCE, "time", json!(text))).said_at, sent());
        assert_eq!(news(&with(samples::FARGATE_SPOT, "updatedAt", json!(text))), news(samples::FARGATE_SPOT));
    }
}

#[test]
fn what_nobody_needs_may_be_of_any_shape() {
    let body = r#"{"detail-type":"EC2 Spot Instance Interruption Warning","detail-type-2":{},"account":12,"region":null,
        "resources":"none","extra":"\ud800","extra":[[[[1e999]]]],
        "detail":{"instance-id":"i-1","instance-id-2":[],"note":"\udfff"},"time":"2026-01-02T03:02:00Z"}"#;
    assert_eq!(signal(body).instance, "i-1".into());
    for body in samples::ALL {
        let more = changed(body, "something-new", Some(json!({"deep": [[[{}]]], "\u{0}": "\u{ffff}"})));
        assert_eq!(read(&more), read(body));
    }
}

#[test]
fn deep_nesting_and_a_mebibyte_are_read() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let pad = "x".repeat(800_000);
    for body in samples::ALL {
        let rest = body.strip_prefix('{').unwrap();
        let body_with_more = format!(r#"{{"pad":"{pad}","deep":{deep},{rest}"#);
        assert_eq!(read(&body_with_more), read(body));
    }
    let inside = format!(
        r#"{{"detail-type":"AWS Health Event","resources":{deep},"detail":{{"service":"EC2",
        "eventTypeCategory":"scheduledChange","affectedEntities":{deep},"startTime":{deep}}}}}"#
    );
    assert_eq!(read(&inside), Err(Unparsable::NoInstanceId));
}

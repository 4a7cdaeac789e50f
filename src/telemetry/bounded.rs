//! No line of the log is longer than what CloudWatch Logs takes as one event: what AWS or a manifest says may be of any length.

use serde_json::{Map, Value};

/// A line has so many bytes at most: 256 KiB less than what CloudWatch adds (CloudWatch Logs quotas, "Event size").
const LINE_MAX: usize = 256 * 1024 - 64;

/// In a line that is too long, a text has so many bytes at most.
const TEXT_MAX: usize = 2 * 1024;

/// What a line keeps that is too long all the same.
const KEPT: [&str; 7] = ["timestamp", "level", "event", "case", "instance_id", "cluster", "message"];

/// The line as text, its long texts cut short where it would be too long, and without most of its fields where that is not enough.
pub fn bounded(line: Map<String, Value>) -> String {
    let mut line = Value::Object(line);
    let text = line.to_string();
    if text.len() <= LINE_MAX {
        return text;
    }
    shorten(&mut line);
    let shorter = line.to_string();
    if shorter.len() <= LINE_MAX {
        return shorter;
    }
    if let Some(fields) = line.as_object_mut() {
        fields.retain(|name, value| KEPT.contains(&name.as_str()) && value.is_string());
    }
    line.to_string()
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > TEXT_MAX => {
            let end = text.floor_char_boundary(TEXT_MAX);
            text.truncate(end);
            text.push('…');
        }
        Value::Array(values) => values.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(fields: Value) -> Value {
        let Value::Object(fields) = fields else { panic!("{fields}") };
        let text = bounded(fields);
        assert!(text.len() <= LINE_MAX, "{} bytes", text.len());
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_line_of_usual_length_stays_as_it_is() {
        let fields = json!({"event": "aws.call", "error": "ä".repeat(50_000)});
        assert_eq!(line(fields.clone()), fields);
    }

    #[test]
    fn a_line_that_is_too_long_has_its_long_texts_cut_short() {
        let short =
            line(json!({"event": "aws.call", "error": "ä".repeat(200_000), "deep": {"er": ["x".repeat(9_000)]}}));
        assert_eq!(
            (short["event"].as_str(), short["error"].as_str().map(str::len)),
            (Some("aws.call"), Some(TEXT_MAX + 3))
        );
        assert_eq!(short["deep"]["er"][0].as_str().map(str::len), Some(TEXT_MAX + 3));
    }

    #[test]
    fn one_with_too_many_fields_keeps_what_it_is_about() {
        let many: Map<String, Value> = (0..50_000).map(|n| (format!("field_{n}"), json!(n))).collect();
        let mut fields = json!({"event": "case.closed", "case": "i-1@x", "message": "m"});
        fields.as_object_mut().unwrap().extend(many);
        assert_eq!(line(fields), json!({"event": "case.closed", "case": "i-1@x", "message": "m"}));
    }
}

//! JSON values as YAML, in blocks. What could be read as something other than a text is quoted as JSON quotes it, which YAML reads.

use serde_json::Value;

/// Words that some reader of YAML takes for something other than a text.
const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// The value as a YAML document.
pub fn text(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

fn write(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                text.push_str(&format!("{:indent$}{}:", "", scalar(&Value::String(name.clone()))));
                nest(value, indent + 2, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                let mut nested = String::new();
                write(item, indent + 2, &mut nested);
                text.push_str(&format!("{:indent$}- {}", "", nested.trim_start()));
            }
        }
        value => text.push_str(&format!("{:indent$}{}\n", "", scalar(value))),
    }
}

fn nest(value: &Value, indent: usize, text: &mut String) {
    let deep = matches!(value, Value::Object(fields) if !fields.is_empty())
        || matches!(value, Value::Array(items) if !items.is_empty());
    if deep {
        text.push('\n');
        write(value, indent, text);
    } else {
        text.push_str(&format!(" {}\n", scalar(value)));
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        value => value.to_string(),
    }
}

/// A letter, then letters, digits, `-` and `_`.
fn is_plain(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let goes_on = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    begins && goes_on && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_looks_as_people_write_it() {
        let value = json!({"items": [{"kind": "Interruption", "at": "2026-01-02T03:04:00Z", "tasks": {"killed": 0}, "waitingFor": []}]});
        assert_eq!(
            text(&value),
            "items:\n  - kind: Interruption\n    at: \"2026-01-02T03:04:00Z\"\n    tasks:\n      killed: 0\n    waitingFor: []\n"
        );
    }

    #[test]
    fn what_is_written_is_read_back_as_it_was() {
        let value = json!({
            "texts": ["plain-text", "", "true", "No", "12", "1e3", "- a", "a: b", "# no comment", "two\nlines", "\"q\" 'q' \\ \t", "ü€", "~", "=", "{x}", "&a", "*a", "!t", "i-0abc@2026-01-02T03:02:00Z", " x "],
            "numbers": [0, -1.5, 12_000],
            "others": [null, true, false, [], {}, [[1], [[2, 3]]], [{"a": [{"b": {}}]}]],
            "a key: with more": {"on": {"deep": [1]}},
            "12": 12
        });
        assert_eq!(serde_saphyr::from_str::<Value>(&text(&value)).unwrap(), value, "{}", text(&value));
        for value in [json!(null), json!([]), json!({}), json!("a: b")] {
            assert_eq!(serde_saphyr::from_str::<Value>(&text(&value)).unwrap(), value);
        }
    }
}

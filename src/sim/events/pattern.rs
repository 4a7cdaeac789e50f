//! Event patterns: which events a rule takes (EventBridge User Guide, "Amazon EventBridge event patterns").
//!
//! A pattern is an object; each field that it names must be in the event with one of the values listed, or one that a
//! comparison takes. Of the comparisons the model knows `cidr`, `prefix`, `suffix`, `anything-but`, `exists`, `numeric`,
//! `equals-ignore-case` and `wildcard`, and `$or` between fields.

use serde_json::{Map, Value};

/// Whether an event is one that the pattern takes.
pub fn matches(pattern: &Value, event: &Value) -> bool {
    let Some(fields) = pattern.as_object() else { return false };
    fields.iter().all(|(name, wanted)| match (name.as_str(), wanted) {
        ("$or", Value::Array(alternatives)) => alternatives.iter().any(|pattern| matches(pattern, event)),
        (_, Value::Object(_)) => match event.get(name).unwrap_or(&Value::Null) {
            Value::Array(members) => members.iter().any(|member| matches(wanted, member)),
            inner => matches(wanted, inner),
        },
        (_, Value::Array(choices)) => choices.iter().any(|choice| takes(choice, event.get(name))),
        _ => false,
    })
}

/// Whether a field is as one of the listed choices says. A list in the event counts as each of its members.
fn takes(choice: &Value, value: Option<&Value>) -> bool {
    match (choice, value) {
        (Value::Object(comparison), value) if comparison.contains_key("exists") => {
            comparison.get("exists") == Some(&Value::Bool(value.is_some()))
        }
        (_, Some(Value::Array(values))) => values.iter().any(|value| takes_one(choice, value)),
        (_, Some(value)) => takes_one(choice, value),
        (_, None) => false,
    }
}

fn takes_one(choice: &Value, value: &Value) -> bool {
    let Value::Object(comparison) = choice else { return choice == value };
    comparison.iter().all(|(name, wanted)| compare(name, wanted, value))
}

fn compare(name: &str, wanted: &Value, value: &Value) -> bool {
    let (text, wanted_text) = (value.as_str(), wanted.as_str());
    let both = |test: fn(&str, &str) -> bool| text.zip(wanted_text).is_some_and(|(text, wanted)| test(text, wanted));
    match name {
        "prefix" => both(|text, wanted| text.starts_with(wanted)),
        "suffix" => both(|text, wanted| text.ends_with(wanted)),
        "equals-ignore-case" => both(str::eq_ignore_ascii_case),
        "wildcard" => both(|text, wanted| fits(wanted, text)),
        "anything-but" => !but(wanted, value),
        "cidr" => both(in_network),
        "numeric" => value.as_f64().is_some_and(|number| in_range(wanted, number)),
        _ => false,
    }
}

/// What `anything-but` excludes: a value, any of a list, or what another comparison takes.
fn but(excluded: &Value, value: &Value) -> bool {
    match excluded {
        Value::Array(all) => all.contains(value),
        other => takes_one(other, value),
    }
}

/// Whether `text` fits a pattern in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(start) else { return false };
    text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| fits(rest, text.get(at..).unwrap_or_default()))
}

/// Whether an IPv4 address is in a network such as `10.0.0.0/24`.
fn in_network(text: &str, network: &str) -> bool {
    let address = |text: &str| text.parse::<std::net::Ipv4Addr>().ok().map(u32::from);
    let Some((base, bits)) = network.split_once('/') else { return false };
    let (Some(base), Some(address), Ok(bits)) = (address(base), address(text), bits.parse::<u32>()) else {
        return false;
    };
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits)).unwrap_or(0);
    base & mask == address & mask
}

/// `[">", 0, "<=", 5]`.
fn in_range(conditions: &Value, number: f64) -> bool {
    let conditions = conditions.as_array().map(Vec::as_slice).unwrap_or_default();
    !conditions.is_empty()
        && conditions.chunks(2).all(|condition| {
            let [operator, bound] = condition else { return false };
            let Some(bound) = bound.as_f64() else { return false };
            match operator.as_str() {
                Some("=") => (number - bound).abs() < f64::EPSILON,
                Some("<") => number < bound,
                Some("<=") => number <= bound,
                Some(">") => number > bound,
                Some(">=") => number >= bound,
                _ => false,
            }
        })
}

/// Why a pattern is none.
pub fn check(pattern: &Value) -> Result<(), String> {
    const COMPARISONS: [&str; 8] =
        ["cidr", "prefix", "suffix", "anything-but", "exists", "numeric", "equals-ignore-case", "wildcard"];
    let Some(fields) = pattern.as_object().filter(|fields| !fields.is_empty()) else {
        return Err("Filter is not an object".to_owned());
    };
    let comparison =
        |object: &Map<String, Value>| object.keys().find(|name| !COMPARISONS.contains(&name.as_str())).cloned();
    for (name, wanted) in fields {
        match wanted {
            Value::Array(alternatives) if name == "$or" => alternatives.iter().try_for_each(check)?,
            Value::Object(_) => check(wanted)?,
            Value::Array(choices) if choices.is_empty() => {
                return Err(format!("Empty arrays are not allowed: \"{name}\""));
            }
            Value::Array(choices) => {
                let unknown = choices.iter().filter_map(Value::as_object).find_map(comparison);
                unknown.map_or(Ok(()), |unknown| Err(format!("Unrecognized match type {unknown}")))?;
            }
            _ => return Err(format!("\"{name}\" must be an object or an array")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event() -> Value {
        json!({
            "source": "aws.ec2",
            "detail-type": "EC2 Spot Instance Interruption Warning",
            "resources": ["arn:aws:ec2:us-east-1a:instance/i-1"],
            "detail": {"instance-id": "i-1", "instance-action": "terminate", "count": 3, "nothing": null,
                       "containers": [{"exitCode": 0}, {"exitCode": 1}]},
        })
    }

    #[test]
    fn fields_that_are_named_must_have_one_of_the_values() {
        for (pattern, expected) in [
            (json!({"source": ["aws.ec2"]}), true),
            (json!({"source": ["aws.ecs", "aws.ec2"]}), true),
            (json!({"source": ["aws.ecs"]}), false),
            (json!({"source": ["aws.ec2"], "detail": {"instance-action": ["terminate"]}}), true),
            (json!({"source": ["aws.ec2"], "detail": {"instance-action": ["stop"]}}), false),
            (json!({"missing": ["x"]}), false),
            (json!({"resources": ["arn:aws:ec2:us-east-1a:instance/i-1"]}), true),
            (json!({"detail": {"nothing": [null]}}), true),
            (json!({"detail": {"count": [3]}}), true),
            (json!({"$or": [{"source": ["x"]}, {"detail": {"count": [3]}}]}), true),
            (json!({"$or": [{"source": ["x"]}, {"detail": {"count": [4]}}]}), false),
            (json!({"detail": {"containers": {"exitCode": [{"anything-but": [0]}]}}}), true),
            (json!({"detail": {"containers": {"exitCode": [2]}}}), false),
            (json!({"detail": {"absent": {"inner": [{"exists": false}]}}}), true),
        ] {
            assert_eq!(matches(&pattern, &event()), expected, "{pattern}");
        }
    }

    #[test]
    fn comparisons_take_what_they_say() {
        for (choice, expected) in [
            (json!({"prefix": "ter"}), true),
            (json!({"suffix": "nate"}), true),
            (json!({"prefix": "x"}), false),
            (json!({"anything-but": "stop"}), true),
            (json!({"anything-but": ["stop", "terminate"]}), false),
            (json!({"anything-but": {"prefix": "ter"}}), false),
            (json!({"equals-ignore-case": "TERMINATE"}), true),
            (json!({"wildcard": "t*min*e"}), true),
            (json!({"wildcard": "t*x"}), false),
            (json!({"exists": true}), true),
            (json!({"exists": false}), false),
        ] {
            let pattern = json!({"detail": {"instance-action": [choice]}});
            assert_eq!(matches(&pattern, &event()), expected, "{pattern}");
        }
        for (network, expected) in [("10.0.0.0/24", true), ("10.0.1.0/24", false), ("0.0.0.0/0", true), ("x", false)] {
            let pattern = json!({"address": [{"cidr": network}]});
            assert_eq!(matches(&pattern, &json!({"address": "10.0.0.7"})), expected, "{network}");
        }
        for (range, expected) in [(json!([">", 2, "<=", 3]), true), (json!(["<", 3]), false), (json!(["=", 3]), true)] {
            let pattern = json!({"detail": {"count": [{"numeric": range}]}});
            assert_eq!(matches(&pattern, &event()), expected, "{pattern}");
        }
        assert!(matches(&json!({"detail": {"absent": [{"exists": false}]}}), &event()));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in [json!([]), json!({}), json!({"a": "b"}), json!({"a": []}), json!({"a": [{"prefixed": "x"}]})] {
            assert!(check(&pattern).is_err(), "{pattern}");
        }
        assert_eq!(check(&json!({"a": {"b": [{"prefix": "x"}, 1, null]}})), Ok(()));
    }
}

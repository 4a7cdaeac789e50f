//! The queue's policy: who may send. Our own statements are known by their `Sid`; those of others are left as they are.

use serde_json::{Value, json};

const RULES: &str = "EcsSpotOperatorRules";
const RELAYS: &str = "EcsSpotOperatorRelays";

/// `before` with our statements in it: EventBridge may send for these rules of this account, and these roles may send.
#[must_use]
pub fn with_ours(before: Option<&Value>, queue: &str, account: &str, rules: &[String], senders: &[String]) -> Value {
    let mut statements = others(before);
    if !rules.is_empty() {
        statements.push(json!({
            "Sid": RULES,
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": rules}, "StringEquals": {"aws:SourceAccount": account}},
        }));
    }
    if !senders.is_empty() {
        statements.push(json!({
            "Sid": RELAYS,
            "Effect": "Allow",
            "Principal": {"AWS": senders},
            "Action": "sqs:SendMessage",
            "Resource": queue,
        }));
    }
    document(before, statements)
}

/// `before` without our statements; `None` where nothing else is in it.
#[must_use]
pub fn without_ours(before: &Value) -> Option<Value> {
    let statements = others(Some(before));
    (!statements.is_empty()).then(|| document(Some(before), statements))
}

/// Whether any statement in it is ours.
#[must_use]
pub fn has_ours(policy: &Value) -> bool {
    statements(policy).iter().any(is_ours)
}

fn document(before: Option<&Value>, statements: Vec<Value>) -> Value {
    let mut document = before.cloned().filter(Value::is_object).unwrap_or_else(|| json!({"Version": "2012-10-17"}));
    if let Some(fields) = document.as_object_mut() {
        fields.insert("Statement".to_owned(), Value::Array(statements));
    }
    document
}

/// What `policy` says without us.
pub fn of_others(policy: &Value) -> Value {
    document(Some(policy), others(Some(policy)))
}

fn others(policy: Option<&Value>) -> Vec<Value> {
    policy.map(statements).unwrap_or_default().into_iter().filter(|statement| !is_ours(statement)).collect()
}

/// The statements of a policy; where there is only one, it may be without a list.
pub fn statements(policy: &Value) -> Vec<Value> {
    match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.clone(),
        Some(one @ Value::Object(_)) => vec![one.clone()],
        _ => Vec::new(),
    }
}

fn is_ours(statement: &Value) -> bool {
    matches!(statement.get("Sid").and_then(Value::as_str), Some(RULES | RELAYS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_of_others_stay_and_ours_are_replaced() {
        let theirs = json!({"Sid": "Theirs", "Effect": "Deny"});
        let before = json!({"Version": "2012-10-17", "Id": "x", "Statement": theirs});
        let first = with_ours(Some(&before), "q", "1", &["r".to_owned()], &[]);
        let again = with_ours(Some(&first), "q", "1", &["r".to_owned()], &[]);
        assert_eq!(first, again);
        assert_eq!((&first["Id"], &first["Statement"][0]), (&json!("x"), &theirs));
        assert_eq!(without_ours(&first).unwrap()["Statement"], json!([theirs]));
        assert_eq!(without_ours(&with_ours(None, "q", "1", &[], &["role".to_owned()])), None);
    }
}

//! Whether a queue's policy lets somebody send, as far as its statements can be understood from here.

use serde_json::Value;

use super::policy::statements;

const SEND: &str = "sqs:SendMessage";

/// Who wants to send.
#[derive(Clone, Copy, Debug)]
pub enum Sender<'a> {
    /// EventBridge, for a rule of an account.
    Rule {
        /// The rule's ARN.
        arn: &'a str,
        /// Its account.
        account: &'a str,
    },
    /// A role, by its ARN.
    Role(&'a str),
}

/// Whether it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// A statement forbids it.
    Forbidden,
    /// No statement lets it.
    No,
    /// That depends on what is not known here: a condition, or the sender's own policies.
    CannotTell,
    /// It may.
    Yes,
}

/// Whether `policy` lets `sender` send to `queue`, an ARN.
#[must_use]
pub fn permits(policy: &Value, queue: &str, sender: Sender<'_>) -> Permission {
    let statements = statements(policy);
    let most = |effect: &str| {
        let of = |statement: &&Value| statement.get("Effect").and_then(Value::as_str) == Some(effect);
        let those = statements.iter().filter(of).map(|statement| applies(statement, queue, sender));
        those.max().unwrap_or(Permission::No)
    };
    // A role of the queue's account needs no more than its own policies (IAM User Guide, "Policy evaluation logic").
    let by_itself = match sender {
        Sender::Role(arn) if account(arn) == account(queue) => Permission::CannotTell,
        _ => Permission::No,
    };
    match most("Deny") {
        Permission::Yes => Permission::Forbidden,
        // Usual ones forbid what comes without TLS, or from elsewhere.
        _ => most("Allow").max(by_itself),
    }
}

/// The account in an ARN.
fn account(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}

fn applies(statement: &Value, queue: &str, sender: Sender<'_>) -> Permission {
    let acts = words(statement.get("Action")).iter().any(|word| is_like(&word.to_lowercase(), &SEND.to_lowercase()));
    let here = words(statement.get("Resource")).iter().any(|word| is_like(word, queue));
    let turned = |field: &str| statement.get(field).is_some();
    let (acts, here) = (acts || turned("NotAction"), here || turned("NotResource"));
    let meant = is_meant(statement, sender) || turned("NotPrincipal");
    if !(acts && here && meant) {
        return Permission::No;
    }
    match ["NotAction", "NotResource", "NotPrincipal"].into_iter().any(turned) {
        true => Permission::CannotTell,
        false => conditions(statement, sender),
    }
}

fn is_meant(statement: &Value, sender: Sender<'_>) -> bool {
    let Some(principal) = statement.get("Principal") else { return false };
    if principal.as_str() == Some("*") || words(principal.get("AWS")).contains(&"*") {
        return true;
    }
    match sender {
        Sender::Rule { .. } => words(principal.get("Service")).contains(&"events.amazonaws.com"),
        Sender::Role(arn) => {
            let account = account(arn).unwrap_or_default();
            let root = format!(":iam::{account}:root");
            words(principal.get("AWS")).iter().any(|it| *it == arn || *it == account || it.ends_with(&root))
        }
    }
}

/// All of them have to hold.
fn conditions(statement: &Value, sender: Sender<'_>) -> Permission {
    let Some(conditions) = statement.get("Condition") else { return Permission::Yes };
    let Some(conditions) = conditions.as_object() else { return Permission::CannotTell };
    let keys = conditions.iter().flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, values)| match words(Some(values)) {
            // Numbers, such as an account without its quotes.
            words if words.is_empty() => Permission::CannotTell,
            words => holds(operator, key, &words, sender),
        })
    });
    keys.min().unwrap_or(Permission::Yes)
}

/// Whether one of the values is that of the request.
fn holds(operator: &str, key: &str, values: &[&str], sender: Sender<'_>) -> Permission {
    let actual = match (key.to_lowercase().as_str(), sender) {
        ("aws:sourcearn", Sender::Rule { arn, .. }) | ("aws:principalarn", Sender::Role(arn)) => arn,
        ("aws:sourceaccount", Sender::Rule { account, .. }) => account,
        _ => return Permission::CannotTell,
    };
    let holds = match operator.trim_end_matches("IfExists") {
        "StringEquals" => values.contains(&actual),
        "ArnEquals" | "ArnLike" | "StringLike" => values.iter().any(|value| is_like(value, actual)),
        _ => return Permission::CannotTell,
    };
    if holds { Permission::Yes } else { Permission::No }
}

/// One text, or a list of them.
fn words(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(word)) => vec![word],
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether `text` is as `pattern` has it, where `*` stands for anything and `?` for one character. Takes time that grows with the
/// product of their lengths at most.
fn is_like(pattern: &str, text: &str) -> bool {
    // Whether what was read of the pattern is like the text up to here: before its first character, after each of them.
    let mut start = true;
    let mut after = vec![false; text.chars().count()];
    for part in pattern.chars() {
        let (mut before, mut left) = (start, start && part == '*');
        start = left;
        for (character, here) in text.chars().zip(&mut after) {
            let was = *here;
            *here = if part == '*' { was || left } else { before && (part == '?' || part == character) };
            (before, left) = (was, *here);
        }
    }
    after.last().copied().unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:spot";
    const RULE: Sender<'_> =
        Sender::Rule { arn: "arn:aws:events:us-east-1:123456789012:rule/theirs", account: "123456789012" };
    const ROLE: Sender<'_> = Sender::Role("arn:aws:iam::210987654321:role/relay");

    fn asked(sender: Sender<'_>, change: impl FnOnce(&mut Value)) -> Permission {
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com", "AWS": "arn:aws:iam::210987654321:root"},
            "Action": ["sqs:ReceiveMessage", "SQS:Send*"],
            "Resource": "arn:aws:sqs:*:123456789012:spo?",
        });
        change(&mut statement);
        permits(&json!({"Statement": [statement]}), QUEUE, sender)
    }

    #[test]
    fn who_is_named_may_send_and_nobody_else() {
        for sender in [RULE, ROLE] {
            assert_eq!(asked(sender, |_| {}), Permission::Yes);
            assert_eq!(asked(sender, |it| it["Effect"] = json!("Deny")), Permission::Forbidden);
            assert_eq!(asked(sender, |it| it["NotPrincipal"] = json!("*")), Permission::CannotTell);
            assert_eq!(asked(sender, |it| it["Action"] = json!("sqs:ReceiveMessage")), Permission::No);
            assert_eq!(asked(sender, |it| it["Resource"] = json!("arn:aws:sqs:*:123456789012:Spot")), Permission::No);
            assert_eq!(asked(sender, |it| it["Principal"] = json!({"Service": "sns.amazonaws.com"})), Permission::No);
            assert_eq!(asked(sender, |it| it["Principal"] = json!("*")), Permission::Yes);
            let organization = json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}});
            assert_eq!(asked(sender, |it| it["Condition"] = organization), Permission::CannotTell);
        }
    }

    #[test]
    fn a_role_of_the_same_account_may_have_a_policy_of_its_own() {
        let role = Sender::Role("arn:aws:iam::123456789012:role/relay");
        assert_eq!(permits(&json!({}), QUEUE, role), Permission::CannotTell);
        assert_eq!(permits(&json!({}), QUEUE, ROLE), Permission::No);
    }

    #[test]
    fn conditions_are_held_against_the_rule() {
        let with = |condition: Value| asked(RULE, |it| it["Condition"] = condition);
        let like = json!({"ArnLike": {"aws:SourceArn": "arn:aws:events:*:123456789012:rule/*"}});
        assert_eq!(with(like), Permission::Yes);
        let account = json!({"StringEquals": {"AWS:SourceAccount": ["1", "123456789012"]}});
        assert_eq!(with(account), Permission::Yes);
        let other = json!({"ArnEquals": {"aws:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/other"}});
        assert_eq!(with(other), Permission::No);
        let both = json!({"StringEquals": {"aws:SourceAccount": "1"}, "Bool": {"aws:SecureTransport": "true"}});
        assert_eq!(with(both), Permission::No);
        assert_eq!(with(json!("nonsense")), Permission::CannotTell);
        assert_eq!(with(json!({"StringEquals": {"aws:SourceAccount": 123456789012_u64}})), Permission::CannotTell);
    }

    #[test]
    fn what_is_denied_is_denied() {
        let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"});
        let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"});
        let mut insecure = deny.clone();
        insecure["Condition"] = json!({"Bool": {"aws:SecureTransport": "false"}});
        assert_eq!(permits(&json!({"Statement": allow}), QUEUE, RULE), Permission::Yes);
        assert_eq!(permits(&json!({"Statement": [allow, deny]}), QUEUE, RULE), Permission::Forbidden);
        assert_eq!(permits(&json!({"Statement": [allow, insecure]}), QUEUE, RULE), Permission::Yes);
        for nonsense in [json!(null), json!([]), json!({"Statement": "x"}), json!({"Statement": [1]})] {
            assert_eq!(permits(&nonsense, QUEUE, RULE), Permission::No);
        }
    }

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text) in [("", ""), ("*", ""), ("a*c", "abbc"), ("a*c*", "acx"), ("?é?", "aéb"), ("**", "x")] {
            assert!(is_like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("a", ""), ("a*c", "abcd"), ("?", ""), ("abc", "ab")] {
            assert!(!is_like(pattern, text), "{pattern} {text}");
        }
    }
}

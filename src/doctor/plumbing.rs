//! What is wrong with the way from AWS's events to the operator: what `setup` would change, who may not send, and what that costs
//! meanwhile.

use super::finding::{Finding, Severity, Sheet};
use crate::api::Problem;
use crate::setup::{
    Change, Found, FoundQueue, Permission, Sender, Wanted, WantedQueue, covering, has_a_role, permits, plan,
};

/// What is wrong with the plumbing that was `found`, where `wanted` is what should be there.
pub fn check(wanted: &Wanted, found: &Found, config: &str, findings: &mut Vec<Finding>) {
    let mend = format!("ecs-spot-operator setup --config {config}");
    for queue in &wanted.queues {
        let key = (queue.home.region.clone(), queue.name.clone());
        if let Some(there) = found.queues.get(&key) {
            let sheet = &mut Sheet::of(format!("queue {}", queue.name), findings);
            senders(queue, there, found, &mend, sheet);
            encryption(there, sheet);
        }
    }
    changes(&plan(wanted, found), found, &mend, findings);
}

fn changes(changes: &[Change], found: &Found, mend: &str, findings: &mut Vec<Finding>) {
    for change in changes {
        let told = match change {
            Change::CreateQueue { name, .. } if name.ends_with("-dead-letters") => (
                format!("queue {name}"),
                Severity::Warning,
                "NoDeadLetterQueue",
                "there is no dead-letter queue".to_owned(),
                "a message that cannot be understood comes again every 30 s, until its retention ends".to_owned(),
            ),
            Change::CreateQueue { name, .. } => (
                format!("queue {name}"),
                Severity::Critical,
                "NoQueue",
                "the queue is not there".to_owned(),
                "the operator hears of nothing".to_owned(),
            ),
            Change::SetQueueAttributes { name, why, .. } => {
                // Who may send is judged by itself, and that there is no dead-letter queue has been told.
                let makes_one = |change: &Change| matches!(change, Change::CreateQueue { name: made, .. } if *made == format!("{name}-dead-letters"));
                let no_queue = changes.iter().any(makes_one);
                let told = |it: &&str| it.starts_with("Policy:") || no_queue && it.starts_with("RedrivePolicy none");
                let why: Vec<&str> = why.iter().map(String::as_str).filter(|it| !told(it)).collect();
                if why.is_empty() {
                    continue;
                }
                (
                    format!("queue {name}"),
                    Severity::Warning,
                    "QueueForgets",
                    why.join("; "),
                    "a message may be lost, become a dead letter while its operator restarts, or come again and again"
                        .to_owned(),
                )
            }
            Change::PutRule { name, repairs, .. } => {
                let message = match repairs {
                    None => "the rule is not there".to_owned(),
                    Some(why) => format!("the rule is not as it should be: {why}"),
                };
                let (severity, cost) = cost_of_rule(name);
                (format!("rule {name}"), severity, "NoRule", message, cost.to_owned())
            }
            Change::PutTarget { region, rule, queue } => {
                // A rule that is not there has no target either, and that has been told.
                if !found.rules.contains_key(&(region.clone(), rule.clone())) {
                    continue;
                }
                let (severity, cost) = cost_of_rule(rule);
                (format!("rule {rule}"), severity, "NoTarget", format!("it does not send to {queue}"), cost.to_owned())
            }
            Change::RemoveTarget { .. }
            | Change::DeleteRule { .. }
            | Change::DeleteQueue { .. }
            | Change::PutHook { .. }
            | Change::DeleteHook { .. } => continue,
        };
        let (object, severity, check, message, cost) = told;
        Sheet::of(object, findings).note(severity, check, (message, cost, mend.to_owned()));
    }
}

/// Who should send to a queue, how much depends on it, and whether its policy lets them: the rules that do the work of the wanted
/// ones, and the roles of relays.
fn senders(queue: &WantedQueue, there: &FoundQueue, found: &Found, mend: &str, sheet: &mut Sheet<'_>) {
    let policy = there.json("Policy").unwrap_or_default();
    let (mut kept_out, mut forbidden, mut doubtful) = (Vec::new(), Vec::new(), Vec::new());
    let mut judge = |who: String, sender: Sender<'_>, severity: Severity| match permits(&policy, &queue.arn(), sender) {
        Permission::No => kept_out.push((severity, who)),
        Permission::Forbidden => forbidden.push((severity, who)),
        Permission::CannotTell => doubtful.push(who),
        Permission::Yes => {}
    };
    for wanted in &queue.rules {
        let own = found.rules.contains_key(&(queue.home.region.clone(), wanted.name.clone()));
        let rule = if own { Some(wanted.name.as_str()) } else { covering(queue, wanted, found) };
        let Some(rule) = rule.filter(|rule| !has_a_role(queue, rule, found)) else { continue };
        let arn = queue.rule_arn(rule);
        let sender = Sender::Rule { arn: &arn, account: &queue.home.account };
        judge(format!("rule {rule}"), sender, cost_of_rule(&wanted.name).0);
    }
    for role in &queue.senders {
        judge(format!("role {role}"), Sender::Role(role), Severity::Warning);
    }
    let names = |them: &mut dyn Iterator<Item = &String>| {
        let mut names: Vec<&str> = them.map(String::as_str).collect();
        names.dedup();
        names.join(", ")
    };
    let by_hand = "take the statement that denies it out of the queue's policy: aws sqs get-queue-attributes --attribute-names Policy";
    for (those, check, says, mend) in [
        (&kept_out, "NotPermittedToSend", "does not let these send", mend),
        (&forbidden, "ForbiddenToSend", "forbids these to send", by_hand),
    ] {
        let Some(worst) = those.iter().map(|(severity, _)| *severity).min() else { continue };
        let words = (
            format!("its policy {says}: {}", names(&mut those.iter().map(|(_, who)| who))),
            "what they should send does not arrive".to_owned(),
            mend.to_owned(),
        );
        sheet.note(worst, check, words);
    }
    sheet.note_if(!doubtful.is_empty(), Severity::Note, "PermissionNotClear", || {
        (
            format!(
                "whether its policy lets these send depends on what is not known here: {}",
                names(&mut doubtful.iter())
            ),
            "if it does not, what they should send does not arrive".to_owned(),
            "see whether their messages arrive: the operator counts them in ecs_spot_operator_messages_total"
                .to_owned(),
        )
    });
}

/// EventBridge has to use the key (EventBridge User Guide, "Amazon SQS permissions": a key of AWS's own does not let it).
fn encryption(there: &FoundQueue, sheet: &mut Sheet<'_>) {
    let Some(key) = there.attributes.get("KmsMasterKeyId").filter(|key| !key.is_empty()) else { return };
    if key == "alias/aws/sqs" {
        let words = (
            "it is encrypted with AWS's own key for SQS, which EventBridge may not use".to_owned(),
            "no event arrives".to_owned(),
            format!(
                "aws sqs set-queue-attributes --queue-url {} --attributes KmsMasterKeyId='',SqsManagedSseEnabled=true",
                there.url
            ),
        );
        return sheet.note(Severity::Critical, "KeyNotPermitted", words);
    }
    let words = (
        format!("it is encrypted with the key {key}, whose policy is not read"),
        "where that does not let events.amazonaws.com use it, no event arrives".to_owned(),
        "let events.amazonaws.com do kms:Decrypt and kms:GenerateDataKey in the policy of the key".to_owned(),
    );
    sheet.note(Severity::Note, "KeyPolicyNotRead", words);
}

/// By what a rule is named after.
fn cost_of_rule(name: &str) -> (Severity, &'static str) {
    match name.rsplit('-').next().unwrap_or_default() {
        "interruption" => (Severity::Critical, "no notice arrives: nothing is handed over"),
        "hook" => (Severity::Warning, "instances that wait for the operator's hook are found by resync only"),
        "rebalance" => (Severity::Warning, "no recommendation arrives: nothing is handed over early"),
        "maintenance" => (Severity::Warning, "scheduled maintenance is not heard of"),
        _ => (Severity::Note, "what happens is seen by describe calls only: later, and at the cost of the API quota"),
    }
}

/// No policy can be written for a queue.
pub fn unplannable(problem: &Problem) -> Finding {
    Finding {
        severity: Severity::Critical,
        check: "QueueUrl",
        object: format!("queue {}", problem.file),
        message: problem.message.clone(),
        cost: "whether its rules are there cannot be told".to_owned(),
        mend: "give the URL as SQS shows it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::load_str;
    use crate::setup::FoundRule;

    const MANIFESTS: &str = "apiVersion: ecs-spot-operator/v1\nkind: Operator\nmetadata: {name: o}\n\
        spec: {queues: [{url: 'https://sqs.us-east-1.amazonaws.com/123456789012/spot', senders: ['arn:aws:iam::1:role/relay']}]}\n\
        ---\napiVersion: ecs-spot-operator/v1\nkind: SpotCluster\nmetadata: {name: web}\n\
        spec: {cluster: web, signals: {maintenance: {enabled: false}, lifecycleHooks: []}}\n";

    fn wanted() -> Wanted {
        Wanted::of(&load_str("x", MANIFESTS).unwrap(), &"us-east-1".into()).unwrap()
    }

    /// A queue and its rules as somebody made them who read the documentation.
    fn there(wanted: &Wanted) -> Found {
        let queue = &wanted.queues[0];
        let key = |name: &str| (queue.home.region.clone(), name.to_owned());
        let redrive = json!({"deadLetterTargetArn": queue.dead_letters_arn(), "maxReceiveCount": 20});
        let attributes = [("RedrivePolicy", redrive.to_string()), ("Policy", everybody(json!({})).to_string())];
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let spot = FoundQueue { url: "u".to_owned(), attributes, ours: false };
        let rules = queue.rules.iter().map(|rule| {
            let targets = vec![("1".to_owned(), queue.arn())];
            let there = FoundRule { pattern: rule.pattern.clone(), enabled: true, targets, ..FoundRule::default() };
            (key(&rule.name), there)
        });
        Found {
            queues: [(key("spot"), spot), (key("spot-dead-letters"), FoundQueue::default())].into(),
            rules: rules.collect(),
            feeding: [(key("spot"), queue.rules.iter().map(|rule| rule.name.clone()).collect())].into(),
            ..Found::default()
        }
    }

    fn everybody(condition: Value) -> Value {
        let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"});
        let mut policy = json!({"Statement": [statement]});
        if condition != json!({}) {
            policy["Statement"][0]["Condition"] = condition;
        }
        policy
    }

    fn checks(change: impl FnOnce(&mut Found)) -> Vec<(Severity, &'static str)> {
        let wanted = wanted();
        let mut found = there(&wanted);
        change(&mut found);
        let mut findings = Vec::new();
        check(&wanted, &found, "x.yaml", &mut findings);
        findings.into_iter().map(|finding| (finding.severity, finding.check)).collect()
    }

    fn spot(found: &mut Found) -> &mut FoundQueue {
        found.queues.get_mut(&("us-east-1".into(), "spot".to_owned())).unwrap()
    }

    fn with(attribute: &str, value: &str) -> Vec<(Severity, &'static str)> {
        checks(|found| drop(spot(found).attributes.insert(attribute.to_owned(), value.to_owned())))
    }

    #[test]
    fn what_is_as_it_should_be_is_not_told_of() {
        assert_eq!(checks(|_| {}), []);
    }

    #[test]
    fn whoever_may_not_send_is_told_of_as_badly_as_it_is_needed() {
        assert_eq!(with("Policy", "{}"), [(Severity::Critical, "NotPermittedToSend")]);
        let some = everybody(json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}})).to_string();
        assert_eq!(with("Policy", &some), [(Severity::Note, "PermissionNotClear")]);
        let mut events = everybody(json!({}));
        events["Statement"][0]["Principal"] = json!({"Service": "events.amazonaws.com"});
        assert_eq!(with("Policy", &events.to_string()), [(Severity::Warning, "NotPermittedToSend")], "the relay");
        let by_role = checks(|found| {
            spot(found).attributes.insert("Policy".to_owned(), "{}".to_owned());
            let arn = wanted().queues[0].arn();
            found.rules.values_mut().for_each(|rule| rule.with_role = [arn.clone()].into());
        });
        assert_eq!(by_role, [(Severity::Warning, "NotPermittedToSend")], "rules with roles need no policy");
    }

    #[test]
    fn keys_that_eventbridge_cannot_use_are_told_of() {
        assert_eq!(with("KmsMasterKeyId", "alias/aws/sqs"), [(Severity::Critical, "KeyNotPermitted")]);
        assert_eq!(with("KmsMasterKeyId", "alias/ours"), [(Severity::Note, "KeyPolicyNotRead")]);
        assert_eq!(with("KmsMasterKeyId", ""), []);
    }

    #[test]
    fn queues_that_forget_and_have_no_dead_letters_are_told_of_once() {
        assert_eq!(with("MessageRetentionPeriod", "60"), [(Severity::Warning, "QueueForgets")]);
        let none = checks(|found| {
            found.queues.remove(&("us-east-1".into(), "spot-dead-letters".to_owned()));
            spot(found).attributes.remove("RedrivePolicy");
        });
        assert_eq!(none, [(Severity::Warning, "NoDeadLetterQueue")]);
        let unused = checks(|found| drop(spot(found).attributes.remove("RedrivePolicy")));
        assert_eq!(unused, [(Severity::Warning, "QueueForgets")]);
    }

    #[test]
    fn a_rule_that_is_missing_is_as_bad_as_what_it_is_for() {
        let without = |signal: &str| checks(|found| found.rules.retain(|(_, name), _| !name.ends_with(signal)));
        assert_eq!(without("interruption"), [(Severity::Critical, "NoRule")]);
        assert_eq!(without("state"), [(Severity::Note, "NoRule")]);
    }
}

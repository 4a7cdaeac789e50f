//! What is wrong with the way from AWS's events to the operator: what `setup` would change, and what that costs meanwhile.

use super::finding::{Finding, Severity, Sheet};
use crate::api::Problem;
use crate::setup::{Change, Found};

/// What `changes` say of the plumbing that was `found`.
pub fn check(changes: &[Change], found: &Found, config: &str, findings: &mut Vec<Finding>) {
    let mend = format!("ecs-spot-operator setup --config {config}");
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
                // Rules that are not there have been told of, and nobody has to permit them anything yet.
                let own = format!("{name}-");
                let has_rules = found.rules.keys().any(|(_, rule)| rule.starts_with(&own));
                let why: Vec<String> =
                    why.iter().filter(|it| has_rules || !it.starts_with("Policy:")).cloned().collect();
                match why.is_empty() {
                    true => continue,
                    false => queue(name, &why),
                }
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
        Sheet::of(object, findings).note(severity, check, (message, cost, mend.clone()));
    }
}

fn queue(name: &str, why: &[String]) -> (String, Severity, &'static str, String, String) {
    let message = why.join("; ");
    let (severity, check, cost) = match () {
        () if message.contains("Policy:") && !message.contains("RedrivePolicy") => (
            Severity::Critical,
            "NotPermittedToSend",
            "EventBridge may not send what it should: some or all events do not arrive",
        ),
        () if message.contains("Policy:") => (
            Severity::Critical,
            "NotPermittedToSend",
            "EventBridge may not send what it should, and a notice may become a dead letter while its operator restarts",
        ),
        () => (
            Severity::Warning,
            "QueueForgets",
            "a notice may be lost, or become a dead letter, while its operator restarts",
        ),
    };
    (format!("queue {name}"), severity, check, message, cost.to_owned())
}

/// By what a rule is named after.
fn cost_of_rule(name: &str) -> (Severity, &'static str) {
    match name.rsplit('-').next().unwrap_or_default() {
        "interruption" => (Severity::Critical, "no notice arrives: nothing is handed over"),
        "hook" => (Severity::Warning, "instances that wait for the operator's hook are found by resync only"),
        "rebalance" => (Severity::Warning, "no recommendation arrives: nothing is handed over early"),
        "maintenance" => (Severity::Warning, "scheduled maintenance is not heard of"),
        _ => {
            (Severity::Warning, "what happens is seen by describe calls only: later, and at the cost of the API quota")
        }
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

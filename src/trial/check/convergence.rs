//! Once nothing goes wrong any more everything comes to its end: no notice is left in the queue, and none became a dead
//! letter. What nobody can understand does.

use std::collections::BTreeMap;

use super::history::INTERRUPTION;
use super::{History, Violation, violation};

const LEFT: &str = "no notice stays when its case is closed";
const DEAD: &str = "no notice becomes a dead letter";

/// Checks the history.
pub fn check(history: &History<'_>) -> Vec<Violation> {
    let mut messages: BTreeMap<&str, &str> = BTreeMap::new();
    let mut violations = Vec::new();
    for line in history.lines {
        let message = line.field("message");
        match line.event.as_str() {
            // What names no instance is no notice that anybody could understand.
            "queue.sent" if line.field("kind") == INTERRUPTION && !line.object.is_empty() => {
                messages.insert(message, &line.object);
            }
            "queue.deleted" => drop(messages.remove(message)),
            "queue.dead" => {
                if let Some(instance) = messages.remove(message) {
                    violations.push(violation(DEAD, format!("that of {instance} did, at {} s", line.t)));
                }
            }
            _ => {}
        }
    }
    violations.extend(messages.values().map(|instance| violation(LEFT, format!("that of {instance} does"))));
    violations
}

#[cfg(test)]
mod tests {
    use super::super::history::by_hand::{found, line, noticed};
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_left_over_is_found() {
        let of_message = |event: &str| line(300.0, "aws", event, "i-1", json!({"message": "m-1"}));
        assert_eq!(found(check, &noticed()), 1);
        assert_eq!(found(check, &[noticed(), vec![of_message("queue.dead")]].concat()), 1);
        assert_eq!(found(check, &[noticed(), vec![of_message("queue.deleted")]].concat()), 0);
        let nonsense = line(1.0, "aws", "queue.sent", "", json!({"kind": "", "message": "m-2"}));
        assert_eq!(found(check, &[nonsense]), 0);
    }
}

//! No notice is acknowledged before its case is closed: the last message about an instance stays in the queue until the
//! instance is gone, or the notice is history.

use std::collections::{BTreeMap, BTreeSet};

use super::history::INTERRUPTION;
use super::{History, Violation, violation};

const INVARIANT: &str = "no notice is acknowledged before its case is closed";

/// A notice is history two minutes after the time it gives, which is that of the event without fractions of a second; a
/// skewed clock makes that a little sooner.
const LIVE_SECS: f64 = 116.0;

/// Checks the history.
pub fn check(history: &History<'_>) -> Vec<Violation> {
    if !history.enforces() {
        return Vec::new();
    }
    let known: BTreeSet<(&str, u64)> = history
        .notices()
        .iter()
        .filter(|notice| notice.known)
        .map(|notice| (notice.instance, millis(notice.at)))
        .collect();
    let mut copies: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut live: BTreeMap<&str, f64> = BTreeMap::new();
    let mut violations = Vec::new();
    for line in history.lines {
        let subject = line.object.as_str();
        match line.event.as_str() {
            "spot.notice" if known.contains(&(subject, millis(line.t))) => {
                live.insert(subject, line.t + LIVE_SECS);
                // What is in the queue by now tells of an earlier notice.
                copies.remove(subject);
            }
            "instance.gone" => {
                live.remove(subject);
            }
            "queue.sent" if line.field("kind") == INTERRUPTION => {
                copies.entry(subject).or_default().insert(line.field("message"));
            }
            "queue.deleted" => {
                let Some(left) = copies.get_mut(subject) else { continue };
                let last = left.remove(line.field("message")) && left.is_empty();
                if last && live.get(subject).is_some_and(|until| line.t < *until) {
                    violations.push(violation(INVARIANT, format!("that of {subject} was, at {} s", line.t)));
                }
            }
            _ => {}
        }
    }
    violations
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "moments of a trial are small and positive"
)]
fn millis(seconds: f64) -> u64 {
    (seconds * 1_000.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::super::history::by_hand::{found, line, noticed};
    use super::*;
    use crate::trial::transcript::Line;
    use serde_json::json;

    fn deleted(t: f64, message: &str) -> Line {
        line(t, "SIMULATED", "queue.deleted", "i-1", json!({"message": message}))
    }

    #[test]
    fn a_notice_may_be_deleted_when_the_instance_is_gone_or_it_is_history() {
        let gone = line(150.0, "aws", "instance.gone", "i-1", json!({}));
        assert_eq!(found(check, &[noticed(), vec![gone, deleted(151.0, "m-1")]].concat()), 0);
        assert_eq!(found(check, &[noticed(), vec![deleted(221.0, "m-1")]].concat()), 0);
    }

    #[test]
    fn a_message_of_an_earlier_notice_may_be_deleted_while_a_later_one_is_live() {
        let again = line(150.0, "aws", "spot.notice", "i-1", json!({"action": "terminate"}));
        assert_eq!(found(check, &[noticed(), vec![again, deleted(160.0, "m-1")]].concat()), 0);
    }

    #[test]
    fn a_notice_that_is_deleted_at_once_is_found_and_a_duplicate_is_not() {
        assert_eq!(found(check, &[noticed(), vec![deleted(102.0, "m-1")]].concat()), 1);
        let twice = line(101.5, "aws", "queue.sent", "i-1", json!({"kind": INTERRUPTION, "message": "m-2"}));
        let once = [noticed(), vec![twice.clone(), deleted(102.0, "m-2")]].concat();
        assert_eq!(found(check, &once), 0);
        let both = [noticed(), vec![twice, deleted(102.0, "m-2"), deleted(103.0, "m-1")]].concat();
        assert_eq!(found(check, &both), 1);
    }
}

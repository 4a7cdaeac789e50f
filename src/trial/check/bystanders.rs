//! Nobody is drained or detached who got no notice.

use std::collections::BTreeSet;

use super::{Violation, violation};
use crate::trial::transcript::{Line, Source};

const INVARIANT: &str = "only instances that got notice are touched";

/// Checks the history.
pub fn check(lines: &[Line]) -> Vec<Violation> {
    let mut doomed: BTreeSet<&str> = BTreeSet::new();
    let mut gone: BTreeSet<&str> = BTreeSet::new();
    let mut violations = Vec::new();
    for line in lines.iter().filter(|line| line.source == Source::Aws) {
        let instance = line.object.as_str();
        match line.event.as_str() {
            "spot.notice" => drop(doomed.insert(instance)),
            "instance.gone" | "instance.stopped" => drop(gone.insert(instance)),
            "ecs.status" if line.detail == "DRAINING" && !doomed.contains(instance) => {
                violations.push(violation(INVARIANT, format!("{instance} was drained at {} s", line.t)));
            }
            "group.left" if !doomed.contains(instance) && !gone.contains(instance) => {
                violations.push(violation(INVARIANT, format!("{instance} left its group at {} s", line.t)));
            }
            _ => {}
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(event: &str, object: &str, detail: &str) -> Line {
        Line {
            t: 1.0,
            source: Source::Aws,
            event: event.into(),
            object: object.into(),
            detail: json!(detail),
            minor: false,
        }
    }

    #[test]
    fn who_got_notice_may_be_touched() {
        let history = [
            line("spot.notice", "i-1", ""),
            line("ecs.status", "i-1", "DRAINING"),
            line("group.left", "i-1", "asg"),
            line("instance.gone", "i-2", ""),
            line("group.left", "i-2", "asg"),
        ];
        assert_eq!(check(&history), []);
    }

    #[test]
    fn a_drained_or_detached_bystander_is_found() {
        assert_eq!(check(&[line("ecs.status", "i-1", "DRAINING")]).len(), 1);
        assert_eq!(check(&[line("group.left", "i-1", "asg")]).len(), 1);
        let too_early = [line("ecs.status", "i-1", "DRAINING"), line("spot.notice", "i-1", "")];
        assert_eq!(check(&too_early).len(), 1);
    }
}

//! Nothing is waited for: where nothing hampers an operator, it has asked for the replacement within a second of the notice
//! being in the queue.

use super::answered::REPLACED_AT_A_WORD;
use super::history::Notice;
use super::{AFTER_FAULTS_SECS, History, Violation, violation};

const INVARIANT: &str = "a replacement is asked for within a second";

/// From the message in the queue to the group letting go of the instance: a receive, a look at most, and the call, each of less
/// than 100 ms.
const WITHIN_SECS: f64 = 1.0;

/// Checks the history.
pub fn check(history: &History<'_>) -> Vec<Violation> {
    if !history.enforces() || history.scenario.faults.throttling.is_some() {
        return Vec::new();
    }
    history.notices().iter().filter_map(|notice| late(history, notice)).collect()
}

fn late(history: &History<'_>, notice: &Notice<'_>) -> Option<Violation> {
    let sent = notice.sent.filter(|sent| is_unhampered(history, notice, *sent))?;
    let of_instance = || history.lines.iter().filter(|line| line.object == notice.instance);
    let left = |state: &str| state.starts_with("Detach") || state.starts_with("Terminat");
    let replaced = of_instance().find(|line| line.tells("group.member") && left(line.field("state")))?;
    let after = replaced.t - sent;
    let told = format!("that of {} was {after:.3} s after its notice was in the queue", notice.instance);
    (replaced.by_operator() && after > WITHIN_SECS).then(|| violation(INVARIANT, told))
}

fn is_unhampered(history: &History<'_>, notice: &Notice<'_>, sent: f64) -> bool {
    let calm = history.faults_end() == 0.0 || sent >= history.faults_end() + AFTER_FAULTS_SECS;
    let lives = notice.gone.is_none_or(|gone| gone > sent + WITHIN_SECS);
    let told = history.lines.iter().filter(|line| line.object == notice.instance && line.t <= sent);
    // What is being handed over has its replacement, or is about to.
    let planned = told.into_iter().any(|line| line.tells("health.maintenance") || line.tells("spot.recommended"));
    let attended = history.attended(sent, sent + WITHIN_SECS) && !history.is_left(sent - 60.0, sent + WITHIN_SECS);
    notice.known && calm && lives && !planned && attended && REPLACED_AT_A_WORD.contains(&notice.situation)
}

#[cfg(test)]
mod tests {
    use super::super::history::by_hand::{found, line, noticed};
    use super::*;
    use serde_json::json;

    #[test]
    fn a_replacement_that_is_asked_for_late_is_found() {
        let detached = |t: f64, by: &str| line(t, by, "group.member", "i-1", json!({"state": "Detaching"}));
        let found = |t: f64, by: &str| found(check, &[noticed(), vec![detached(t, by)]].concat());
        assert_eq!((found(101.9, "SIMULATED"), found(102.1, "SIMULATED")), (0, 1));
        assert_eq!(found(140.0, "person"), 0, "somebody else did");
    }

    #[test]
    fn what_is_being_handed_over_has_its_replacement() {
        let told = line(90.0, "aws", "health.maintenance", "i-1", json!({}));
        let detached = line(140.0, "SIMULATED", "group.member", "i-1", json!({"state": "Detaching"}));
        assert_eq!(found(check, &[vec![told], noticed(), vec![detached]].concat()), 0);
    }
}

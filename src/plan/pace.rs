//! The pace of observing: when it is time to look at something again.

use jiff::{SignedDuration, Timestamp};

use super::attempt::Attempt;
use super::draft::Draft;
use super::scene::Scene;
use crate::observe::Subject;

/// The pace where something waits for the answer.
pub const SOON: SignedDuration = SignedDuration::from_secs(1);

/// Failed looks at what a case waits for slow down to this: a deadline runs.
const SLOWEST_URGENT_RETRY: SignedDuration = SignedDuration::from_secs(5);

/// Failed looks at a whole cluster slow down to this.
const SLOWEST_RETRY: SignedDuration = SignedDuration::from_secs(30);

/// Whether to look at `subject` now, if it is looked at `every` so often; asks to be woken when it is time.
pub fn due(scene: Scene<'_>, subject: &Subject, every: SignedDuration, draft: &mut Draft) -> bool {
    let Some(asked) = scene.snapshot.asked.get(subject) else { return true };
    if asked.in_flight {
        return false;
    }
    let at = later(asked.at, pause(subject, every, asked.failures));
    if scene.now < at {
        draft.wake_at(at);
    }
    scene.now >= at
}

/// Whether a failed call is due again; asks to be woken when it is.
pub fn retry_now(scene: Scene<'_>, attempt: &Attempt, draft: &mut Draft) -> bool {
    let Some(at) = attempt.retry_at().filter(|at| *at > scene.now) else { return true };
    draft.wake_at(at);
    false
}

/// `every`, or after failures a pause that doubles with each.
fn pause(subject: &Subject, every: SignedDuration, failures: u32) -> SignedDuration {
    if failures == 0 {
        return every;
    }
    let slowest = if matches!(subject, Subject::Cluster(_)) { SLOWEST_RETRY } else { SLOWEST_URGENT_RETRY };
    let doubled = SOON.checked_mul(1_i32.checked_shl(failures.min(6)).unwrap_or(64)).unwrap_or(slowest);
    doubled.min(slowest)
}

/// `moment` and so much more.
pub fn later(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.saturating_add(by).unwrap_or(Timestamp::MAX)
}

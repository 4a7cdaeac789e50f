//! The pace of observing: when it is time to look at something again.

use jiff::{SignedDuration, Timestamp};

use super::attempt::Attempt;
use super::draft::Draft;
use super::scene::Scene;
use crate::observe::Subject;

/// The pace where something waits for the answer.
pub const SOON: SignedDuration = SignedDuration::from_secs(1);

/// At least every third look is taken, whatever events tell.
const BEATS_MAX: i32 = 3;

/// Failed looks at what a case waits for slow down to this: a deadline runs.
const SLOWEST_URGENT_RETRY: SignedDuration = SignedDuration::from_secs(5);

/// Failed looks at a whole cluster, and at what a case can do without, slow down to this.
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

/// Whether to look at `subject` again, if it is looked at `every` so often and events tell of it in between. An event is as good
/// as a look at the time that it tells of, so looks are left out that would come sooner after it. They keep their beat, so that
/// subjects that are asked about together stay together; and no more than two in a row are left out, because an event about one
/// task tells nothing of the others, and events get lost.
pub fn due_unless_told(scene: Scene<'_>, subject: &Subject, every: SignedDuration, draft: &mut Draft) -> bool {
    let asked = scene.snapshot.asked.get(subject).filter(|asked| asked.failures == 0);
    let told = scene.snapshot.told.get(subject);
    let told_after = asked.zip(told).map(|(asked, told)| told.duration_since(asked.at).as_millis());
    let beats = match told_after {
        Some(after) if after > 0 => (after - 1).div_euclid(every.as_millis().max(1)) + 2,
        _ => 1,
    };
    due(scene, subject, every.saturating_mul(i32::try_from(beats).unwrap_or(BEATS_MAX).min(BEATS_MAX)), draft)
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
    let urgent = !matches!(subject, Subject::Cluster(_) | Subject::Service(..) | Subject::TargetGroup(_));
    let slowest = if urgent { SLOWEST_URGENT_RETRY } else { SLOWEST_RETRY };
    let doubled = SOON.checked_mul(1_i32.checked_shl(failures.min(6)).unwrap_or(64)).unwrap_or(slowest);
    doubled.min(slowest)
}

/// `moment` and so much more.
pub fn later(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.saturating_add(by).unwrap_or(Timestamp::MAX)
}

//! The pace of observing: when it is time to look at something again.

use jiff::{SignedDuration, Timestamp};

use super::attempt::Attempt;
use super::case::Case;
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

/// When to look at something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At once.
    Now,
    /// It can be taken along by a look that is made anyhow.
    Soon,
    /// Not yet.
    Later,
}

/// With so many cases open the API's limits are what decides, and the beats are no longer each case's own.
pub const CROWD: usize = 100;

/// What can wait for the drains of a crowd waits no longer than this: the bucket bears those of 5,000 instances in 10 s (ECS API
/// reference: 100 calls at once and 40 a second, ten instances each).
const GIVES_WAY_FOR: SignedDuration = SignedDuration::from_secs(20);

/// Whether so many instances are still to be drained that what draws on the same bucket for a case and can wait does, for a while.
pub fn drains_press(scene: Scene<'_>, case: &Case, draft: &mut Draft) -> bool {
    let until = later(case.received_at, GIVES_WAY_FOR);
    let presses = scene.cases.len() >= CROWD && scene.drains > 0 && scene.now < until;
    if presses {
        draft.wake_at(until);
    }
    presses
}

/// `every`, or, where `count` things are looked at so often and there is a crowd, as often as the API bears.
pub fn in_a_crowd(scene: Scene<'_>, every: SignedDuration, count: usize) -> SignedDuration {
    if scene.cases.len() < CROWD {
        return every;
    }
    let millis = i64::try_from(count).unwrap_or(i64::MAX).saturating_mul(1000) / scene.policies.looks_a_second;
    every.max(SignedDuration::from_millis(millis))
}

/// Whether to look at `subject` now, if it is looked at `every` so often; asks to be woken when it is time.
pub fn due(scene: Scene<'_>, subject: &Subject, every: SignedDuration, draft: &mut Draft) -> bool {
    when(scene, subject, every, draft) == Due::Now
}

/// When to look at `subject`, if it is looked at `every` so often; asks to be woken when it is time.
pub fn when(scene: Scene<'_>, subject: &Subject, every: SignedDuration, draft: &mut Draft) -> Due {
    let Some(asked) = scene.snapshot.asked.get(subject) else { return Due::Now };
    if asked.in_flight {
        return Due::Later;
    }
    let at = later(asked.at, pause(subject, every, asked.failures));
    if scene.now >= at {
        return Due::Now;
    }
    draft.wake_at(at);
    let is_soon = scene.cases.len() >= CROWD && later(scene.now, every / 2) >= at;
    if is_soon { Due::Soon } else { Due::Later }
}

/// Whether to look at `subject` again, if it is looked at `every` so often and events tell of it in between. An event is as good
/// as a look at the time that it tells of, so looks are left out that would come sooner after it. They keep their beat, so that
/// subjects that are asked about together stay together; and no more than two in a row are left out, because an event about one
/// task tells nothing of the others, and events get lost.
pub fn when_not_told(scene: Scene<'_>, subject: &Subject, every: SignedDuration, draft: &mut Draft) -> Due {
    let asked = scene.snapshot.asked.get(subject).filter(|asked| asked.failures == 0);
    let told = scene.snapshot.told.get(subject);
    let told_after = asked.zip(told).map(|(asked, told)| told.duration_since(asked.at).as_millis());
    let beats = match told_after {
        Some(after) if after > 0 => (after - 1).div_euclid(every.as_millis().max(1)) + 2,
        _ => 1,
    };
    when(scene, subject, every.saturating_mul(i32::try_from(beats).unwrap_or(BEATS_MAX).min(BEATS_MAX)), draft)
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

//! When it happens: from the time in an event to the deadline of the case.

use jiff::{SignedDuration, Timestamp};

use super::InstanceAction;

/// From the interruption notice to the interruption (EC2 User Guide, "Spot Instance interruption notices").
pub const NOTICE_LEAD: SignedDuration = SignedDuration::from_secs(120);

/// A notice of any action is acted on for so long after it was given; then it is history.
pub const ACTED_ON_FOR: SignedDuration = SignedDuration::from_secs(120);

/// An event that claims to be further ahead of the queue's clock than this has no usable time.
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(5);

/// The time an event was given: its `time`, or, where that cannot be read or believed, when it reached the queue.
pub fn said_at(time: Option<&str>, sent_at: Timestamp) -> Timestamp {
    time.and_then(|text| text.trim().parse::<Timestamp>().ok())
        .filter(|time| time.duration_since(sent_at) <= AHEAD_MAX)
        .unwrap_or(sent_at)
}

/// When EC2 acts. Hibernation begins with the notice itself (EC2 User Guide, "Hibernate interrupted Spot Instances").
pub fn deadline(action: InstanceAction, said_at: Timestamp) -> Timestamp {
    match action {
        InstanceAction::Terminate | InstanceAction::Stop => later(said_at, NOTICE_LEAD),
        InstanceAction::Hibernate => said_at,
    }
}

/// When a notice becomes history.
pub fn history_from(said_at: Timestamp) -> Timestamp {
    later(said_at, ACTED_ON_FOR)
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

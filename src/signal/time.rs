//! Times in messages: which can be read, and which can be believed.

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

/// What claims to have been further ahead of the queue's clock than this has no usable time.
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(5);

/// AWS Health itself documents a date with a weekday that it does not have.
const WITH_WEEKDAY: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);

/// A moment that has come, if it can be read and believed by somebody whose clock shows `sent_at`.
pub fn credible(text: &str, sent_at: Timestamp) -> Option<Timestamp> {
    text.trim().parse::<Timestamp>().ok().filter(|time| time.duration_since(sent_at) <= AHEAD_MAX)
}

/// The time an event was given: its own, or, where that cannot be read or believed, when it reached the queue.
pub fn said_at(text: Option<&str>, sent_at: Timestamp) -> Timestamp {
    text.and_then(|text| credible(text, sent_at)).unwrap_or(sent_at)
}

/// A time as AWS Health writes it, `Thu, 27 Aug 2026 13:19:03 GMT`, or as everybody else does.
pub fn of_health(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    WITH_WEEKDAY.parse_timestamp(text).or_else(|_| text.parse()).ok()
}

/// So much later, as far as there is time.
pub fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

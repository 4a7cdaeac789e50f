//! Which of two sights of one thing is the later. Answers and events arrive in any order, and ECS counts the changes of its
//! container instances and tasks in a version, which tells better than two clocks do.

use jiff::{SignedDuration, Timestamp};

/// An answer that has not caught up does not have what is younger than this: ECS is eventually consistent (ECS API reference,
/// `DescribeContainerInstances`), for how long it does not say.
pub const CATCHES_UP_WITHIN: SignedDuration = SignedDuration::from_secs(60);

/// Where a sight stands among others of the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Counts the changes of what was seen, where AWS tells.
    pub version: Option<i64>,
    /// When it was seen.
    pub at: Timestamp,
}

impl Moment {
    /// Whether an event from this moment says anything that is not in what is `known`.
    #[must_use]
    pub fn is_news_to(self, known: Self) -> bool {
        match (known.version, self.version) {
            (Some(known), Some(told)) => told > known,
            _ => self.at > known.at,
        }
    }

    /// Whether an answer from this moment is as good as what is `known`. One that is behind in versions has not caught up, and
    /// is believed only where that would take too long: something is wrong with what is known then.
    #[must_use]
    pub fn is_current_beside(self, known: Self) -> bool {
        match (known.version, self.version) {
            (Some(before), Some(seen)) if seen > before => true,
            (Some(before), Some(seen)) if seen < before => self.at.duration_since(known.at) >= CATCHES_UP_WITHIN,
            _ => self.at >= known.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(version: Option<i64>, second: i64) -> Moment {
        Moment { version, at: Timestamp::from_second(second).unwrap() }
    }

    #[test]
    fn an_event_is_news_by_its_version_or_else_by_its_time() {
        let known = moment(Some(5), 100);
        assert!(moment(Some(6), 90).is_news_to(known), "whatever the clocks say");
        assert!(!moment(Some(5), 110).is_news_to(known), "a duplicate");
        assert!(!moment(Some(4), 110).is_news_to(known));
        assert!(moment(None, 101).is_news_to(known));
        assert!(!moment(None, 100).is_news_to(known));
        assert!(!moment(Some(9), 99).is_news_to(moment(None, 100)));
    }

    #[test]
    fn an_answer_that_is_behind_is_not_believed_for_a_minute() {
        let known = moment(Some(5), 100);
        assert!(moment(Some(6), 99).is_current_beside(known), "it was asked for before the event and answered after");
        assert!(moment(Some(5), 100).is_current_beside(known));
        assert!(!moment(Some(5), 99).is_current_beside(known));
        assert!(!moment(Some(4), 159).is_current_beside(known));
        assert!(moment(Some(4), 160).is_current_beside(known));
        assert!(moment(None, 100).is_current_beside(known));
        assert!(!moment(None, 99).is_current_beside(known));
    }
}

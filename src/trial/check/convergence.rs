//! In the end nothing is left over: no notice in the queue, none among the dead letters.

use super::{End, Violation, violation};

const INVARIANT: &str = "no notice stays when its case is closed";

/// Checks the end.
pub fn check(end: &End) -> Vec<Violation> {
    let left = [("in the queue", end.messages_left), ("among the dead letters", end.dead_letters)];
    let left = left.into_iter().filter(|(_, count)| *count > 0);
    left.map(|(place, count)| violation(INVARIANT, format!("{count} messages {place}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_over_is_found() {
        assert_eq!(check(&End::default()), []);
        assert_eq!(check(&End { messages_left: 1, ..End::default() }).len(), 1);
        assert_eq!(check(&End { dead_letters: 2, ..End::default() }).len(), 1);
    }
}

//! A group ends as it began: as many instances wanted, and as many there.

use super::{End, Violation, violation};

const INVARIANT: &str = "a group ends as it began";

/// Checks the end.
pub fn check(end: &End) -> Vec<Violation> {
    let mut violations = Vec::new();
    for group in &end.groups {
        let (name, desired, first) = (&group.name, group.desired, group.desired_at_first);
        if desired != first {
            violations.push(violation(INVARIANT, format!("{name} wants {desired} instances, and wanted {first}")));
        }
        if group.members != desired as usize && !group.launch_suspended {
            violations
                .push(violation(INVARIANT, format!("{name} wants {desired} instances and has {}", group.members)));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::check::GroupEnd;

    fn ends(desired: u32, members: usize, launch_suspended: bool) -> usize {
        let group = GroupEnd { name: "asg".into(), desired_at_first: 4, desired, members, launch_suspended };
        check(&End { groups: vec![group], ..End::default() }).len()
    }

    #[test]
    fn a_group_that_ends_otherwise_is_found() {
        assert_eq!(ends(4, 4, false), 0);
        assert_eq!(ends(3, 3, false), 1, "a detach that decremented");
        assert_eq!(ends(4, 5, false), 1, "a second replacement");
        assert_eq!(ends(4, 3, false), 1, "no replacement");
        assert_eq!(ends(4, 3, true), 0, "none could come");
    }
}

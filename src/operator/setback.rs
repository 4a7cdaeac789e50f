//! What a failure says about the call that failed: whether repeating it is in vain, and whether it may have had its effect.

use crate::aws::{Class, Failure};
use crate::plan::{Deed, Setback};

/// Without an answer, or with one that tells of a fault inside AWS, nobody knows what a call has done.
pub fn of_deed(deed: &Deed, failure: &Failure) -> Setback {
    let refused = failure.class == Class::Invalid;
    let lost = matches!(failure.class, Class::Unreachable | Class::Server);
    let disproves = match deed {
        // The same token gets the same answer: only one that says why there is none tells that there was none.
        Deed::Launch | Deed::FallBack => failure.class == Class::Other,
        // Who asked nothing has learnt nothing.
        _ if failure.class == Class::NotSent => false,
        // It was read back before it was asked again. What has been done is refused the second time.
        _ => !refused,
    };
    Setback { why: failure.to_string(), made: failure.class != Class::NotSent, refused, lost, disproves }
}

/// Said of a group in which something is under way that will be over (EC2 Auto Scaling API reference, `UpdateAutoScalingGroup`,
/// `CreateOrUpdateTags`).
const PASSING: [&str; 3] = ["ScalingActivityInProgress", "ResourceInUse", "ResourceContention"];

/// What came of it is seen by the group before anything is set again. Who may not change a group has to be allowed to first.
pub fn of_base(failure: &Failure) -> Setback {
    let passing = failure.code.as_ref().is_some_and(|code| PASSING.iter().any(|name| code.starts_with(name)));
    let refused = matches!(failure.class, Class::Invalid | Class::Denied) && !passing;
    let made = failure.class != Class::NotSent;
    Setback { why: failure.to_string(), made, refused, lost: false, disproves: made }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_will_be_over_is_asked_again_and_what_is_not_allowed_is_not() {
        let of = |class, code: &str| {
            of_base(&Failure::answered("autoscaling:UpdateAutoScalingGroup", class, code, "", None))
        };
        assert!(!of(Class::Invalid, "ScalingActivityInProgress").refused);
        assert!(!of(Class::Invalid, "ResourceInUse").refused);
        assert!(of(Class::Invalid, "ValidationError").refused);
        assert!(of(Class::Denied, "AccessDenied").refused);
        assert!(!of(Class::Throttled, "Throttling").refused);
    }
}

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
        // It was read back before it was asked again. What has been done is refused the second time.
        _ => !refused,
    };
    Setback { why: failure.to_string(), refused, lost, disproves }
}

/// The note and the base are set, not added to: they can be set again whatever came of it the last time.
pub fn of_base(failure: &Failure) -> Setback {
    let refused = failure.class == Class::Invalid;
    Setback { why: failure.to_string(), refused, lost: false, disproves: true }
}

//! Text from outside, held to what it is for: an id that can stand in a call, a name, a sentence.

use std::sync::Arc;

use crate::ids::InstanceId;

/// So much of the name of a kind that nobody knows is kept, in characters.
pub const KIND_CHARS: usize = 100;

/// So much of a sentence is kept, in characters.
pub const SENTENCE_CHARS: usize = 1_024;

/// No ARN is longer (IAM API reference), and no other name is as long.
const NAME_BYTES_MAX: usize = 2_048;

/// The ids that there are have 19 characters.
const INSTANCE_ID_BYTES_MAX: usize = 64;

/// The id of an instance, where it can stand in an API call as it is.
pub fn instance_id(text: &str) -> Option<InstanceId> {
    let rest = text.strip_prefix("i-")?;
    let usable = !rest.is_empty()
        && text.len() <= INSTANCE_ID_BYTES_MAX
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    usable.then(|| InstanceId::from(text))
}

/// A name. One that is too long is none: cut short it would name something else.
pub fn name(text: &str) -> Option<Arc<str>> {
    let usable = !text.is_empty() && text.len() <= NAME_BYTES_MAX && !text.contains(char::is_control);
    usable.then(|| Arc::from(text))
}

/// Text that nobody but people reads, held to a length that logs and metrics can bear.
pub fn shortened(text: &str, chars: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(chars).collect()
}

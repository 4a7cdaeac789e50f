//! What AWS says: from the body of a message to a [`Signal`].
//!
//! Lenient: unknown fields are skipped, wrongly typed ones count as missing, and only what cannot be understood at all is
//! refused. Nothing in here looks anything up or decides anything.

mod deadline;
mod envelope;
mod interruption;

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

pub use deadline::{ACTED_ON_FOR, NOTICE_LEAD};
use envelope::Envelope;

use crate::ids::InstanceId;

/// A message about one instance that something is to be done about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// The instance.
    pub instance: InstanceId,
    /// What is going to happen to it.
    pub kind: SignalKind,
    /// When AWS said so, by AWS's clock.
    pub said_at: Timestamp,
    /// When it is going to happen.
    pub deadline: Timestamp,
    /// From here on the signal is history: nothing new is begun because of it.
    pub history_from: Timestamp,
}

/// What is going to happen to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalKind {
    /// EC2 Spot takes it back.
    InterruptionNotice(InstanceAction),
}

impl SignalKind {
    /// The name that logs and metrics use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InterruptionNotice(_) => "interruption_notice",
        }
    }
}

/// What EC2 Spot does with the instance that it takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InstanceAction {
    /// It is terminated two minutes after the notice. Also what an action that is not known counts as.
    Terminate,
    /// It is stopped two minutes after the notice.
    Stop,
    /// It is hibernated at the notice, without lead time.
    Hibernate,
}

/// What a message turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A signal.
    Signal(Signal),
    /// A message of a kind that nothing is done about, with the name of that kind.
    UnknownKind(String),
}

/// Why a message could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unparsable {
    /// The body is no JSON object.
    NotAnObject,
    /// Nothing in the object names a kind.
    NoKind,
    /// The kind is known and needs an instance id, and there is none that can be used.
    NoInstanceId,
}

impl fmt::Display for Unparsable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnObject => "the body is no JSON object",
            Self::NoKind => "nothing in it names a kind: it has no string `detail-type`",
            Self::NoInstanceId => "it has no usable instance id in `detail.instance-id`",
        })
    }
}

/// Reads the body of a message that was put into its queue at `sent_at`, by SQS's clock.
///
/// # Errors
/// [`Unparsable`] says what is missing.
pub fn parse(body: &str, sent_at: Timestamp) -> Result<Parsed, Unparsable> {
    let envelope = Envelope::open(body)?;
    match envelope.kind() {
        Some(interruption::DETAIL_TYPE) => interruption::parse(&envelope, sent_at).map(Parsed::Signal),
        Some(other) => Ok(Parsed::UnknownKind(shortened(other))),
        None => Err(Unparsable::NoKind),
    }
}

/// A name from outside, held to a length that logs and metrics can bear.
fn shortened(name: &str) -> String {
    const CHARS_MAX: usize = 100;
    name.chars().filter(|c| !c.is_control()).take(CHARS_MAX).collect()
}

#[cfg(test)]
mod tests;

//! `EC2 Spot Instance Interruption Warning` (EC2 User Guide, "Spot Instance interruption notices").

use super::envelope::Envelope;
use super::{InstanceAction, Signal, SignalKind, Unparsable, deadline};
use crate::ids::InstanceId;
use jiff::Timestamp;

/// The event's `detail-type`.
pub const DETAIL_TYPE: &str = "EC2 Spot Instance Interruption Warning";

/// Reads the notice.
pub fn parse(envelope: &Envelope, sent_at: Timestamp) -> Result<Signal, Unparsable> {
    let instance = envelope.detail_string("instance-id").and_then(|id| instance_id(&id));
    let action = action(envelope.detail_string("instance-action").as_deref());
    let said_at = deadline::said_at(envelope.string("time").as_deref(), sent_at);
    Ok(Signal {
        instance: instance.ok_or(Unparsable::NoInstanceId)?,
        kind: SignalKind::InterruptionNotice(action),
        said_at,
        deadline: deadline::deadline(action, said_at),
        history_from: deadline::history_from(said_at),
    })
}

/// The id, where it can stand in an API call as it is. The `resources` are no second source: their form differs by event.
fn instance_id(text: &str) -> Option<InstanceId> {
    const LENGTH_MAX: usize = 64;
    let rest = text.strip_prefix("i-")?;
    let usable = !rest.is_empty()
        && text.len() <= LENGTH_MAX
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    usable.then(|| InstanceId::from(text))
}

/// An action that is missing or new counts as the worst that is known to come with a lead time.
fn action(text: Option<&str>) -> InstanceAction {
    match text.map(str::to_ascii_lowercase).as_deref() {
        Some("stop") => InstanceAction::Stop,
        Some("hibernate") => InstanceAction::Hibernate,
        _ => InstanceAction::Terminate,
    }
}

//! The operator's own message: somebody asks for an instance to be handed over, with `ecs-spot-operator drain`.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::envelope::Envelope;
use super::time::later;
use super::{Reading, Signal, SignalKind};
use crate::ids::InstanceId;

/// The event's `detail-type`.
pub(super) const DETAIL_TYPE: &str = "ecs-spot-operator Manual Drain";

/// The event's `source`.
const SOURCE: &str = "ecs-spot-operator";

const WITHIN: &str = "within-seconds";

/// The longest time within which a drain can be asked for. More counts as not said.
pub const WITHIN_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Somebody waits for it: what was not begun after so long, without a time within which, would come as a surprise.
pub const ACTED_ON_FOR: SignedDuration = SignedDuration::from_hours(1);

/// The message that asks for `instance` to be drained `within` so long from `now`: whole seconds, at least one and at most
/// [`WITHIN_MAX`]. Without it there is no hurry.
#[must_use]
pub fn message(instance: &InstanceId, within: Option<SignedDuration>, now: Timestamp) -> String {
    let mut detail = json!({"instance-id": instance});
    if let (Some(within), Some(detail)) = (within, detail.as_object_mut()) {
        detail.insert(WITHIN.to_owned(), json!(within.as_secs()));
    }
    json!({"detail-type": DETAIL_TYPE, "source": SOURCE, "time": now, "detail": detail}).to_string()
}

/// Reads the message.
pub(super) fn parse(message: &Envelope<'_>) -> Reading {
    let seconds = message.said().get::<i64>(WITHIN).map(SignedDuration::from_secs);
    let within = seconds.filter(|within| within.is_positive() && *within <= WITHIN_MAX);
    let deadline = within.map(|within| later(message.said_at(), within));
    let signal = Signal {
        instance: message.instance("instance-id")?,
        kind: SignalKind::ManualDrain,
        said_at: message.said_at(),
        deadline,
        history_from: deadline.unwrap_or_else(|| later(message.said_at(), ACTED_ON_FOR)),
        hook: None,
    };
    Ok(Some(signal.into()))
}

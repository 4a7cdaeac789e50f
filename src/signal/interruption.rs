//! `EC2 Spot Instance Interruption Warning` (EC2 User Guide, "Spot Instance interruption notices").

use jiff::{SignedDuration, Timestamp};

use super::envelope::Envelope;
use super::time::later;
use super::{InstanceAction, Reading, Signal, SignalKind};

/// The event's `detail-type`.
pub const DETAIL_TYPE: &str = "EC2 Spot Instance Interruption Warning";

/// From the interruption notice to the interruption (EC2 User Guide, "Spot Instance interruption notices").
pub const NOTICE_LEAD: SignedDuration = SignedDuration::from_secs(120);

/// A notice of any action is acted on for so long after it was given; then it is history.
pub const ACTED_ON_FOR: SignedDuration = SignedDuration::from_secs(120);

/// Reads the notice. Its `resources` are no second source of the id: their form differs by event.
pub fn parse(message: &Envelope<'_>) -> Reading {
    let instance = message.instance("instance-id")?;
    let action = action(message.said().string("instance-action").as_deref());
    let said_at = message.said_at();
    let signal = Signal {
        instance,
        kind: SignalKind::InterruptionNotice(action),
        said_at,
        deadline: Some(deadline(action, said_at)),
        history_from: later(said_at, ACTED_ON_FOR),
        hook: None,
    };
    Ok(Some(signal.into()))
}

/// An action that is missing or new counts as the worst that is known to come with a lead time.
fn action(text: Option<&str>) -> InstanceAction {
    match text.map(str::to_ascii_lowercase).as_deref() {
        Some("stop") => InstanceAction::Stop,
        Some("hibernate") => InstanceAction::Hibernate,
        _ => InstanceAction::Terminate,
    }
}

/// When EC2 acts. Hibernation begins with the notice itself (EC2 User Guide, "Hibernate interrupted Spot Instances").
fn deadline(action: InstanceAction, said_at: Timestamp) -> Timestamp {
    match action {
        InstanceAction::Terminate | InstanceAction::Stop => later(said_at, NOTICE_LEAD),
        InstanceAction::Hibernate => said_at,
    }
}

//! `EC2 Instance Rebalance Recommendation` (EC2 User Guide, "EC2 instance rebalance recommendations").

use jiff::SignedDuration;

use super::envelope::Envelope;
use super::time::later;
use super::{Reading, Signal, SignalKind};

/// The event's `detail-type`.
pub const DETAIL_TYPE: &str = "EC2 Instance Rebalance Recommendation";

/// A recommendation is acted on for so long after it was given. EC2 does not document how long the risk lasts that it tells
/// of, and never withdraws one. The hour is ours: long enough to wait for a budget; after it the risk has come true, and EC2
/// has given notice, or it has most likely passed.
pub const ACTED_ON_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Reads the recommendation. When the instance will be taken back, if ever, nobody says.
pub fn parse(message: &Envelope<'_>) -> Reading {
    let signal = Signal {
        instance: message.instance("instance-id")?,
        kind: SignalKind::RebalanceRecommendation,
        said_at: message.said_at(),
        deadline: None,
        history_from: later(message.said_at(), ACTED_ON_FOR),
        hook: None,
    };
    Ok(Some(signal.into()))
}

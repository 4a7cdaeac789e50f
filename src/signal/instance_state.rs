//! `EC2 Instance State-change Notification` (EC2 User Guide, "Monitor Amazon EC2 instance state changes using EventBridge").

use std::sync::Arc;

use super::Reading;
use super::envelope::Envelope;
use super::news::{InstanceState, News};

/// The event's `detail-type`.
pub const DETAIL_TYPE: &str = "EC2 Instance State-change Notification";

/// Reads the event. Without a state it says nothing.
pub fn parse(message: &Envelope<'_>) -> Reading {
    let instance = message.instance("instance-id")?;
    let state = message.said().name("state").map(state);
    Ok(state.map(|state| News::InstanceState { instance, state, at: message.said_at() }.into()))
}

fn state(name: Arc<str>) -> InstanceState {
    match name.to_ascii_lowercase().as_str() {
        "pending" => InstanceState::Pending,
        "running" => InstanceState::Running,
        "stopping" => InstanceState::Stopping,
        "stopped" => InstanceState::Stopped,
        "shutting-down" => InstanceState::ShuttingDown,
        "terminated" => InstanceState::Terminated,
        _ => InstanceState::Other(name),
    }
}

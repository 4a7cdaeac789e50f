//! Lifecycle actions: a hook of an Auto Scaling group makes an instance wait (EC2 Auto Scaling User Guide, "EventBridge event
//! reference" and "Prepare to add a lifecycle hook to your Auto Scaling group").
//!
//! They come as events, and from Auto Scaling itself as notifications without an envelope, straight or through SNS.
//!
//! Whether a warm pool is the instance's origin or its destination makes no difference in here. An instance that goes back to
//! the pool has served until now and is to serve no longer, like one that is terminated (EC2 Auto Scaling User Guide, "Warm
//! pool example events and patterns"). One that leaves the pool to be terminated has no tasks; draining it does no harm.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::envelope::Envelope;
use super::fields::Fields;
use super::news::News;
use super::time::later;
use super::{Reading, Signal, SignalKind};

/// The `detail-type` of the event: an instance waits before it is terminated.
pub const TERMINATE_DETAIL_TYPE: &str = "EC2 Instance-terminate Lifecycle Action";

/// The `LifecycleTransition` of the notification that says the same.
pub const TERMINATING: &str = "autoscaling:EC2_INSTANCE_TERMINATING";

/// The `detail-type` of the event: an instance waits before it goes into service.
pub const LAUNCH_DETAIL_TYPE: &str = "EC2 Instance-launch Lifecycle Action";

/// The `LifecycleTransition` of the notification that says the same.
pub const LAUNCHING: &str = "autoscaling:EC2_INSTANCE_LAUNCHING";

/// A new hook or a new notification configuration says hello to its target.
pub const TEST: &str = "autoscaling:TEST_NOTIFICATION";

/// No hook can make an instance wait for longer (EC2 Auto Scaling User Guide, "Amazon EC2 Auto Scaling lifecycle hooks").
pub const WAIT_MAX: SignedDuration = SignedDuration::from_hours(48);

/// When a wait that began at `said_at` is history at the latest.
#[must_use]
pub fn is_history_from(said_at: Timestamp) -> Timestamp {
    later(said_at, WAIT_MAX)
}

/// A lifecycle hook for which an instance waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The name of the Auto Scaling group.
    pub group: Arc<str>,
    /// The name of the hook.
    pub name: Arc<str>,
    /// Auto Scaling's name for this one wait. The instance id names it as well.
    pub token: Option<Arc<str>>,
}

/// Reads that an instance waits before it is terminated. For how long is the hook's time-out, which is not in the message.
pub fn terminate(message: &Envelope<'_>) -> Reading {
    let signal = Signal {
        instance: message.instance("EC2InstanceId")?,
        kind: SignalKind::TerminateHook,
        said_at: message.said_at(),
        deadline: None,
        history_from: is_history_from(message.said_at()),
        hook: hook(message.said()),
    };
    Ok(Some(signal.into()))
}

/// Reads that an instance waits before it goes into service, or into a warm pool.
pub fn launch(message: &Envelope<'_>) -> Reading {
    let instance = message.instance("EC2InstanceId")?;
    let hook = hook(message.said());
    Ok(hook.map(|hook| News::LaunchHook { instance, hook, at: message.said_at() }.into()))
}

fn hook(said: &Fields<'_>) -> Option<Hook> {
    Some(Hook {
        group: said.name("AutoScalingGroupName")?,
        name: said.name("LifecycleHookName")?,
        token: said.name("LifecycleActionToken"),
    })
}

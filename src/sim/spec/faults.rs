//! What goes wrong on the way to AWS, in it and behind it: plain data, for tests, files and remote control.
//!
//! How faults strike is in `mishap`; nothing here draws or decides. Probabilities are 0 to 1: 0 (the default) is never,
//! 1 and more always. AWS documents that all of these happen, and for none of them how often.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::throttling::Throttling;

/// Everything that goes wrong. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Faults {
    /// Faults of calls. A call suffers from every entry that covers it.
    pub calls: Vec<CallFaults>,
    /// Faults of EventBridge.
    pub events: EventFaults,
    /// Faults of SQS's queues.
    pub queues: QueueFaults,
    /// Faults of the instance metadata service.
    pub imds: ImdsFaults,
    /// Token buckets, and others who draw on them.
    pub throttling: Throttling,
}

impl Faults {
    /// Nothing goes wrong.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }
}

/// A part of a run, in seconds since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Window {
    /// The first second in it.
    pub from_seconds: u64,
    /// The first second after it; `None` where it has no end.
    pub until_seconds: Option<u64>,
}

impl Window {
    /// From the start on, for `seconds`.
    #[must_use]
    pub const fn first(seconds: u64) -> Self {
        Self { from_seconds: 0, until_seconds: Some(seconds) }
    }

    /// Whether a moment, given as time since the start, is after it.
    #[must_use]
    pub fn is_over(&self, elapsed: Duration) -> bool {
        self.until_seconds.is_some_and(|until| until <= elapsed.as_secs())
    }

    /// Whether a moment, given as time since the start, is in it.
    #[must_use]
    pub fn contains(&self, elapsed: Duration) -> bool {
        self.from_seconds <= elapsed.as_secs() && !self.is_over(elapsed)
    }
}

/// Faults of calls, each a probability a call. What is decided at the caller's side is decided when the call begins;
/// refusals and stale answers when AWS takes it up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct CallFaults {
    /// When.
    pub window: Window,
    /// Which, as `ecs:DescribeTasks` or `sqs:*`; none stands for all.
    pub actions: Vec<String>,
    /// A 5xx. Nothing is done.
    pub server_error: f64,
    /// The caller may not. Nothing is done.
    pub access_denied: f64,
    /// The caller waits for an answer in vain, and nothing is done.
    pub time_out_before: f64,
    /// The caller waits for an answer in vain, but what it asked for is done.
    pub time_out_after: f64,
    /// The connection is reset, and nothing is done.
    pub reset_before: f64,
    /// The connection is reset, but what was asked for is done.
    pub reset_after: f64,
    /// Answers of ECS and Auto Scaling to Describe and List show a past state.
    pub stale: f64,
    /// How old the state may be that a stale answer shows: up to that many seconds, and up to
    /// [`STALE_SECONDS_MAX`](crate::sim::STALE_SECONDS_MAX).
    pub stale_seconds: u64,
    /// ECS tells of an entry of `UpdateContainerInstancesState` that exists that it is `MISSING`, in `failures[]`. A
    /// probability an entry.
    pub entry_failure: f64,
    /// Answers take that many times as long; 0 stands for 1.
    pub latency_factor: u32,
}

impl CallFaults {
    /// Whether a call is among those meant here.
    pub(in crate::sim) fn covers(&self, service: &str, action: &str, elapsed: Duration) -> bool {
        let named = |pattern: &String| {
            pattern.split_once(':').is_some_and(|(of, name)| of == service && (name == "*" || name == action))
        };
        self.window.contains(elapsed) && (self.actions.is_empty() || self.actions.iter().any(named))
    }
}

/// Faults of EventBridge, each a probability an event and rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct EventFaults {
    /// When.
    pub window: Window,
    /// The event is not delivered to any rule. Only events of services that deliver at best effort are lost, as EC2's
    /// are (EventBridge User Guide, "Events from AWS services").
    pub loss: f64,
    /// The target is invoked a second time, at a time of its own (EventBridge User Guide, "Troubleshooting").
    pub duplicate: f64,
    /// The delivery is delayed.
    pub delayed: f64,
    /// The shortest delay, on top of the usual one. In ms.
    pub delay_min_millis: u64,
    /// The longest. In ms.
    pub delay_max_millis: u64,
}

/// Faults of SQS's queues.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct QueueFaults {
    /// When.
    pub window: Window,
    /// A message that is received is soon received again, although it is hidden (SQS Developer Guide, "Amazon SQS
    /// at-least-once delivery"). A probability a receive.
    pub redelivery: f64,
    /// Messages are received in another order than they were sent in (SQS Developer Guide, "Amazon SQS standard
    /// queues"). A probability a receive.
    pub shuffle: f64,
    /// An entry of `DeleteMessageBatch` or `ChangeMessageVisibilityBatch` fails, and not for the caller's fault.
    pub entry_failure: f64,
}

/// Faults of the instance metadata service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ImdsFaults {
    /// When.
    pub window: Window,
    /// It answers with a 503. A probability a request.
    pub unavailable: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_off_and_what_is_unknown_refused() {
        assert_eq!(serde_json::from_str::<Faults>("{}").unwrap(), Faults::none());
        let read: Faults =
            serde_json::from_str(r#"{"calls":[{"window":{"untilSeconds":300},"timeOutAfter":0.1}]}"#).unwrap();
        let expected = CallFaults { window: Window::first(300), time_out_after: 0.1, ..CallFaults::default() };
        assert_eq!(read.calls, [expected]);
        assert!(serde_json::from_str::<Faults>(r#"{"events":{"lost":1}}"#).is_err());
    }

    #[test]
    fn a_window_has_its_first_second_and_not_its_last() {
        let window = Window { from_seconds: 10, until_seconds: Some(20) };
        let inside = [9, 10, 19, 20].map(|second| window.contains(Duration::from_secs(second)));
        assert_eq!(inside, [false, true, true, false]);
        assert!(Window::default().contains(Duration::MAX));
    }

    #[test]
    fn actions_are_named_with_their_service() {
        let covers = |pattern: &str| {
            let faults = CallFaults { actions: vec![pattern.to_owned()], ..CallFaults::default() };
            faults.covers("ecs", "ListTasks", Duration::ZERO)
        };
        assert!(covers("ecs:ListTasks") && covers("ecs:*"));
        assert!(!covers("sqs:*") && !covers("ecs:StopTask") && !covers("ListTasks"));
    }
}

//! `AWS Health Event`, as far as it is about a scheduled change of EC2: a retirement, a stop, a reboot, and the like (AWS Health
//! User Guide, "AWS Health events Amazon EventBridge schema").

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::envelope::Envelope;
use super::fields::Fields;
use super::time::{self, later};
use super::{Parsed, Reading, Signal, SignalKind, Unparsable, text};
use crate::ids::InstanceId;

/// The event's `detail-type`.
pub const DETAIL_TYPE: &str = "AWS Health Event";

/// Without a start that can be read: "generally pushed out approximately two weeks before the start time" (AWS Health User
/// Guide, on `eventTypeCode`). No queue keeps a message for longer, either.
pub const LEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// So many instances of one event are told of. AWS Health makes pages of an event that is about more than 256 KB of them.
pub const INSTANCES_MAX: usize = 1_000;

/// Reads the event. One about something else, or about what is over, is nothing to anybody in here.
pub fn parse(message: &Envelope<'_>) -> Reading {
    if !announces(message.said()) {
        return Ok(None);
    }
    let affected = affected(message);
    if affected.is_empty() {
        return Err(Unparsable::NoInstanceId);
    }
    let starts = message.said().string("startTime").and_then(|text| time::of_health(&text));
    let pending = affected.into_iter().filter(|(_, pending)| *pending);
    let signals: Vec<Signal> = pending
        .map(|(instance, _)| Signal {
            instance,
            kind: SignalKind::Maintenance,
            said_at: message.said_at(),
            deadline: starts,
            history_from: starts.unwrap_or_else(|| later(message.said_at(), LEAD)),
            hook: None,
        })
        .collect();
    Ok((!signals.is_empty()).then_some(Parsed::Signals(signals)))
}

/// Whether EC2 is going to change something.
fn announces(said: &Fields<'_>) -> bool {
    let is = |name: &str, value: &str| said.string(name).is_some_and(|text| text == value);
    is("service", "EC2") && is("eventTypeCategory", "scheduledChange") && !is("statusCode", "closed")
}

/// The instances that it is about, and whether anything is still to happen to them. Events without `affectedEntities` name
/// them as their resources; those of other things, of a dedicated host say, are passed over.
fn affected(message: &Envelope<'_>) -> BTreeMap<InstanceId, bool> {
    let entities = message.said().list("affectedEntities").filter_map(|entity: Fields<'_>| {
        let over = entity.string("status").is_some_and(|status| status == "RESOLVED");
        Some((instance_id(&entity.string("entityValue")?)?, !over))
    });
    let entities = bounded(entities);
    if !entities.is_empty() {
        return entities;
    }
    bounded(message.resources().filter_map(|resource| Some((instance_id(&resource)?, true))))
}

/// Each once: what is pending by one mention is pending.
fn bounded(instances: impl Iterator<Item = (InstanceId, bool)>) -> BTreeMap<InstanceId, bool> {
    let mut bounded = BTreeMap::new();
    for (instance, pending) in instances {
        if bounded.len() < INSTANCES_MAX || bounded.contains_key(&instance) {
            *bounded.entry(instance).or_insert(false) |= pending;
        }
    }
    bounded
}

/// AWS Health documents both `i-…` and `arn:aws:ec2:…:instance/i-…`.
fn instance_id(text: &str) -> Option<InstanceId> {
    text::instance_id(text.rsplit('/').next()?)
}

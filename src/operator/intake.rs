//! What a message is to the operator: the start of a case, another word about one, or nothing at all.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::inbox::Inbox;
use super::message::{Message, Ticket};
use crate::plan::{Admission, Cases, Dismissal};
use crate::signal::{self, Parsed, Unparsable};
use crate::telemetry::Metrics;

/// So many messages that cannot be parsed are remembered, so that each is logged once.
const UNPARSABLE_MAX: usize = 10_000;

/// So many copies of a notice a case holds at most.
const COPIES_MAX: usize = 4;

/// How much of such a message the log shows, in characters.
const EXCERPT_CHARS: usize = 200;

/// Takes messages in.
#[derive(Debug, Default)]
pub struct Intake {
    unparsable: BTreeSet<Arc<str>>,
    order: VecDeque<Arc<str>>,
}

impl Intake {
    /// Takes a message in. Gives back the tickets that are to be acknowledged at once.
    pub fn take(
        &mut self,
        message: Message,
        cases: &mut Cases,
        inbox: &Inbox,
        metrics: &Metrics,
        now: Timestamp,
    ) -> Vec<Ticket> {
        if inbox.redelivered(&message.ticket) {
            metrics.message("known", "redelivered");
            return Vec::new();
        }
        let signal = match signal::parse(&message.body, message.sent_at) {
            Ok(Parsed::Signal(signal)) => signal,
            Ok(Parsed::UnknownKind(kind)) => {
                metrics.message("unknown", "acknowledged");
                tracing::debug!(
                    event = "message.unknown_kind",
                    kind,
                    "a message of the kind `{kind}`, about which nothing is done"
                );
                return vec![message.ticket];
            }
            Err(why) => {
                self.refuse(&message, &why, metrics);
                return Vec::new();
            }
        };
        let kind = signal.kind.name();
        if now >= signal.history_from {
            metrics.message(kind, Dismissal::Expired.name());
            let (instance_id, said_at) = (signal.instance.as_str(), signal.said_at);
            tracing::info!(
                event = "signal.dismissed",
                instance_id,
                reason = "expired",
                "{instance_id}: the notice of {said_at} is history"
            );
            return vec![message.ticket];
        }
        match cases.admit(&signal, message.held_before, now) {
            Admission::Opened => {
                inbox.hold(&signal.instance, message.ticket);
                Vec::new()
            }
            // What is held has to be the word that stays alive longest: the queue forgets the case with it.
            Admission::Renewed => {
                let earlier = inbox.release(&signal.instance);
                inbox.hold(&signal.instance, message.ticket);
                metrics.message(kind, Dismissal::Duplicate.name());
                earlier
            }
            Admission::TooMany => {
                metrics.message(kind, "left");
                Vec::new()
            }
            // Somebody else may take one of ours for a duplicate of this one: two who hold a copy each would end with none.
            Admission::Duplicate if message.held_before && inbox.held_for(&signal.instance) < COPIES_MAX => {
                inbox.hold(&signal.instance, message.ticket);
                metrics.message(kind, "held");
                Vec::new()
            }
            Admission::Duplicate | Admission::Closed => {
                metrics.message(kind, Dismissal::Duplicate.name());
                tracing::debug!(
                    event = "signal.dismissed",
                    instance_id = signal.instance.as_str(),
                    reason = "duplicate",
                    "a duplicate"
                );
                vec![message.ticket]
            }
        }
    }

    /// A message that cannot be understood is left to its visibility timeout and to the queue's redrive policy.
    fn refuse(&mut self, message: &Message, why: &Unparsable, metrics: &Metrics) {
        if !self.unparsable.insert(Arc::clone(&message.ticket.id)) {
            return;
        }
        self.order.push_back(Arc::clone(&message.ticket.id));
        if self.order.len() > UNPARSABLE_MAX {
            self.order.pop_front().iter().for_each(|oldest| {
                self.unparsable.remove(oldest);
            });
        }
        metrics.message("unparsable", "left");
        let excerpt: String = message.body.chars().take(EXCERPT_CHARS).collect();
        let message_id = &*message.ticket.id;
        tracing::warn!(
            event = "message.unparsable",
            message_id,
            reason = %why,
            excerpt,
            "message {message_id} cannot be understood: {why}; it is left to the queue's redrive policy"
        );
    }
}

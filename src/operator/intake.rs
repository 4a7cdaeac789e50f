//! What a message is to the operator: the start of a case, another word about one, or nothing at all.

use jiff::Timestamp;

use super::hearing;
use super::inbox::Inbox;
use super::lately::Lately;
use super::message::{Message, Ticket};
use crate::observe::Snapshot;
use crate::plan::{Admission, Cases, Dismissal, Policies};
use crate::signal::{self, News, Parsed, Signal, TaskNews, Unparsable};
use crate::telemetry::Metrics;

/// So many copies of a notice a case holds at most.
const COPIES_MAX: usize = 4;

/// How much of such a message the log shows, in characters.
const EXCERPT_CHARS: usize = 200;

/// What a message is held against.
pub struct Desk<'a> {
    /// What is known of AWS.
    pub snapshot: &'a mut Snapshot,
    /// The cases.
    pub cases: &'a mut Cases,
    /// What people allow.
    pub policies: &'a Policies,
    /// The messages that are held.
    pub inbox: &'a Inbox,
    /// Where messages are counted.
    pub metrics: &'a Metrics,
    /// The time.
    pub now: Timestamp,
}

/// Takes messages in.
#[derive(Debug, Default)]
pub struct Intake {
    /// Messages that could not be parsed, by id: each is logged once.
    unparsable: Lately,
    /// Tasks that Fargate Spot takes back, by ARN: several events tell of each.
    interrupted: Lately,
}

impl Intake {
    /// Takes a message in. Gives back the tickets that are to be acknowledged at once.
    pub fn take(&mut self, message: Message, desk: &mut Desk<'_>) -> Vec<Ticket> {
        let Desk { inbox, metrics, .. } = *desk;
        if inbox.redelivered(&message.ticket) {
            metrics.message("known", "redelivered");
            return Vec::new();
        }
        // What was received before was held, or left by an operator that is no more.
        if !message.held_before {
            let age = message.received_at.duration_since(message.sent_at).as_secs_f64();
            metrics.ages.observe(age);
        }
        let parsed = match signal::parse(&message.body, message.sent_at) {
            Ok(parsed) => parsed,
            Err(why) => {
                self.refuse(&message, &why, metrics);
                return Vec::new();
            }
        };
        let signals = match parsed {
            Parsed::Signals(signals) => signals,
            Parsed::News(news) => {
                self.hear(news, desk);
                return vec![message.ticket];
            }
            other => {
                pass_over(&other, metrics);
                return vec![message.ticket];
            }
        };
        let (held_before, received_at) = (message.held_before, message.received_at);
        let mut kept = Kept::default();
        for signal in &signals {
            match admit(signal, (held_before, received_at), desk) {
                Fate::Held => kept.holds.push(signal),
                Fate::HeldInstead(earlier) => {
                    kept.holds.push(signal);
                    kept.released.extend(earlier);
                }
                Fate::Left => kept.left = true,
                Fate::Done => {}
            }
        }
        settle(message.ticket, &kept, inbox)
    }

    /// What AWS tells goes into what is known of it; nothing is held because of it.
    fn hear(&mut self, news: News, desk: &mut Desk<'_>) {
        desk.metrics.message(news.name(), "acknowledged");
        if let News::Task(task) = &news
            && task.is_fargate_interruption()
        {
            self.tell_of_fargate(task, desk);
        }
        if let Some(observation) = hearing::observation(news, desk.snapshot) {
            desk.snapshot.apply(observation, desk.now);
        }
    }

    /// Nobody has to do anything about it: the task has got SIGTERM, and its service starts another one.
    fn tell_of_fargate(&mut self, task: &TaskNews, desk: &Desk<'_>) {
        let Some(cluster) = desk.snapshot.cluster_named(&task.cluster) else { return };
        if !self.interrupted.is_new(&task.arn) {
            return;
        }
        desk.metrics.fargate_interruptions.inc();
        let (cluster, arn, group) = (cluster.as_str(), &*task.arn, task.group.as_deref().unwrap_or_default());
        tracing::info!(
            event = "fargate.interrupted",
            cluster,
            group,
            task = arn,
            "Fargate Spot takes the task {arn} of {cluster} back ({group})"
        );
    }

    /// A message that cannot be understood is left to its visibility timeout and to the queue's redrive policy.
    fn refuse(&mut self, message: &Message, why: &Unparsable, metrics: &Metrics) {
        if !self.unparsable.is_new(&message.ticket.id) {
            return;
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

/// Takes one signal of a message in.
fn admit(signal: &Signal, (held_before, received_at): (bool, Timestamp), desk: &mut Desk<'_>) -> Fate {
    let Desk { inbox, metrics, now, .. } = *desk;
    let kind = signal.kind.name();
    if now >= signal.history_from {
        metrics.message(kind, Dismissal::Expired.name());
        let (instance_id, said_at) = (signal.instance.as_str(), signal.said_at);
        tracing::info!(
            event = "signal.dismissed",
            instance_id,
            reason = "expired",
            "{instance_id}: the {kind} of {said_at} is history"
        );
        return Fate::Done;
    }
    // A word about an open case is heard, whatever the policies have become.
    if desk.cases.of(&signal.instance).is_none() && !desk.policies.heeds(signal) {
        metrics.message(kind, Dismissal::SignalDisabled.name());
        return Fate::Done;
    }
    match desk.cases.admit(signal, held_before, received_at) {
        Admission::Opened | Admission::Joined => Fate::Held,
        // What is held has to be the word that stays alive longest: the queue forgets the case with it.
        Admission::Renewed => {
            metrics.message(kind, Dismissal::Duplicate.name());
            Fate::HeldInstead(inbox.release(&signal.instance))
        }
        Admission::TooMany => {
            metrics.message(kind, "left");
            Fate::Left
        }
        // Somebody else may take one of ours for a duplicate of this one: two who hold a copy each would end with none.
        Admission::Duplicate if held_before && inbox.held_for(&signal.instance) < COPIES_MAX => {
            metrics.message(kind, "held");
            Fate::Held
        }
        Admission::Duplicate | Admission::Closed => {
            metrics.message(kind, Dismissal::Duplicate.name());
            let instance_id = signal.instance.as_str();
            tracing::debug!(event = "signal.dismissed", instance_id, reason = "duplicate", "a duplicate");
            Fate::Done
        }
    }
}

/// What becomes of a message because of one of its signals.
enum Fate {
    /// It is held for the case.
    Held,
    /// It is held in the place of these.
    HeldInstead(Vec<Ticket>),
    /// It is left to come again.
    Left,
    /// It is not needed.
    Done,
}

/// What becomes of a message because of all of its signals.
#[derive(Default)]
struct Kept<'a> {
    holds: Vec<&'a Signal>,
    released: Vec<Ticket>,
    left: bool,
}

/// Holds the message for those who need it, or gives it back to be acknowledged. An interruption notice is held until its case
/// is closed, any other word until what it says is recorded.
fn settle(ticket: Ticket, kept: &Kept<'_>, inbox: &Inbox) -> Vec<Ticket> {
    let mut done = kept.released.clone();
    match kept.holds.as_slice() {
        [] if kept.left => {}
        [] => done.push(ticket),
        signals => signals.iter().for_each(|signal| {
            if signal.kind.is_notice() {
                inbox.hold(&signal.instance, ticket.clone());
            } else {
                inbox.hold_until_recorded(&signal.instance, ticket.clone());
            }
        }),
    }
    done
}

/// Tells of a message about which nothing is done.
fn pass_over(parsed: &Parsed, metrics: &Metrics) {
    metrics.message(parsed.name(), "acknowledged");
    let (event, kind) = match parsed {
        Parsed::UnknownKind(kind) => ("message.unknown_kind", kind.as_str()),
        known => ("message.acknowledged", known.name()),
    };
    tracing::debug!(event, message_kind = kind, "a message of the kind `{kind}`, about which nothing is done");
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFESTS: &str = "apiVersion: ecs-spot-operator/v1\nkind: Operator\nmetadata: {name: o}\n\
        spec: {queues: [{url: 'https://q/1'}]}\n---\napiVersion: ecs-spot-operator/v1\nkind: SpotCluster\n\
        metadata: {name: web}\nspec: {cluster: web}\n";

    #[test]
    fn what_planning_does_not_deal_with_is_acknowledged_and_counted_by_its_kind() {
        let now: Timestamp = "2026-01-02T03:02:03Z".parse().unwrap();
        let (mut intake, mut cases, inbox, metrics) =
            (Intake::default(), Cases::default(), Inbox::default(), Metrics::default());
        inbox.add_queue();
        let policies = Policies::new(&crate::api::load_str("test", MANIFESTS).unwrap());
        let mut take = |id: &str, body: &str| {
            let ticket = Ticket { queue: 0, id: id.into(), receipt: id.into() };
            let message = Message { ticket, body: body.to_owned(), sent_at: now, received_at: now, held_before: false };
            let snapshot = &mut Snapshot::default();
            let desk =
                &mut Desk { snapshot, cases: &mut cases, policies: &policies, inbox: &inbox, metrics: &metrics, now };
            intake.take(message, desk).len()
        };
        let event = |kind: &str| {
            serde_json::json!({"detail-type": kind, "detail": {"instance-id": "i-1", "EC2InstanceId": "i-1",
                "AutoScalingGroupName": "web", "LifecycleHookName": "hook", "state": "running"}})
            .to_string()
        };
        assert_eq!(take("m-1", &event("EC2 Instance Rebalance Recommendation")), 1);
        assert_eq!(take("m-2", &event("EC2 Instance-terminate Lifecycle Action")), 1);
        assert_eq!(take("m-3", &event("EC2 Instance State-change Notification")), 1);
        assert_eq!(take("m-4", r#"{"Event":"autoscaling:TEST_NOTIFICATION"}"#), 1);
        assert_eq!(take("m-5", &event("Something Else")), 1);
        assert_eq!(take("m-6", r#"{"detail-type":"EC2 Instance Rebalance Recommendation"}"#), 0, "left to redrive");
        assert_eq!(take("m-7", &event("EC2 Spot Instance Interruption Warning")), 0, "held");
        assert_eq!((cases.len(), inbox.len()), (1, 1));
        let text = metrics.text();
        for (kind, disposition) in [
            ("rebalance_recommendation", "signal_disabled"),
            ("terminate_hook", "signal_disabled"),
            ("instance_state", "acknowledged"),
            ("test", "acknowledged"),
            ("unknown", "acknowledged"),
        ] {
            let line = format!("messages_total{{kind=\"{kind}\",disposition=\"{disposition}\"}} 1");
            assert!(text.contains(&line), "{kind} in {text}");
        }
    }
}

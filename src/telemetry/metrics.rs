//! Metrics in the Prometheus text format. Every label has few values, all of them ours.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::age::Ages;
use super::budget::Budget;
use super::capacity::Capacity;
use super::measures::Measures;
use crate::api::BucketStatus;
use crate::aws::Gates;
use crate::plan::Outcome;

/// Labels of a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct MessageLabels {
    /// Its kind: the name of a signal's or of news' kind, `test`, `unknown`, or `unparsable`.
    pub kind: &'static str,
    /// What became of it.
    pub disposition: &'static str,
}

/// Labels of a closed case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OutcomeLabels {
    /// How it ended.
    pub outcome: &'static str,
}

/// Labels of an instance's tasks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TaskLabels {
    /// How they ended: `graceful` or `killed`.
    pub end: &'static str,
}

/// Labels of a call that changes something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CallLabels {
    /// The action.
    pub action: &'static str,
    /// `ok` or `failed`, object by object.
    pub result: &'static str,
}

/// Labels of a look.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct LookLabels {
    /// `ok` or `failed`.
    pub result: &'static str,
}

/// Labels of what others were told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct NotificationLabels {
    /// `event_bus`, `webhook` or `traces`.
    pub receiver: &'static str,
    /// `sent`, `failed`, or `dropped` where too many waited.
    pub result: &'static str,
}

/// Labels of a call because of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct WireLabels {
    /// `replacement`, `drain`, or `both` for the later of the two.
    pub call: &'static str,
}

/// Seconds; a notice leaves two minutes.
const TO_WIRE: [f64; 16] =
    [0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 120.0];

/// Seconds; thinking of 5,000 cases takes 0.03.
const THOUGHT: [f64; 8] = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.25, 1.0];

/// What the operator counts.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Messages by kind and what became of them.
    pub messages: Family<MessageLabels, Counter>,
    /// Closed cases by outcome.
    pub cases: Family<OutcomeLabels, Counter>,
    /// Tasks of closed cases by how they ended.
    pub tasks: Family<TaskLabels, Counter>,
    /// Calls that change something, by object.
    pub calls: Family<CallLabels, Counter>,
    /// Looks at AWS.
    pub looks: Family<LookLabels, Counter>,
    /// What others were told of cases.
    pub notifications: Family<NotificationLabels, Counter>,
    /// Tasks that Fargate Spot took back.
    pub fargate_interruptions: Counter,
    /// Cases that are open.
    pub open_cases: Gauge,
    /// Instances that somebody else drains.
    pub drained_by_others: Gauge,
    /// Messages held until their case is closed.
    pub held_messages: Gauge,
    /// Container instances in the index.
    pub indexed_instances: Gauge,
    /// 1 once the index is filled and every queue has answered.
    pub ready: Gauge,
    /// Problems that stand.
    pub problems: Gauge,
    /// From a notice received to a call because of it leaving for AWS, in seconds.
    pub notice_to_wire: Family<WireLabels, Histogram, fn() -> Histogram>,
    /// From the start of a thought to its end, in seconds of the clock.
    pub reconcile: Histogram,
    /// How long messages were in their queue.
    pub ages: Ages,
    /// 1 while the manifests that were read last are in force.
    pub config_accepted: Gauge,
    /// How often the manifests have changed since the start, from 1.
    pub config_generation: Gauge,
    /// What cases add up to.
    pub measures: Measures,
    /// What the groups want and have.
    pub capacity: Capacity,
    budget: Budget,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("ecs_spot_operator");
        let info = [("version", env!("CARGO_PKG_VERSION"))];
        registry.register("build", "What is running", prometheus_client::metrics::info::Info::new(info));
        let mut metrics = Self {
            messages: Family::default(),
            cases: Family::default(),
            tasks: Family::default(),
            calls: Family::default(),
            looks: Family::default(),
            notifications: Family::default(),
            fargate_interruptions: Counter::default(),
            open_cases: Gauge::default(),
            drained_by_others: Gauge::default(),
            held_messages: Gauge::default(),
            indexed_instances: Gauge::default(),
            ready: Gauge::default(),
            problems: Gauge::default(),
            notice_to_wire: Family::new_with_constructor(|| Histogram::new(TO_WIRE)),
            reconcile: Histogram::new(THOUGHT),
            ages: Ages::default(),
            config_accepted: Gauge::default(),
            config_generation: Gauge::default(),
            measures: Measures::new(&mut registry),
            capacity: Capacity::new(&mut registry),
            budget: Budget::default(),
            registry: Registry::default(),
        };
        // What appears with its first event is no increase to whoever watches for one.
        Outcome::ALL
            .iter()
            .for_each(|outcome| drop(metrics.cases.get_or_create(&OutcomeLabels { outcome: outcome.name() })));
        ["graceful", "killed"].iter().for_each(|end| drop(metrics.tasks.get_or_create(&TaskLabels { end })));
        for receiver in ["event_bus", "webhook", "traces"] {
            ["sent", "failed", "dropped"].iter().for_each(|result| metrics.notified(receiver, result, 0));
        }
        registry.register("messages", "Messages by kind and what became of them", metrics.messages.clone());
        registry.register("cases_closed", "Closed cases by outcome", metrics.cases.clone());
        registry.register("tasks_ended", "Tasks of closed cases by how they ended", metrics.tasks.clone());
        registry.register(
            "aws_changes",
            "Objects that a call was to change, by action and result",
            metrics.calls.clone(),
        );
        registry.register("aws_looks", "Looks at AWS by result", metrics.looks.clone());
        registry.register("notifications", "What others were told of cases, by result", metrics.notifications.clone());
        registry.register(
            "fargate_interruptions",
            "Tasks that Fargate Spot took back",
            metrics.fargate_interruptions.clone(),
        );
        registry.register("cases_open", "Cases that are open", metrics.open_cases.clone());
        registry.register(
            "instances_drained_by_others",
            "Instances that drain, though neither a notice nor the operator is why",
            metrics.drained_by_others.clone(),
        );
        registry.register("messages_held", "Messages held until their case is closed", metrics.held_messages.clone());
        registry.register("instances_indexed", "Container instances in the index", metrics.indexed_instances.clone());
        registry.register("ready", "1 once the index is filled and every queue has answered", metrics.ready.clone());
        registry.register("problems", "Problems that stand", metrics.problems.clone());
        registry.register_with_unit(
            "notice_to_wire",
            "From a notice received to a call because of it leaving for AWS",
            Unit::Seconds,
            metrics.notice_to_wire.clone(),
        );
        registry.register_with_unit(
            "reconcile",
            "From the start of a thought to its end",
            Unit::Seconds,
            metrics.reconcile.clone(),
        );
        registry.register_with_unit(
            "message_age",
            "How long a message was in its queue when it was received",
            Unit::Seconds,
            metrics.ages.histogram.clone(),
        );
        registry.register(
            "config_accepted",
            "1 while the manifests that were read last are in force",
            metrics.config_accepted.clone(),
        );
        registry.register(
            "config_generation",
            "How often the manifests have changed since the start, from 1",
            metrics.config_generation.clone(),
        );
        registry.register_collector(Box::new(metrics.budget.clone()));
        metrics.registry = registry;
        metrics
    }
}

impl Metrics {
    /// Everything in the Prometheus text format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }

    /// From now on the API budget is that of `gates`.
    pub fn watch(&self, gates: &Gates) {
        self.budget.watch(gates);
    }

    /// How each bucket of the API budget stands that was asked for anything.
    #[must_use]
    pub fn budget(&self) -> Vec<BucketStatus> {
        self.budget.buckets()
    }

    /// Answers of AWS that said that it was too much.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.budget.buckets().iter().map(|bucket| bucket.throttled).sum()
    }

    /// Counts what others were told.
    pub fn notified(&self, receiver: &'static str, result: &'static str, count: usize) {
        self.notifications.get_or_create(&NotificationLabels { receiver, result }).inc_by(count as u64);
    }

    /// Counts a message.
    pub fn message(&self, kind: &'static str, disposition: &'static str) {
        self.messages.get_or_create(&MessageLabels { kind, disposition }).inc();
    }
}

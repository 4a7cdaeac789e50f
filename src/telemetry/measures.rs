//! What the lines of cases add to the metrics: how soon each phase was reached, how much time was left, what went wrong.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::capacity::PoolLabels;
use super::case_line::CaseLine;
use crate::plan::{Outcome, Phase};

/// Seconds that are left until the deadline, of the two minutes that a notice gives; negative after it.
const LEFT: [f64; 14] = [-60.0, -30.0, -10.0, 0.0, 10.0, 20.0, 30.0, 45.0, 60.0, 75.0, 90.0, 105.0, 115.0, 120.0];

/// Seconds from a notice, in its two minutes and after them.
const SINCE: [f64; 16] =
    [1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 75.0, 90.0, 105.0, 120.0, 300.0, 900.0];

/// Labels of a phase.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PhaseLabels {
    phase: &'static str,
}

/// Labels of a cluster. There are as many as are managed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClusterLabels {
    cluster: String,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// What cases add up to.
#[derive(Debug)]
pub struct Measures {
    left: Histograms<PhaseLabels>,
    since: Histograms<PhaseLabels>,
    lead: Histograms<PoolLabels>,
    at_risk: Family<ClusterLabels, Counter>,
    unannounced: Family<ClusterLabels, Counter>,
    leader: Family<ClusterLabels, Gauge>,
}

impl Measures {
    /// Nothing yet; registered with `registry`.
    pub fn new(registry: &mut Registry) -> Self {
        let measures = Self {
            left: Family::new_with_constructor(|| Histogram::new(LEFT)),
            since: Family::new_with_constructor(|| Histogram::new(SINCE)),
            lead: Family::new_with_constructor(|| Histogram::new(SINCE)),
            at_risk: Family::default(),
            unannounced: Family::default(),
            leader: Family::default(),
        };
        let mut with_seconds = |name: &str, help: &str, metric: Histograms<PhaseLabels>| {
            registry.register_with_unit(name, help, Unit::Seconds, metric);
        };
        with_seconds(
            "phase_left",
            "Until the deadline when a phase was reached, negative after it",
            measures.left.clone(),
        );
        with_seconds("notice_to_phase", "From an interruption notice to a phase", measures.since.clone());
        registry.register_with_unit(
            "replacement_lead",
            "From an interruption notice to the registration of the replacement, by pool",
            Unit::Seconds,
            measures.lead.clone(),
        );
        registry.register("cases_at_risk", "Cases of which something was at risk", measures.at_risk.clone());
        registry.register("losses_unannounced", "Instances that went without a word", measures.unannounced.clone());
        registry.register(
            "leader",
            "1 where the duties for a cluster as a whole are this operator's",
            measures.leader.clone(),
        );
        measures
    }

    /// The duties for a cluster are ours, and it is counted from zero. What appears with its first event is no increase to whoever watches for one.
    pub fn expect(&self, cluster: &str) {
        let labels = ClusterLabels { cluster: cluster.to_owned() };
        drop(self.at_risk.get_or_create(&labels));
        drop(self.unannounced.get_or_create(&labels));
        self.leader.get_or_create(&labels).set(1);
    }

    /// A cluster is managed no more, which had these capacity providers.
    pub fn forget<'a>(&self, cluster: &str, providers: impl Iterator<Item = &'a str>) {
        let labels = ClusterLabels { cluster: cluster.to_owned() };
        self.leader.remove(&labels);
        self.at_risk.remove(&labels);
        self.unannounced.remove(&labels);
        for provider in providers {
            let labels = PoolLabels { cluster: cluster.to_owned(), capacity_provider: provider.to_owned() };
            self.lead.remove(&labels);
        }
    }

    /// Takes a line in.
    pub fn hear(&self, line: &CaseLine) {
        let cluster = || ClusterLabels { cluster: line.cluster.clone() };
        if line.outcome == Some(Outcome::Unannounced) {
            self.unannounced.get_or_create(&cluster()).inc();
        }
        let Some(event) = line.event.strip_prefix("case.") else { return };
        if event == "at_risk" {
            self.at_risk.get_or_create(&cluster()).inc();
        }
        let Some((phase, at)) = line.phases.iter().find(|(phase, _)| phase.name() == event) else { return };
        let labels = PhaseLabels { phase: phase.name() };
        if let Some(left) = line.seconds_left {
            self.left.get_or_create(&labels).observe(left);
        }
        if !line.signal.starts_with("interruption_notice") {
            return;
        }
        let since = at.duration_since(line.case.said_at).as_secs_f64();
        self.since.get_or_create(&labels).observe(since);
        if let (Phase::ReplacementRegistered, Some(provider)) = (phase, &line.capacity_provider) {
            let labels = PoolLabels { cluster: line.cluster.clone(), capacity_provider: provider.to_string() };
            self.lead.get_or_create(&labels).observe(since);
        }
    }
}

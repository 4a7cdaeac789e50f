//! The history of a trial, and what several checkers ask of it.

use std::collections::BTreeMap;

use crate::api::{Mode, ScenarioSpec};
use crate::sim::Truth;
use crate::trial::transcript::{BEGINNING, Line};

/// What happened in a trial, and how the account stands when it is over.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// All lines, in order.
    pub lines: &'a [Line],
    /// How it ended.
    pub end: &'a End,
    /// What was played.
    pub scenario: &'a ScenarioSpec,
}

/// How the account stands when a trial is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// What really happened to the interrupted instances.
    pub truth: Truth,
    /// The groups.
    pub groups: Vec<GroupEnd>,
}

/// How a group stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupEnd {
    /// Its name.
    pub name: String,
    /// Its desired capacity.
    pub desired: u32,
    /// Members that count as capacity.
    pub capacity: u32,
    /// Something keeps it from having as many instances as it wants, or as few.
    pub hampered: bool,
    /// It carries an operator's note of what its On-Demand base was.
    pub base_noted: bool,
}

/// A notice that EC2 gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice<'a> {
    /// The instance.
    pub instance: &'a str,
    /// When.
    pub at: f64,
    /// When the instance is to be taken.
    pub deadline: f64,
    /// How it stood with its group.
    pub situation: &'a str,
    /// When its message was first in the queue.
    pub sent: Option<f64>,
    /// When the instance stopped working.
    pub gone: Option<f64>,
    /// EC2 changed its mind.
    pub cancelled: Option<f64>,
    /// The operators can know whose instance it is: it has been in its cluster since the start, or it is in a group and has
    /// registered. A member that has not is taken for one that is gone, and of one in no group that joined since the last
    /// resync nobody tells whose it is (ARCHITECTURE.md, "What can be out of date").
    pub known: bool,
}

impl<'a> History<'a> {
    /// What AWS tells of an event.
    pub fn told(&self, event: &'static str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |line| line.tells(event))
    }

    /// Whether the operators may change anything in the clusters.
    #[must_use]
    pub fn enforces(&self) -> bool {
        self.scenario.spot_clusters.iter().all(|cluster| cluster.mode == Mode::Enforce)
    }

    /// When faults end, in seconds.
    #[must_use]
    pub fn faults_end(&self) -> f64 {
        let faults = &self.scenario.faults;
        if faults.are_none() {
            return 0.0;
        }
        faults.until.map_or(f64::INFINITY, |until| until.unsigned().as_secs_f64())
    }

    /// Whether one and the same operator is at work from `from` to `to`, having had time to look around before.
    #[must_use]
    pub fn attended(&self, from: f64, to: f64) -> bool {
        const LOOKS_AROUND: f64 = 30.0;
        self.scenario.operators.iter().any(|operator| {
            let ends = [operator.stops_after, operator.crashes_after].into_iter().flatten();
            let end = ends.map(|end| end.unsigned().as_secs_f64()).fold(f64::INFINITY, f64::min);
            operator.starts_after.unsigned().as_secs_f64() + LOOKS_AROUND <= from && to <= end
        })
    }

    /// Whether an operator leaves between `from` and `to`: it may be the one that has a case in hand, and the next one hears of
    /// that only when the message comes again.
    #[must_use]
    pub fn is_left(&self, from: f64, to: f64) -> bool {
        let ends = self.scenario.operators.iter().flat_map(|operator| [operator.stops_after, operator.crashes_after]);
        ends.flatten().map(|end| end.unsigned().as_secs_f64()).any(|end| (from..=to).contains(&end))
    }

    /// All notices, in order.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice<'a>> {
        let mut notices: Vec<Notice<'a>> = Vec::new();
        let mut latest: BTreeMap<&str, usize> = BTreeMap::new();
        // Those launched since the start, and whether they have registered.
        let mut newcomers: BTreeMap<&str, bool> = BTreeMap::new();
        for line in self.lines {
            let instance = line.object.as_str();
            match line.event.as_str() {
                "instance.launched" => drop(newcomers.insert(instance, false)),
                "ecs.registered" => drop(newcomers.insert(instance, true)),
                _ => {}
            }
            if line.tells("spot.notice") {
                latest.insert(instance, notices.len());
                let known = newcomers
                    .get(instance)
                    .is_none_or(|registered| *registered && line.field("situation") != "NoGroup");
                notices.push(Notice { known, ..notice(line) });
            } else if let Some(notice) = latest.get(instance).and_then(|index| notices.get_mut(*index)) {
                note(notice, line);
            }
        }
        notices
    }
}

fn notice(line: &Line) -> Notice<'_> {
    let lead = |text: &str| text.parse::<jiff::Timestamp>().ok();
    // Trials begin at a whole second of which the lines count.
    let beginning: Option<jiff::Timestamp> = BEGINNING.parse().ok();
    let deadline = lead(line.field("deadline")).zip(beginning).map(|(at, from)| at.duration_since(from).as_secs_f64());
    Notice {
        instance: &line.object,
        at: line.t,
        deadline: deadline.unwrap_or(line.t),
        situation: line.field("situation"),
        sent: None,
        gone: None,
        cancelled: None,
        known: true,
    }
}

/// What came of a notice.
fn note(notice: &mut Notice<'_>, line: &Line) {
    match line.event.as_str() {
        "queue.sent" if line.field("kind") == INTERRUPTION => drop(notice.sent.get_or_insert(line.t)),
        "instance.gone" => drop(notice.gone.get_or_insert(line.t)),
        "spot.cancelled" => drop(notice.cancelled.get_or_insert(line.t)),
        _ => {}
    }
}

/// The kind of an interruption notice's message.
pub const INTERRUPTION: &str = "EC2 Spot Instance Interruption Warning";

/// Histories that are written by hand.
#[cfg(test)]
pub mod by_hand {
    use super::*;
    use crate::trial::draw;
    use crate::trial::transcript::Source;
    use serde_json::{Value, json};

    /// One line of AWS's, at `t`.
    pub fn line(t: f64, by: &str, event: &str, object: &str, data: Value) -> Line {
        Line {
            t,
            source: Source::Aws,
            event: event.into(),
            object: object.into(),
            by: by.into(),
            detail: Value::Null,
            data,
            minor: false,
        }
    }

    /// A notice of two minutes to `i-1`, with its message.
    pub fn noticed() -> Vec<Line> {
        let data = json!({"deadline": "2026-01-01T00:03:40Z", "cluster": "web", "situation": "InService"});
        let sent = json!({"kind": INTERRUPTION, "message": "m-1"});
        vec![line(100.0, "aws", "spot.notice", "i-1", data), line(101.0, "aws", "queue.sent", "i-1", sent)]
    }

    /// A scenario with one operator that is always there, and no faults.
    pub fn calm() -> ScenarioSpec {
        let spec = draw::scenario(1);
        ScenarioSpec {
            faults: Default::default(),
            operators: vec![Default::default()],
            spot_clusters: Vec::new(),
            weather: None,
            pools: Vec::new(),
            ..spec
        }
    }

    /// How many violations `check` finds in `lines`.
    pub fn found(check: fn(&History<'_>) -> Vec<super::super::Violation>, lines: &[Line]) -> usize {
        let (end, scenario) = (End::default(), calm());
        check(&History { lines, end: &end, scenario: &scenario }).len()
    }
}

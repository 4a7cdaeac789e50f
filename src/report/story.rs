//! The cases of a log, each put together from its lines. The last line of a case tells nearly all of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::line::{Tasks, Told, read};

/// So many cases are kept; a log of more is of more than a report is for.
const CASES_MAX: usize = 1_000_000;

/// So many reasons of a case are kept.
const REASONS_MAX: usize = 8;

/// A case as its lines tell it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Story {
    /// The instance.
    pub instance: String,
    /// Its cluster.
    pub cluster: String,
    /// Its capacity provider.
    pub provider: Option<String>,
    /// Its zone.
    pub zone: Option<String>,
    /// Its type.
    pub instance_type: Option<String>,
    /// The signal.
    pub signal: String,
    /// When it was said.
    pub said_at: Option<Timestamp>,
    /// When EC2 takes it.
    pub deadline: Option<Timestamp>,
    /// How it ended; `None`: it had not when the log ended.
    pub outcome: Option<String>,
    /// When each phase was reached.
    pub phases: BTreeMap<String, Timestamp>,
    /// How its tasks ended.
    pub tasks: Tasks,
    /// What was at risk, and why.
    pub reasons: BTreeSet<String>,
    /// Its last line, for people.
    pub message: String,
}

impl Story {
    /// From the word about it to a phase.
    #[must_use]
    pub fn took(&self, phase: &str) -> Option<SignedDuration> {
        Some(self.phases.get(phase)?.duration_since(self.said_at?))
    }

    /// From the word about it to the deadline.
    #[must_use]
    pub fn window(&self) -> Option<SignedDuration> {
        Some(self.deadline?.duration_since(self.said_at?))
    }

    fn hear(&mut self, told: &Told<'_>) {
        let keep = |kept: &mut Option<String>, told: &Option<std::borrow::Cow<'_, str>>| {
            if let Some(told) = told {
                *kept = Some(told.to_string());
            }
        };
        self.instance = told.instance_id.to_string();
        self.signal = told.signal.to_string();
        if !told.cluster.is_empty() {
            self.cluster = told.cluster.to_string();
        }
        keep(&mut self.provider, &told.capacity_provider);
        keep(&mut self.zone, &told.availability_zone);
        keep(&mut self.instance_type, &told.instance_type);
        keep(&mut self.outcome, &told.outcome);
        self.deadline = told.deadline.or(self.deadline);
        self.phases.extend(told.phases.iter().map(|(phase, at)| (phase.clone(), *at)));
        self.tasks = told.tasks;
        if let Some(reason) = told.reason.as_ref().filter(|_| self.reasons.len() < REASONS_MAX) {
            self.reasons.insert(reason.to_string());
        }
        self.message = told.message.to_string();
    }
}

/// The cases of a log.
#[derive(Clone, Debug, Default)]
pub struct Stories {
    cases: BTreeMap<String, Story>,
    /// Lines that were read.
    pub lines: u64,
    /// Lines that told something of a case.
    pub told: u64,
    /// Cases that were one too many.
    pub left_out: u64,
}

impl Stories {
    /// Reads one line.
    pub fn read(&mut self, line: &str) {
        self.lines += 1;
        let (cases, left_out) = (&mut self.cases, &mut self.left_out);
        let told = read(line, &mut |told: &Told<'_>| {
            // What was dismissed never became one.
            if !told.event.starts_with("case.") {
                return;
            }
            if !cases.contains_key(&*told.case) {
                if cases.len() >= CASES_MAX {
                    *left_out += 1;
                    return;
                }
                let said_at = told.case.split_once('@').and_then(|(_, at)| at.parse().ok());
                cases.insert(told.case.to_string(), Story { said_at, ..Story::default() });
            }
            if let Some(story) = cases.get_mut(&*told.case) {
                story.hear(told);
            }
        });
        self.told += u64::from(told);
    }

    /// All of them, in the order of their names.
    pub fn all(&self) -> impl Iterator<Item = &Story> {
        self.cases.values()
    }
}

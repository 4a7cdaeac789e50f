//! A plan in the making.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::batch::Batches;
use super::case::Place;
use super::case_id::CaseId;
use super::phase::Phase;
use super::reason::Reason;
use super::report::Report;
use super::scene::Scene;
use super::step::{Plan, Step};
use crate::api::Mode;
use crate::ids::InstanceId;
use crate::signal::Signal;

/// A plan in the making.
#[derive(Default)]
pub struct Draft {
    /// Steps that are taken one by one.
    pub steps: Vec<Step>,
    /// Calls and questions that are batched.
    pub batches: Batches,
    /// What is waited for.
    pub report: Report,
    wake_at: Option<Timestamp>,
    /// What steps say of cases, for those who have to know it in the same thought.
    reached: BTreeSet<(CaseId, Phase)>,
    placed: BTreeMap<CaseId, Place>,
}

impl Draft {
    /// Take this step.
    pub fn step(&mut self, step: Step) {
        match &step {
            Step::Reach { case, phase, .. } => {
                self.reached.insert((case.clone(), *phase));
            }
            Step::Identify { case, place, mode: Mode::Enforce } => {
                self.placed.insert(case.clone(), place.clone());
            }
            _ => {}
        }
        self.steps.push(step);
    }

    /// Open a case that no message told of, and think about it at once.
    pub fn open(&mut self, scene: Scene<'_>, signal: Signal) {
        self.wake_at(scene.now);
        self.step(Step::Open(signal));
    }

    /// Whether a case is about to open for the instance.
    pub fn opens(&self, instance: &InstanceId) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Open(signal) if signal.instance == *instance))
    }

    /// Whether nothing is asked of the case's group, because of this.
    pub fn skips(&self, id: &CaseId, because: &Reason) -> bool {
        let skips =
            |step: &Step| matches!(step, Step::SkipReplacement { case, reason } if case == id && reason == because);
        self.steps.iter().any(skips)
    }

    /// Whether a case is about to reach this phase.
    pub fn reaches(&self, id: &CaseId, it: Phase) -> bool {
        !self.reached.is_empty() && self.reached.contains(&(id.clone(), it))
    }

    /// Where a case stands that has only just been found out about, and that something may be done for.
    pub fn placed(&self, id: &CaseId) -> Option<Place> {
        self.placed.get(id).cloned()
    }

    /// Think again at `moment`, if not before.
    pub fn wake_at(&mut self, moment: Timestamp) {
        self.wake_at = Some(self.wake_at.map_or(moment, |earlier| earlier.min(moment)));
    }

    /// The plan.
    pub fn finish(self) -> Plan {
        let looks = self.batches.looks();
        let mut steps = self.steps;
        steps.extend(self.batches.calls().into_iter().map(Step::Call));
        Plan { steps, looks, report: self.report, wake_at: self.wake_at }
    }
}

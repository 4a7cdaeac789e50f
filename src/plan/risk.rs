//! What may go wrong, told while there is still time to look at it.

use std::fmt;

use jiff::SignedDuration;
use serde::Serialize;

use super::case::{Case, Phase};
use super::policy::Rules;
use super::step::Step;
use super::{Draft, Scene, tasks};
use crate::api::Method;
use crate::signal::{InstanceAction, SignalKind};

/// What may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// ECS has not accepted the drain.
    NotDraining,
    /// The group has not accepted the request for a replacement.
    ReplacementNotRequested,
    /// Tasks have not got SIGTERM and have no more than the usual stopTimeout left.
    TasksRunning,
}

impl Risk {
    const ALL: [Self; 3] = [Self::NotDraining, Self::ReplacementNotRequested, Self::TasksRunning];

    /// The name that logs and metrics use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotDraining => "NotDraining",
            Self::ReplacementNotRequested => "ReplacementNotRequested",
            Self::TasksRunning => "TasksRunning",
        }
    }

    /// With so much left before the deadline it is a risk. The last is the agent's default stopTimeout of 30 s
    /// (`ECS_CONTAINER_STOP_TIMEOUT`, ECS agent configuration) and a margin.
    const fn with_left(self) -> SignedDuration {
        match self {
            Self::NotDraining => SignedDuration::from_secs(90),
            Self::ReplacementNotRequested => SignedDuration::from_secs(60),
            Self::TasksRunning => SignedDuration::from_secs(35),
        }
    }

    fn is_open(self, scene: Scene<'_>, case: &Case, rules: &Rules) -> bool {
        match self {
            Self::NotDraining => !case.has(Phase::Draining),
            Self::ReplacementNotRequested => {
                case.skipped.is_none() && rules.method != Method::None && !case.has(Phase::ReplacementRequested)
            }
            Self::TasksRunning => tasks::running(scene.snapshot, case).any(|(_, task)| !task.told_to_stop),
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotDraining => "ECS has not accepted the drain",
            Self::ReplacementNotRequested => "the group has not accepted the request for a replacement",
            Self::TasksRunning => "tasks have not got SIGTERM and have no more than the usual stopTimeout left",
        })
    }
}

/// Tells each risk once. Hibernation begins with its notice, so there is no time in which to tell any.
pub fn assess(scene: Scene<'_>, case: &Case, rules: &Rules, draft: &mut Draft) {
    if case.kind == SignalKind::InterruptionNotice(InstanceAction::Hibernate) {
        return;
    }
    for risk in Risk::ALL {
        if case.risks.contains(&risk) || !risk.is_open(scene, case, rules) {
            continue;
        }
        let from = case.deadline.saturating_sub(risk.with_left()).unwrap_or(case.deadline);
        if scene.now >= from {
            draft.step(Step::AtRisk { case: case.id.clone(), risk });
        } else {
            draft.wake_at(from);
        }
    }
}

//! Tells what may go wrong while there is still time to look at it.

use jiff::{SignedDuration, Timestamp};

use super::case::Case;
use super::draft::Draft;
use super::phase::Phase;
use super::policy::Rules;
use super::risk::Risk;
use super::scene::Scene;
use super::step::Step;
use super::tasks;
use crate::api::Method;
use crate::signal::{InstanceAction, SignalKind};

/// A case that was noticed late is given this long to show that it is in good order.
const SETTLES_WITHIN: SignedDuration = SignedDuration::from_secs(5);

/// Tells each risk once. Hibernation begins with its notice, so there is no time in which to tell any.
pub fn warn(scene: Scene<'_>, case: &Case, rules: &Rules, draft: &mut Draft) {
    if case.kind == SignalKind::InterruptionNotice(InstanceAction::Hibernate) {
        return;
    }
    for risk in Risk::ALL {
        if case.risks.contains(&risk) || !is_open(risk, scene, case, rules) {
            continue;
        }
        let noticed_at = case.phases.get(&Phase::Noticed).copied().unwrap_or(scene.now);
        let settled_at = noticed_at.saturating_add(SETTLES_WITHIN).unwrap_or(Timestamp::MAX);
        let from = case.deadline.saturating_sub(risk.with_left()).unwrap_or(case.deadline).max(settled_at);
        if scene.now >= from {
            draft.step(Step::AtRisk { case: case.id.clone(), risk });
        } else {
            draft.wake_at(from);
        }
    }
}

fn is_open(risk: Risk, scene: Scene<'_>, case: &Case, rules: &Rules) -> bool {
    match risk {
        Risk::NotDraining => !case.has(Phase::Draining),
        Risk::ReplacementNotRequested => {
            case.skipped.is_none() && rules.method != Method::None && !case.has(Phase::ReplacementRequested)
        }
        Risk::TasksRunning => tasks::running(scene.snapshot, case).any(|(_, task)| !task.told_to_stop),
    }
}

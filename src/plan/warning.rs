//! Tells what may go wrong while there is still time to look at it.

use jiff::{SignedDuration, Timestamp};

use super::case::Case;
use super::draft::Draft;
use super::phase::Phase;
use super::policy::Rules;
use super::risk::Risk;
use super::scene::Scene;
use super::step::Step;
use super::stopping;
use crate::api::Method;
use crate::signal::{InstanceAction, SignalKind};

/// With so much left before the deadline a case should drain.
const DRAINS_BEFORE: SignedDuration = SignedDuration::from_secs(90);

/// With so much left a replacement should have been asked for.
const ASKS_BEFORE: SignedDuration = SignedDuration::from_secs(60);

/// From the call that stops a task to SIGTERM it takes no longer than this, if all is well.
const STOPS_WITHIN: SignedDuration = SignedDuration::from_secs(3);

/// A case that was noticed late is given this long to show that it is in good order.
const SETTLES_WITHIN: SignedDuration = SignedDuration::from_secs(5);

/// Tells each risk once. Hibernation begins with its notice, so there is no time in which to tell any.
pub fn warn(scene: Scene<'_>, case: &Case, rules: &Rules, draft: &mut Draft) {
    if case.kind == SignalKind::InterruptionNotice(InstanceAction::Hibernate) {
        return;
    }
    for risk in Risk::ALL.into_iter().filter(|risk| !case.risks.contains(risk)) {
        let Some(from) = begins(risk, scene, case, rules) else { continue };
        let from = from.max(settled_at(scene, case));
        if scene.now >= from {
            draft.step(Step::AtRisk { case: case.id.clone(), risk });
        } else {
            draft.wake_at(from);
        }
    }
}

fn settled_at(scene: Scene<'_>, case: &Case) -> Timestamp {
    let noticed_at = case.phases.get(&Phase::Noticed).copied().unwrap_or(scene.now);
    noticed_at.saturating_add(SETTLES_WITHIN).unwrap_or(Timestamp::MAX)
}

/// When something that is not in order becomes a risk; `None`: it is in order.
fn begins(risk: Risk, scene: Scene<'_>, case: &Case, rules: &Rules) -> Option<Timestamp> {
    let deadline = case.deadline?;
    let before = |left: SignedDuration| Some(deadline.saturating_sub(left).unwrap_or(deadline));
    match risk {
        Risk::NotDraining if !case.has(Phase::Draining) => before(DRAINS_BEFORE),
        Risk::ReplacementNotRequested if is_wanted(case, rules) => before(ASKS_BEFORE),
        Risk::TasksRunning => {
            let overdue_from = stopping::overdue_from(scene, case, rules)?;
            Some(overdue_from.saturating_add(STOPS_WITHIN).unwrap_or(overdue_from))
        }
        Risk::NotDraining | Risk::ReplacementNotRequested => None,
    }
}

fn is_wanted(case: &Case, rules: &Rules) -> bool {
    case.skipped.is_none() && rules.method != Method::None && !case.has(Phase::ReplacementRequested)
}

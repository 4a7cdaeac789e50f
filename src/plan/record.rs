//! What has to outlive us: when AWS itself remembers a case, its messages need not.

use super::case::Case;
use super::deed::Deed;
use super::draft::Draft;
use super::step::Step;
use crate::signal::SignalKind;

/// Notes when all that is known of the case is kept somewhere else than in this process.
pub fn note(case: &Case, draft: &mut Draft) {
    let marked = case.attempt(&Deed::Mark).is_accepted();
    if !case.recorded && (marked || case.kinds.iter().all(|kind| outlives_us(*kind))) {
        draft.step(Step::Record { case: case.id.clone() });
    }
}

fn outlives_us(kind: SignalKind) -> bool {
    match kind {
        // Its message is held until the case is closed, whatever else is recorded.
        SignalKind::InterruptionNotice(_) => true,
        // The instance shows it: it waits.
        SignalKind::TerminateHook => true,
        // Only its mark does.
        SignalKind::RebalanceRecommendation
        | SignalKind::Maintenance
        | SignalKind::ManualDrain
        | SignalKind::Surplus
        | SignalKind::Fallback
        | SignalKind::StateChange => false,
    }
}

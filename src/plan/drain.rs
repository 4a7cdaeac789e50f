//! The drain: asking ECS to move the tasks of services away.
//!
//! It goes out in the same breath as the request for the replacement, and an instance that somebody else drains already is
//! as good as drained by us.

use jiff::Timestamp;

use super::attempt::Attempt;
use super::call::Drained;
use super::case::{Case, Place};
use super::deed::Deed;
use super::draft::Draft;
use super::pace::retry_now;
use super::phase::Phase;
use super::reason::Reason;
use super::scene::Scene;
use super::step::Step;
use crate::observe::snapshot::InstanceStatus;

/// Asks for the drain, where the instance is not draining already.
pub fn request(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    let Some(instance) = scene.snapshot.instances.get(&case.instance).filter(|instance| instance.gone_at.is_none())
    else {
        return draft.report.add(&case.id, Reason::NotRegistered);
    };
    match &instance.status {
        InstanceStatus::Draining => reached(case, draft),
        InstanceStatus::Active => {
            let drained = Drained { case: case.id.clone(), instance: case.instance.clone(), arn: instance.arn.clone() };
            ask(scene, case, place, (drained, instance.observed_at), draft);
        }
        InstanceStatus::Inactive => {}
        InstanceStatus::Other(status) => draft.report.add(&case.id, Reason::NotDrainable(status.clone())),
    }
}

fn ask(scene: Scene<'_>, case: &Case, place: &Place, (drained, seen_at): (Drained, Timestamp), draft: &mut Draft) {
    let attempt = case.attempt(&Deed::Drain);
    match attempt {
        Attempt::InFlight { .. } => draft.report.add(&case.id, Reason::Draining),
        Attempt::Failed { why, .. } if !retry_now(scene, attempt, draft) => {
            draft.report.add(&case.id, Reason::DrainFailed(why.clone()));
        }
        // Somebody has set it back to ACTIVE since. Without a notice that they did not know of, that is their decision.
        Attempt::Accepted { at, .. } if seen_at <= *at || !case.is_noticed_after(*at) => {}
        _ if scene.now >= case.history_from => draft.report.add(&case.id, Reason::TooLate),
        Attempt::None | Attempt::Failed { .. } | Attempt::Accepted { .. } => {
            draft.batches.drain(&place.cluster, drained);
        }
    }
}

fn reached(case: &Case, draft: &mut Draft) {
    if !case.has(Phase::Draining) {
        draft.step(Step::Reach { case: case.id.clone(), phase: Phase::Draining, replacement: None });
    }
}

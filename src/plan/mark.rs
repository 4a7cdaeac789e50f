//! Marks on container instances: who drains them, and because of what, for whoever comes after us.
//!
//! A signal that comes long before its deadline is marked at once, since its message is not held that long. An interruption
//! notice is in its message; its mark says that it was us who drained, and goes out after the drain.

use super::attempt::Attempt;
use super::call::Drained;
use super::case::Case;
use super::deed::Deed;
use super::draft::Draft;
use super::pace::retry_now;
use super::report::Reason;
use super::scene::Scene;
use crate::ids::InstanceId;
use crate::observe::mark::Mark;
use crate::observe::snapshot::ContainerInstance;

/// The mark of a case.
#[must_use]
pub fn of(scene: Scene<'_>, case: &Case) -> Mark {
    let launched = launched_for(scene, case).cloned();
    Mark { kind: case.kind.name().into(), said_at: case.id.said_at, deadline: case.deadline, launched }
}

/// Whether the instance carries a mark of this very case.
pub fn is_ours(case: &Case, instance: &ContainerInstance) -> bool {
    instance.mark.as_ref().is_some_and(|mark| mark.said_at == case.id.said_at && *mark.kind == *case.kind.name())
}

/// The instance that was launched in the place of this one, on top of what the group wanted: by us, or, as the mark says, by
/// whoever had it in hand before.
pub fn launched_for<'a>(scene: Scene<'a>, case: &'a Case) -> Option<&'a InstanceId> {
    let own = case.replacement.as_ref().filter(|_| case.attempt(&Deed::Launch).is_accepted());
    let mark = scene.snapshot.instances.get(&case.instance).and_then(|instance| instance.mark.as_ref());
    own.or_else(|| mark.and_then(|mark| mark.launched.as_ref()))
}

/// Marks the instance of the case, if it is there and not marked so.
pub fn request(scene: Scene<'_>, case: &Case, draft: &mut Draft) {
    let Some(instance) = scene.snapshot.instances.get(&case.instance).filter(|instance| instance.gone_at.is_none())
    else {
        return;
    };
    let drained_by_us = case.attempt(&Deed::Drain).is_accepted();
    let mark = of(scene, case);
    if instance.mark.as_ref() == Some(&mark) || !(case.is_planned() || drained_by_us) {
        return;
    }
    let attempt = case.attempt(&Deed::Mark);
    match attempt {
        Attempt::InFlight { .. } => {}
        Attempt::Failed { why, .. } if !retry_now(scene, attempt, draft) => {
            draft.report.add(&case.id, Reason::MarkFailed(why.clone()));
        }
        // Where it was accepted, what was to be said has changed since.
        Attempt::None | Attempt::Accepted { .. } | Attempt::Failed { .. } => {
            let marked = Drained { case: case.id.clone(), instance: case.instance.clone(), arn: instance.arn.clone() };
            draft.batches.mark(&instance.cluster, marked, mark);
        }
    }
}

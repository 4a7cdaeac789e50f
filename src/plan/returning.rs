//! An instance that lives on: EC2 changed its mind, or what was planned led to nothing.
//!
//! It is set back to ACTIVE where the operator itself had drained it, as its mark says, and where it is still one of its group's.
//! Whoever else drained it has their reasons.

use super::attempt::Attempt;
use super::call::Drained;
use super::case::Case;
use super::deed::Deed;
use super::draft::Draft;
use super::mark;
use super::pace::retry_now;
use super::reason::Reason;
use super::scene::Scene;
use crate::observe::snapshot::{ContainerInstance, InstanceStatus};

/// After so many failures a person has to do it.
const FAILURES_MAX: u32 = 5;

/// Whether the case was ours before: its mark says so, however old its message is.
pub fn is_in_hand(scene: Scene<'_>, case: &Case) -> bool {
    scene.snapshot.instances.get(&case.instance).is_some_and(|instance| mark::is_ours(case, instance))
}

/// Sets the instance back to ACTIVE where that is ours to do. True while that is under way.
pub fn is_set_back(scene: Scene<'_>, case: &Case, draft: &mut Draft) -> bool {
    let Some(instance) = scene.snapshot.instances.get(&case.instance) else { return false };
    if !is_ours_to_set_back(scene, case, instance) {
        return false;
    }
    let attempt = case.attempt(&Deed::Activate);
    match attempt {
        Attempt::InFlight { .. } => true,
        Attempt::Accepted { .. } => false,
        Attempt::Failed { failures, .. } if *failures >= FAILURES_MAX => false,
        Attempt::Failed { why, .. } if !retry_now(scene, attempt, draft) => {
            draft.report.add(&case.id, Reason::ActivateFailed(why.clone()));
            true
        }
        Attempt::None | Attempt::Failed { .. } => {
            let activated =
                Drained { case: case.id.clone(), instance: case.instance.clone(), arn: instance.arn.clone() };
            draft.batches.activate(&instance.cluster, activated);
            true
        }
    }
}

fn is_ours_to_set_back(scene: Scene<'_>, case: &Case, instance: &ContainerInstance) -> bool {
    let drained_by_us = mark::is_ours(case, instance) || case.has_drained();
    // One that its group has replaced is one too many: it is not given work again.
    let replaced = case.replacing().is_accepted() || !scene.snapshot.member_of.contains_key(&case.instance);
    instance.status == InstanceStatus::Draining && drained_by_us && !replaced
}

//! Targets of tasks that are stopped by us: taken out of their target group some time before, where the policy allows it.
//!
//! `StopTask` gives SIGTERM at once, and ECS deregisters the target afterwards, so that requests meet a container that does not
//! take them any more. The scheduler deregisters first; what it stops in time is left to it.

use jiff::{SignedDuration, Timestamp};

use super::case::Case;
use super::deed::Deed;
use super::draft::Draft;
use super::pace::{due, later, retry_now};
use super::policy::Rules;
use super::scene::Scene;
use crate::ids::{ClusterKey, InstanceId, TargetGroupArn};
use crate::observe::target::Target;
use crate::observe::task::Task;
use crate::observe::{Snapshot, Subject};

/// No target is taken out longer before its task is stopped: whatever its group allows, the service has one container less
/// meanwhile, and the replacement is still on its way. The default of target groups is longer than a whole notice.
const DRAIN_MAX: SignedDuration = SignedDuration::from_secs(30);

/// Calls that stop tasks are spread: what is to leave within the same second leaves in one call.
const BATCHED_WITHIN: SignedDuration = SignedDuration::from_secs(1);

/// The targets that a task of a service is, as long as its service has not taken them out.
pub fn of_task(
    snapshot: &Snapshot,
    cluster: &ClusterKey,
    instance: &InstanceId,
    task: &Task,
    rules: &Rules,
) -> Vec<Target> {
    let service = task.service().filter(|_| rules.deregisters_targets && !task.is_deactivating);
    let service = service.and_then(|name| snapshot.service(cluster, name));
    let balanced = service.into_iter().flat_map(|service| service.balanced.iter());
    balanced.flat_map(|balanced| balanced.targets(&task.endpoints, instance)).collect()
}

/// Takes the targets of a task out that is stopped at `stopped_at`.
pub fn deregister(
    scene: Scene<'_>,
    case: &Case,
    cluster: &ClusterKey,
    (targets, stopped_at): (Vec<Target>, Timestamp),
    draft: &mut Draft,
) {
    for target in targets {
        let attempt = case.attempt(&Deed::Deregister(target.clone()));
        if attempt.is_in_flight() || attempt.is_accepted() || attempt.is_final() || !retry_now(scene, attempt, draft) {
            continue;
        }
        let from = stopped_at.saturating_sub(lead(scene, &target)).unwrap_or(Timestamp::MIN);
        let from = Timestamp::from_second(from.as_second()).unwrap_or(from);
        if scene.now >= from {
            draft.batches.deregister(cluster, &case.id, target);
        } else {
            draft.wake_at(from);
        }
    }
}

/// When a task has to be stopped at the latest since some of its targets are out: it serves nobody meanwhile.
pub fn stop_by(scene: Scene<'_>, case: &Case, targets: &[Target]) -> Option<Timestamp> {
    let out = |target: &Target| {
        let since = case.attempt(&Deed::Deregister(target.clone())).accepted_at()?;
        Some(later(since, lead(scene, target).saturating_add(BATCHED_WITHIN)))
    };
    targets.iter().filter_map(out).min()
}

/// How long before the stop of its task a target is taken out.
fn lead(scene: Scene<'_>, target: &Target) -> SignedDuration {
    scene.snapshot.target_groups.get(&target.group).copied().unwrap_or(DRAIN_MAX).min(DRAIN_MAX)
}

/// Reads how long the targets of a group drain.
pub fn look(scene: Scene<'_>, cluster: &ClusterKey, group: &TargetGroupArn, draft: &mut Draft) {
    if due(scene, &Subject::TargetGroup(group.clone()), scene.policies.resync, draft) {
        draft.batches.target_group(cluster, group);
    }
}

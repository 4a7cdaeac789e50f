//! Auto Scaling: the termination hooks of a group, and whether it is being renewed.

use aws_sdk_autoscaling::types::{InstanceRefreshStatus, LifecycleHook};
use jiff::{SignedDuration, Timestamp};

use crate::aws::{Class, Failure, RegionClients};
use crate::ids::GroupKey;
use crate::observe::Observation;
use crate::observe::hooks::{Hooks, TerminationHook};

/// Tells of hooks.
pub const HOOKS: &str = "autoscaling:DescribeLifecycleHooks";

const REFRESHES: &str = "autoscaling:DescribeInstanceRefreshes";
const TERMINATING: &str = "autoscaling:EC2_INSTANCE_TERMINATING";

/// HeartbeatTimeout where AWS tells none: 1 h, the default (Auto Scaling API reference, `PutLifecycleHook`).
const DEFAULT_HEARTBEAT_SECS: i64 = 3600;

/// The longest that an instance waits: 48 h, or 100 times the heartbeat timeout, whichever is less (Auto Scaling API
/// reference, `PutLifecycleHook`).
const GLOBAL_MAX_SECS: i64 = 48 * 3600;

/// The group's hooks as they are, and whether an instance refresh is under way. The latest refresh tells that.
pub async fn of_group(
    clients: &RegionClients,
    group: &GroupKey,
    observed_at: Timestamp,
) -> Result<Observation, Failure> {
    let call = clients.autoscaling.describe_lifecycle_hooks().auto_scaling_group_name(&*group.name);
    let answer = call.send().await.map_err(|error| Failure::of(HOOKS, &error))?;
    let terminating = answer.lifecycle_hooks().iter().filter_map(read).collect();
    let call = clients.autoscaling.describe_instance_refreshes().auto_scaling_group_name(&*group.name).max_records(1);
    let answer = call.send().await.map_err(|error| Failure::of(REFRESHES, &error));
    let refreshing = match answer {
        Ok(answer) => {
            Some(answer.instance_refreshes().first().and_then(|latest| latest.status()).is_some_and(is_under_way))
        }
        // Not everything that speaks Auto Scaling knows refreshes.
        Err(failure) if matches!(failure.class, Class::Invalid | Class::NotFound | Class::Server) => None,
        Err(failure) => return Err(failure),
    };
    Ok(Observation::Hooks { group: group.clone(), hooks: Hooks { terminating, refreshing, observed_at } })
}

fn read(hook: &LifecycleHook) -> Option<TerminationHook> {
    if hook.lifecycle_transition() != Some(TERMINATING) {
        return None;
    }
    let heartbeat = hook.heartbeat_timeout().map_or(DEFAULT_HEARTBEAT_SECS, i64::from).max(1);
    let global = hook.global_timeout().map_or(GLOBAL_MAX_SECS.min(heartbeat.saturating_mul(100)), i64::from);
    Some(TerminationHook {
        name: hook.lifecycle_hook_name()?.into(),
        continues: hook.default_result() == Some("CONTINUE"),
        heartbeat: SignedDuration::from_secs(heartbeat),
        global: SignedDuration::from_secs(global),
    })
}

fn is_under_way(status: &InstanceRefreshStatus) -> bool {
    use InstanceRefreshStatus::{Baking, Cancelling, InProgress, Pending, RollbackInProgress};
    matches!(status, Pending | InProgress | Cancelling | RollbackInProgress | Baking)
}

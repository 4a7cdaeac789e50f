//! Auto Scaling: which launches of a group failed lately.

use aws_sdk_autoscaling::types::{Activity, ScalingActivityStatusCode};

use crate::aws::{Failure, RegionClients, timestamp};
use crate::ids::GroupKey;
use crate::observe::Observation;
use crate::observe::snapshot::LaunchFailure;

/// Tells of scaling activities, the latest first.
pub const ACTIVITIES: &str = "autoscaling:DescribeScalingActivities";

/// So many of the latest are looked at: a group that cannot launch tries again and again.
const LOOKED_AT: i32 = 20;

/// The latest launch of `group` that failed.
pub async fn of_group(clients: &RegionClients, group: &GroupKey) -> Result<Observation, Failure> {
    let call = clients.autoscaling.describe_scaling_activities().auto_scaling_group_name(&*group.name);
    let answer = call.max_records(LOOKED_AT).send().await.map_err(|error| Failure::of(ACTIVITIES, &error))?;
    let failures = answer.activities().iter().filter_map(failure);
    Ok(Observation::LaunchFailure { group: group.clone(), latest: failures.max_by_key(|failure| failure.at) })
}

fn failure(activity: &Activity) -> Option<LaunchFailure> {
    let failed = matches!(
        activity.status_code(),
        Some(ScalingActivityStatusCode::Failed | ScalingActivityStatusCode::Cancelled)
    );
    let launch = activity.description().is_some_and(|what| what.starts_with("Launching"));
    let at = activity.start_time().and_then(timestamp).filter(|_| failed && launch)?;
    Some(LaunchFailure { at, why: activity.status_message().unwrap_or("AWS does not say why").into() })
}

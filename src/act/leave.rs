//! `DetachInstances` and `TerminateInstanceInAutoScalingGroup`: a group loses instances, and replaces them or wants fewer.
//!
//! It makes one call and says what was answered; whom that is about, and what follows, is for those who call it.

use aws_sdk_autoscaling::config::Builder;
use aws_sdk_autoscaling::config::retry::RetryConfig;
use aws_sdk_autoscaling::operation::RequestId;

use super::{Actor, log_call};
use crate::aws::{Failure, RegionClients};
use crate::ids::{GroupKey, InstanceId};
use crate::observe::Observation;
use crate::plan::Way;

const DETACH: &str = "autoscaling:DetachInstances";
const TERMINATE: &str = "autoscaling:TerminateInstanceInAutoScalingGroup";

/// What the group wants then.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Desired {
    /// As many as before: it launches others.
    Kept,
    /// One less for each. Nobody can tell from a lost answer whether it does by now, so that the SDK tries once.
    Decremented,
}

/// Makes `group` lose `instances`. AWS's name for the request, or why it failed.
pub async fn leave(
    actor: &Actor,
    way: Way,
    group: &GroupKey,
    instances: &[InstanceId],
    desired: Desired,
) -> Result<Option<String>, Failure> {
    let clients = actor.clients.of(&group.region, action(way))?;
    let ids: Vec<String> = instances.iter().map(ToString::to_string).collect();
    let result = match way {
        Way::Detach => detach(clients, group, ids, desired).await,
        Way::Terminate => terminate(clients, group, ids, desired).await,
    };
    let ids: Vec<&str> = instances.iter().map(InstanceId::as_str).collect();
    log_call(action(way), &group.name, &ids, result.as_ref().map(Option::as_deref));
    result
}

/// What the group shows once that has been accepted.
pub fn left(way: Way, group: &GroupKey, instances: &[InstanceId]) -> Observation {
    let state = match way {
        Way::Detach => "Detaching",
        Way::Terminate => "Terminating",
    };
    Observation::Leaving { group: group.clone(), instances: instances.to_vec(), state }
}

/// AWS's name for it.
pub const fn action(way: Way) -> &'static str {
    match way {
        Way::Detach => DETACH,
        Way::Terminate => TERMINATE,
    }
}

fn retries(desired: Desired) -> Builder {
    match desired {
        Desired::Kept => Builder::new(),
        Desired::Decremented => Builder::new().retry_config(RetryConfig::disabled()),
    }
}

async fn detach(
    clients: &RegionClients,
    group: &GroupKey,
    ids: Vec<String>,
    desired: Desired,
) -> Result<Option<String>, Failure> {
    let call = clients.autoscaling.detach_instances().auto_scaling_group_name(&*group.name).set_instance_ids(Some(ids));
    let call = call.should_decrement_desired_capacity(desired == Desired::Decremented).customize();
    let answer = call.config_override(retries(desired)).send().await.map_err(|error| Failure::of(DETACH, &error))?;
    Ok(answer.request_id().map(str::to_owned))
}

/// One instance is named in the form that everything that speaks Auto Scaling knows.
async fn terminate(
    clients: &RegionClients,
    group: &GroupKey,
    ids: Vec<String>,
    desired: Desired,
) -> Result<Option<String>, Failure> {
    let call = clients.autoscaling.terminate_instance_in_auto_scaling_group();
    let call = match ids.as_slice() {
        [one] => call.instance_id(one),
        _ => call.auto_scaling_group_name(&*group.name).set_instance_ids(Some(ids)),
    };
    let call = call.should_decrement_desired_capacity(desired == Desired::Decremented).customize();
    let answer = call.config_override(retries(desired)).send().await.map_err(|error| Failure::of(TERMINATE, &error))?;
    Ok(answer.request_id().map(str::to_owned))
}

//! The calls that decrement: the group loses an instance and wants one less.
//!
//! Nobody can tell from a lost answer whether the group wants one less by now, so that the SDK tries once, and planning looks
//! before it asks again.

use aws_sdk_autoscaling::config::Builder;
use aws_sdk_autoscaling::config::retry::RetryConfig;
use aws_sdk_autoscaling::operation::RequestId;

use super::{Actor, Answer, Answers, log_call};
use crate::aws::{Failure, RegionClients};
use crate::ids::{GroupKey, InstanceId};
use crate::observe::Observation;
use crate::plan::{CaseId, Deed, Way};

const DETACH: &str = "autoscaling:DetachInstances";
const TERMINATE: &str = "autoscaling:TerminateInstanceInAutoScalingGroup";

/// Makes `group` lose `instance` and want one less.
pub async fn give_back(actor: &Actor, way: Way, group: &GroupKey, case: &CaseId, instance: &InstanceId) -> Answers {
    let (action, state) = match way {
        Way::Detach => (DETACH, "Detaching"),
        Way::Terminate => (TERMINATE, "Terminating"),
    };
    let result = match actor.clients.of(&group.region, action) {
        Ok(clients) if way == Way::Detach => detach(clients, group, instance).await,
        Ok(clients) => terminate(clients, instance).await,
        Err(failure) => Err(failure),
    };
    log_call(action, &group.name, &[instance.as_str()], result.as_ref().map(Option::as_deref));
    let left = || Observation::Leaving { group: group.clone(), instances: vec![instance.clone()], state };
    Answers {
        seen: result.iter().map(|_| left()).collect(),
        cases: vec![Answer { case: case.clone(), deed: Deed::GiveBack, result }],
        ..Answers::default()
    }
}

fn once() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

async fn detach(clients: &RegionClients, group: &GroupKey, instance: &InstanceId) -> Result<Option<String>, Failure> {
    let call = clients.autoscaling.detach_instances().auto_scaling_group_name(&*group.name);
    let call = call.should_decrement_desired_capacity(true).instance_ids(instance.as_str());
    let answer = call.customize().config_override(once()).send().await.map_err(|error| Failure::of(DETACH, &error))?;
    Ok(answer.request_id().map(str::to_owned))
}

async fn terminate(clients: &RegionClients, instance: &InstanceId) -> Result<Option<String>, Failure> {
    let call = clients.autoscaling.terminate_instance_in_auto_scaling_group().should_decrement_desired_capacity(true);
    let call = call.instance_id(instance.as_str()).customize().config_override(once());
    let answer = call.send().await.map_err(|error| Failure::of(TERMINATE, &error))?;
    Ok(answer.request_id().map(str::to_owned))
}

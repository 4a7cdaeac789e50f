//! The On-Demand base of a group: `UpdateAutoScalingGroup`, and the tag that notes what it was before.

use aws_sdk_autoscaling::operation::RequestId;
use aws_sdk_autoscaling::types::{InstancesDistribution, MixedInstancesPolicy, Tag};

use super::{Actor, Answers, log_call};
use crate::aws::Failure;
use crate::ids::GroupKey;
use crate::observe::mix::{BaseNote, TAG};

const NOTE: &str = "autoscaling:CreateOrUpdateTags";
const UPDATE: &str = "autoscaling:UpdateAutoScalingGroup";
const FORGET: &str = "autoscaling:DeleteTags";

const KIND: &str = "auto-scaling-group";

/// Changes the base as `note` says. The note comes first, so that a change never stands without it.
pub async fn set(actor: &Actor, group: &GroupKey, note: &BaseNote) -> Answers {
    let noted = leave_note(actor, group, note).await;
    log_call(NOTE, &group.name, &[&note.to_string()], noted.as_ref().map(Option::as_deref));
    if noted.is_err() {
        return answered(group, noted);
    }
    let updated = update(actor, group, note.to).await;
    let change = format!("OnDemandBaseCapacity {} to {}", note.from, note.to);
    log_call(UPDATE, &group.name, &[&change], updated.as_ref().map(Option::as_deref));
    answered(group, updated)
}

/// Takes the note away: nothing is owed any more.
pub async fn forget(actor: &Actor, group: &GroupKey) -> Answers {
    let result = take_note(actor, group).await;
    log_call(FORGET, &group.name, &[TAG], result.as_ref().map(Option::as_deref));
    answered(group, result)
}

fn answered(group: &GroupKey, result: Result<Option<String>, Failure>) -> Answers {
    Answers { bases: vec![(group.clone(), result)], ..Answers::default() }
}

fn tag(group: &GroupKey) -> aws_sdk_autoscaling::types::builders::TagBuilder {
    Tag::builder().resource_id(&*group.name).resource_type(KIND).key(TAG).propagate_at_launch(false)
}

async fn leave_note(actor: &Actor, group: &GroupKey, note: &BaseNote) -> Result<Option<String>, Failure> {
    let tag = tag(group).value(note.to_string()).build();
    let call = actor.clients.of(&group.region, NOTE)?.autoscaling.create_or_update_tags().tags(tag);
    let answer = call.send().await.map_err(|error| Failure::of(NOTE, &error))?;
    Ok(answer.request_id().map(str::to_owned))
}

/// What is not named stays as it is; a launch template has to be named only where the policy is new (Auto Scaling API
/// reference, `UpdateAutoScalingGroup` and `MixedInstancesPolicy`).
async fn update(actor: &Actor, group: &GroupKey, base: u32) -> Result<Option<String>, Failure> {
    let base = i32::try_from(base).unwrap_or(i32::MAX);
    let distribution = InstancesDistribution::builder().on_demand_base_capacity(base).build();
    let policy = MixedInstancesPolicy::builder().instances_distribution(distribution).build();
    let call = actor.clients.of(&group.region, UPDATE)?.autoscaling.update_auto_scaling_group();
    let call = call.auto_scaling_group_name(&*group.name).mixed_instances_policy(policy);
    let answer = call.send().await.map_err(|error| Failure::of(UPDATE, &error))?;
    Ok(answer.request_id().map(str::to_owned))
}

async fn take_note(actor: &Actor, group: &GroupKey) -> Result<Option<String>, Failure> {
    let tag = tag(group).build();
    let call = actor.clients.of(&group.region, FORGET)?.autoscaling.delete_tags().tags(tag);
    let answer = call.send().await.map_err(|error| Failure::of(FORGET, &error))?;
    Ok(answer.request_id().map(str::to_owned))
}

//! Makes changes, one at a time, each a call that can be repeated.

use aws_sdk_eventbridge::types::{RuleState, Tag, Target};
use aws_sdk_sqs::types::QueueAttributeName;

use super::arn::Home;
use super::change::Change;
use super::plan::HEARTBEAT;
use super::survey::sqs_of;
use super::{HOOK, TAG, TARGET};
use crate::aws::{Class, Clients, Connection, Failure, Gates, clients};
use crate::ids::{GroupKey, QueueUrl, Region};

/// Makes changes.
pub struct Builder<'a> {
    /// The way to AWS.
    pub connection: &'a Connection,
    /// The API budget.
    pub gates: &'a Gates,
    /// Clients of the Regions that clusters are in.
    pub clients: &'a Clients,
}

impl Builder<'_> {
    /// Makes a change.
    ///
    /// # Errors
    /// The call fails.
    pub async fn make(&self, change: &Change) -> Result<(), Failure> {
        match change {
            Change::CreateQueue { home, name, attributes } => self.create_queue(home, name, attributes).await,
            Change::SetQueueAttributes { region, url, attributes, .. } => {
                let call = self.sqs(region).set_queue_attributes().queue_url(url);
                let call = attributes
                    .iter()
                    .fold(call, |call, (name, value)| call.attributes(QueueAttributeName::from(name.as_str()), value));
                done(call.send().await.map_err(|error| Failure::of("sqs:SetQueueAttributes", &error)))
            }
            Change::DeleteQueue { region, url, .. } => {
                let call = self.sqs(region).delete_queue().queue_url(url);
                done(call.send().await.map_err(|error| Failure::of("sqs:DeleteQueue", &error)))
            }
            Change::PutHook { group, repairs } => self.put_hook(group, repairs.is_none()).await,
            Change::DeleteHook { group } => {
                let client = &self.clients.of(&group.region, "autoscaling:DeleteLifecycleHook")?.autoscaling;
                let call = client.delete_lifecycle_hook().lifecycle_hook_name(HOOK);
                let answer = call.auto_scaling_group_name(&*group.name).send().await;
                done(answer.map_err(|error| Failure::of("autoscaling:DeleteLifecycleHook", &error)))
            }
            Change::PutRule { .. } | Change::PutTarget { .. } => self.put(change).await,
            Change::RemoveTarget { .. } | Change::DeleteRule { .. } => self.remove(change).await,
        }
    }

    async fn create_queue(
        &self,
        home: &Home,
        name: &str,
        attributes: &std::collections::BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        const ACTION: &str = "sqs:CreateQueue";
        let sqs = self.sqs(&home.region);
        let call = sqs.create_queue().queue_name(name).tags(TAG.0, TAG.1);
        let call = attributes
            .iter()
            .fold(call, |call, (name, value)| call.attributes(QueueAttributeName::from(name.as_str()), value));
        let answer = call.send().await.map_err(|error| Failure::of(ACTION, &error))?;
        let url = answer.queue_url().unwrap_or_default();
        let made = Home::of_queue(&QueueUrl::from(url), &home.region);
        let Some((other, _)) = made.filter(|(made, _)| made.account != home.account) else { return Ok(()) };
        // It is the first thing that is made, so that nothing else has come there.
        sqs.delete_queue().queue_url(url).send().await.map_err(|error| Failure::of("sqs:DeleteQueue", &error))?;
        let message =
            format!("these credentials are of account {}, and the queue's URL says {}", other.account, home.account);
        Err(Failure::answered(ACTION, Class::Credentials, "WrongAccount", &message, None))
    }

    async fn put(&self, change: &Change) -> Result<(), Failure> {
        match change {
            Change::PutRule { region, name, pattern, description, repairs } => {
                let call = self.events(region).put_rule().name(name).event_pattern(pattern.to_string());
                let call = call.state(RuleState::Enabled).description(description);
                let tag = Tag::builder().key(TAG.0).value(TAG.1).build().ok();
                // A rule that somebody else has made does not become ours by being repaired.
                let call = call.set_tags(tag.filter(|_| repairs.is_none()).map(|tag| vec![tag]));
                done(call.send().await.map_err(|error| Failure::of("events:PutRule", &error)))
            }
            Change::PutTarget { region, rule, queue } => {
                let target = Target::builder().id(TARGET).arn(queue).build();
                let target = target.map_err(|error| Failure::unaddressed("events:PutTargets", &error.to_string()))?;
                let answer = self.events(region).put_targets().rule(rule).targets(target).send().await;
                let answer = answer.map_err(|error| Failure::of("events:PutTargets", &error))?;
                refused("events:PutTargets", answer.failed_entries().first().and_then(|entry| entry.error_message()))
            }
            _ => Ok(()),
        }
    }

    async fn remove(&self, change: &Change) -> Result<(), Failure> {
        match change {
            Change::RemoveTarget { region, rule, id } => {
                let answer = self.events(region).remove_targets().rule(rule).ids(id).send().await;
                let answer = answer.map_err(|error| Failure::of("events:RemoveTargets", &error))?;
                refused("events:RemoveTargets", answer.failed_entries().first().and_then(|entry| entry.error_message()))
            }
            Change::DeleteRule { region, name } => {
                let answer = self.events(region).delete_rule().name(name).send().await;
                done(answer.map_err(|error| Failure::of("events:DeleteRule", &error)))
            }
            _ => Ok(()),
        }
    }

    /// A hook that somebody else has made does not become ours by being repaired.
    async fn put_hook(&self, group: &GroupKey, is_new: bool) -> Result<(), Failure> {
        const ACTION: &str = "autoscaling:PutLifecycleHook";
        let call = self.clients.of(&group.region, ACTION)?.autoscaling.put_lifecycle_hook();
        let call = call.auto_scaling_group_name(&*group.name).lifecycle_hook_name(HOOK);
        let call = call.lifecycle_transition("autoscaling:EC2_INSTANCE_TERMINATING").default_result("CONTINUE");
        let made_by = is_new.then(|| TAG.0.to_owned());
        let answer = call.heartbeat_timeout(HEARTBEAT).set_notification_metadata(made_by).send().await;
        done(answer.map_err(|error| Failure::of(ACTION, &error)))
    }

    fn sqs(&self, region: &Region) -> aws_sdk_sqs::Client {
        sqs_of(self.connection, region, self.gates)
    }

    fn events(&self, region: &Region) -> aws_sdk_eventbridge::Client {
        clients::eventbridge(self.connection, region, self.gates)
    }
}

fn done<T>(answer: Result<T, Failure>) -> Result<(), Failure> {
    answer.map(drop)
}

/// A batch of one can be answered with success and have failed.
fn refused(action: &'static str, message: Option<&str>) -> Result<(), Failure> {
    match message {
        Some(message) => Err(Failure::answered(action, Class::Other, "FailedEntry", message, None)),
        None => Ok(()),
    }
}

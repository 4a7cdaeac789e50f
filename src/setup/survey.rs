//! Reads what is there of the plumbing. Changes nothing.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;

use super::found::{Found, FoundHook, FoundQueue, FoundRule};
use super::wanted::{HookedCluster, Wanted, WantedQueue};
use super::{HOOK, TAG};
use crate::aws::{Class, Clients, Connection, Failure, Gates, clients};
use crate::ids::{GroupKey, QueueUrl, Region};
use crate::observe::describe::capacity_providers;

const URL: &str = "sqs:GetQueueUrl";
const ATTRIBUTES: &str = "sqs:GetQueueAttributes";
const QUEUE_TAGS: &str = "sqs:ListQueueTags";
const RULE: &str = "events:DescribeRule";
const TARGETS: &str = "events:ListTargetsByRule";
const BY_TARGET: &str = "events:ListRuleNamesByTarget";
const RULE_TAGS: &str = "events:ListTagsForResource";
const CLUSTERS: &str = "ecs:DescribeClusters";
const HOOKS: &str = "autoscaling:DescribeLifecycleHooks";

/// Pages of a list that are read at most.
const PAGES_MAX: usize = 20;

/// Reads what is there.
pub struct Surveyor<'a> {
    /// The way to AWS.
    pub connection: &'a Connection,
    /// The API budget.
    pub gates: &'a Gates,
    /// Clients of the Regions that clusters are in.
    pub clients: &'a Clients,
    /// Whether it is asked who made what, which only those need to know who change something.
    pub whose: bool,
}

impl Surveyor<'_> {
    /// What is there of `wanted`.
    ///
    /// # Errors
    /// The first call that fails.
    pub async fn survey(&self, wanted: &Wanted) -> Result<Found, Failure> {
        let mut found = Found::default();
        for queue in &wanted.queues {
            self.queue(queue, &mut found).await?;
        }
        for cluster in &wanted.hooked {
            self.hooks(cluster, &mut found).await?;
        }
        Ok(found)
    }

    async fn queue(&self, queue: &WantedQueue, found: &mut Found) -> Result<(), Failure> {
        let region = &queue.home.region;
        let sqs = clients::sqs(self.connection, &queue.url, region, self.gates);
        for name in [queue.name.clone(), queue.dead_letters()] {
            if let Some(there) = read_queue(&sqs, &name, &queue.home.account, self.whose).await? {
                found.queues.insert((region.clone(), name), there);
            }
        }
        let events = clients::eventbridge(self.connection, region, self.gates);
        let feeding = feeding(&events, &queue.arn()).await?;
        let mut names = queue.rule_names();
        names.extend(feeding.iter().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>());
        for name in names {
            if let Some(there) = read_rule(&events, &name, self.whose).await? {
                found.rules.insert((region.clone(), name), there);
            }
        }
        found.feeding.insert((region.clone(), queue.name.clone()), feeding);
        Ok(())
    }

    async fn hooks(&self, cluster: &HookedCluster, found: &mut Found) -> Result<(), Failure> {
        for group in self.groups(cluster).await? {
            let client = &self.clients.of(&group.region, HOOKS)?.autoscaling;
            let call = client.describe_lifecycle_hooks().auto_scaling_group_name(&*group.name);
            let answer = call.lifecycle_hook_names(HOOK).send().await;
            let answer = answer.map_err(|error| Failure::of(HOOKS, &error))?;
            let hook = answer.lifecycle_hooks().iter().find(|hook| hook.lifecycle_hook_name() == Some(HOOK));
            let hook = hook.map(|hook| FoundHook {
                default_result: hook.default_result().unwrap_or_default().to_owned(),
                heartbeat: hook.heartbeat_timeout().unwrap_or_default(),
                terminating: hook.lifecycle_transition() == Some("autoscaling:EC2_INSTANCE_TERMINATING"),
                ours: hook.notification_metadata() == Some(TAG.0),
            });
            found.hooks.insert(group, hook);
        }
        Ok(())
    }

    /// The groups behind the capacity providers that want the hook.
    async fn groups(&self, cluster: &HookedCluster) -> Result<Vec<GroupKey>, Failure> {
        let ecs = &self.clients.of(&cluster.region, CLUSTERS)?.ecs;
        let answer = ecs.describe_clusters().clusters(&cluster.cluster).send().await;
        let answer = answer.map_err(|error| Failure::of(CLUSTERS, &error))?;
        let there = answer.clusters().iter().find(|there| there.status() != Some("INACTIVE"));
        let Some(there) = there else {
            if cluster.may_be_gone {
                return Ok(Vec::new());
            }
            let message = format!("there is no ECS cluster `{}` in {}", cluster.cluster, cluster.region);
            return Err(Failure::answered(CLUSTERS, Class::NotFound, "MISSING", &message, None));
        };
        let names: Vec<String> =
            there.capacity_providers().iter().filter(|name| cluster.wants(name)).cloned().collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let providers = capacity_providers(ecs, &names).await?;
        let groups = providers.iter().filter_map(|provider| provider.auto_scaling_group_provider());
        let name = |arn: &str| arn.split_once("autoScalingGroupName/").map_or(arn, |(_, name)| name).to_owned();
        let key = |arn: &str| GroupKey { region: cluster.region.clone(), name: name(arn).as_str().into() };
        Ok(groups.map(|group| key(group.auto_scaling_group_arn())).collect())
    }
}

/// The queue of that account, whoever asks: with the credentials of another one nothing is found or changed there.
async fn read_queue(
    sqs: &aws_sdk_sqs::Client,
    name: &str,
    account: &str,
    whose: bool,
) -> Result<Option<FoundQueue>, Failure> {
    let answer = sqs.get_queue_url().queue_name(name).queue_owner_aws_account_id(account).send().await;
    let answer = answer.map_err(|error| Failure::of(URL, &error));
    let Some(url) = there(answer)?.and_then(|answer| answer.queue_url) else { return Ok(None) };
    let answer = sqs.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::All).send().await;
    let answer = answer.map_err(|error| Failure::of(ATTRIBUTES, &error))?;
    let attributes = answer.attributes.unwrap_or_default();
    let attributes: BTreeMap<String, String> =
        attributes.into_iter().map(|(name, value)| (name.as_str().to_owned(), value)).collect();
    if !whose {
        return Ok(Some(FoundQueue { url, attributes, ours: false }));
    }
    let tags = sqs.list_queue_tags().queue_url(&url).send().await;
    let tags = tags.map_err(|error| Failure::of(QUEUE_TAGS, &error))?.tags.unwrap_or_default();
    let ours = tags.get(TAG.0).is_some_and(|value| value == TAG.1);
    Ok(Some(FoundQueue { url, attributes, ours }))
}

/// The rules that send to a queue, whoever made them.
async fn feeding(events: &aws_sdk_eventbridge::Client, queue: &str) -> Result<Vec<String>, Failure> {
    let (mut names, mut next) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let answer = events.list_rule_names_by_target().target_arn(queue).set_next_token(next).send().await;
        let answer = answer.map_err(|error| Failure::of(BY_TARGET, &error))?;
        names.extend_from_slice(answer.rule_names());
        next = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if next.is_none() {
            return Ok(names);
        }
    }
    Err(Failure::endless(BY_TARGET))
}

async fn read_rule(
    events: &aws_sdk_eventbridge::Client,
    name: &str,
    whose: bool,
) -> Result<Option<FoundRule>, Failure> {
    let answer = events.describe_rule().name(name).send().await.map_err(|error| Failure::of(RULE, &error));
    let Some(rule) = there(answer)? else { return Ok(None) };
    let pattern = rule.event_pattern().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
    let enabled = rule.state().is_none_or(|state| state.as_str() != "DISABLED");
    let answer = events.list_targets_by_rule().rule(name).send().await;
    let answer = answer.map_err(|error| Failure::of(TARGETS, &error))?;
    let by_role = answer.targets().iter().filter(|target| target.role_arn().is_some());
    let with_role = by_role.map(|target| target.arn().to_owned()).collect();
    let targets = answer.targets().iter().map(|target| (target.id().to_owned(), target.arn().to_owned())).collect();
    let ours = match rule.arn().filter(|_| whose) {
        Some(arn) => {
            let answer = events.list_tags_for_resource().resource_arn(arn).send().await;
            let answer = answer.map_err(|error| Failure::of(RULE_TAGS, &error))?;
            answer.tags().iter().any(|tag| (tag.key(), tag.value()) == TAG)
        }
        None => false,
    };
    Ok(Some(FoundRule { pattern, enabled, targets, with_role, ours }))
}

/// What was asked about, where it is there.
fn there<T>(answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(failure) if failure.class == Class::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The client for the queues of a Region.
#[must_use]
pub fn sqs_of(connection: &Connection, region: &Region, gates: &Gates) -> aws_sdk_sqs::Client {
    clients::sqs(connection, &QueueUrl::from(""), region, gates)
}

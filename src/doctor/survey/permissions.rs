//! Asks IAM whether a role's policies allow what a duty takes.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType};

use super::PAGES_MAX;
use crate::aws::Failure;
use crate::doctor::permission::{Duty, Verdict};
use crate::ids::Region;

const SIMULATE: &str = "iam:SimulatePrincipalPolicy";

/// What IAM says of the role with this ARN, and of a duty in a Region.
pub async fn verdict(client: &Client, role: &str, region: &Region, duty: &Duty) -> Result<Verdict, Failure> {
    let mut by_resource: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
    duty.calls.iter().for_each(|(action, resource)| by_resource.entry(resource).or_default().push(action));
    let context = context(region, duty.cluster.as_deref());
    let mut verdict = Verdict::default();
    for (resource, actions) in by_resource {
        let results = simulate(client, role, &context, resource, &actions).await?;
        for action in actions {
            let result = results.iter().find(|result| result.eval_action_name().eq_ignore_ascii_case(action));
            let call = (action, resource.to_owned());
            match result {
                Some(result) if *result.eval_decision() == PolicyEvaluationDecisionType::Allowed => {}
                Some(result) if is_open(result) => verdict.unclear.push(call),
                _ => verdict.denied.push(call),
            }
        }
    }
    Ok(verdict)
}

/// Whether a condition asks for what was not given.
fn is_open(result: &EvaluationResult) -> bool {
    let implicit = *result.eval_decision() == PolicyEvaluationDecisionType::ImplicitDeny;
    implicit && !result.missing_context_values().is_empty()
}

fn context(region: &Region, cluster: Option<&str>) -> Vec<ContextEntry> {
    let entry = |key: &str, value: &str| {
        let entry = ContextEntry::builder().context_key_name(key).context_key_values(value);
        entry.context_key_type(ContextKeyTypeEnum::String).build()
    };
    let cluster = cluster.map(|cluster| entry("ecs:cluster", cluster));
    cluster.into_iter().chain([entry("aws:RequestedRegion", region.as_str())]).collect()
}

async fn simulate(
    client: &Client,
    role: &str,
    context: &[ContextEntry],
    resource: &str,
    actions: &[&str],
) -> Result<Vec<EvaluationResult>, Failure> {
    let (mut results, mut marker) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let call = client.simulate_principal_policy().policy_source_arn(role).resource_arns(resource);
        let call = call.set_action_names(Some(actions.iter().map(ToString::to_string).collect()));
        let answer = call.set_context_entries(Some(context.to_vec())).set_marker(marker).send().await;
        let answer = answer.map_err(|error| Failure::of(SIMULATE, &error))?;
        marker = answer.marker().filter(|_| answer.is_truncated()).map(str::to_owned);
        results.extend(answer.evaluation_results.unwrap_or_default());
        if marker.is_none() {
            return Ok(results);
        }
    }
    Err(Failure::endless(SIMULATE))
}

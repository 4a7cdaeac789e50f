//! The services of a cluster, with what their task definitions and target groups say of stopping.

use std::collections::BTreeMap;

use aws_sdk_ecs::types::Service;
use jiff::SignedDuration;

use super::{PAGES_MAX, Patient, not_read, not_read_for, seconds};
use crate::api::TaskRules;
use crate::aws::Failure;
use crate::doctor::{Finding, ServiceFacts};
use crate::observe::describe::definition_of;

const LIST: &str = "ecs:ListServices";
const SERVICES: &str = "ecs:DescribeServices";
const DEFINITION: &str = "ecs:DescribeTaskDefinition";
const TARGETS: &str = "elasticloadbalancing:DescribeTargetGroupAttributes";

/// Services in one `DescribeServices` (ECS API reference).
const SERVICES_MAX: usize = 10;

/// Where neither the service nor AWS says (ECS API reference, `DeploymentConfiguration`).
const PERCENT: (i32, i32) = (100, 200);

/// The services of the cluster that run on instances.
pub async fn read(patient: &Patient<'_>, found: &mut Vec<Finding>) -> Result<Vec<ServiceFacts>, Failure> {
    let (mut facts, mut stops, mut delays) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    for names in list(patient).await?.chunks(SERVICES_MAX) {
        let call = patient.clients.ecs.describe_services().cluster(&patient.spec.cluster);
        let answer = call.set_services(Some(names.to_vec())).send().await;
        let answer = answer.map_err(|error| Failure::of(SERVICES, &error))?;
        let ours =
            answer.services().iter().filter(|service| runs_on_instances(service) && is_managed(patient, service));
        for service in ours {
            let stops_within = match stops_within(patient, service, &mut stops).await {
                Ok(time) => time,
                Err(failure) => {
                    not_read(&format!("service {}", service.service_name().unwrap_or_default()), &failure, found);
                    continue;
                }
            };
            let deregistration_delay = longest_delay(patient, service, &mut delays, found).await;
            facts.push(of(patient, service, stops_within, deregistration_delay));
        }
    }
    Ok(facts)
}

async fn list(patient: &Patient<'_>) -> Result<Vec<String>, Failure> {
    let (mut arns, mut next) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let call = patient.clients.ecs.list_services().cluster(&patient.spec.cluster).max_results(100);
        let answer = call.set_next_token(next).send().await.map_err(|error| Failure::of(LIST, &error))?;
        arns.extend_from_slice(answer.service_arns());
        next = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if next.is_none() {
            return Ok(arns);
        }
    }
    Err(Failure::endless(LIST))
}

/// Fargate's tasks are taken back one by one, and their services move by themselves.
fn runs_on_instances(service: &Service) -> bool {
    // What runs is told by its task sets then.
    let by_others = service.task_definition().is_none();
    let on_fargate = service.launch_type().is_some_and(|it| it.as_str() == "FARGATE");
    let strategy = service.capacity_provider_strategy();
    let fargate_only = !strategy.is_empty() && strategy.iter().all(|it| it.capacity_provider().starts_with("FARGATE"));
    service.status() != Some("INACTIVE") && !by_others && !on_fargate && !fargate_only
}

/// Where its tasks may run; on any instance where it names no capacity provider.
fn providers(service: &Service) -> Vec<Option<&str>> {
    let strategy = service.capacity_provider_strategy();
    if strategy.is_empty() { vec![None] } else { strategy.iter().map(|it| Some(it.capacity_provider())).collect() }
}

/// Whether any of its tasks may run where the operator manages.
fn is_managed(patient: &Patient<'_>, service: &Service) -> bool {
    providers(service).into_iter().any(|provider| patient.manages(provider))
}

fn of(
    patient: &Patient<'_>,
    service: &Service,
    stops_within: SignedDuration,
    deregistration_delay: Option<SignedDuration>,
) -> ServiceFacts {
    let deployment = service.deployment_configuration();
    let min = deployment.and_then(|it| it.minimum_healthy_percent()).unwrap_or(PERCENT.0);
    let max = deployment.and_then(|it| it.maximum_percent()).unwrap_or(PERCENT.1);
    let providers = providers(service).into_iter().filter(|provider| patient.manages(*provider));
    let rules: Vec<&TaskRules> = providers.map(|provider| patient.task_rules(provider)).collect();
    ServiceFacts {
        cluster: patient.spec.cluster_name().to_owned(),
        name: service.service_name().unwrap_or_default().to_owned(),
        is_daemon: service.scheduling_strategy().is_some_and(|it| it.as_str() == "DAEMON"),
        desired: service.desired_count().try_into().unwrap_or(0),
        minimum_healthy_percent: min.try_into().unwrap_or(0),
        maximum_percent: max.try_into().unwrap_or(0),
        stops_within,
        deregistration_delay,
        margin: rules.iter().map(|rules| rules.margin.signed()).max().unwrap_or_default(),
        deregisters_targets: rules.iter().all(|rules| rules.deregister_targets),
    }
}

async fn stops_within(
    patient: &Patient<'_>,
    service: &Service,
    known: &mut BTreeMap<String, SignedDuration>,
) -> Result<SignedDuration, Failure> {
    let arn = service.task_definition().unwrap_or_default();
    if let Some(time) = known.get(arn) {
        return Ok(*time);
    }
    let answer = patient.clients.ecs.describe_task_definition().task_definition(arn).send().await;
    let answer = answer.map_err(|error| Failure::of(DEFINITION, &error))?;
    let time = answer.task_definition().map(definition_of).unwrap_or_default().stops_within();
    known.insert(arn.to_owned(), time);
    Ok(time)
}

async fn longest_delay(
    patient: &Patient<'_>,
    service: &Service,
    known: &mut BTreeMap<String, Option<SignedDuration>>,
    found: &mut Vec<Finding>,
) -> Option<SignedDuration> {
    let mut longest = None;
    for group in service.load_balancers().iter().filter_map(|balancer| balancer.target_group_arn()) {
        if !known.contains_key(group) {
            let delay = match delay(patient, group).await {
                Ok(delay) => Some(delay),
                Err(failure) => {
                    let doctors_own = !patient.spec.tasks.deregister_targets;
                    not_read_for(doctors_own, &format!("target group {group}"), &failure, found);
                    None
                }
            };
            known.insert(group.to_owned(), delay);
        }
        longest = longest.max(known.get(group).copied().flatten());
    }
    longest
}

async fn delay(patient: &Patient<'_>, group: &str) -> Result<SignedDuration, Failure> {
    const KEY: &str = "deregistration_delay.timeout_seconds";
    let call = patient.clients.elb.describe_target_group_attributes().target_group_arn(group);
    let answer = call.send().await.map_err(|error| Failure::of(TARGETS, &error))?;
    let attribute = answer.attributes().iter().find(|attribute| attribute.key() == Some(KEY));
    let value = attribute.and_then(|attribute| attribute.value()?.parse().ok());
    // Where none is set (ELB API reference, `TargetGroupAttribute`).
    Ok(seconds(value.unwrap_or(300)))
}

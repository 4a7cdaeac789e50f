//! What the operator's role has to be allowed, duty by duty, as `deploy/iam/operator-policy.json` has it.

use super::finding::{Finding, Severity, Sheet};
use crate::api::{Method, Mode, Replacement, SpotClusterSpec};
use crate::setup::Home;

/// The id of a container instance or task that stands for all of them.
const ANY: &str = "00000000000000000000000000000000";

/// An action on a resource, by its ARN.
pub type Call = (&'static str, String);

/// Calls that serve one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// The statement of the policy that allows them.
    pub statement: &'static str,
    /// The calls.
    pub calls: Vec<Call>,
    /// The ARN of the cluster that they are about.
    pub cluster: Option<String>,
    /// How bad it is where one is not allowed.
    pub severity: Severity,
    /// What that costs.
    pub cost: &'static str,
}

/// To receive from a queue.
#[must_use]
pub fn receiving(queue: &str) -> Duty {
    let actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"];
    Duty {
        statement: "Receive",
        calls: on(queue, &actions),
        cluster: None,
        severity: Severity::Critical,
        cost: "the operator hears of nothing, or of the same again and again",
    }
}

/// To tell an event bus of cases.
#[must_use]
pub fn telling(bus: &str) -> Duty {
    Duty {
        statement: "TellAnEventBus",
        calls: on(bus, &["events:PutEvents"]),
        cluster: None,
        severity: Severity::Warning,
        cost: "nobody who listens at the event bus is told of cases",
    }
}

/// What a cluster at `home` takes, the groups of whose capacity providers have these ARNs. Targets of load balancers are left out: by
/// reading them it is seen whether they may be read.
#[must_use]
pub fn of_cluster(spec: &SpotClusterSpec, home: &Home, groups: &[String]) -> Vec<Duty> {
    let name = spec.cluster_name();
    let arn = home.arn("ecs", &format!("cluster/{name}"));
    let within = |kind: &str, id: &str| home.arn("ecs", &format!("{kind}/{name}/{id}"));
    let mut duties = Vec::new();
    let mut add = |statement: &'static str, severity: Severity, cost: &'static str, calls: Vec<Call>| {
        duties.push(Duty { statement, calls, cluster: Some(arn.clone()), severity, cost });
    };
    let blind = "the operator does nothing about instances that it cannot see";
    add("ObserveWithoutResource", Severity::Critical, blind, on("*", &OBSERVED));
    add("ObserveCluster", Severity::Critical, blind, on(&arn, &["ecs:DescribeClusters", "ecs:ListContainerInstances"]));
    let mut calls = on(&within("container-instance", ANY), &["ecs:DescribeContainerInstances", "ecs:ListTasks"]);
    calls.extend(on(&within("task", ANY), &["ecs:DescribeTasks"]));
    calls.extend(on(&within("service", "any"), &["ecs:DescribeServices"]));
    add("ObserveInCluster", Severity::Critical, blind, calls);
    let wishes = Wishes::of(spec);
    if !wishes.enforced {
        return duties;
    }
    let instances = within("container-instance", ANY);
    let cost = "doomed instances are not drained, and what was drained in vain is not set back";
    add("Drain", Severity::Critical, cost, on(&instances, &["ecs:UpdateContainerInstancesState"]));
    let cost = "another operator, or this one after a restart, does not know what was begun for an instance";
    add("Drain", Severity::Warning, cost, on(&instances, &["ecs:PutAttributes"]));
    let cost = "tasks that ECS does not stop in time are killed with their instance";
    add("StopTasks", Severity::Critical, cost, on(&within("task", ANY), &["ecs:StopTask"]));
    let in_groups =
        |actions: &[&'static str]| groups.iter().flat_map(|group| on(group, actions)).collect::<Vec<Call>>();
    if wishes.replaces {
        let cost = "no replacement is asked for";
        add("Replace", Severity::Critical, cost, in_groups(&REPLACES));
        let cost = "what was detached and not taken by EC2 runs on, in no group";
        add("Replace", Severity::Warning, cost, in_groups(&["autoscaling:AttachInstances"]));
    }
    if wishes.hooks {
        let cost =
            "instances wait at the operator's hook until it times out, or do not wait long enough for their tasks";
        add("Replace", Severity::Warning, cost, in_groups(&HOOKS));
    }
    if wishes.launches {
        let cost = "planned hand-overs do without a replacement before, and no fallback is launched";
        add("Replace", Severity::Warning, cost, in_groups(&["autoscaling:LaunchInstances"]));
        let behind = ["ec2:CreateFleet", "ec2:DescribeLaunchTemplateVersions"];
        add("LaunchBehindLaunchInstances", Severity::Warning, cost, on("*", &behind));
    }
    if wishes.raises_base {
        let cost = "the group's On-Demand base is not raised where its Spot pool is empty";
        add("FallBackOnOwnBase", Severity::Warning, cost, in_groups(&RAISES));
    }
    duties
}

const OBSERVED: [&str; 7] = [
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeAutoScalingInstances",
    "autoscaling:DescribeLifecycleHooks",
    "autoscaling:DescribeInstanceRefreshes",
    "autoscaling:DescribeScalingActivities",
    "ecs:DescribeCapacityProviders",
    "ecs:DescribeTaskDefinition",
];

const REPLACES: [&str; 2] = ["autoscaling:DetachInstances", "autoscaling:TerminateInstanceInAutoScalingGroup"];

const HOOKS: [&str; 2] = ["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"];

const RAISES: [&str; 3] =
    ["autoscaling:UpdateAutoScalingGroup", "autoscaling:CreateOrUpdateTags", "autoscaling:DeleteTags"];

fn on(resource: &str, actions: &[&'static str]) -> Vec<Call> {
    actions.iter().map(|action| (*action, resource.to_owned())).collect()
}

/// What any policy of a cluster makes the operator do.
struct Wishes {
    enforced: bool,
    replaces: bool,
    hooks: bool,
    launches: bool,
    raises_base: bool,
}

impl Wishes {
    fn of(spec: &SpotClusterSpec) -> Self {
        let own = || spec.capacity_providers.iter().filter(|own| own.managed);
        let modes = own().filter_map(|own| own.mode).chain([spec.mode]);
        let replacements: Vec<&Replacement> =
            own().filter_map(|own| own.replacement.as_ref()).chain([&spec.replacement]).collect();
        let mut signals = own().filter_map(|own| own.signals.as_ref()).chain([&spec.signals]);
        let fallbacks = || replacements.iter().filter_map(|replacement| replacement.fallback.as_ref());
        Self {
            enforced: modes.into_iter().any(|mode| mode == Mode::Enforce),
            replaces: replacements.iter().any(|replacement| replacement.method != Method::None),
            hooks: signals.any(|signals| !signals.lifecycle_hooks.is_empty()),
            launches: replacements.iter().any(|replacement| replacement.method != Method::None)
                || fallbacks().any(|fallback| fallback.capacity_provider.is_some()),
            raises_base: fallbacks().any(|fallback| fallback.on_demand_base_capacity),
        }
    }
}

/// What IAM answers about a duty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The calls that the role's policies do not allow.
    pub denied: Vec<Call>,
    /// Those of which that depends on what is only known when they are made, such as tags.
    pub unclear: Vec<Call>,
}

/// What a verdict means for `role`.
pub fn check(role: &str, duty: &Duty, verdict: &Verdict, found: &mut Vec<Finding>) {
    let sheet = &mut Sheet::of(format!("role {role}"), found);
    let mend = format!("the statement `{}` of deploy/iam/operator-policy.json", duty.statement);
    if let Some(calls) = in_words(&verdict.denied) {
        let words = (format!("its policies do not allow {calls}"), duty.cost.to_owned(), mend.clone());
        sheet.note(duty.severity, "NotAllowed", words);
    }
    if let Some(calls) = in_words(&verdict.unclear) {
        let message = format!("whether its policies allow {calls} depends on conditions that are only known then");
        sheet.note(Severity::Note, "NotClear", (message, format!("if they do not: {}", duty.cost), mend));
    }
}

fn in_words(calls: &[Call]) -> Option<String> {
    let (_, resource) = calls.first()?;
    let mut actions: Vec<&str> = calls.iter().map(|(action, _)| *action).collect();
    actions.sort_unstable();
    actions.dedup();
    let more = if calls.iter().any(|(_, other)| other != resource) { " and others" } else { "" };
    Some(format!("{} on {resource}{more}", actions.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::*;
    use crate::api::load_str;

    fn duties(spec: &str) -> Vec<Duty> {
        let text = format!(
            "apiVersion: ecs-spot-operator/v1\nkind: Operator\nmetadata: {{name: o}}\nspec: {{queues: [{{url: 'https://q/1/q'}}]}}\n---\n\
             apiVersion: ecs-spot-operator/v1\nkind: SpotCluster\nmetadata: {{name: web}}\nspec: {spec}\n"
        );
        let home = Home { region: "us-east-1".into(), account: "123456789012".to_owned() };
        let (queue, bus) =
            ("arn:aws:sqs:us-east-1:123456789012:q", "arn:aws:events:us-east-1:123456789012:event-bus/b");
        let mut duties = vec![receiving(queue), telling(bus)];
        duties.extend(of_cluster(&load_str("x", &text).unwrap().clusters[0].spec, &home, &["group".to_owned()]));
        duties
    }

    #[test]
    fn what_is_asked_is_what_the_policy_of_the_examples_allows() {
        let all = "{cluster: web, replacement: {fallback: {onDemandBaseCapacity: true, max: 1}}}";
        let mut asked: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for duty in duties(all) {
            let actions = duty.calls.into_iter().map(|(action, _)| action.to_owned());
            asked.entry(duty.statement).or_default().extend(actions);
        }
        let policy: Value = serde_json::from_str(include_str!("../../deploy/iam/operator-policy.json")).unwrap();
        let mut without_targets = 0;
        for statement in policy["Statement"].as_array().unwrap() {
            let actions: BTreeSet<String> = match &statement["Action"] {
                Value::String(one) => [one.clone()].into(),
                many => many.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect(),
            };
            let sid = statement["Sid"].as_str().unwrap();
            match asked.get(sid) {
                Some(asked) => assert_eq!(*asked, actions, "{sid}"),
                None => {
                    assert!(actions.iter().all(|action| action.starts_with("elasticloadbalancing:")), "{sid}");
                    without_targets += 1;
                }
            }
        }
        assert_eq!(asked.len() + without_targets, policy["Statement"].as_array().unwrap().len());
    }

    #[test]
    fn what_no_policy_does_is_not_asked_for() {
        let statements = |spec: &str| -> Vec<&str> { duties(spec).iter().map(|duty| duty.statement).collect() };
        assert_eq!(statements("{cluster: web, mode: dryRun}").last(), Some(&"ObserveInCluster"));
        let all = statements("{cluster: web}");
        assert_eq!(all.last(), Some(&"LaunchBehindLaunchInstances"), "somebody may ask for a drain");
        let alone = "{cluster: web, replacement: {method: none}, signals: {lifecycleHooks: []}}";
        assert_eq!(statements(alone).last(), Some(&"StopTasks"));
        let one = "{cluster: web, mode: dryRun, capacityProviders: [{name: a, mode: enforce}]}";
        assert!(statements(one).contains(&"Drain"));
    }

    #[test]
    fn a_finding_names_actions_and_statement() {
        let duty = receiving("q");
        let mut found = Vec::new();
        check("spot", &duty, &Verdict::default(), &mut found);
        assert_eq!(found, []);
        let verdict = Verdict { denied: duty.calls[1..].to_vec(), unclear: duty.calls[..1].to_vec() };
        check("spot", &duty, &verdict, &mut found);
        let told: Vec<_> = found.iter().map(|it| (it.severity, it.message.as_str())).collect();
        assert_eq!(
            told,
            [
                (Severity::Critical, "its policies do not allow sqs:ChangeMessageVisibility, sqs:DeleteMessage on q"),
                (
                    Severity::Note,
                    "whether its policies allow sqs:ReceiveMessage on q depends on conditions that are only known then"
                ),
            ]
        );
    }
}

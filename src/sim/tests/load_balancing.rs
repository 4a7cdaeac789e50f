//! Target groups: who is registered, what drains and for how long, and what requests meet a container that stops.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws_sdk_ecs::types::Task;

use super::*;
use crate::sim::edge::{Request, handle};

const DELAY: u64 = 20;

fn scenario(delay: Option<u64>) -> Scenario {
    let service = ServiceSpec { deregistration_delay: delay.map(Duration::from_secs), ..service() };
    let clusters = vec![ClusterSpec { name: CLUSTER.into(), services: vec![service], standalone: Vec::new() }];
    Scenario { params: exact(), clusters, ..small() }
}

fn balanced() -> Account {
    Account::new(scenario(Some(DELAY)), 1)
}

/// What Elastic Load Balancing answers, and the status.
fn ask(account: &Account, action: &str, parameters: &[(&str, &str)]) -> (u16, String) {
    let mut form = format!("Action={action}&Version=2015-12-01");
    parameters.iter().for_each(|(name, value)| form.push_str(&format!("&{name}={value}")));
    let scope = "AWS4-HMAC-SHA256 Credential=AKIATEST/20260102/us-east-1/elasticloadbalancing/aws4_request";
    let headers = BTreeMap::from([("authorization".to_owned(), scope.to_owned())]);
    let request = Request { headers, body: form.into_bytes(), endpoint: None };
    let answer = account.sim.change(|world| handle(world, &request));
    (answer.status, String::from_utf8(answer.body).unwrap())
}

fn told(account: &Account, action: &str, parameters: &[(&str, &str)]) -> String {
    let (status, said) = ask(account, action, parameters);
    assert_eq!(status, 200, "{said}");
    assert!(said.contains("xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\""), "{said}");
    said
}

/// What stands in the elements of that name.
fn inside<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(open.as_str()).skip(1).filter_map(|rest| Some(rest.split_once(close.as_str())?.0)).collect()
}

fn group(account: &Account) -> String {
    inside(&told(account, "DescribeTargetGroups", &[]), "TargetGroupArn")[0].to_owned()
}

/// The state of each target that is registered.
fn targets(account: &Account) -> BTreeMap<(String, i32), String> {
    let said = told(account, "DescribeTargetHealth", &[("TargetGroupArn", &group(account))]);
    let one = |xml: &str| {
        let of = |name| inside(xml, name)[0].to_owned();
        ((of("Id"), of("Port").parse().unwrap()), of("State"))
    };
    said.split("<member>").skip(1).map(one).collect()
}

/// The states of the targets on an instance.
fn states_on(account: &Account, instance: &str) -> Vec<String> {
    targets(account).into_iter().filter(|((id, _), _)| id == instance).map(|(_, state)| state).collect()
}

async fn described(account: &Account, tasks: Vec<String>) -> Vec<Task> {
    let call = account.ecs.describe_tasks().cluster(CLUSTER).set_tasks(Some(tasks));
    call.send().await.unwrap().tasks.unwrap()
}

/// The host port of a task.
async fn port(account: &Account, task: &TaskView) -> i32 {
    let described = described(account, vec![task.arn.clone()]).await;
    described[0].containers()[0].network_bindings()[0].host_port().unwrap()
}

async fn change(account: &Account, action: &str, task: &TaskView) {
    let port = port(account, task).await.to_string();
    let instance = task.instance_id.clone().unwrap();
    let target = [("Targets.member.1.Id", instance.as_str()), ("Targets.member.1.Port", port.as_str())];
    told(account, action, &[&[("TargetGroupArn", group(account).as_str())], target.as_slice()].concat());
}

async fn stop(account: &Account, task: &TaskView) {
    account.ecs.stop_task().cluster(CLUSTER).task(&task.arn).send().await.unwrap();
}

fn task(account: &Account, arn: &str) -> TaskView {
    account.sim.tasks(CLUSTER).into_iter().find(|task| task.arn == arn).unwrap()
}

/// An instance with two tasks.
fn victim(account: &Account) -> String {
    account.members().into_iter().find(|id| account.tasks_on(id).len() == 2).unwrap()
}

fn some_task(account: &Account) -> TaskView {
    account.sim.tasks(CLUSTER).into_iter().next().unwrap()
}

#[tokio::test(start_paused = true)]
async fn tasks_that_run_are_the_targets_of_their_service() {
    let account = balanced();
    let arns: Vec<String> = account.sim.tasks(CLUSTER).into_iter().map(|task| task.arn).collect();
    let mut expected = BTreeSet::new();
    for task in described(&account, arns).await {
        let view = self::task(&account, task.task_arn().unwrap());
        let [binding] = task.containers()[0].network_bindings() else { panic!("{task:?}") };
        assert_eq!((binding.bind_ip(), binding.container_port()), (Some("0.0.0.0"), Some(8_080)));
        assert_eq!(binding.protocol().unwrap().as_str(), "tcp");
        expected.insert((view.instance_id.unwrap(), binding.host_port().unwrap()));
    }
    assert_eq!(expected.len(), 8, "no port of an instance is given twice");
    assert!(expected.iter().all(|(_, port)| (32_768..=60_999).contains(port)));
    let targets = targets(&account);
    assert!(targets.values().all(|state| state == "healthy"));
    assert_eq!(targets.into_keys().collect::<BTreeSet<_>>(), expected);
    let services = account.ecs.describe_services().cluster(CLUSTER).services("app").send().await.unwrap();
    let [balancer] = services.services()[0].load_balancers() else { panic!("{services:?}") };
    assert_eq!(balancer.target_group_arn(), Some(group(&account).as_str()));
    assert_eq!((balancer.container_name(), balancer.container_port()), (Some("app"), Some(8_080)));
}

#[tokio::test(start_paused = true)]
async fn a_target_group_is_named_after_its_service_and_found_by_each_of_its_names() {
    let account = balanced();
    let arn = group(&account);
    assert!(arn.starts_with("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/app/"), "{arn}");
    assert_eq!(arn, group(&Account::new(scenario(Some(DELAY)), 2)), "whatever the seed");
    let all = told(&account, "DescribeTargetGroups", &[("PageSize", "1")]);
    assert!(!all.contains("NextMarker"), "{all}");
    assert_eq!(inside(&all, "TargetType"), ["instance"]);
    let balancer = inside(inside(&all, "LoadBalancerArns")[0], "member")[0];
    for filter in [("Names.member.1", "app"), ("TargetGroupArns.member.1", &arn), ("LoadBalancerArn", balancer)] {
        let found = told(&account, "DescribeTargetGroups", &[filter]);
        assert_eq!(inside(&found, "TargetGroupArn"), [arn.as_str()]);
    }
    let attributes = told(&account, "DescribeTargetGroupAttributes", &[("TargetGroupArn", &arn)]);
    let delay = format!("<Key>deregistration_delay.timeout_seconds</Key><Value>{DELAY}</Value>");
    assert!(attributes.contains(&delay), "{attributes}");
}

#[tokio::test(start_paused = true)]
async fn the_schedulers_stop_lets_the_target_drain_before_sigterm() {
    let account = balanced();
    let victim = victim(&account);
    let tasks = account.tasks_on(&victim);
    account.drain(&victim).await;
    account.secs(2).await;
    assert_eq!(states_on(&account, &victim), ["draining", "draining"]);
    account.secs(DELAY - 2).await;
    assert_eq!(states_on(&account, &victim), ["draining", "draining"], "1 s of it was the scheduler's");
    assert!(account.tasks_on(&victim).iter().all(|task| task.last_status == "DEACTIVATING"));
    account.secs(1).await;
    assert!(states_on(&account, &victim).is_empty());
    for before in tasks {
        let TaskView { last_status, drained_for, .. } = task(&account, &before.arn);
        assert_eq!((last_status, drained_for), ("STOPPING", Some(Duration::from_secs(DELAY))));
    }
}

#[tokio::test(start_paused = true)]
async fn stop_task_cuts_connections_and_deregisters_afterwards() {
    let account = balanced();
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    account.sim.listen(Box::new(move |happening| {
        if happening.event == "task.sigterm" {
            heard.lock().unwrap().push(happening.data.clone());
        }
    }));
    let before = some_task(&account);
    let target = (before.instance_id.clone().unwrap(), port(&account, &before).await);
    stop(&account, &before).await;
    assert_eq!(targets(&account)[&target], "healthy");
    account.secs(1).await;
    let TaskView { last_status, drained_for, .. } = task(&account, &before.arn);
    assert_eq!((last_status, drained_for), ("STOPPING", None));
    let said = told.lock().unwrap().clone();
    assert_eq!(said, [serde_json::json!({"instance": target.0, "drainedFor": null})]);
    assert_eq!(targets(&account)[&target], "draining");
    account.secs(15).await;
    assert_eq!(task(&account, &before.arn).last_status, "STOPPED");
    assert!(!targets(&account).contains_key(&target), "with the container its connections end");
    account.secs(10).await;
    assert_eq!(targets(&account).len(), 8, "its successor is a target");
}

#[tokio::test(start_paused = true)]
async fn stop_task_cuts_nothing_if_somebody_has_deregistered_the_target_in_time() {
    let account = balanced();
    let before = some_task(&account);
    change(&account, "DeregisterTargets", &before).await;
    assert_eq!(task(&account, &before.arn).last_status, "RUNNING");
    account.secs(DELAY).await;
    assert_eq!(targets(&account).len(), 7);
    change(&account, "DeregisterTargets", &before).await;
    stop(&account, &before).await;
    account.secs(1).await;
    let TaskView { last_status, drained_for, .. } = task(&account, &before.arn);
    assert_eq!((last_status, drained_for), ("STOPPING", Some(Duration::from_secs(DELAY + 1))));
}

#[tokio::test(start_paused = true)]
async fn what_drains_already_keeps_the_scheduler_waiting_for_the_rest_only() {
    let account = balanced();
    let victim = victim(&account);
    let tasks = account.tasks_on(&victim);
    change(&account, "DeregisterTargets", &tasks[0]).await;
    account.secs(12).await;
    account.drain(&victim).await;
    account.secs(DELAY - 12 - 1).await;
    assert_eq!(task(&account, &tasks[0].arn).last_status, "DEACTIVATING");
    account.secs(1).await;
    let statuses = [0, 1].map(|one: usize| task(&account, &tasks[one].arn).last_status);
    assert_eq!(statuses, ["STOPPING", "DEACTIVATING"]);
    assert_eq!(task(&account, &tasks[0].arn).drained_for, Some(Duration::from_secs(DELAY)));
}

#[tokio::test(start_paused = true)]
async fn a_target_that_is_registered_again_gets_requests_again() {
    let account = balanced();
    let before = some_task(&account);
    for action in ["DeregisterTargets", "RegisterTargets"] {
        change(&account, action, &before).await;
        account.secs(5).await;
    }
    assert!(targets(&account).values().all(|state| state == "healthy"));
    stop(&account, &before).await;
    account.secs(2).await;
    assert_eq!(task(&account, &before.arn).drained_for, None);
}

#[tokio::test(start_paused = true)]
async fn with_an_instance_its_targets_are_gone() {
    let account = balanced();
    let victim = victim(&account);
    let group = group(&account);
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(30));
    account.secs(29).await;
    assert_eq!(states_on(&account, &victim).len(), 2);
    account.secs(1).await;
    assert!(states_on(&account, &victim).is_empty());
    assert_eq!(targets(&account).len(), 6);
    let again = [("TargetGroupArn", group.as_str()), ("Targets.member.1.Id", victim.as_str())];
    let (status, said) = ask(&account, "RegisterTargets", &again);
    assert!(status == 400 && inside(&said, "Code") == ["InvalidTarget"] && said.contains(&victim), "{said}");
    told(&account, "DeregisterTargets", &again);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_refused_by_its_name() {
    let account = balanced();
    let group = group(&account);
    let other = group.replace("app", "other");
    let (arn, none) = (("TargetGroupArn", group.as_str()), ("TargetGroupArn", other.as_str()));
    let target = ("Targets.member.1.Id", "i-0");
    for (action, parameters, code) in [
        ("DescribeTargetHealth", vec![none], "TargetGroupNotFound"),
        ("DescribeTargetGroupAttributes", vec![none], "TargetGroupNotFound"),
        ("RegisterTargets", vec![none, target], "TargetGroupNotFound"),
        ("DeregisterTargets", vec![none, target], "TargetGroupNotFound"),
        ("DescribeTargetGroups", vec![("Names.member.1", "app"), ("Names.member.2", "x")], "TargetGroupNotFound"),
        ("DescribeTargetGroups", vec![("TargetGroupArns.member.1", &other)], "TargetGroupNotFound"),
        ("DescribeTargetGroups", vec![("LoadBalancerArn", "arn:x")], "LoadBalancerNotFound"),
        ("DescribeTargetGroups", vec![("PageSize", "401")], "ValidationError"),
        ("DescribeTargetHealth", vec![("TargetGroupArn", "app")], "ValidationError"),
        ("DescribeTargetHealth", vec![], "ValidationError"),
        ("DeregisterTargets", vec![arn], "ValidationError"),
        ("DeregisterTargets", vec![arn, target, ("Targets.member.1.Port", "65536")], "ValidationError"),
        ("RegisterTargets", vec![arn, target], "InvalidTarget"),
        ("DescribeListeners", vec![], "InvalidAction"),
    ] {
        let (status, said) = ask(&account, action, &parameters);
        assert!(status == 400 && inside(&said, "Code") == [code], "{action}: {said}");
    }
    let said = told(&account, "DescribeTargetHealth", &[arn, target]);
    assert_eq!((inside(&said, "State"), inside(&said, "Reason")), (vec!["unused"], vec!["Target.NotRegistered"]));
    assert_eq!(targets(&account).len(), 8, "and nothing has changed");
}

#[tokio::test(start_paused = true)]
async fn a_service_without_load_balancer_shows_nothing_of_one() {
    let account = Account::new(scenario(None), 1);
    let said = told(&account, "DescribeTargetGroups", &[]);
    assert!(inside(&said, "TargetGroupArn").is_empty(), "{said}");
    let services = account.ecs.describe_services().cluster(CLUSTER).services("app").send().await.unwrap();
    assert!(services.services()[0].load_balancers().is_empty());
    let tasks = described(&account, vec![some_task(&account).arn]).await;
    assert!(tasks[0].containers()[0].network_bindings().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_event_that_a_task_runs_tells_its_port() {
    let rules = vec![RuleSpec::of("ECS Task State Change", "spot-events")];
    let account = Account::new(Scenario { rules, ..scenario(Some(DELAY)) }, 1);
    stop(&account, &some_task(&account)).await;
    account.secs(30).await;
    let messages = account.messages().await;
    let started = |detail: &&Value| detail["desiredStatus"] == "RUNNING";
    let bindings = messages.iter().map(|message| &message["detail"]).filter(started);
    let ports: Vec<_> = bindings
        .map(|detail| {
            (detail["lastStatus"].as_str().unwrap(), &detail["containers"][0]["networkBindings"][0]["hostPort"])
        })
        .collect();
    let [("PENDING", Value::Null), ("RUNNING", port)] = ports.as_slice() else { panic!("{ports:?}") };
    assert!(targets(&account).keys().any(|(_, known)| port.as_i64() == Some(i64::from(*known))));
}

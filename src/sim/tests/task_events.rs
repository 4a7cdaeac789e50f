//! What ECS tells of tasks and container instances, and the patterns that pick some of it.

use std::collections::BTreeMap;

use aws_sdk_ecs::types::DesiredStatus;
use serde_json::json;

use super::*;

const TASKS: &str = "ECS Task State Change";
const INSTANCES: &str = "ECS Container Instance State Change";

fn listening(rules: Vec<RuleSpec>) -> Account {
    Account::new(Scenario { params: exact(), rules, ..small() }, 1)
}

/// A rule for some events of a kind.
fn only(kind: &str, detail: Value) -> RuleSpec {
    RuleSpec { pattern: json!({"detail-type": [kind], "detail": detail}), ..RuleSpec::of(kind, "spot-events") }
}

/// What is said about each object, in order.
fn by(field: &str, messages: &[Value]) -> BTreeMap<String, Vec<Value>> {
    let mut told: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for message in messages {
        let detail = &message["detail"];
        told.entry(detail[field].as_str().unwrap().to_owned()).or_default().push(detail.clone());
    }
    told
}

fn assert_versions_grow(told: &BTreeMap<String, Vec<Value>>) {
    for (object, details) in told {
        let versions: Vec<u64> = details.iter().map(|detail| detail["version"].as_u64().unwrap()).collect();
        assert!(versions.is_sorted_by(|one, next| one < next), "{object}: {versions:?}");
    }
}

fn was_written(account: &Account, kind: &str) -> bool {
    account.sim.transcript().iter().any(|line| line.contains(kind))
}

#[tokio::test(start_paused = true)]
async fn every_step_of_a_task_is_told_with_a_version_that_grows() {
    let account = listening(vec![RuleSpec::of(TASKS, "spot-events")]);
    let victim = account.victim();
    let old: Vec<String> = account.tasks_on(&victim).into_iter().map(|task| task.arn).collect();
    account.drain(&victim).await;
    account.secs(60).await;
    let messages = account.messages().await;
    assert!(messages.iter().all(|message| message["source"] == "aws.ecs" && message["detail-type"] == TASKS));
    let told = by("taskArn", &messages);
    assert_versions_grow(&told);
    assert_eq!(told.len(), 2 * old.len(), "those that stop and those that take their places");
    for (task, details) in &told {
        let steps: Vec<_> = details
            .iter()
            .map(|detail| (detail["lastStatus"].as_str().unwrap(), detail["desiredStatus"].as_str().unwrap()))
            .collect();
        let expected = match old.contains(task) {
            true => vec![("RUNNING", "STOPPED"), ("STOPPING", "STOPPED"), ("STOPPED", "STOPPED")],
            false => vec![("PENDING", "RUNNING"), ("RUNNING", "RUNNING")],
        };
        assert_eq!(steps, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn the_event_is_about_the_task_as_it_is_described() {
    let account = listening(vec![only(TASKS, json!({"lastStatus": ["STOPPED"]}))]);
    let task = account.sim.tasks(CLUSTER).remove(0);
    let call = account.ecs.stop_task().cluster(CLUSTER).task(&task.arn).reason("enough");
    call.send().await.unwrap();
    account.secs(30).await;
    let messages = account.messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["resources"], json!([task.arn]));
    let detail = &messages[0]["detail"];
    assert_eq!(detail["stopCode"], "UserInitiated");
    assert_eq!(detail["stoppedReason"], "enough");
    assert_eq!(detail["group"], "service:app");
    assert_eq!(detail["containers"][0]["exitCode"], 0);
    let answer = account.ecs.describe_tasks().cluster(CLUSTER).tasks(&task.arn).send().await.unwrap();
    let described = answer.tasks().first().unwrap();
    assert_eq!(detail["containerInstanceArn"].as_str(), described.container_instance_arn());
    assert_eq!(detail["version"].as_i64(), Some(described.version()));
    let stopped: Timestamp = detail["stoppedAt"].as_str().unwrap().parse().unwrap();
    assert_eq!(stopped.as_second(), described.stopped_at().unwrap().secs());
}

#[tokio::test(start_paused = true)]
async fn an_instance_tells_that_it_registers_drains_and_is_gone() {
    let account = listening(vec![RuleSpec::of(INSTANCES, "spot-events")]);
    let (before, victim) = (account.members(), account.victim());
    account.detach(std::slice::from_ref(&victim)).await.unwrap();
    account.drain(&victim).await;
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(60));
    account.secs(120).await;
    let messages = account.messages().await;
    let told = by("ec2InstanceId", &messages);
    assert_versions_grow(&told);
    let new = &told[&account.newcomers(&before)[0]];
    assert_eq!((new[0]["status"].as_str(), new[0]["version"].as_u64()), (Some("ACTIVE"), Some(1)));
    let seen: Vec<_> = told[&victim]
        .iter()
        .map(|detail| (detail["status"].as_str().unwrap(), detail["agentConnected"].as_bool().unwrap()))
        .collect();
    assert_eq!(seen.first(), Some(&("DRAINING", true)));
    assert!(seen.contains(&("DRAINING", false)), "the agent is lost first");
    assert_eq!(seen.last(), Some(&("INACTIVE", false)));
    assert!(messages.iter().all(|message| message["detail"]["clusterArn"].as_str().unwrap().ends_with(":cluster/web")));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_listens_to_is_not_written() {
    for (rules, tasks, instances) in [
        (vec![RuleSpec::interruptions("spot-events")], false, false),
        (vec![RuleSpec::of(TASKS, "spot-events")], true, false),
        (vec![only(INSTANCES, json!({"status": ["NONE"]}))], false, true),
    ] {
        let account = listening(rules);
        account.drain(&account.victim()).await;
        account.secs(60).await;
        assert_eq!((was_written(&account, TASKS), was_written(&account, INSTANCES)), (tasks, instances));
        assert_eq!(account.messages().await.is_empty(), !tasks);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_without_kind_hears_all_kinds() {
    let pattern = json!({"source": ["aws.ecs"]});
    let account = listening(vec![RuleSpec { pattern, ..RuleSpec::of("any", "spot-events") }]);
    account.drain(&account.victim()).await;
    account.secs(60).await;
    let messages = account.messages().await;
    let heard = |kind: &str| messages.iter().any(|message| message["detail-type"] == kind);
    assert!(heard(TASKS) && heard(INSTANCES));
    assert!(messages.iter().all(|message| message["source"] == "aws.ecs"));
}

#[tokio::test(start_paused = true)]
async fn a_pattern_picks_by_fields_of_the_detail() {
    let account_of = |detail: Value| listening(vec![only(TASKS, detail)]);
    for (detail, stopped_by_scheduler, stopped_by_user) in [
        (json!({"lastStatus": ["STOPPED"]}), true, true),
        (json!({"lastStatus": ["STOPPED"], "stopCode": ["ServiceSchedulerInitiated"]}), true, false),
        (json!({"lastStatus": ["STOPPED"], "stopCode": [{"anything-but": "ServiceSchedulerInitiated"}]}), false, true),
        (json!({"stopCode": [{"prefix": "User"}], "group": ["service:app"]}), false, true),
        (json!({"stopCode": [{"exists": true}], "group": ["family:app"]}), false, false),
        (json!({"lastStatus": ["STOPPED"], "version": [{"numeric": [">", 1_000]}]}), false, false),
    ] {
        let account = account_of(detail.clone());
        let victim = account.victim();
        let other = account.sim.tasks(CLUSTER).into_iter().find(|task| task.instance_id.as_ref() != Some(&victim));
        account.drain(&victim).await;
        account.ecs.stop_task().cluster(CLUSTER).task(other.unwrap().arn).send().await.unwrap();
        account.secs(60).await;
        let messages = account.messages().await;
        let by = |code: &str| messages.iter().any(|message| message["detail"]["stopCode"] == code);
        assert_eq!(
            (by("ServiceSchedulerInitiated"), by("UserInitiated")),
            (stopped_by_scheduler, stopped_by_user),
            "{detail}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn events_of_ecs_are_not_lost_when_those_of_ec2_are() {
    let events = EventFaults { loss: 1.0, ..EventFaults::default() };
    let rules = vec![RuleSpec::of(TASKS, "spot-events"), RuleSpec::interruptions("spot-events")];
    let faults = Faults { events, ..Faults::none() };
    let account = Account::new(Scenario { params: exact(), rules, faults, ..small() }, 1);
    let victim = account.victim();
    account.sim.interrupt(std::slice::from_ref(&victim), Duration::from_secs(120));
    account.drain(&victim).await;
    account.secs(60).await;
    let messages = account.messages().await;
    assert!(!messages.is_empty());
    assert!(messages.iter().all(|message| message["source"] == "aws.ecs"));
}

#[tokio::test(start_paused = true)]
async fn an_event_arrives_later_than_the_api_shows_it() {
    let account = listening(vec![only(TASKS, json!({"desiredStatus": ["STOPPED"]}))]);
    let task = account.sim.tasks(CLUSTER).remove(0);
    account.ecs.stop_task().cluster(CLUSTER).task(&task.arn).send().await.unwrap();
    let call = account.ecs.list_tasks().cluster(CLUSTER).desired_status(DesiredStatus::Stopped);
    assert_eq!(call.send().await.unwrap().task_arns(), std::slice::from_ref(&task.arn));
    assert!(account.messages().await.is_empty(), "the event is on its way");
    account.secs(1).await;
    assert_eq!(account.messages().await[0]["detail"]["taskArn"], task.arn.as_str());
}

//! Whatever anybody sends, the answer is one of AWS's errors or a sensible one, and never the end of the process.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::*;
use crate::sim::edge::{Request, Response, handle, refuse};

/// Prefixes of the targets, and where the actions of each service are told apart.
const JSON_SERVICES: [(&str, &str); 3] = [
    ("AmazonEC2ContainerServiceV20141113", include_str!("../edge/wire/ecs/mod.rs")),
    ("AmazonSQS", include_str!("../edge/wire/sqs/mod.rs")),
    ("AWSEvents", include_str!("../edge/wire/events/mod.rs")),
];
/// What comes before an action in a form, and where the actions of each service are told apart.
const QUERY_SERVICES: [(&str, &str); 2] = [
    ("", include_str!("../edge/wire/autoscaling/mod.rs")),
    ("Version=2015-12-01&", include_str!("../edge/wire/elb/mod.rs")),
];

/// Names of members that many actions have.
const MEMBERS: [&str; 24] = [
    "cluster",
    "containerInstances",
    "status",
    "tasks",
    "task",
    "filter",
    "maxResults",
    "nextToken",
    "attributes",
    "services",
    "service",
    "QueueUrl",
    "ReceiptHandle",
    "Entries",
    "MaxNumberOfMessages",
    "MessageBody",
    "Attributes",
    "EventPattern",
    "Name",
    "Rule",
    "Targets",
    "Ids",
    "taskDefinition",
    "count",
];

const PARAMETERS: [&str; 21] = [
    "AutoScalingGroupName",
    "InstanceIds.member.1",
    "InstanceId",
    "ShouldDecrementDesiredCapacity",
    "MaxRecords",
    "NextToken",
    "DesiredCapacity",
    "LifecycleHookName",
    "LifecycleActionResult",
    "LifecycleActionToken",
    "MinSize",
    "Filters.member.1.Name",
    "Tags.member.1.Key",
    "RequestedCapacity",
    "ClientToken",
    "HeartbeatTimeout",
    "TargetGroupArn",
    "Targets.member.1.Id",
    "Targets.member.1.Port",
    "Names.member.1",
    "PageSize",
];

fn actions(source: &str) -> Vec<String> {
    let arms = source.split_once("match action {").unwrap().1.split_once("_ => Err(").unwrap().0;
    let names = arms.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>"));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// Some value, right or wrong.
fn value(lots: &mut ChaCha8Rng) -> Value {
    match lots.next_u32() % 12 {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(1e300),
        4 => json!(u64::MAX),
        5 => json!(""),
        6 => json!(CLUSTER),
        7 => json!(GROUP),
        8 => json!([]),
        9 => json!(["x", CLUSTER, "\u{0}", "é".repeat(300)]),
        10 => json!([{"name": "n", "value": null, "targetId": "x", "Id": "1", "Arn": "arn:aws:sqs:::x"}]),
        _ => json!({"a": {"b": [1, 2, {"c": null}]}}),
    }
}

fn text(lots: &mut ChaCha8Rng) -> String {
    let texts =
        ["", "-1", "18446744073709551616", "true", GROUP, "%ff%fe", "%", "i-0", "CONTINUE", "nonsense", "30", "1"];
    texts[lots.next_u32() as usize % texts.len()].to_owned()
}

fn asked(account: &Account, target: Option<String>, body: Vec<u8>) -> Response {
    let headers = target.into_iter().map(|target| ("x-amz-target".to_owned(), target)).collect();
    let request = Request { headers, body, endpoint: None };
    account.sim.change(|world| handle(world, &request))
}

#[tokio::test(start_paused = true)]
async fn nonsense_gets_an_error_and_ends_nothing() {
    let account = Account::once(small(), 1);
    let mut lots = ChaCha8Rng::seed_from_u64(1);
    let mut refused = 0;
    for (service, source) in JSON_SERVICES {
        for action in actions(source) {
            for _ in 0..40 {
                let members = (0..lots.next_u32() % 6).map(|_| {
                    let name = MEMBERS[lots.next_u32() as usize % MEMBERS.len()];
                    (name.to_owned(), value(&mut lots))
                });
                let mut body = Value::Object(members.collect()).to_string().into_bytes();
                if lots.next_u32().is_multiple_of(8) {
                    body.truncate(lots.next_u32() as usize % (body.len() + 1));
                }
                let answer = asked(&account, Some(format!("{service}.{action}")), body);
                assert!([200, 400, 403].contains(&answer.status), "{action}: {}", answer.status);
                assert!(serde_json::from_slice::<Value>(&answer.body).is_ok(), "{action}");
                refused += usize::from(answer.status != 200);
            }
        }
    }
    let of_service = |(version, source): (&'static str, _)| actions(source).into_iter().map(move |a| (version, a));
    for (version, action) in QUERY_SERVICES.into_iter().flat_map(of_service) {
        for _ in 0..40 {
            let mut body = format!("{version}Action={action}");
            for _ in 0..lots.next_u32() % 6 {
                let name = PARAMETERS[lots.next_u32() as usize % PARAMETERS.len()];
                body.push_str(&format!("&{name}={}", text(&mut lots)));
            }
            let answer = asked(&account, None, body.into_bytes());
            assert!([200, 400, 403].contains(&answer.status), "{action}: {}", answer.status);
            refused += usize::from(answer.status != 200);
        }
    }
    assert!(refused > 1_000, "{refused}");
    account.secs(3_600).await;
    assert!(account.sim.group(GROUP).is_some(), "and the world goes on");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_action_of_any_service_is_refused_in_its_words() {
    let account = Account::once(small(), 1);
    for (target, body, code) in [
        (Some("AmazonSQS.Nonsense"), "{}", "UnknownOperationException"),
        (Some("Nonsense.Nonsense"), "{}", "UnknownOperationException"),
        (None, "Action=Nonsense", "InvalidAction"),
        (None, "Action=Nonsense&Version=2015-12-01", "InvalidAction"),
        (None, "", "UnknownOperationException"),
    ] {
        let answer = asked(&account, target.map(str::to_owned), body.into());
        let said = String::from_utf8(answer.body).unwrap();
        assert!(answer.status == 400 && said.contains(code), "{target:?}: {said}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_signed_at_another_time_is_refused_where_that_is_looked_at() {
    let params = Params { request_skew_max: Some(Duration::from_secs(300)), ..Params::default() };
    let account = Account::once(Scenario { params, ..small() }, 1);
    let refused = |date: &str| {
        let target = "AmazonEC2ContainerServiceV20141113.ListClusters";
        let headers = [("x-amz-target", target), ("x-amz-date", date)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let request = Request { headers, body: Vec::new(), endpoint: None };
        account.sim.change(|world| refuse(world, &request)).is_some()
    };
    let dates = ["20260102T030405Z", "20260102T025905Z", "20260102T025904Z", "20260102T031000Z", "nonsense"];
    assert_eq!(dates.map(refused), [false, false, true, true, false]);
}

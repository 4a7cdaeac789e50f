use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::*;
use crate::observe::Snapshot;
use crate::plan::{Case, Cases, Outcome, Reason, Report, Tally};
use crate::signal::{self, Parsed, Signal};
use crate::telemetry::CaseLine;

const NOW: &str = "2026-01-02T03:00:30Z";

const MANIFESTS: &str = "apiVersion: ecs-spot-operator/v1\nkind: Operator\nmetadata: {name: o}\n\
    spec: {queues: [{url: 'https://q/1'}]}\n---\napiVersion: ecs-spot-operator/v1\nkind: SpotCluster\n\
    metadata: {name: web, labels: {team: a}}\nspec: {cluster: web}\n";

fn notice(instance: &str) -> Signal {
    let (kind, said_at) = ("EC2 Spot Instance Interruption Warning", "2026-01-02T03:00:00Z");
    let body = serde_json::json!({"detail-type": kind, "time": said_at, "detail": {"instance-id": instance}});
    let parsed = signal::parse(&body.to_string(), NOW.parse().unwrap());
    let Ok(Parsed::Signals(mut signals)) = parsed else { panic!("no notice: {body}") };
    signals.remove(0)
}

/// A board with an open case of i-1 and one of i-2 that has ended.
fn shown() -> Shown {
    // A clock that stands still for as long as a test can take.
    let clock = Clock::simulated(NOW.parse().unwrap(), 1e-9);
    let now = clock.now();
    let telemetry = Telemetry::new(Arc::default(), None);
    let (mut cases, mut report) = (Cases::default(), Report::default());
    cases.admit(&notice("i-1"), false, now);
    report.add(&cases.iter().next().unwrap().id, Reason::LookingUp);
    telemetry.board.publish(&cases, &report, &Snapshot::default());
    let line = CaseLine::new("case.closed", &Case::new(&notice("i-2"), now), Tally::default(), now);
    telemetry.board.end(CaseLine { outcome: Some(Outcome::HandedOver), ..line }, now);
    let manifests = crate::api::load_str("test", MANIFESTS).unwrap();
    let configuration = Configuration::new(manifests, &"us-east-1".into(), &clock).unwrap();
    configuration.offer(crate::api::load_str("test", "kind: Nonsense"));
    Shown::of(&telemetry, &Arc::default(), &Arc::new(configuration), &clock)
}

/// Asks a server for these paths, one after the other.
async fn ask(paths: impl IntoIterator<Item = impl Into<String>>) -> Vec<(u16, Value)> {
    let (listener, address) = bind("127.0.0.1:0").await.unwrap();
    let stop = CancellationToken::new();
    let paths: Vec<String> = paths.into_iter().map(Into::into).collect();
    let asking = async {
        let answers = tokio::task::spawn_blocking(move || paths.iter().map(|path| get_one(address, path)).collect());
        let answers = answers.await.unwrap();
        stop.cancel();
        answers
    };
    let (served, answers) = tokio::join!(serve(listener, shown(), stop.clone()), asking);
    served.unwrap();
    answers
}

fn get_one(address: SocketAddr, path: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.to_ascii_lowercase().contains("content-type: application/json"), "{head}");
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn the_list_has_the_open_cases_and_those_that_ended() {
    let answers = ask(["/api/v1/interruptions", "/api/v1/interruptions?limit=1&x=y"]).await;
    let (status, list) = &answers[0];
    assert_eq!((*status, list["items"].as_array().unwrap().len(), list.get("remainingItemCount")), (200, 2, None));
    let open = &list["items"][0];
    assert_eq!((&open["apiVersion"], &open["kind"]), (&"ecs-spot-operator/v1".into(), &"Interruption".into()));
    assert_eq!(open["metadata"], serde_json::json!({"name": "i-1@2026-01-02T03:00:00Z"}));
    assert_eq!((&open["spec"]["instanceId"], &open["spec"]["signal"]), (&"i-1".into(), &"interruption_notice".into()));
    assert_eq!((&open["status"]["seconds_left"], &open["status"]["open"]), (&90.0.into(), &true.into()));
    assert_eq!(open["status"]["waitingFor"][0]["reason"], "LookingUp");
    assert_eq!(list["items"][1]["status"]["outcome"], "handed_over");
    let (status, short) = &answers[1];
    assert_eq!((*status, short["items"].as_array().unwrap().len(), &short["remainingItemCount"]), (200, 1, &1.into()));
}

#[tokio::test]
async fn one_is_found_by_its_name_or_its_instance_and_another_is_not() {
    let known = ["i-1", "i-1@2026-01-02T03:00:00Z", "i%2D1%402026-01-02T03%3A00%3A00Z", "i-2"];
    let answers = ask(known.map(|id| format!("/api/v1/interruptions/{id}"))).await;
    for (status, answer) in &answers {
        assert_eq!((*status, &answer["kind"]), (200, &"Interruption".into()));
    }
    assert_eq!(answers[3].1["status"]["instance_id"], "i-2");
    for (status, answer) in ask(["/api/v1/interruptions/i-3", "/api/v1/interruptions/i-1%0A@x"]).await {
        assert_eq!((status, &answer["code"], &answer["reason"]), (404, &404.into(), &"NotFound".into()));
        assert!(answer["message"].as_str().unwrap().contains("no interruption `i-"), "{answer}");
    }
}

#[tokio::test]
async fn a_limit_that_is_none_is_refused() {
    let queries = ["?limit=0", "?limit=", "?limit=-1", "?limit=5001", "?a&limit=many"];
    for (status, answer) in ask(queries.map(|query| format!("/api/v1/interruptions{query}"))).await {
        assert_eq!((status, &answer["reason"]), (400, &"BadRequest".into()), "{answer}");
        assert!(answer["message"].as_str().unwrap().contains("from 1 to 5000"), "{answer}");
    }
}

#[tokio::test]
async fn what_was_declared_is_told_with_how_it_stands() {
    let answers =
        ask(["/api/v1/operator", "/api/v1/clusters", "/api/v1/clusters/web", "/api/v1/clusters/nobody"]).await;
    let [operator, clusters, web, nobody] = answers.try_into().unwrap();
    assert_eq!((operator.0, clusters.0, web.0, nobody.0), (200, 200, 200, 404));
    assert_eq!(operator.1["spec"]["api"]["share"], "80%", "every default is visible");
    let accepted = operator.1["status"]["conditions"].as_array().unwrap().iter();
    let accepted = accepted.filter(|condition| condition["type"] == "ConfigAccepted").collect::<Vec<_>>();
    assert_eq!((&accepted[0]["status"], &accepted[0]["reason"]), (&"False".into(), &"Refused".into()));
    assert!(accepted[0]["message"].as_str().unwrap().contains("apiVersion is missing"), "{accepted:?}");
    assert_eq!(clusters.1["items"].as_array().unwrap().len(), 1);
    assert_eq!(web.1["metadata"]["labels"]["team"], "a");
    assert_eq!(web.1["status"]["observedGeneration"], 1);
    assert!(nobody.1["message"].as_str().unwrap().contains("there are web"));
}

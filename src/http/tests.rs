use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::observe::Snapshot;
use crate::plan::{Case, Cases, Outcome, Reason, Report, Tally};
use crate::signal::{self, Parsed, Signal};
use crate::telemetry::CaseLine;

/// Nothing here takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_secs(30);

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
    shown_by(MANIFESTS, "i-1")
}

fn shown_by(manifests: &str, open: &str) -> Shown {
    // A clock that stands still for as long as a test can take.
    let clock = Clock::simulated(NOW.parse().unwrap(), 1e-9);
    let now = clock.now();
    let telemetry = Telemetry::new(Arc::default(), None);
    let (mut cases, mut report) = (Cases::default(), Report::default());
    cases.admit(&notice(open), false, now);
    report.add(&cases.iter().next().unwrap().id, Reason::LookingUp);
    telemetry.board.publish(&cases, &report, &Snapshot::default());
    let line = CaseLine::new("case.closed", &Case::new(&notice("i-2"), now), Tally::default(), now);
    telemetry.board.end(CaseLine { outcome: Some(Outcome::HandedOver), ..line }, now);
    let manifests = crate::api::load_str("test", manifests).unwrap();
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
    let (head, body) = exchange(address, "GET", path);
    assert!(head.contains("content-type: application/json"), "{head}");
    (status(&head), serde_json::from_str(&body).unwrap())
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

/// The head of the answer in small letters, and its body.
fn exchange(address: SocketAddr, method: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    // A stream of events where an answer was to be expected would be read for good.
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

/// A server that shows `shown` until the test ends.
#[expect(clippy::disallowed_methods, reason = "nobody waits for the end of a server that has none")]
async fn serve_with(shown: impl FnOnce(SocketAddr) -> Shown) -> SocketAddr {
    let (listener, address) = bind("127.0.0.1:0").await.unwrap();
    tokio::spawn(serve(listener, shown(address), CancellationToken::new()));
    address
}

async fn serve_for_good(shown: Shown) -> SocketAddr {
    serve_with(|_| shown).await
}

async fn asked(address: SocketAddr, method: &'static str, path: &'static str) -> (String, String) {
    tokio::task::spawn_blocking(move || exchange(address, method, path)).await.unwrap()
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

#[tokio::test]
async fn every_answer_keeps_the_page_to_itself_and_nothing_is_changed_by_asking() {
    let address = serve_for_good(shown()).await;
    for path in ["/", "/page/page.css", "/page/main.js", "/api/v1/operator", "/metrics", "/readyz"] {
        let (head, body) = asked(address, "GET", path).await;
        assert!([200, 503].contains(&status(&head)) && !body.is_empty(), "{path}: {head}");
        let policy = head.lines().find_map(|line| line.strip_prefix("content-security-policy: ")).unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"), "{policy}");
        for header in ["x-content-type-options: nosniff", "x-frame-options: deny", "referrer-policy: no-referrer"] {
            assert!(head.contains(header), "{path}: {head}");
        }
    }
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        for path in ["/", "/api/v1/operator", "/api/v1/interruptions", "/api/v1/events"] {
            assert_eq!(status(&asked(address, method, path).await.0), 405, "{method} {path}");
        }
    }
    assert_eq!(status(&asked(address, "GET", "/page/../main.rs").await.0), 404);
    assert_eq!(status(&asked(address, "GET", "/page/nothing.js").await.0), 404);
}

#[tokio::test]
async fn who_listens_is_told_at_once_and_let_go_at_the_end() {
    let (listener, address) = bind("127.0.0.1:0").await.unwrap();
    let stop = CancellationToken::new();
    let reading = async {
        let (head, body) = tokio::task::spawn_blocking({
            let stop = stop.clone();
            move || {
                let mut stream = TcpStream::connect(address).unwrap();
                write!(stream, "GET /api/v1/events HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
                let (mut heard, mut buffer) = (Vec::new(), [0; 4_096]);
                while !String::from_utf8_lossy(&heard).contains("\n\n\r\n") {
                    let read = stream.read(&mut buffer).unwrap();
                    assert!(read > 0, "{}", String::from_utf8_lossy(&heard));
                    heard.extend_from_slice(&buffer[..read]);
                }
                stop.cancel();
                // Without an end that is told from outside, this would read for good.
                stream.read_to_end(&mut heard).unwrap();
                let heard = String::from_utf8(heard).unwrap();
                let (head, body) = heard.split_once("\r\n\r\n").unwrap();
                (head.to_ascii_lowercase(), body.to_owned())
            }
        })
        .await
        .unwrap();
        assert!(head.contains("content-type: text/event-stream"), "{head}");
        let data = body.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
        let told: Value = serde_json::from_str(data).unwrap();
        assert!(body.contains("event: changed"), "{body}");
        assert!(told["time"].as_str().unwrap().starts_with("2026-01-02T03:00:30"), "{told}");
        for part in ["operator", "clusters", "interruptions"] {
            assert!(told[part].is_u64(), "{told}");
        }
    };
    let (served, ()) = tokio::join!(serve(listener, shown(), stop.clone()), reading);
    served.unwrap();
}

#[tokio::test]
async fn more_readers_than_there_are_seats_are_told_to_ask_instead() {
    let address = serve_for_good(shown()).await;
    let full = move || {
        let listen = |_| {
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "GET /api/v1/events HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
            // It sits once it is answered.
            assert!(stream.read(&mut [0; 16]).unwrap() > 0);
            stream
        };
        let seated: Vec<TcpStream> = (0..32).map(listen).collect();
        let answer = get_one(address, "/api/v1/events");
        drop(seated);
        answer
    };
    let (status, answer) = tokio::task::spawn_blocking(full).await.unwrap();
    assert_eq!((status, &answer["reason"]), (503, &"TooManyReaders".into()));
}

fn sharing(url: &str) -> String {
    MANIFESTS.replace("spec: {queues", &format!("spec: {{http: {{replicas: '{url}'}}, queues"))
}

#[tokio::test]
async fn one_replica_shows_what_another_has() {
    let other = serve_for_good(shown_by(&sharing("http://127.0.0.1:1"), "i-9")).await;
    let this = serve_for_good(shown_by(&sharing(&format!("http://{other}")), "i-1")).await;
    let asked =
        |path: &'static str| async move { tokio::task::spawn_blocking(move || get_one(this, path)).await.unwrap().1 };
    let list = asked("/api/v1/interruptions").await;
    let names: Vec<(&str, Option<&str>)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["spec"]["instanceId"].as_str().unwrap(), it["status"]["replica"].as_str().map(|_| "another")))
        .collect();
    // Both have i-2, which has ended: it is shown once.
    assert_eq!(names, [("i-1", None), ("i-9", Some("another")), ("i-2", None)]);
    let own = asked("/api/v1/interruptions?local=true").await;
    assert_eq!(own["items"].as_array().unwrap().len(), 2);
    let found = asked("/api/v1/interruptions/i-9").await;
    assert!(found["status"]["replica"].is_string(), "{found}");
    assert_eq!(asked("/api/v1/interruptions/i-9?local=true").await["code"], 404);
    let replicas = asked("/api/v1/operator").await["status"]["replicas"].clone();
    let told: Vec<_> =
        replicas.as_array().unwrap().iter().map(|it| (&it["self"], &it["answers"], &it["clusters"])).collect();
    let (yes, no, web) = (Value::from(true), Value::from(false), serde_json::json!(["web"]));
    assert_eq!(told, [(&yes, &yes, &web), (&no, &yes, &web)]);
}

#[tokio::test]
async fn a_replica_that_is_silent_is_told_of_and_one_does_not_count_itself() {
    let address = serve_with(|address| shown_by(&sharing(&format!("http://{address}")), "i-1")).await;
    let alone = tokio::task::spawn_blocking(move || get_one(address, "/api/v1/operator")).await.unwrap().1;
    assert_eq!(alone["status"]["replicas"].as_array().unwrap().len(), 1, "{alone}");

    let address = serve_for_good(shown_by(&sharing("http://127.0.0.1:1"), "i-1")).await;
    let told = tokio::task::spawn_blocking(move || get_one(address, "/api/v1/operator")).await.unwrap().1;
    let silent = &told["status"]["replicas"][1];
    assert_eq!((&silent["answers"], &silent["name"]), (&false.into(), &"http://127.0.0.1:1".into()), "{told}");
    assert!(silent["message"].as_str().unwrap().contains("cannot be reached"), "{silent}");
}

/// Somebody who gives every question this answer.
#[expect(clippy::disallowed_methods, reason = "it answers until the test ends")]
async fn answering(body: &'static str) -> SocketAddr {
    let (listener, address) = bind("127.0.0.1:0").await.unwrap();
    let router = Router::new().fallback(move || async move { ([(header::CONTENT_TYPE, "application/json")], body) });
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test]
async fn a_replica_that_talks_nonsense_is_told_of_and_harms_nobody() {
    for (nonsense, why) in [
        ("{}", "no spec.http.replicas"),
        ("[]", "no spec.http.replicas"),
        ("not JSON", "does not answer as an operator"),
        (r#"{"status": {"replicas": [{"name": "b", "self": true, "news": 1}]}}"#, "as no operator of this version"),
    ] {
        let other = answering(nonsense).await;
        let this = serve_for_good(shown_by(&sharing(&format!("http://{other}")), "i-1")).await;
        let asked = move || (get_one(this, "/api/v1/operator").1, get_one(this, "/api/v1/interruptions"));
        let (operator, (status, list)) = tokio::task::spawn_blocking(asked).await.unwrap();
        let replica = &operator["status"]["replicas"][1];
        assert!(replica["message"].as_str().unwrap().contains(why), "{nonsense}: {replica}");
        assert_eq!((status, list["items"].as_array().unwrap().len()), (200, 2), "{nonsense}");
    }
}

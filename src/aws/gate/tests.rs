//! Through the real SDK: what it retries and what it does not, and that errands reach the gate.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::http_client_fn;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::api::Percent;
use crate::aws::{Class, Clients, Connection, Failure, RegionClients};

/// An AWS that answers by script, then with nothing wrong, and notes what it was asked.
#[derive(Clone, Debug)]
struct Scripted {
    asked: Arc<Mutex<Vec<(Duration, String)>>>,
    script: Arc<Mutex<Vec<(u16, &'static str)>>>,
    clock: Clock,
}

impl HttpConnector for Scripted {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or("form").to_owned();
        self.asked.lock().unwrap().push((self.clock.elapsed(), target));
        let mut script = self.script.lock().unwrap();
        let (status, body) = if script.is_empty() { (200, "{}") } else { script.remove(0) };
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))))
    }
}

const THROTTLED: (u16, &str) = (400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#);

struct Rig {
    aws: Scripted,
    gates: Gates,
    clients: RegionClients,
    clock: Clock,
}

fn rig(share: u8, script: &[(u16, &'static str)]) -> Rig {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH, 1.0);
    let script = Arc::new(Mutex::new(script.to_vec()));
    let aws = Scripted { asked: Arc::default(), script, clock: clock.clone() };
    let connector = SharedHttpConnector::new(aws.clone());
    let connection = Connection::through(http_client_fn(move |_, _| connector.clone()), &"us-east-1".into(), &clock);
    let gates = Gates::new(&ApiBudget { share: Percent::new(share), ..ApiBudget::default() }, &clock);
    let clients = Clients::new(&connection, ["us-east-1".into()], &gates);
    let clients = clients.of(&"us-east-1".into(), "test").unwrap().clone();
    Rig { aws, gates, clients, clock }
}

impl Rig {
    async fn describe(&self) -> Result<(), Failure> {
        let result = self.clients.ecs.describe_clusters().send().await;
        result.map(drop).map_err(|error| Failure::of("ecs:DescribeClusters", &error))
    }

    fn reading(&self, of: Category) -> Tally {
        self.gates.readings().into_iter().find(|(_, category, _)| *category == of).unwrap().2
    }

    fn asked(&self) -> usize {
        self.aws.asked.lock().unwrap().len()
    }
}

fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds))
}

#[tokio::test(start_paused = true)]
async fn a_bucket_gives_its_share_of_what_is_documented() {
    let rig = rig(50, &[]);
    for _ in 0..23 {
        rig.describe().await.unwrap();
    }
    assert_eq!(rig.clock.elapsed(), Duration::ZERO, "half of the documented 50 tokens, but for what may be on its way");
    for _ in 0..20 {
        rig.describe().await.unwrap();
    }
    let waited = rig.clock.elapsed().as_millis();
    assert!((1990..=2010).contains(&waited), "20 more at half of the documented 20 a second: {waited} ms");
}

#[tokio::test(start_paused = true)]
async fn several_operators_split_the_share() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH, 1.0);
    let gates = Gates::new(&ApiBudget { share: Percent::new(80), replicas: 4 }, &clock);
    let _made = gates.of(&"us-east-1".into());
    let modify = gates.readings().into_iter().find(|(_, of, _)| *of == Category::ClusterResourceModify).unwrap().2;
    assert!((modify.tokens - 19.0).abs() < 1e-9 && (modify.rate - 8.0).abs() < 1e-9, "{modify:?}");
}

#[tokio::test(start_paused = true)]
async fn an_errand_reaches_the_gate_through_the_sdk() {
    let rig = rig(80, &[]);
    let heard = Arc::new(AtomicU32::new(0));
    let listener = Arc::clone(&heard);
    let listener = move || {
        listener.fetch_add(1, Ordering::Relaxed);
    };
    let errand = Errand::new(Lane::Urgent(Rank::First)).when_sent(listener);
    errand.run(async { (rig.describe().await.unwrap(), rig.describe().await.unwrap()) }).await;
    rig.describe().await.unwrap();
    let sent = rig.reading(Category::ClusterRead).sent;
    assert_eq!(sent, BTreeMap::from([(Lane::Urgent(Rank::First), 2), (Lane::Soon, 1)]));
    assert_eq!(heard.load(Ordering::Relaxed), 1, "when the first request leaves");
}

#[tokio::test(start_paused = true)]
async fn what_the_gate_holds_back_is_not_sent_and_not_tried_again() {
    let rig = rig(1, &[]);
    rig.describe().await.unwrap();
    let failure = Errand::new(Lane::Soon).until(at(2)).run(rig.describe()).await.unwrap_err();
    assert_eq!((failure.class, rig.asked()), (Class::NotSent, 1), "{failure}");
    assert_eq!(rig.clock.elapsed().as_secs(), 2);
    assert!(failure.to_string().contains("its deadline passed"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_once_may_have_been_done_though_its_retry_was_held_back() {
    let rig = rig(1, &[(500, "")]);
    let failure = Errand::new(Lane::Soon).until(at(3)).run(rig.describe()).await.unwrap_err();
    assert_eq!((failure.class, rig.asked()), (Class::Unreachable, 1), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_answer_slows_its_bucket_alone_and_the_retry_pays_again() {
    let rig = rig(100, &[THROTTLED]);
    rig.describe().await.unwrap();
    assert_eq!(rig.asked(), 2, "the SDK tries again");
    let (slowed, other) = (rig.reading(Category::ClusterRead), rig.reading(Category::ClusterResourceModify));
    assert_eq!((slowed.throttled, other.throttled), (1, 0));
    assert!(slowed.rate < 20.0 && (other.rate - 40.0).abs() < 1e-9, "{slowed:?} {other:?}");
    assert_eq!(slowed.sent[&Lane::Soon], 2);
    for _ in 0..2000 {
        rig.describe().await.unwrap();
    }
    let recovered = rig.reading(Category::ClusterRead).rate;
    assert!((recovered - 20.0).abs() < 1e-9, "{recovered}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_waited_for_before_pays_for_the_first_request() {
    let rig = rig(1, &[]);
    let errand = Errand::new(Lane::Soon);
    let token = rig.clients.gate.token(Category::ClusterRead, &errand).await.unwrap().unwrap();
    errand.paid_with(token).run(rig.describe()).await.unwrap();
    assert_eq!(rig.clock.elapsed(), Duration::ZERO);
    assert_eq!(rig.reading(Category::ClusterRead).sent[&Lane::Soon], 1, "paid once");
    let errand = Errand::new(Lane::Soon);
    let token = rig.clients.gate.token(Category::ServiceRead, &errand).await.unwrap().unwrap();
    errand.paid_with(token).run(rig.describe()).await.unwrap();
    assert_eq!(rig.clock.elapsed().as_secs(), 5, "a token of another bucket is none");
    let back = rig.reading(Category::ServiceRead).tokens;
    assert!((back - 1.0).abs() < 1e-9, "and is given back: {back}");
}

#[test]
fn what_is_done_together_is_of_use_as_long_as_it_is_to_one() {
    let until = |seconds: i64| Errand::new(Lane::Soon).until(at(seconds));
    let joined = until(2).with(&until(5)).with(&until(3));
    assert!(!joined.has_passed(at(4).unwrap()) && joined.has_passed(at(5).unwrap()));
    assert!(!until(2).with(&Errand::new(Lane::Soon)).has_passed(at(9).unwrap()));
}

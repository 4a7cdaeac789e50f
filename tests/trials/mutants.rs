//! Operators that are broken on purpose, at the connector: each has to be found out within 200 seeds. A checker that finds
//! nobody out checks nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::{Value, json};

use ecs_spot_operator::clock::Clock;
use ecs_spot_operator::trial::Meddler;
use ecs_spot_operator::trial::fuzz::fuzz;

/// Seeds within which a broken operator has to be found out.
const SEEDS: u64 = 200;

/// What a mutant does with one exchange; the rest goes on as it would.
trait Mutant: std::fmt::Debug + Send + Sync + 'static {
    /// Changes what the operator asks.
    fn request(&self, _call: &str, _body: &mut String) {}
    /// Lets the operator wait before it asks.
    fn delay(&self, _call: &str) -> Duration {
        Duration::ZERO
    }
    /// Changes what it is told, and asks other things in its name.
    fn answer(&self, _call: &str, _asked: &str, _answer: &mut String) -> Vec<Extra> {
        Vec::new()
    }
}

/// A request that nobody asked the operator to make: the action with its service's prefix, and the body.
struct Extra {
    target: Option<&'static str>,
    body: String,
}

#[derive(Debug)]
struct Client {
    http: SharedHttpClient,
    mutant: Arc<dyn Mutant>,
}

impl HttpClient for Client {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let connector = self.http.http_connector(settings, components);
        SharedHttpConnector::new(Connector { connector, mutant: Arc::clone(&self.mutant) })
    }
}

#[derive(Debug)]
struct Connector {
    connector: SharedHttpConnector,
    mutant: Arc<dyn Mutant>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (connector, mutant) = (self.connector.clone(), Arc::clone(&self.mutant));
        HttpConnectorFuture::new(async move { exchange(&connector, &*mutant, request).await })
    }
}

async fn exchange(
    connector: &SharedHttpConnector,
    mutant: &dyn Mutant,
    mut request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    let mut asked = text(request.take_body()).await;
    let call = call(&request, &asked);
    mutant.request(&call, &mut asked);
    *request.body_mut() = SdkBody::from(asked.clone());
    Clock::simulated(jiff::Timestamp::UNIX_EPOCH, 1.0).sleep(mutant.delay(&call)).await;
    let copy = request.try_clone().unwrap();
    let mut response = connector.call(request).await?;
    let mut answer = text(response.take_body()).await;
    if response.status().is_success() {
        for Extra { target, body } in mutant.answer(&call, &asked, &mut answer) {
            let mut extra = copy.try_clone().unwrap();
            if let Some(target) = target {
                extra.headers_mut().insert("x-amz-target", target);
            }
            *extra.body_mut() = SdkBody::from(body);
            let _ = connector.call(extra).await;
        }
    }
    *response.body_mut() = SdkBody::from(answer);
    Ok(response)
}

async fn text(body: SdkBody) -> String {
    let bytes = ByteStream::new(body).collect().await.unwrap().to_vec();
    String::from_utf8(bytes).unwrap()
}

/// The action, as `ListTasks`.
fn call(request: &HttpRequest, body: &str) -> String {
    match request.headers().get("x-amz-target") {
        Some(target) => target.rsplit('.').next().unwrap_or_default().to_owned(),
        None => body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default().to_owned(),
    }
}

/// Runs seeds until one finds the mutant out.
fn found_out(mutant: impl Fn() -> Arc<dyn Mutant>, by: &str) {
    let found = (1..=SEEDS).find(|seed| {
        // Each run has a mutant of its own: some remember what they did.
        let mutant = mutant();
        let meddler: Meddler =
            Arc::new(move |http| SharedHttpClient::new(Client { http, mutant: Arc::clone(&mutant) }));
        let violations = fuzz(*seed, Some(meddler)).unwrap().violations;
        violations.iter().any(|violation| violation.invariant.contains(by))
    });
    assert!(found.is_some(), "not found out in {SEEDS} seeds");
}

#[derive(Debug)]
struct DeletesAtOnce;

impl Mutant for DeletesAtOnce {
    fn answer(&self, call: &str, asked: &str, answer: &mut String) -> Vec<Extra> {
        if call != "ReceiveMessage" {
            return Vec::new();
        }
        let (asked, answer): (Value, Value) = (parsed(asked), parsed(answer));
        let receipts = answer["Messages"].as_array().into_iter().flatten().map(|message| &message["ReceiptHandle"]);
        let entries = receipts.enumerate().map(|(id, receipt)| json!({"Id": id.to_string(), "ReceiptHandle": receipt}));
        let body = json!({"QueueUrl": asked["QueueUrl"], "Entries": entries.collect::<Vec<_>>()});
        vec![Extra { target: Some("AmazonSQS.DeleteMessageBatch"), body: body.to_string() }]
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

#[test]
fn one_that_acknowledges_early() {
    found_out(|| Arc::new(DeletesAtOnce), "acknowledged before its case is closed");
}

#[derive(Debug)]
struct Rewrites(&'static str, &'static str);

impl Mutant for Rewrites {
    fn request(&self, _: &str, body: &mut String) {
        *body = body.replace(self.0, self.1);
    }
}

#[test]
fn one_that_decrements() {
    let mutant = || Rewrites("ShouldDecrementDesiredCapacity=false", "ShouldDecrementDesiredCapacity=true");
    found_out(move || Arc::new(mutant()), "change desired capacity by nothing");
}

#[test]
fn one_that_never_deletes() {
    let mutant = || Rewrites(r#""Entries":[{"Id":"0","ReceiptHandle":""#, r#""Entries":[{"Id":"0","ReceiptHandle":"x"#);
    found_out(move || Arc::new(mutant()), "no notice");
}

/// After a detach that was accepted it wants one instance more.
#[derive(Debug)]
struct AsksTwice;

impl Mutant for AsksTwice {
    fn answer(&self, call: &str, asked: &str, _: &mut String) -> Vec<Extra> {
        if call != "DetachInstances" {
            return Vec::new();
        }
        let group = asked.split('&').find(|pair| pair.starts_with("AutoScalingGroupName=")).unwrap_or_default();
        let token = format!("{:x}", asked.len() * 31 + group.len());
        let body = format!(
            "Action=LaunchInstances&Version=2011-01-01&{group}&RequestedCapacity=1&ClientToken={token}\
             &AvailabilityZones.member.1=us-east-1a"
        );
        vec![Extra { target: None, body }]
    }
}

#[test]
fn one_that_asks_for_a_second_replacement_after_an_accepted_detach() {
    found_out(|| Arc::new(AsksTwice), "change desired capacity by nothing");
}

/// Every drain comes a minute and a half late, and so do the ends of tasks.
#[derive(Debug)]
struct StopsLate;

impl Mutant for StopsLate {
    fn delay(&self, call: &str) -> Duration {
        let late = call == "UpdateContainerInstancesState" || call == "StopTask";
        if late { Duration::from_secs(90) } else { Duration::ZERO }
    }
}

#[test]
fn one_that_stops_tasks_too_late() {
    found_out(|| Arc::new(StopsLate), "whole stopTimeout left");
}

/// It takes what failed for what was done.
#[derive(Debug, Default)]
struct IgnoresFailures {
    failed: Mutex<BTreeMap<String, Value>>,
}

impl Mutant for IgnoresFailures {
    fn answer(&self, call: &str, _: &str, answer: &mut String) -> Vec<Extra> {
        let mut failed = self.failed.lock().unwrap();
        let mut said = parsed(answer);
        match call {
            "DescribeContainerInstances" => {
                // What it believes to have drained it sees as drained.
                for instance in said["containerInstances"].as_array_mut().into_iter().flatten() {
                    let arn = instance["containerInstanceArn"].as_str().unwrap_or_default().to_owned();
                    if failed.contains_key(&arn) {
                        instance["status"] = json!("DRAINING");
                    } else {
                        failed.remove(&arn);
                    }
                }
            }
            "UpdateContainerInstancesState" => {
                for failure in said["failures"].as_array().cloned().into_iter().flatten() {
                    let arn = failure["arn"].as_str().unwrap_or_default().to_owned();
                    failed.insert(arn, failure);
                }
                said["failures"] = json!([]);
            }
            _ => return Vec::new(),
        }
        *answer = said.to_string();
        Vec::new()
    }
}

#[test]
fn one_that_ignores_failures() {
    found_out(|| Arc::new(IgnoresFailures::default()), "what is announced is answered");
}

/// It sets back to ACTIVE what it finds draining.
#[derive(Debug)]
struct UndoesDrains;

impl Mutant for UndoesDrains {
    fn answer(&self, call: &str, asked: &str, answer: &mut String) -> Vec<Extra> {
        if call != "DescribeContainerInstances" {
            return Vec::new();
        }
        let (asked, answer) = (parsed(asked), parsed(answer));
        let all = answer["containerInstances"].as_array().cloned().unwrap_or_default();
        let draining = all.into_iter().filter(|instance| instance["status"] == "DRAINING");
        draining
            .map(|instance| {
                let arns = json!([instance["containerInstanceArn"]]);
                let body = json!({"cluster": asked["cluster"], "containerInstances": arns, "status": "ACTIVE"});
                let target = "AmazonEC2ContainerServiceV20141113.UpdateContainerInstancesState";
                Extra { target: Some(target), body: body.to_string() }
            })
            .collect()
    }
}

#[test]
fn one_that_acts_on_a_persons_drain() {
    found_out(|| Arc::new(UndoesDrains), "only instances that got notice are touched");
}

/// What somebody held before it does not take up again.
#[derive(Debug)]
struct ForgetsRestarts;

impl Mutant for ForgetsRestarts {
    fn answer(&self, call: &str, _: &str, answer: &mut String) -> Vec<Extra> {
        if call == "ReceiveMessage" {
            let mut said = parsed(answer);
            if let Some(messages) = said["Messages"].as_array_mut() {
                messages.retain(|message| message["Attributes"]["ApproximateReceiveCount"] == "1");
            }
            *answer = said.to_string();
        }
        Vec::new()
    }
}

#[test]
fn one_that_forgets_a_restart() {
    found_out(|| Arc::new(ForgetsRestarts), "no notice");
}

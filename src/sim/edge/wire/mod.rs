//! AWS's protocols: from an HTTP request to a change of the world, and to the answer. Knows nothing of how requests
//! arrive.
//!
//! ECS and EventBridge speak awsJson1.1 and SQS awsJson1.0, which name their action in a header (`json`); Auto Scaling and
//! Elastic Load Balancing speak awsQuery, with a form as its request and XML as its answer (`query`, `xml`).

mod autoscaling;
mod ecs;
mod elb;
mod events;
mod json;
mod md5;
mod page;
mod query;
mod sqs;
mod xml;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::sim::kernel::{Fault, Purpose};
use crate::sim::record::CallRecord;
use crate::sim::world::World;

/// What matters of an HTTP request. Header names are in lower case.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    /// Where the request was sent, such as `http://127.0.0.1:4566`; `None` for AWS's own endpoints.
    pub endpoint: Option<String>,
}

impl Request {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The access key that signed the request: `… Credential=AKIA…/20260102/us-east-1/ecs/aws4_request, …`.
    fn caller(&self) -> String {
        let credential = self.header("authorization").split_once("Credential=").map_or("", |(_, rest)| rest);
        credential.split('/').next().unwrap_or_default().to_owned()
    }
}

/// An HTTP response.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// The service and the action that a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Call {
    Ecs(String),
    Sqs(String),
    Events(String),
    AutoScaling(String),
    Elb(String),
    Unknown,
}

impl Call {
    fn of(request: &Request) -> Self {
        match request.header("x-amz-target").split_once('.') {
            Some(("AmazonEC2ContainerServiceV20141113", action)) => Self::Ecs(action.to_owned()),
            Some(("AmazonSQS", action)) => Self::Sqs(action.to_owned()),
            Some(("AWSEvents", action)) => Self::Events(action.to_owned()),
            Some(_) => Self::Unknown,
            None => Self::of_form(&query::Form::parse(&request.body)),
        }
    }

    /// One endpoint serves all services here. The version of its API tells whose a form is.
    fn of_form(form: &query::Form) -> Self {
        match (form.text("Action"), form.text("Version").as_deref()) {
            (None, _) => Self::Unknown,
            (Some(action), Some(elb::VERSION)) => Self::Elb(action),
            (Some(action), _) => Self::AutoScaling(action),
        }
    }

    fn names(&self) -> (&'static str, &str) {
        match self {
            Self::Ecs(action) => ("ecs", action),
            Self::Sqs(action) => ("sqs", action),
            Self::Events(action) => ("events", action),
            Self::AutoScaling(action) => ("autoscaling", action),
            Self::Elb(action) => ("elasticloadbalancing", action),
            Self::Unknown => ("unknown", "unknown"),
        }
    }
}

/// How long the caller is willing to wait for an answer that is not empty: a long poll (SQS API reference,
/// `ReceiveMessage`).
pub fn patience(request: &Request) -> Duration {
    match Call::of(request) {
        Call::Sqs(action) => sqs::patience(&action, &request.body),
        _ => Duration::ZERO,
    }
}

/// Whether there is nothing yet that would be worth an answer.
pub fn would_wait(world: &World, request: &Request) -> bool {
    match Call::of(request) {
        Call::Sqs(action) => sqs::would_wait(world, &action, &request.body),
        _ => false,
    }
}

/// The service and the action that a request names.
pub fn names(request: &Request) -> (&'static str, String) {
    let call = Call::of(request);
    let (service, action) = call.names();
    (service, action.to_owned())
}

/// The error answer of an AWS that does not look at what a request asks for, where it is like that now.
pub fn refuse(world: &mut World, request: &Request) -> Option<Response> {
    let call = Call::of(request);
    let (service, action) = call.names();
    let late = untimely(world, service, request);
    let throttled = late.or_else(|| world.buckets.draw(service, action, &mut world.core));
    let fault = throttled.or_else(|| world.core.refusal((service, action)))?;
    world.settle();
    Some(respond(world, request, Some(fault)))
}

/// The refusal of a request that was signed too long ago, or in the future: its caller's clock is wrong.
fn untimely(world: &World, service: &str, request: &Request) -> Option<Fault> {
    let allowed = world.core.params.request_skew_max?;
    let signed = DateTime::strptime("%Y%m%dT%H%M%SZ", request.header("x-amz-date")).ok()?;
    let signed = signed.to_zoned(TimeZone::UTC).ok()?.timestamp();
    if signed.duration_since(world.core.now).unsigned_abs() <= allowed {
        return None;
    }
    let code = match service {
        "autoscaling" | "elasticloadbalancing" => "RequestExpired",
        _ => "InvalidSignatureException",
    };
    Some(Fault::sender(code, format!("Signature expired: {signed} is too far from {}.", world.core.now)))
}

/// Does what the request asks for, now, and answers.
pub fn handle(world: &mut World, request: &Request) -> Response {
    let response = world.in_the_name_of(&request.caller(), |world| respond(world, request, None));
    world.settle();
    response
}

fn respond(world: &mut World, request: &Request, refusal: Option<Fault>) -> Response {
    let call = Call::of(request);
    let id = world.core.dice.uuid(Purpose::RequestIds);
    let (error, response) = match &call {
        Call::Ecs(action) => {
            let act = |world: &mut World| ecs::handle(world, action, &request.body);
            let act = || world.perhaps_in_the_past(("ecs", action), act);
            json::respond("1.1", &id, refusal.map_or_else(act, Err))
        }
        Call::Sqs(action) => {
            json::respond("1.0", &id, refusal.map_or_else(|| sqs::handle(world, action, request), Err))
        }
        Call::Events(action) => {
            json::respond("1.1", &id, refusal.map_or_else(|| events::handle(world, action, &request.body), Err))
        }
        Call::AutoScaling(action) => {
            let form = query::Form::parse(&request.body);
            let act = |world: &mut World| autoscaling::handle(world, action, &form);
            let act = || world.perhaps_in_the_past(("autoscaling", action), act);
            query::respond(autoscaling::NAMESPACE, action, &id, refusal.map_or_else(act, Err))
        }
        Call::Elb(action) => {
            let form = query::Form::parse(&request.body);
            let act = || elb::handle(world, action, &form);
            query::respond(elb::NAMESPACE, action, &id, refusal.map_or_else(act, Err))
        }
        Call::Unknown => json::respond("1.1", &id, Err(json::unknown_operation())),
    };
    let (service, action) = call.names();
    let record = CallRecord { service, action: action.to_owned(), caller: request.caller(), error };
    world.journal.call(world.core.now, record);
    response
}

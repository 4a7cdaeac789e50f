//! AWS's protocols: from an HTTP request to a change of the world, and to the answer. Knows nothing of how requests
//! arrive.
//!
//! ECS speaks awsJson1.1 and SQS awsJson1.0, which name their action in a header (`json`); Auto Scaling speaks
//! awsQuery, with a form as its request and XML as its answer (`query`, `xml`).

mod autoscaling;
mod ecs;
mod json;
mod md5;
mod page;
mod query;
mod sqs;
mod xml;

use std::collections::BTreeMap;
use std::time::Duration;

use super::dice::Purpose;
use super::journal::CallRecord;
use super::world::World;

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
    AutoScaling(String),
    Unknown,
}

impl Call {
    fn of(request: &Request) -> Self {
        match request.header("x-amz-target").split_once('.') {
            Some(("AmazonEC2ContainerServiceV20141113", action)) => Self::Ecs(action.to_owned()),
            Some(("AmazonSQS", action)) => Self::Sqs(action.to_owned()),
            Some(_) => Self::Unknown,
            None => query::Form::parse(&request.body).text("Action").map_or(Self::Unknown, Self::AutoScaling),
        }
    }

    fn names(&self) -> (&'static str, &str) {
        match self {
            Self::Ecs(action) => ("ecs", action),
            Self::Sqs(action) => ("sqs", action),
            Self::AutoScaling(action) => ("autoscaling", action),
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

/// Does what the request asks for, now, and answers.
pub fn handle(world: &mut World, request: &Request) -> Response {
    let call = Call::of(request);
    let id = world.core.dice.uuid(Purpose::RequestIds);
    let (error, response) = match &call {
        Call::Ecs(action) => json::respond("1.1", &id, ecs::handle(world, action, &request.body)),
        Call::Sqs(action) => json::respond("1.0", &id, sqs::handle(world, action, request)),
        Call::AutoScaling(action) => {
            let form = query::Form::parse(&request.body);
            query::respond(action, &id, autoscaling::handle(world, action, &form))
        }
        Call::Unknown => json::respond("1.1", &id, Err(json::unknown_operation())),
    };
    let (service, action) = call.names();
    let record = CallRecord { service, action: action.to_owned(), caller: request.caller(), error };
    world.journal.call(world.core.now, record);
    world.settle();
    response
}

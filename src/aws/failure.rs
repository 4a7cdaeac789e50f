//! What an error of AWS means, and what mends it.

use std::error::Error;
use std::fmt;

use aws_sdk_ecs::config::http::HttpResponse;
use aws_sdk_ecs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ecs::operation::RequestId;

use super::gate::NotSent;

/// A call that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The action that was called, as `ecs:DescribeClusters`.
    pub action: &'static str,
    /// What kind of failure it is.
    pub class: Class,
    /// AWS's name for the error, where it gave one.
    pub code: Option<String>,
    /// What AWS, or the way to it, said.
    pub message: String,
    /// AWS's name for the request, where it answered.
    pub request_id: Option<String>,
}

/// What kind of failure it is, by what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Too many requests.
    Throttled,
    /// The caller may not.
    Denied,
    /// No credentials, or AWS does not accept them.
    Credentials,
    /// What was asked about does not exist.
    NotFound,
    /// AWS does not accept the request as it is, such as an instance in the wrong state.
    Invalid,
    /// No answer, or none that can be read: name resolution, connection, TLS or timeout.
    Unreachable,
    /// A fault on AWS's side.
    Server,
    /// It never left: the gate held it back.
    NotSent,
    /// Any other.
    Other,
}

/// Codes beyond those that the SDK knows as throttling are among these.
const THROTTLING: [&str; 12] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "RateExceeded",
    "SlowDown",
    "OverLimit",
    "KmsThrottled",
    "KMS.ThrottlingException",
];

/// Whether an error of this name says that it was too much.
#[must_use]
pub fn is_throttling(code: &str) -> bool {
    THROTTLING.contains(&code)
}

impl Failure {
    /// The gate held a call of `action` back before it was made.
    #[must_use]
    pub fn not_sent(action: &'static str, why: NotSent) -> Self {
        Self { action, class: Class::NotSent, code: None, message: why.to_string(), request_id: None }
    }

    /// Whether AWS's words for it contain `words`.
    #[must_use]
    pub fn is_said(&self, words: &str) -> bool {
        self.message.contains(words)
    }

    /// Understands what came back from a call of `action`.
    pub fn of<E>(action: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(why) = held_back(error) {
            return Self::not_sent(action, why);
        }
        let code = error.code().map(str::to_owned);
        let class = match error {
            SdkError::ServiceError(service) => classify(code.as_deref(), service.raw().status().as_u16()),
            SdkError::DispatchFailure(dispatch) if !dispatch.is_io() && !dispatch.is_timeout() => dispatch_class(error),
            // An answer that did not come whole says as little as none.
            SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) | SdkError::ResponseError(_) => Class::Unreachable,
            SdkError::ConstructionFailure(_) => dispatch_class(error),
            _ => Class::Other,
        };
        let message = error.message().map_or_else(|| chain(error), str::to_owned);
        let without = class == Class::Credentials && code.is_none();
        let message = if without { format!("no usable credentials: {message}") } else { message };
        let request_id = error.request_id().map(str::to_owned);
        Self { action, class, code, message: shortened(&message), request_id }
    }

    /// A call of `action` that AWS answered and that still did not do what was asked.
    #[must_use]
    pub fn answered(action: &'static str, class: Class, code: &str, message: &str, request_id: Option<String>) -> Self {
        Self { action, class, code: Some(code.to_owned()), message: shortened(message), request_id }
    }

    /// AWS says that there is more than is ever read.
    #[must_use]
    pub fn endless(action: &'static str) -> Self {
        let message = "its pages do not end; what was read of it counts for nothing".to_owned();
        Self { action, class: Class::Other, code: None, message, request_id: None }
    }

    /// Nobody knows how to reach `place`.
    #[must_use]
    pub fn unaddressed(action: &'static str, place: &str) -> Self {
        let message = format!("{place} is no Region or cluster of the manifests");
        Self { action, class: Class::Other, code: None, message, request_id: None }
    }

    /// What mends it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self.class {
            Class::Throttled => "too many calls in this account and Region; lower Operator.spec.api.share or raise the quota".into(),
            Class::Denied => format!("allow `{}` to the operator's role", self.action),
            Class::Credentials => {
                "give the process valid credentials: a task role, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".into()
            }
            Class::NotFound => "check the name, the Region and the account".into(),
            Class::Invalid => "see the message; it is tried again with what is observed then".into(),
            Class::Unreachable => "check the network, the Region and AWS_ENDPOINT_URL".into(),
            Class::Server => "a fault on the side of AWS; it is tried again".into(),
            Class::NotSent => {
                "it is tried again; raise Operator.spec.api.share, or the quota, where that happens often".into()
            }
            Class::Other => "see the message; it is tried again".into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.action)?;
        match &self.code {
            Some(code) => write!(f, "{code}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

fn classify(code: Option<&str>, status: u16) -> Class {
    let Some(code) = code else { return by_status(status) };
    match code {
        _ if is_throttling(code) => Class::Throttled,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "NotAuthorized" => Class::Denied,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "InvalidAccessKeyId"
        | "IncompleteSignature" => Class::Credentials,
        "ClusterNotFoundException"
        | "QueueDoesNotExist"
        | "AWS.SimpleQueueService.NonExistentQueue"
        | "ResourceNotFoundException"
        | "ParameterNotFound" => Class::NotFound,
        "ValidationError"
        | "InvalidParameterException"
        | "ValidationException"
        | "ReceiptHandleIsInvalid"
        | "InvalidParameterValue" => Class::Invalid,
        _ => by_status(status),
    }
}

fn by_status(status: u16) -> Class {
    match status {
        401 => Class::Credentials,
        403 => Class::Denied,
        404 => Class::NotFound,
        429 => Class::Throttled,
        400..=499 => Class::Invalid,
        500.. => Class::Server,
        _ => Class::Other,
    }
}

/// Why the gate held the request back, where it did.
fn held_back<E>(error: &SdkError<E, HttpResponse>) -> Option<NotSent> {
    let SdkError::DispatchFailure(dispatch) = error else { return None };
    let mut cause = dispatch.as_connector_error()?.source();
    while let Some(error) = cause {
        if let Some(why) = error.downcast_ref::<NotSent>() {
            return Some(*why);
        }
        cause = error.source();
    }
    None
}

/// Credentials are fetched while a request is put together, so their absence shows as a request that never left.
fn dispatch_class(error: &dyn Error) -> Class {
    let text = chain(error).to_ascii_lowercase();
    if text.contains("credential") { Class::Credentials } else { Class::Unreachable }
}

/// An error and what led to it, in the words of each.
fn chain(error: &dyn Error) -> String {
    let mut words = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push(error.to_string());
        cause = error.source();
    }
    words.dedup();
    words.join(": ")
}

/// Messages come from outside: their length is held to what a log line can bear.
fn shortened(message: &str) -> String {
    const CHARS_MAX: usize = 600;
    message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_say_too_many_is_known() {
        for code in ["RateExceeded", "Throttling", "ThrottlingException", "RequestLimitExceeded", "RequestThrottled"] {
            assert_eq!(classify(Some(code), 400), Class::Throttled, "{code}");
        }
    }

    #[test]
    fn an_unknown_code_counts_by_its_status() {
        assert_eq!(classify(Some("Novel"), 503), Class::Server);
        assert_eq!(classify(None, 403), Class::Denied);
        assert_eq!(classify(Some("ClientException"), 400), Class::Invalid);
    }
}

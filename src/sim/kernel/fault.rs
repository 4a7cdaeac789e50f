//! An error that AWS answers with, before it takes the form of a protocol.

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    pub message: String,
    pub status: u16,
    /// The code that SQS had before it moved to JSON, sent along in `x-amzn-query-error`.
    pub query_code: Option<&'static str>,
}

impl Fault {
    /// The caller's fault.
    pub fn sender(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), status: 400, query_code: None }
    }

    /// The error of Auto Scaling and Elastic Load Balancing for everything that they do not accept. It is in neither
    /// service's model.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::sender("ValidationError", message)
    }

    /// ECS's error for a parameter that it does not accept.
    pub fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::sender("InvalidParameterException", message)
    }

    pub fn with_query_code(self, code: &'static str) -> Self {
        Self { query_code: Some(code), ..self }
    }
}

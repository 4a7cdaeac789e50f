//! awsJson1.0 and 1.1: the action in `X-Amz-Target`, JSON both ways, an error's code in `__type`.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Response;
use crate::sim::kernel::Fault;

/// Reads the input of an action. No body counts as an empty object.
pub fn input<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Fault::sender("SerializationException", error.to_string()))
}

/// What AWS says to an action that it does not have.
pub fn unknown_operation() -> Fault {
    Fault::sender("UnknownOperationException", "The requested operation is not recognized by the service.")
}

/// AWS leaves out what has no value.
fn leave_nulls_out(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(leave_nulls_out);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_nulls_out),
        _ => {}
    }
}

/// The answer, and the code of the error where it is one.
pub fn respond(version: &str, id: &str, result: Result<Value, Fault>) -> (Option<&'static str>, Response) {
    let mut headers =
        vec![("content-type", format!("application/x-amz-json-{version}")), ("x-amzn-requestid", id.to_owned())];
    let (error, status, body) = match result {
        Ok(mut body) => {
            leave_nulls_out(&mut body);
            (None, 200, body)
        }
        Err(fault) => {
            let blamed = if fault.status < 500 { "Sender" } else { "Receiver" };
            if let Some(code) = fault.query_code {
                headers.push(("x-amzn-query-error", format!("{code};{blamed}")));
            }
            (Some(fault.code), fault.status, json!({"__type": fault.code, "message": fault.message}))
        }
    };
    (error, Response { status, headers, body: body.to_string().into_bytes() })
}

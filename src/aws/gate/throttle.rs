//! Whether AWS says that it was too much: the one thing in an answer that the gate has to know.
//!
//! It reads answers that are errors and hands them on as they were. What else is in an error is for `failure` to say.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use crate::aws::failure::is_throttling;
use crate::clock::Clock;

/// An error that does not come whole in so long counts as none.
const READ_WITHIN: Duration = Duration::from_secs(5);

/// Nor does a longer one count.
const BODY_MAX: usize = 256 * 1024;

/// The answer, and whether it says that it was too much.
///
/// # Errors
/// An error that cannot be read to its end is a lost answer.
pub async fn recognized(mut response: HttpResponse, clock: &Clock) -> Result<(HttpResponse, bool), ConnectorError> {
    if response.status().as_u16() < 400 {
        return Ok((response, false));
    }
    let headers = ["x-amzn-errortype", "x-amzn-query-error"].into_iter();
    let named = headers.filter_map(|name| response.headers().get(name)).any(|code| is_throttling(plain(code)));
    if named || response.status().as_u16() == 429 {
        return Ok((response, true));
    }
    let body = std::mem::replace(response.body_mut(), SdkBody::empty());
    let bytes = read(body, clock).await.ok_or_else(|| ConnectorError::io("an error did not come whole".into()))?;
    let throttled = code_in(&bytes).is_some_and(|code| is_throttling(plain(code)));
    *response.body_mut() = SdkBody::from(bytes);
    Ok((response, throttled))
}

async fn read(body: SdkBody, clock: &Clock) -> Option<Vec<u8>> {
    if let Some(bytes) = body.bytes() {
        return Some(bytes.to_vec());
    }
    let collect = async {
        let (mut stream, mut bytes) = (ByteStream::new(body), Vec::new());
        while let Some(chunk) = stream.next().await {
            bytes.extend_from_slice(&chunk.ok()?);
            if bytes.len() > BODY_MAX {
                return None;
            }
        }
        Some(bytes)
    };
    clock.timeout(READ_WITHIN, collect).await.flatten()
}

/// The code of an error in the body: `"__type"` in JSON, `<Code>` in XML.
fn code_in(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, xml) = text.split_once("<Code>").unwrap_or_default();
    if let Some((code, _)) = xml.split_once("</Code>") {
        return Some(code.trim());
    }
    let (_, json) = ["\"__type\"", "\"code\""].into_iter().find_map(|key| text.split_once(key))?;
    json.split('"').nth(1)
}

/// A code without the name space before it and the fault after it: `com.amazonaws.ecs#ThrottlingException`, `Throttled;Sender`.
fn plain(code: &str) -> &str {
    let code = code.split([';', ':']).next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    async fn of(status: u16, header: Option<(&'static str, &'static str)>, body: &'static str) -> (String, bool) {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH, 1.0);
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        header.into_iter().for_each(|(name, value)| drop(response.headers_mut().insert(name, value)));
        let (response, throttled) = recognized(response, &clock).await.unwrap();
        (String::from_utf8(response.body().bytes().unwrap().to_vec()).unwrap(), throttled)
    }

    #[tokio::test(start_paused = true)]
    async fn every_way_to_say_it_is_known_and_the_answer_stays_as_it_was() {
        let xml = "<ErrorResponse><Error><Type>Sender</Type><Code>RateExceeded</Code></Error></ErrorResponse>";
        for (status, header, body) in [
            (400, None, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#),
            (400, None, r#"{ "message" : "x", "__type" : "com.amazonaws.ecs#ThrottlingException" }"#),
            (400, Some(("x-amzn-errortype", "ThrottlingException:http://internal.amazon.com/")), "{}"),
            (400, Some(("x-amzn-query-error", "RequestThrottled;Sender")), "{}"),
            (503, None, "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>"),
            (400, None, xml),
            (400, None, "<ErrorResponse><Error><Code> Throttling </Code></Error></ErrorResponse>"),
            (429, None, ""),
        ] {
            assert_eq!(of(status, header, body).await, (body.to_owned(), true), "{status} {body}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn other_answers_do_not_count() {
        for (status, body) in [
            (200, r#"{"__type":"ThrottlingException"}"#),
            (400, r#"{"__type":"ClientException","message":"not a \"ThrottlingException\""}"#),
            (400, "<Error><Code>ValidationError</Code><Message>Throttling</Message></Error>"),
            (500, ""),
            (400, "\"__type\""),
            (400, "<Code>"),
        ] {
            assert_eq!(of(status, None, body).await, (body.to_owned(), false), "{body}");
        }
    }
}

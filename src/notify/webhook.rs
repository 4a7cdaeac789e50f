//! A webhook as Slack has it: one POST of `{"text": …}` with a line for each notice. Values are made fit for Slack, so that a name in
//! AWS is no link and mentions nobody.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use serde_json::json;

use super::batch::Setback;
use super::notice::Notice;
use crate::api::{Template, Webhook};
use crate::clock::Clock;

/// So many lines in one message.
pub const LINES_MAX: usize = 20;

/// One message a second (Slack API, "Rate limits": 1 per second for incoming webhooks).
pub const EVERY: Duration = Duration::from_secs(1);

/// A line is so long at most, in characters: Slack takes 40,000 in all.
const LINE_MAX: usize = 1_000;

/// A receiver that has not answered by then did not get it.
const PATIENCE: Duration = Duration::from_secs(10);

/// A webhook.
pub struct Hook {
    connector: Connector,
    url: String,
    template: Template,
}

impl Hook {
    /// The one that people wrote.
    ///
    /// # Errors
    /// Its URL is not where they say.
    pub fn new(spec: &Webhook, clock: &Clock) -> Result<Self, String> {
        let url = match (&spec.url, &spec.url_from) {
            (Some(url), _) => url.expose().to_owned(),
            (None, Some(from)) => std::env::var(&from.environment)
                .map_err(|_| format!("the environment variable {} is not set, or no text", from.environment))?,
            (None, None) => return Err("it has no URL".to_owned()),
        };
        Ok(Self { connector: connector(clock), url: url.trim().to_owned(), template: Template::parse(&spec.template)? })
    }

    /// Sends them as one message.
    ///
    /// # Errors
    /// None was taken, and why.
    pub async fn send(&self, batch: Vec<Arc<Notice>>) -> Result<(), Setback> {
        let body = json!({"text": self.text(&batch)}).to_string();
        let Answer { status, after } = match post(&self.connector, &self.url, "application/json", body).await {
            Ok(answer) => answer,
            Err(why) => return Err(Setback { left: batch, why, may_pass: true, after: None }),
        };
        if (200..300).contains(&status) {
            return Ok(());
        }
        let may_pass = status == 429 || status >= 500;
        Err(Setback { left: batch, why: format!("HTTP status {status}"), may_pass, after })
    }

    fn text(&self, batch: &[Arc<Notice>]) -> String {
        let mut text = String::new();
        for notice in batch {
            let line: String = self.template.fill(&notice.line, fit_for_slack).chars().take(LINE_MAX).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// What was answered.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// When to come back, where that was said.
    pub after: Option<Duration>,
}

/// The connector of the SDK, so that there is one HTTP stack and one of TLS.
pub fn connector(clock: &Clock) -> Connector {
    let settings = HttpConnectorSettings::builder().connect_timeout(PATIENCE).read_timeout(PATIENCE).build();
    let builder = Connector::builder().tls_provider(tls::Provider::Rustls(CryptoMode::Ring));
    builder.connector_settings(settings).sleep_impl(clock.clone()).build()
}

/// One POST.
///
/// # Errors
/// What went wrong, without the URL, which may be a secret.
pub async fn post(connector: &Connector, url: &str, kind: &str, body: impl Into<SdkBody>) -> Result<Answer, String> {
    let mut request = HttpRequest::new(body.into());
    request.set_method("POST").map_err(|_| "no method".to_owned())?;
    request.set_uri(url).map_err(|_| "the URL is none".to_owned())?;
    request.headers_mut().insert("content-type", kind.to_owned());
    request.headers_mut().insert("user-agent", concat!("ecs-spot-operator/", env!("CARGO_PKG_VERSION")));
    let response = connector.call(request).await.map_err(|error| {
        let what = if error.is_timeout() { "it does not answer in time" } else { "it cannot be reached" };
        what.to_owned()
    })?;
    let after = response.headers().get("retry-after").and_then(|value| value.parse().ok()).map(Duration::from_secs);
    Ok(Answer { status: response.status().as_u16(), after })
}

/// Slack API, "Formatting text for app surfaces": these three are to be escaped.
fn fit_for_slack(value: &str) -> String {
    let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Occasion;

    #[test]
    fn names_from_aws_are_neither_links_nor_lines_of_their_own() {
        let template = "{cluster}: {message}".to_owned();
        let on = vec![Occasion::Closed];
        let url = serde_json::from_value(json!("http://x/")).unwrap();
        let spec = Webhook { url: Some(url), url_from: None, on, outcomes: Vec::new(), template };
        let hook = Hook::new(&spec, &Clock::system()).unwrap();
        let line = json!({"cluster": "<!channel>", "message": "a & b\nc"});
        let notice = Arc::new(Notice { occasion: Occasion::Closed, at: jiff::Timestamp::UNIX_EPOCH, line });
        let long = Arc::new(Notice { line: json!({"message": "ä".repeat(5_000)}), ..Notice::clone(&notice) });
        let text = hook.text(&[notice, long]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[1].chars().count()), (2, "&lt;!channel&gt;: a &amp; b c", LINE_MAX));
    }

    #[test]
    fn a_url_that_is_not_there_is_said_by_its_name() {
        let from = Some(crate::api::UrlFrom { environment: "SURELY_NOT_SET".to_owned() });
        let spec = Webhook { url: None, url_from: from, on: vec![], outcomes: vec![], template: String::new() };
        assert!(Hook::new(&spec, &Clock::system()).is_err_and(|error| error.contains("SURELY_NOT_SET")));
    }
}

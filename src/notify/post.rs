//! One POST over HTTP, with the connector of the SDK, so that there is one HTTP stack and one of TLS. Knows nothing of what is posted.

use std::error::Error;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;

use crate::clock::Clock;

/// Who has not answered by then may not have got it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where posts go.
pub struct Post {
    connector: Connector,
    url: String,
}

/// What was answered.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// When to come back, where that was said.
    pub after: Option<Duration>,
}

impl Post {
    /// To this URL.
    ///
    /// # Errors
    /// It is none.
    pub fn to(url: &str, clock: &Clock) -> Result<Self, String> {
        let url = url.trim();
        let is_url = (url.starts_with("https://") || url.starts_with("http://"))
            && HttpRequest::new(SdkBody::empty()).set_uri(url).is_ok();
        if !is_url {
            return Err("its URL is no http:// or https:// URL".to_owned());
        }
        let settings = HttpConnectorSettings::builder().connect_timeout(PATIENCE).read_timeout(PATIENCE).build();
        let builder = Connector::builder().tls_provider(tls::Provider::Rustls(CryptoMode::Ring));
        let connector = builder.connector_settings(settings).sleep_impl(clock.clone()).build();
        Ok(Self { connector, url: url.to_owned() })
    }

    /// Posts `body`. Redirects are not followed, and of the answer only its head is read.
    ///
    /// # Errors
    /// What went wrong, without the URL, which may be a secret.
    pub async fn send(&self, kind: &str, body: impl Into<SdkBody>) -> Result<Answer, String> {
        let mut request = HttpRequest::new(body.into());
        request.set_method("POST").map_err(|error| error.to_string())?;
        request.set_uri(self.url.as_str()).map_err(|_| "its URL is none".to_owned())?;
        request.headers_mut().insert("content-type", kind.to_owned());
        request.headers_mut().insert("user-agent", concat!("ecs-spot-operator/", env!("CARGO_PKG_VERSION")));
        let response = self.connector.call(request).await.map_err(|error| match error.is_timeout() {
            true => format!("it does not answer within {} s", PATIENCE.as_secs()),
            false => self.without_url(&causes(&error)),
        })?;
        let after = response.headers().get("retry-after").and_then(|value| value.parse().ok()).map(Duration::from_secs);
        Ok(Answer { status: response.status().as_u16(), after })
    }

    fn without_url(&self, words: &str) -> String {
        let path = self.url.splitn(4, '/').nth(3).filter(|path| !path.is_empty());
        let tells = words.contains(&self.url) || path.is_some_and(|path| words.contains(path));
        if tells { "it cannot be reached".to_owned() } else { format!("it cannot be reached: {words}") }
    }
}

/// An error and all that it comes from.
fn causes(error: &dyn Error) -> String {
    let mut words = Vec::new();
    let mut next: Option<&dyn Error> = Some(error);
    while let Some(error) = next {
        words.push(error.to_string());
        next = error.source();
    }
    words.dedup();
    words.join(": ")
}

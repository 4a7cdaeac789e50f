//! An operator's HTTP server as the one who asks sees it: one GET, one JSON answer of a bounded length, or a sentence that says
//! what to do. Knows nothing of what is asked. The command line asks so, and a replica another.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, StatusCode, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::clock::Clock;

/// An operator's HTTP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    host: String,
    port: u16,
}

/// How much is taken of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long it may take.
    pub patience: Duration,
    /// How many bytes its body may have.
    pub bytes: usize,
}

/// Why there is no answer, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// Nobody is there, or nobody answers in time.
    Unreachable(String),
    /// Whoever answers is no operator of this version.
    Strange(String),
    /// The operator says why.
    Refused(String),
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Unreachable(why) | Self::Strange(why) | Self::Refused(why)) = self;
        f.write_str(why)
    }
}

/// What was answered.
struct Answer {
    status: StatusCode,
    body: Bytes,
}

impl FromStr for Server {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("https://") {
            return Err(
                "the operator speaks plain HTTP only: write http://HOST:PORT, and reach one that is elsewhere \
                        through a tunnel such as `ssh -L 8080:127.0.0.1:8080 HOST`"
                    .to_owned(),
            );
        }
        let refuse = || "write it like http://127.0.0.1:8080".to_owned();
        let uri: Uri = text.parse().map_err(|_| refuse())?;
        let plain = uri.scheme_str() == Some("http") && matches!(uri.path(), "" | "/") && uri.query().is_none();
        let host = uri.host().filter(|host| plain && !host.is_empty()).ok_or_else(refuse)?;
        Ok(Self { host: host.to_owned(), port: uri.port_u16().unwrap_or(80) })
    }
}

impl Server {
    /// Asks for `path` and waits for the answer within `limits`.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn ask(&self, path: &str, clock: &Clock, limits: Limits) -> Result<Value, Unanswered> {
        let answer = clock.timeout(limits.patience, self.exchange(path, limits.bytes)).await;
        let silent = || format!("{} has not answered within {} s", self.url(), limits.patience.as_secs());
        self.understand(answer.unwrap_or_else(|| Err(Unanswered::Unreachable(silent())))?)
    }

    /// The one at an address.
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        Self { host: address.ip().to_string(), port: address.port() }
    }

    /// The host and the port.
    #[must_use]
    pub fn host(&self) -> (&str, u16) {
        (self.host.trim_start_matches('[').trim_end_matches(']'), self.port)
    }

    /// The URL.
    #[must_use]
    pub fn url(&self) -> String {
        let (host, port) = self.host();
        if host.contains(':') { format!("http://[{host}]:{port}") } else { format!("http://{host}:{port}") }
    }

    async fn exchange(&self, path: &str, bytes_max: usize) -> Result<Answer, Unanswered> {
        let stream = TcpStream::connect(self.host()).await.map_err(|error| self.unreachable(&error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| self.strange(&e))?;
        let request = Request::get(path).header(header::HOST, format!("{}:{}", self.host, self.port));
        let request = request.header(header::ACCEPT, "application/json").body(Body::empty());
        let asking = async move {
            let request = request.map_err(|error| self.strange(&error))?;
            let response = sender.send_request(request).await.map_err(|error| self.strange(&error))?;
            let status = response.status();
            let body = to_bytes(Body::new(response.into_body()), bytes_max).await.map_err(|e| self.strange(&e))?;
            Ok(Answer { status, body })
        };
        // The connection ends with the one who asks on it; why it ended before is told there.
        let (answer, _) = tokio::join!(asking, connection);
        answer
    }

    fn understand(&self, answer: Answer) -> Result<Value, Unanswered> {
        let told = serde_json::from_slice::<Value>(&answer.body).ok();
        match (answer.status, told) {
            (StatusCode::OK, Some(answer)) => Ok(answer),
            (status, told) => match told.as_ref().and_then(|told| told.get("message")?.as_str()) {
                Some(message) => Err(Unanswered::Refused(message.to_owned())),
                None => Err(self.strange(&format!("HTTP status {}", status.as_u16()))),
            },
        }
    }

    fn unreachable(&self, error: &std::io::Error) -> Unanswered {
        Unanswered::Unreachable(format!("{} cannot be reached: {error}", self.url()))
    }

    fn strange(&self, what: &impl fmt::Display) -> Unanswered {
        Unanswered::Strange(format!("{} does not answer as an operator of this version does ({what})", self.url()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_host_and_port() {
        for (text, url) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://operator", "http://operator:80"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(text.parse::<Server>().unwrap().url(), url);
        }
    }

    #[test]
    fn what_is_no_plain_server_is_refused() {
        for text in ["", "127.0.0.1:8080", "ftp://host", "http://", "http://host/api", "http://host?x=1", "http:// x"] {
            assert!(text.parse::<Server>().unwrap_err().contains("http://127.0.0.1:8080"), "{text}");
        }
        assert!("https://host".parse::<Server>().unwrap_err().contains("plain HTTP only"));
    }
}

//! A webhook as Slack has it: one POST of `{"text": …}` with a line for each notice. Values are made fit for Slack, so that a name in
//! AWS is no link and mentions nobody.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::batch::Setback;
use super::notice::Notice;
use super::post::Post;
use crate::api::{Template, Webhook};
use crate::clock::Clock;

/// So many lines in one message.
pub const LINES_MAX: usize = 20;

/// One message a second (Slack API, "Rate limits": 1 per second for incoming webhooks).
pub const EVERY: Duration = Duration::from_secs(1);

/// A line is so long at most, in characters: Slack takes 40,000 in all (Slack API, "Text limits").
const LINE_MAX: usize = 1_900;

/// A webhook.
pub struct Hook {
    post: Post,
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
        Ok(Self { post: Post::to(&url, clock)?, template: Template::parse(&spec.template)? })
    }

    /// Sends them as one message.
    ///
    /// # Errors
    /// None was taken, and why.
    pub async fn send(&self, batch: Vec<Arc<Notice>>) -> Result<(), Setback> {
        let body = json!({"text": self.text(&batch)}).to_string();
        let answer = self.post.send("application/json", body).await;
        Setback::of(answer, batch, |status| status == 429 || status >= 500)
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
        let when = vec![Occasion::Closed];
        let url = serde_json::from_value(json!("http://x/")).unwrap();
        let spec = Webhook { url: Some(url), url_from: None, when, outcomes: Vec::new(), template };
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
        let spec = Webhook { url: None, url_from: from, when: vec![], outcomes: vec![], template: String::new() };
        assert!(Hook::new(&spec, &Clock::system()).is_err_and(|error| error.contains("SURELY_NOT_SET")));
    }
}

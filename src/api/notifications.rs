//! Messages about cases to people and programs: an event bus, webhooks, traces.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Complaints;
use super::outcome::Outcome;
use super::secret::SecretUrl;
use super::template::Template;

/// So many webhooks at most: each has a queue of its own.
const WEBHOOKS_MAX: usize = 10;

const NOTHING_TOLD: &str = "is empty: nothing would be told";

/// Messages about cases. They never delay what is done about a case, and where nobody takes them they are dropped and counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Notifications {
    /// Events with the source `ecs-spot-operator`, for rules of other people.
    pub event_bus: Option<EventBus>,
    /// Messages over HTTP, in the form that Slack understands.
    #[schemars(length(max = 10))]
    pub webhooks: Vec<Webhook>,
    /// A trace of each case that has ended. It takes a build with the feature `otlp`.
    pub traces: Option<Traces>,
}

/// An event bus of Amazon EventBridge, in the operator's own Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EventBus {
    /// Its name or its ARN. The operator needs `events:PutEvents` on it.
    #[schemars(extend("x-source" = "Amazon EventBridge API reference, `PutEventsRequestEntry`"))]
    #[schemars(length(min = 1, max = 1600))]
    pub name: String,
    /// What is told.
    pub when: Vec<Occasion>,
}

impl Default for EventBus {
    fn default() -> Self {
        Self { name: "default".to_owned(), when: vec![Occasion::Opened, Occasion::AtRisk, Occasion::Closed] }
    }
}

/// Somebody who takes messages over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Webhook {
    /// Where to. Whoever knows such a URL may write there: better keep it in `urlFrom`. It is never told as a whole.
    #[serde(default)]
    pub url: Option<SecretUrl>,
    /// Where the URL is kept.
    #[serde(default)]
    pub url_from: Option<UrlFrom>,
    /// What is told.
    #[serde(default = "not_the_beginning")]
    pub when: Vec<Occasion>,
    /// Of closed cases, those that ended so; all where none is named.
    #[serde(default)]
    pub outcomes: Vec<Outcome>,
    /// One line of the message, for each case, with places for the fields of the case's log line, such as `{instance_id}`.
    #[serde(default = "just_the_message")]
    #[schemars(length(max = 2000))]
    pub template: String,
}

/// Where a URL is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UrlFrom {
    /// In the environment variable of this name, where ECS puts secrets (`secrets` of the container definition).
    #[schemars(length(min = 1, max = 255))]
    pub environment: String,
}

/// A collector of traces that speaks OTLP over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Traces {
    /// Its base URL, as `http://127.0.0.1:4318`.
    #[schemars(regex(pattern = "^https?://"))]
    pub endpoint: String,
}

/// When something is told of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Occasion {
    /// It was opened.
    Opened,
    /// It may end badly.
    AtRisk,
    /// It has ended.
    Closed,
}

fn not_the_beginning() -> Vec<Occasion> {
    vec![Occasion::AtRisk, Occasion::Closed]
}

fn just_the_message() -> String {
    "{cluster}: {message}".to_owned()
}

/// What is wrong with them.
pub fn check(spec: &Notifications, found: &mut Complaints) {
    let path = "spec.notifications";
    if let Some(bus) = &spec.event_bus {
        let is_named = !bus.name.is_empty() && !bus.name.contains(char::is_whitespace);
        found.add_if(!is_named, &format!("{path}.eventBus.name"), || "is no name of an event bus".to_owned());
        found.add_if(bus.when.is_empty(), &format!("{path}.eventBus.when"), || NOTHING_TOLD.to_owned());
    }
    let count = spec.webhooks.len();
    found.add_if(count > WEBHOOKS_MAX, &format!("{path}.webhooks"), || {
        format!("{count} are too many: at most {WEBHOOKS_MAX}")
    });
    for (index, webhook) in spec.webhooks.iter().enumerate() {
        check_webhook(webhook, &format!("{path}.webhooks[{index}]"), found);
    }
    if let Some(traces) = &spec.traces {
        let at = format!("{path}.traces");
        found.add_if(!is_url(&traces.endpoint), &format!("{at}.endpoint"), || {
            "is no http:// or https:// URL".to_owned()
        });
        found.add_if(!cfg!(feature = "otlp"), &at, || {
            "is not in this build, which is without the feature `otlp` (cargo build --release --features otlp)"
                .to_owned()
        });
    }
}

fn check_webhook(webhook: &Webhook, at: &str, found: &mut Complaints) {
    match (&webhook.url, &webhook.url_from) {
        // The URL itself is a secret, so it is not repeated.
        (Some(url), None) => {
            found.add_if(!is_url(url.expose()), &format!("{at}.url"), || "is no http:// or https:// URL".to_owned());
        }
        (None, Some(from)) => {
            let is_name =
                !from.environment.is_empty() && from.environment.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            found.add_if(!is_name, &format!("{at}.urlFrom.environment"), || {
                format!("`{}` is no name of an environment variable", from.environment)
            });
        }
        _ => found.add(at, "needs either `url` or `urlFrom`"),
    }
    found.add_if(webhook.when.is_empty(), &format!("{at}.when"), || NOTHING_TOLD.to_owned());
    let is_blank = webhook.template.trim().is_empty();
    found.add_if(is_blank, &format!("{at}.template"), || NOTHING_TOLD.to_owned());
    if let Err(complaint) = Template::parse(&webhook.template) {
        found.add(format!("{at}.template"), complaint);
    }
}

fn is_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace))
}

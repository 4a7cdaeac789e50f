//! `drain`: asks the operator to hand an instance over, by a message in its queue. The queue's own permissions say who may.
//!
//! It changes nothing itself and waits for nothing: what becomes of it is the operator's business.

use clap::{ArgGroup, Args};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::output::{Output, Shown};
use super::reach;
use super::{BAD_INPUT, DONE, FAILED, complain, say};
use crate::api::{ApiBudget, HumanDuration};
use crate::aws::clients::{self, region_of_queue};
use crate::aws::{Class, Connection, Failure, Gates};
use crate::clock::Clock;
use crate::config::Location;
use crate::ids::{InstanceId, QueueUrl};
use crate::signal::manual;

const SEND: &str = "sqs:SendMessage";

/// Which instance, how soon, and through which queue.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("through").required(true).args(["config", "queue"])))]
pub struct Options {
    /// The EC2 instance, as i-0123456789abcdef0.
    #[arg(value_parser = instance_id)]
    instance_id: String,
    /// How long its tasks may take to end, such as 90s or 10m. Without it there is no hurry.
    #[arg(long, value_parser = within)]
    within: Option<HumanDuration>,
    /// Print the message and where it would go, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// The operator's manifests, a YAML file, a directory of them, s3://bucket/prefix or ssm:/path: the first of its queues gets
    /// the message.
    #[arg(long, value_name = "LOCATION")]
    config: Option<Location>,
    /// The queue's URL.
    #[arg(long, value_name = "URL", value_parser = queue_url)]
    queue: Option<String>,
    #[command(flatten)]
    shown: Shown,
}

/// Why it came to nothing: the exit code, and what to say.
type Refusal = (u8, String);

/// Asks for it.
pub fn drain(options: &Options) -> u8 {
    match ask(options) {
        Ok(text) => {
            say(&text);
            DONE
        }
        Err((code, message)) => {
            complain(message);
            code
        }
    }
}

fn ask(options: &Options) -> Result<String, Refusal> {
    let queue = queue(options.queue.as_deref(), options.config.as_ref())?;
    let clock = Clock::system();
    let message = message(&options.instance_id, options.within, clock.now());
    let message_id = if options.dry_run { None } else { Some(send(&clock, &queue, &message)?) };
    Ok(match options.shown.output {
        Output::Json => report(&queue, &message, message_id.as_deref()),
        Output::Text => words(&options.instance_id, &queue, &message, message_id.as_deref()),
    })
}

/// The message as the operator reads it. Whole seconds are enough, and make a name that people can type.
fn message(instance_id: &str, within: Option<HumanDuration>, now: Timestamp) -> String {
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    manual::message(&InstanceId::from(instance_id), within.map(HumanDuration::signed), now)
}

fn queue(url: Option<&str>, config: Option<&Location>) -> Result<QueueUrl, Refusal> {
    let Some(config) = config else { return Ok(QueueUrl::from(url.unwrap_or_default())) };
    let manifests = reach::manifests(config)?;
    // Manifests without a queue are refused when they are read.
    let first = manifests.operator.spec.queues.first().map(|queue| QueueUrl::from(&queue.url));
    first.ok_or_else(|| (BAD_INPUT, format!("{config} names no queue")))
}

fn send(clock: &Clock, queue: &QueueUrl, message: &str) -> Result<String, Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| (FAILED, format!("the runtime could not be started: {error}")))?;
    runtime.block_on(async {
        let connection = Connection::from_environment(clock).await;
        let Some(region) = region_of_queue(queue).or_else(|| connection.region()) else {
            return Err((
                BAD_INPUT,
                "no Region: set AWS_REGION, or name the queue by its https://sqs.<region>.amazonaws.com/… URL"
                    .to_owned(),
            ));
        };
        let sqs = clients::sqs(&connection, queue, &region, &Gates::new(&ApiBudget::default(), clock));
        let call = sqs.send_message().queue_url(queue.as_str()).message_body(message);
        let answer = call.send().await.map_err(|error| (FAILED, unsent(queue, &Failure::of(SEND, &error))))?;
        Ok(answer.message_id.unwrap_or_default())
    })
}

fn unsent(queue: &QueueUrl, failure: &Failure) -> String {
    let remedy = match failure.class {
        Class::Denied => format!("allow `{SEND}` on the queue to the credentials in use"),
        Class::NotFound => "check the queue's URL, its Region and the account".to_owned(),
        Class::Credentials | Class::Unreachable => failure.remedy(),
        _ => "try again".to_owned(),
    };
    format!("{queue} did not take the message: {failure}: {remedy}")
}

fn report(queue: &QueueUrl, message: &str, message_id: Option<&str>) -> String {
    let sent = message_id.is_some();
    let report = json!({"sent": sent, "queue": queue.as_str(), "messageId": message_id, "message": object(message)});
    format!("{report:#}")
}

/// The message as the object that it is.
fn object(message: &str) -> Value {
    serde_json::from_str(message).unwrap_or_default()
}

fn words(instance_id: &str, queue: &QueueUrl, message: &str, message_id: Option<&str>) -> String {
    match message_id {
        None => format!("Nothing is sent. This would go to {queue}:\n{:#}", object(message)),
        Some(id) => format!(
            "The operator is asked to hand over {instance_id}: message {id} in {queue}.\n\
             Follow it: ecs-spot-operator describe interruption {instance_id}"
        ),
    }
}

/// An instance id as EC2 gives them, of any length.
fn instance_id(text: &str) -> Result<String, String> {
    const LENGTH_MAX: usize = 64;
    let digits = text.strip_prefix("i-").filter(|digits| !digits.is_empty() && text.len() <= LENGTH_MAX);
    let usable = digits.is_some_and(|digits| digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
    if usable { Ok(text.to_owned()) } else { Err("an instance id is `i-` and hexadecimal digits".to_owned()) }
}

fn within(text: &str) -> Result<HumanDuration, String> {
    let within: HumanDuration = text.parse()?;
    let least = HumanDuration::from_secs(1);
    if within < least { Err(format!("at least {least}")) } else { Ok(within) }
}

fn queue_url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let parts = rest.and_then(|rest| rest.split_once('/')).filter(|(host, path)| !host.is_empty() && !path.is_empty());
    parts.map(|_| text.to_owned()).ok_or_else(|| "a queue is named by its URL, https://…".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::{self, Parsed, SignalKind};

    #[test]
    fn the_message_says_who_and_when_and_how_soon_and_the_operator_reads_it() {
        let now: Timestamp = "2026-01-02T03:04:05.678Z".parse().unwrap();
        let body = message("i-0abc", Some("10m".parse().unwrap()), now);
        let expected = json!({
            "detail-type": "ecs-spot-operator Manual Drain",
            "source": "ecs-spot-operator",
            "time": "2026-01-02T03:04:05Z",
            "detail": {"instance-id": "i-0abc", "within-seconds": 600},
        });
        assert_eq!(object(&body), expected);
        let Ok(Parsed::Signals(signals)) = signal::parse(&body, now) else { panic!("no signal: {body}") };
        assert_eq!((&signals[0].instance, signals[0].kind), (&"i-0abc".into(), SignalKind::ManualDrain));
        assert_eq!(signals[0].deadline, Some("2026-01-02T03:14:05Z".parse().unwrap()));
        assert_eq!(object(&message("i-0abc", None, now))["detail"], json!({"instance-id": "i-0abc"}));
    }

    #[test]
    fn what_is_no_instance_id_no_time_and_no_queue_is_refused() {
        for id in ["i-0abc", "i-0123456789abcdef0", "i-12345678"] {
            assert_eq!(instance_id(id).as_deref(), Ok(id));
        }
        for id in
            ["", "i-", "I-0abc", "i-xyz", "i-0ABC", "sir-0abc", "i-0abc ", "i-0a\n", &format!("i-{}", "0".repeat(63))]
        {
            assert!(instance_id(id).is_err(), "{id}");
        }
        assert!(within("1s").is_ok() && within("0s").is_err() && within("500ms").is_err() && within("soon").is_err());
        assert!(queue_url("https://sqs.us-east-1.amazonaws.com/123456789012/spot-events").is_ok());
        for url in ["", "spot-events", "https://", "https://host", "https:///q", "arn:aws:sqs:us-east-1:1:q"] {
            assert!(queue_url(url).is_err(), "{url}");
        }
    }
}
